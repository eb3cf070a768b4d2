package models

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
)

// Events come in bursts, and each is answered only when it is on the disk. So the door writes as little as can be, many
// arrivals in one statement; TakeEvents sorts them in among the events when somebody has the time to work them.

// arrival is an event on its way onto the disk.
type arrival struct {
	Event
	done chan error // of PostgreSQL's door; on SQLite the change that carries it is answered
}

// KeepEvent puts an event of the webhook door on the disk before it returns. Whether it came before is found out when it
// is sorted in.
func (s *Store) KeepEvent(ctx context.Context, event Event) error {
	event.ID, event.ReceivedAt = newID(), s.now()
	a := &arrival{Event: event}
	var err error
	if s.door != nil {
		err = s.door.keep(ctx, a)
	} else {
		err = s.writeArrival(ctx, a)
	}
	if err == nil {
		s.bell.ring()
	}
	return err
}

// writeArrival hands an arrival to the writer of SQLite, or writes it alone where each change has its own transaction.
func (s *Store) writeArrival(ctx context.Context, a *arrival) error {
	if s.group != nil {
		return s.group.write(&change{ctx: ctx, store: s, arrival: a, done: make(chan struct{})})
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return insertArrivals(db.ctx, db.conn, []*arrival{a})
	})
}

// The columns of an arrival, and how many go into one statement.
const (
	intakeColumns = 9
	intakeWidest  = 32
)

// statementsFor are the statements for each number of rows.
func statementsFor(into string, columns int) map[int]string {
	all := map[int]string{}
	for n := intakeWidest; n > 0; n /= 4 {
		all[n] = "INSERT INTO " + into + " VALUES " + rowsOf(n, columns)
	}
	all[1] = "INSERT INTO " + into + " VALUES " + rowsOf(1, columns)
	return all
}

var (
	insertPayloads = statementsFor("event_payloads (id, body)", 2)
	insertIntake   = statementsFor("intake (id, stripe_id, endpoint, type, object_id, account, livemode, occurred_at, received_at)", intakeColumns)
)

// rowsOf are the places for n rows of some columns: ($1, $2), ($3, $4).
func rowsOf(n, columns int) string {
	var out strings.Builder
	for i := range n * columns {
		switch {
		case i == 0:
			out.WriteString("(")
		case i%columns == 0:
			out.WriteString("), (")
		default:
			out.WriteString(", ")
		}
		fmt.Fprintf(&out, "$%d", i+1)
	}
	return out.String() + ")"
}

// insertArrivals writes many arrivals in few statements.
func insertArrivals(ctx context.Context, conn gorm.ConnPool, list []*arrival) error {
	payloads, rows := make([]any, 0, 2*intakeWidest), make([]any, 0, intakeColumns*intakeWidest)
	for len(list) > 0 {
		n := intakeWidest
		for n > len(list) {
			n = max(n/4, 1)
		}
		payloads, rows = payloads[:0], rows[:0]
		for _, a := range list[:n] {
			payloads = append(payloads, a.ID, a.Payload)
			rows = append(rows, a.ID, a.StripeID, a.Endpoint, a.Type, a.ObjectID, a.Account, a.Livemode, a.OccurredAt, a.ReceivedAt)
		}
		if _, err := conn.ExecContext(ctx, insertPayloads[n], payloads...); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, insertIntake[n], rows...); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// sortIn moves arrivals in among the events and gives those that were not there before, claimed until a time.
func (t *tx) sortIn(most int, claimed time.Time) ([]Event, error) {
	skip := ""
	if t.store.sqlite == nil {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	var ids []string
	if err := t.Raw("SELECT id FROM intake ORDER BY id LIMIT ?"+skip, most).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return nil, err
	}
	var fresh []Event
	err := t.Raw(`INSERT INTO events (id, stripe_id, endpoint, type, object_id, account, livemode, state, came_by, tries, next_try_at, occurred_at, received_at)
		SELECT id, stripe_id, endpoint, type, object_id, account, livemode, 'received', 'webhook', 1, ?, occurred_at, received_at FROM intake WHERE id IN ? ORDER BY stripe_id, account
		ON CONFLICT DO NOTHING RETURNING *`, claimed, ids).Scan(&fresh).Error
	if err != nil {
		return nil, err
	}
	if err := t.Exec("DELETE FROM intake WHERE id IN ?", ids).Error; err != nil {
		return nil, err
	}
	if len(fresh) == len(ids) {
		return fresh, nil
	}
	return fresh, t.Exec("DELETE FROM event_payloads WHERE id IN ? AND NOT EXISTS (SELECT 1 FROM events WHERE events.id = event_payloads.id)", ids).Error
}

// fillPayloads reads the bodies of events.
func (s *Store) fillPayloads(db *gorm.DB, events []Event) error {
	ids, at := make([]string, len(events)), map[string]*Event{}
	for i := range events {
		ids[i], at[events[i].ID] = events[i].ID, &events[i]
	}
	rows, err := db.Raw("SELECT id, body FROM event_payloads WHERE id IN ?", ids).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		at[id].Payload = body
	}
	return rows.Err()
}

// door takes arrivals on PostgreSQL, where no single writer gathers them: those that wait while a commit is under way
// share the next one.
type door struct {
	db      *sql.DB
	queue   chan *arrival
	closing chan struct{}
	once    sync.Once
	working sync.WaitGroup
}

// doorKeepers is how many commits may be under way.
const doorKeepers = 2

func newDoor(db *sql.DB) *door {
	d := &door{db: db, queue: make(chan *arrival, groupMost), closing: make(chan struct{})}
	for range doorKeepers {
		d.working.Go(d.run)
	}
	return d
}

func (d *door) keep(ctx context.Context, a *arrival) error {
	a.done = make(chan error, 1)
	select {
	case d.queue <- a:
	case <-d.closing:
		return errWriterClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-a.done:
		return err
	case <-d.closing:
		d.working.Wait()
		select {
		case err := <-a.done:
			return err
		default:
			return errWriterClosed
		}
	}
}

func (d *door) run() {
	for {
		select {
		case a := <-d.queue:
			list := []*arrival{a}
			for more := true; more && len(list) < groupMost; {
				select {
				case a := <-d.queue:
					list = append(list, a)
				default:
					more = false
				}
			}
			err := d.insert(list)
			for _, a := range list {
				a.done <- err
			}
		case <-d.closing:
			return
		}
	}
}

func (d *door) insert(list []*arrival) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	inner, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := insertArrivals(ctx, inner, list); err != nil {
		_ = inner.Rollback()
		return err
	}
	return inner.Commit()
}

func (d *door) close() {
	d.once.Do(func() { close(d.closing) }) // a store may be closed twice
	d.working.Wait()
}
