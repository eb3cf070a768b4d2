package models

import (
	"context"
	"strings"
	"time"
)

// Shift is what a change of the clocks did to a time that somebody typed.
type Shift string

// The shifts: the hour that is skipped in spring moves forward; of the one that comes twice in autumn the first is meant.
const (
	ShiftNone    Shift = ""
	ShiftSkipped Shift = "skipped"
	ShiftTwice   Shift = "twice"
)

// WallTime finds the moment at which a zone's clocks show what wall shows.
func WallTime(wall time.Time, zone *time.Location) (at time.Time, shift Shift) {
	asUTC := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, time.UTC)
	offset := func(near time.Time) time.Duration {
		_, seconds := near.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	// A day to either side of the moment is beyond any zone's offset, and before and after any change at it.
	before, after := asUTC.Add(-offset(asUTC.Add(-24*time.Hour))), asUTC.Add(-offset(asUTC.Add(24*time.Hour)))
	shows := func(at time.Time) bool {
		local := at.In(zone)
		return local.Hour() == wall.Hour() && local.Minute() == wall.Minute() && local.Day() == wall.Day()
	}
	switch early, late := shows(before), shows(after); {
	case early && late && !before.Equal(after):
		if after.Before(before) {
			before = after
		}
		return before, ShiftTwice
	case early:
		return before, ShiftNone
	case late:
		return after, ShiftNone
	}
	return before, ShiftSkipped // the clocks go on from the old offset: as much later as they jump
}

// farthestPost is how far ahead a post can be planned.
const farthestPost = 366 * 24 * time.Hour

// ParsePostTime reads when a post is to go out, typed as 2026-05-24T20:00 in the shop's zone. Problem at post.time.blank,
// .malformed, .past, .far.
func (s *Store) ParsePostTime(shop *Shop, typed string) (*time.Time, Shift, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return nil, "", Problems{{Field: "at", Code: "post.time.blank"}}
	}
	wall, err := time.Parse(localMinute, typed)
	if err != nil {
		return nil, "", Problems{{Field: "at", Code: "post.time.malformed"}}
	}
	at, shift := WallTime(wall, shop.Zone())
	switch now := s.now(); {
	case !at.After(now):
		return nil, "", Problems{{Field: "at", Code: "post.time.past"}}
	case at.After(now.Add(farthestPost)):
		return nil, "", Problems{{Field: "at", Code: "post.time.far"}}
	}
	return &at, shift, nil
}

// The slots of a week: Tuesday and Thursday, at six in the evening.
const slotHour = 18

// NextSlot is the shop's next time for a post at which none is planned yet.
func (s *Store) NextSlot(ctx context.Context, shop *Shop) (time.Time, error) {
	now, zone := s.now(), shop.Zone()
	var taken []time.Time
	if err := s.read(ctx).Raw("SELECT scheduled_at FROM posts WHERE shop_id = ? AND state IN ('scheduled', 'draft') AND scheduled_at > ?", shop.ID, now).Scan(&taken).Error; err != nil {
		return now, err
	}
	is := map[int64]bool{}
	for _, at := range taken {
		is[at.Unix()] = true
	}
	for day := now.In(zone); ; day = day.AddDate(0, 0, 1) {
		if day.Weekday() != time.Tuesday && day.Weekday() != time.Thursday {
			continue
		}
		at, _ := WallTime(time.Date(day.Year(), day.Month(), day.Day(), slotHour, 0, 0, 0, time.UTC), zone)
		if at.After(now.Add(5*time.Minute)) && !is[at.Unix()] {
			return at, nil
		}
	}
}
