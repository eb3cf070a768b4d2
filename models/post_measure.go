package models

import (
	"context"
	"time"
)

// measureSteps is how long after it went out a post's figures are read; they change less and less.
var measureSteps = []time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 24 * time.Hour, 72 * time.Hour, 168 * time.Hour}

// Measure is what a network says of a post. Impressions is nil where it does not say.
type Measure struct {
	Impressions             *int64
	Likes, Replies, Reposts int64
}

// DueMeasures lists posts whose figures are to be read, by account; the accounts that waited longest come first.
func (s *Store) DueMeasures(ctx context.Context, most int) (map[string][]Post, error) {
	posts, err := list[Post](s.read(ctx).Where("measure_at <= ? AND state = 'posted' AND profile_id IS NOT NULL AND remote_id <> '' AND NOT deleting", s.now()).Order("measure_at, id").Limit(most))
	byProfile := map[string][]Post{}
	for _, post := range posts {
		byProfile[*post.ProfileID] = append(byProfile[*post.ProfileID], post)
	}
	return byProfile, err
}

// RecordMeasure keeps a post's figures and says when they are read next. nil is a post that its network does not know any
// more: it is asked for no longer, and its page says so.
func (s *Store) RecordMeasure(ctx context.Context, post *Post, m *Measure) error {
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if m == nil {
			return db.Exec("UPDATE posts SET measure_at = NULL, failure = 'gone_there' WHERE id = ? AND state = 'posted'", post.ID).Error
		}
		return db.Exec("UPDATE posts SET impressions = ?, likes = ?, replies = ?, reposts = ?, measured_at = ?, measures = measures + 1, measure_at = ? WHERE id = ? AND state = 'posted'",
			m.Impressions, m.Likes, m.Replies, m.Reposts, now, nextMeasure(post, now), post.ID).Error
	})
}

// DelayMeasures puts the next reading of posts off: what stands in the way is not theirs.
func (s *Store) DelayMeasures(ctx context.Context, posts []Post, until time.Time) error {
	ids := make([]string, len(posts))
	for i, post := range posts {
		ids[i] = post.ID
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE posts SET measure_at = ? WHERE id IN ? AND measure_at IS NOT NULL", until.UTC().Truncate(time.Microsecond), ids).Error
	})
}

func nextMeasure(post *Post, now time.Time) *time.Time {
	if post.PostedAt == nil {
		return nil
	}
	for _, step := range measureSteps {
		if at := post.PostedAt.Add(step); at.After(now) {
			return &at
		}
	}
	return nil
}
