package sandbox

import (
	"context"
	"database/sql"
	"time"
)

// call is one piece of work on the sandbox's data: a request of the API, a form of a hosted page, or a task come due.
type call struct {
	ctx     context.Context
	sb      *Sandbox
	db      database
	account string // whose data: '' is the platform, else the connected account of Stripe-Account
	now     int64  // the time that everything made here carries
	held    bool   // that time was handed in: events wait for catch-up and are not delivered
	request string // Request-Id, '' when nobody asked
	key     string // Idempotency-Key
	params  object
	upload  *upload // the file that came along, nil without
	path    func(name string) string

	hooks []hook   // webhook endpoints, read once
	wrong switches // how deliveries go wrong, read once
	read  bool     // both were read
}

// database is what a transaction and a read handle have in common.
type database interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// look runs work that only reads.
func (sb *Sandbox) look(ctx context.Context, work func(*call) error) error {
	return work(&call{ctx: ctx, sb: sb, db: sb.read, now: sb.Now().Unix(), path: func(string) string { return "" }})
}

// change runs work in one write transaction at the sandbox's time, or at the time at where that is not zero.
// A failure that commits is kept as well as no error; any other undoes everything.
func (sb *Sandbox) change(ctx context.Context, at int64, work func(*call) error) error {
	tx, err := sb.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	c := &call{ctx: ctx, sb: sb, db: tx, now: sb.Now().Unix(), path: func(string) string { return "" }}
	if at != 0 {
		c.now, c.held = at, true
		if err := c.runHeldTasks(); err != nil {
			return err
		}
	}
	workErr := work(c)
	if workErr != nil && !commits(workErr) {
		return workErr
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	sb.rouse()
	return workErr
}

func commits(err error) bool {
	f, ok := err.(*failure)
	return ok && f.commits
}

func (c *call) time() time.Time { return time.Unix(c.now, 0).UTC() }

// as gives the same work on the data of another account.
func (c *call) as(account string) *call {
	other := *c
	other.account = account
	return &other
}
