package models

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Event is a message of Stripe's as it was received, kept before it is answered, with what became of it.
type Event struct {
	ID         string
	StripeID   string
	Endpoint   string // account, connect
	Type       string
	ObjectID   string
	Account    string // the connected account, empty on the account endpoint
	Livemode   bool
	Payload    []byte `gorm:"-"` // kept beside it, and only read where it is asked for
	State      string // received, done, ignored, failed
	CameBy     string // webhook, catch_up
	Tries      int64
	Outcome    string // what it changed, or the last error
	ShopID     *string
	OrderID    *string
	NextTryAt  *time.Time
	OccurredAt time.Time
	ReceivedAt time.Time
	DoneAt     *time.Time

	IgnoredReason string // why an admin let it be
	IgnoredBy     *string
}

// eventLease is how long one instance works an event before another may take it; eventTries after how many failures
// it waits for a person.
const (
	eventLease = time.Minute
	eventTries = 12
)

// ReceiveEvent keeps an event. A second delivery of it changes nothing; fresh is false then.
func (s *Store) ReceiveEvent(ctx context.Context, event Event) (fresh bool, err error) {
	id, now := newID(), s.now()
	err = s.writeOne(ctx, func(db *tx) error {
		db.touches()
		rows, err := db.exec(`INSERT INTO events (id, stripe_id, endpoint, type, object_id, account, livemode, state, came_by, next_try_at, occurred_at, received_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'received', $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
			id, event.StripeID, event.Endpoint, event.Type, event.ObjectID, event.Account, event.Livemode, event.CameBy, now, event.OccurredAt, now)
		if fresh = rows == 1; err != nil || !fresh {
			return err
		}
		db.afterCommit(s.bell.ring)
		_, err = db.exec("INSERT INTO event_payloads (id, body) VALUES ($1, $2)", id, event.Payload)
		return err
	})
	return fresh && err == nil, err
}

// EventsWaiting rings when events were received in this process.
func (s *Store) EventsWaiting() <-chan struct{} { return s.bell.c }

// TakeEvents claims events that are due and those that just arrived, and gives them oldest first. Nobody else gets them
// until the claim runs out.
func (s *Store) TakeEvents(ctx context.Context, most int) ([]Event, error) {
	now := s.now()
	var due int64 // the usual answer takes no turn at the writer
	if err := s.read(ctx).Raw("SELECT CASE WHEN EXISTS (SELECT 1 FROM intake) OR EXISTS (SELECT 1 FROM events WHERE state IN ('received', 'failed') AND next_try_at <= ?) THEN 1 ELSE 0 END", now).Scan(&due).Error; err != nil || due == 0 {
		return nil, err
	}
	skip := ""
	if s.sqlite == nil {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	var taken []Event
	err := s.write(ctx, func(db *tx) (err error) {
		db.touches()
		if taken, err = db.sortIn(most, now.Add(eventLease)); err != nil {
			return err
		}
		var again []Event
		err = db.Raw(`UPDATE events SET tries = tries + 1, next_try_at = ? WHERE id IN (SELECT id FROM events
			WHERE state IN ('received', 'failed') AND next_try_at <= ? ORDER BY next_try_at, id LIMIT ?`+skip+`) RETURNING *`, now.Add(eventLease), now, most-len(taken)).Scan(&again).Error
		if err != nil {
			return err
		}
		taken = append(taken, again...)
		return db.countTypes(taken)
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(taken, func(a, b Event) int { return strings.Compare(a.ID, b.ID) })
	return taken, s.fillPayloads(s.read(ctx), taken)
}

// EventResult is what became of an event.
type EventResult struct {
	Ignored bool   // nothing to do with us, or of a kind that we do not handle
	Outcome string // in a few words, for the admin
	ShopID  *string
	OrderID *string
}

// FinishEvent keeps what an event changed.
func (s *Store) FinishEvent(ctx context.Context, event *Event, result EventResult) error {
	return s.FinishEvents(ctx, []Finished{{event, result}})
}

// Finished is an event with what became of it.
type Finished struct {
	Event  *Event
	Result EventResult
}

// FinishEvents keeps what many events changed.
func (s *Store) FinishEvents(ctx context.Context, list []Finished) error {
	if len(list) == 0 {
		return nil
	}
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		for _, f := range list {
			state := "done"
			if f.Result.Ignored {
				state = "ignored"
			}
			if _, err := db.exec("UPDATE events SET state = $1, outcome = $2, shop_id = $3, order_id = $4, done_at = $5, next_try_at = NULL WHERE id = $6 AND state IN ('received', 'failed')",
				state, f.Result.Outcome, f.Result.ShopID, f.Result.OrderID, now, f.Event.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReturnEvents gives up claims on events that were not begun.
func (s *Store) ReturnEvents(ctx context.Context, events []*Event) error {
	if len(events) == 0 {
		return nil
	}
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		for _, event := range events {
			if _, err := db.exec("UPDATE events SET tries = tries - 1, next_try_at = $1 WHERE id = $2 AND state IN ('received', 'failed') AND next_try_at = $3", now, event.ID, event.NextTryAt); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unfit is why an event cannot be applied however often it is tried.
type Unfit struct{ Why string }

// Error says why.
func (u *Unfit) Error() string { return u.Why }

// PostponeEvent keeps why an event failed, and when it is tried again: later each time, and after a dozen failures, or
// where the cause is an Unfit or a Mismatch, only by hand.
func (s *Store) PostponeEvent(ctx context.Context, event *Event, cause error) error {
	var next *time.Time
	var unfit *Unfit
	var mismatch *Mismatch
	if event.Tries < eventTries && !errors.As(cause, &unfit) && !errors.As(cause, &mismatch) {
		at := s.now().Add(min(time.Second<<event.Tries, time.Hour))
		next = &at
	}
	text := cause.Error()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE events SET state = 'failed', outcome = ?, next_try_at = ? WHERE id = ? AND state IN ('received', 'failed')", strings.ToValidUTF8(text[:min(len(text), 500)], ""), next, event.ID).Error
	})
}

// RetryEvent lets a failed event be tried again now.
func (s *Store) RetryEvent(ctx context.Context, admin *User, event *Event) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec("UPDATE events SET tries = 0, next_try_at = ? WHERE id = ? AND state = 'failed'", s.now(), event.ID))
		if err != nil {
			return err
		}
		db.afterCommit(s.bell.ring)
		return db.audit(Audit{UserID: &admin.ID, ShopID: event.ShopID, Action: "event.retried", Object: event.StripeID})
	})
}

// IgnoreEvent lets a failed event be, for a reason that stays with it.
func (s *Store) IgnoreEvent(ctx context.Context, admin *User, event *Event, reason string) error {
	reason = strings.TrimSpace(reason)
	var problems Problems
	if reason == "" {
		problems.Add("reason", "reason.blank")
	} else if len(reason) > 500 {
		problems.Add("reason", "reason.long", "Max", 500)
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec("UPDATE events SET state = 'ignored', ignored_reason = ?, ignored_by = ?, done_at = ?, next_try_at = NULL WHERE id = ? AND state = 'failed'", reason, admin.ID, s.now(), event.ID))
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &admin.ID, ShopID: event.ShopID, Action: "event.ignored", Object: event.StripeID, Detail: reason})
	})
}

// Event finds one event, or ErrNotFound.
func (s *Store) Event(ctx context.Context, id string) (*Event, error) {
	event, err := first[Event](s.read(ctx).Where("id = ?", id))
	if err != nil {
		return nil, found(err)
	}
	list := []Event{event}
	return &list[0], s.fillPayloads(s.read(ctx), list)
}

// EventFilter narrows the admin's list of events; blank fields do not count.
type EventFilter struct {
	State, Type, Query string // Query is an id of Stripe's: event, object or account
	Shop               string // a shop's handle
	Page               Page
}

// Events lists what was received, newest first.
func (s *Store) Events(ctx context.Context, filter EventFilter) ([]Event, error) {
	query := s.read(ctx)
	if filter.State != "" {
		query = query.Where("state = ?", filter.State)
	}
	if filter.Type != "" {
		query = query.Where("type = ?", filter.Type)
	}
	if filter.Query != "" {
		query = query.Where("stripe_id = ? OR object_id = ? OR account = ?", filter.Query, filter.Query, filter.Query)
	}
	if filter.Shop != "" {
		query = query.Where("shop_id = (SELECT id FROM shops WHERE handle = ?)", CleanHandle(filter.Shop))
	}
	var events []Event
	err := filter.Page.apply(query, "received_at").Find(&events).Error
	return events, err
}

// ChangesBy lists what an event changed on the timelines of orders.
func (s *Store) ChangesBy(ctx context.Context, event *Event) ([]Change, error) {
	if event.OrderID == nil {
		return nil, nil
	}
	var changes []Change
	err := s.read(ctx).Where("order_id = ? AND event_id = ?", *event.OrderID, event.ID).Order("created_at, id").Find(&changes).Error
	return changes, err
}

// EventsLeft counts the events that wait or failed, up to a thousand, for the lights.
func (s *Store) EventsLeft(ctx context.Context) (waiting, failed int64, err error) {
	var rows []struct {
		State string
		N     int64
	}
	err = s.read(ctx).Raw(`SELECT state, count(*) AS n FROM (SELECT state FROM events WHERE state IN ('received', 'failed') LIMIT 1000) AS left_over GROUP BY state
		UNION ALL SELECT 'received', count(*) FROM (SELECT id FROM intake LIMIT 1000) AS arrived`).Scan(&rows).Error
	for _, row := range rows {
		if row.State == "failed" {
			failed = row.N
		} else {
			waiting += row.N
		}
	}
	return waiting, failed, err
}

// KnownEvent tells whether an event was received already.
func (s *Store) KnownEvent(ctx context.Context, stripeID, account string) (bool, error) {
	var n int64
	err := s.read(ctx).Raw("SELECT count(*) FROM events WHERE stripe_id = ? AND account = ?", stripeID, account).Scan(&n).Error // one that just arrived is found when it is sorted in
	return n > 0, err
}
