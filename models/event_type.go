package models

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// EventType is how often a type of event came to an endpoint.
type EventType struct {
	Endpoint string
	Type     string
	Received int64
	FirstAt  time.Time
	LastAt   time.Time
}

// silentFrom is how many events of a type have to have come before its silence means something; silentAfter how many
// times its usual distance it may stay away, and silentLeast for how long at least.
const (
	silentFrom  = 20
	silentAfter = 12
	silentLeast = 6 * time.Hour
)

// Silent tells whether a type that used to come has stayed away for much longer than it does.
func (e EventType) Silent(now time.Time) bool {
	if e.Received < silentFrom {
		return false
	}
	usual := e.LastAt.Sub(e.FirstAt) / time.Duration(e.Received-1)
	return now.Sub(e.LastAt) > max(silentAfter*usual, silentLeast)
}

// EventTypes lists the types that came, by endpoint and name.
func (s *Store) EventTypes(ctx context.Context) ([]EventType, error) {
	var types []EventType
	err := s.read(ctx).Order("endpoint, type").Find(&types).Error
	return types, err
}

// SilentTypes gives the types of events that have stayed away for much longer than they do while something went on: other
// types came, or orders were paid.
func (s *Store) SilentTypes(ctx context.Context) ([]EventType, error) {
	types, err := s.EventTypes(ctx)
	if err != nil || len(types) == 0 {
		return nil, err
	}
	busy := slices.MaxFunc(types, func(a, b EventType) int { return a.LastAt.Compare(b.LastAt) }).LastAt
	var paid []Order
	if err := s.read(ctx).Select("id", "paid_at").Where("paid_at IS NOT NULL").Order("paid_at DESC, id DESC").Limit(1).Find(&paid).Error; err != nil {
		return nil, err
	}
	if len(paid) > 0 && paid[0].PaidAt.After(busy) {
		busy = *paid[0].PaidAt
	}
	return slices.DeleteFunc(types, func(t EventType) bool { return !t.Silent(busy) }), nil
}

// countTypes counts events that are taken for the first time.
func (t *tx) countTypes(taken []Event) error {
	type key struct{ endpoint, kind string }
	counts := map[key]*EventType{}
	for _, event := range taken {
		if event.Tries != 1 || event.State != "received" {
			continue
		}
		k := key{event.Endpoint, event.Type}
		if counts[k] == nil {
			counts[k] = &EventType{k.endpoint, k.kind, 0, event.ReceivedAt, event.ReceivedAt}
		}
		c := counts[k]
		c.Received++
		if event.ReceivedAt.Before(c.FirstAt) {
			c.FirstAt = event.ReceivedAt
		}
		if event.ReceivedAt.After(c.LastAt) {
			c.LastAt = event.ReceivedAt
		}
	}
	list := make([]*EventType, 0, len(counts))
	for _, c := range counts {
		list = append(list, c)
	}
	// In one order for all who count at once.
	slices.SortFunc(list, func(a, b *EventType) int {
		return cmp.Or(cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Type, b.Type))
	})
	for _, c := range list {
		if _, err := t.exec(`INSERT INTO event_types (endpoint, type, received, first_at, last_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (endpoint, type) DO UPDATE SET received = event_types.received + excluded.received,
			last_at = CASE WHEN excluded.last_at > event_types.last_at THEN excluded.last_at ELSE event_types.last_at END`,
			c.Endpoint, c.Type, c.Received, c.FirstAt.UTC(), c.LastAt.UTC()); err != nil {
			return err
		}
	}
	return nil
}
