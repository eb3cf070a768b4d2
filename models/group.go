package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
)

// group is the one writer of SQLite. Each commit waits for the disk, so it puts all changes that wait into one
// transaction, each behind a savepoint of its own, and answers when they are durable: under load that costs no more
// than not waiting for the disk at all. A change that fails, or panics, takes back itself only.
type group struct {
	db      *sql.DB
	queue   chan *change
	closing chan struct{}
	closed  chan struct{}
	once    sync.Once
	kept    *statements
}

// The most that one transaction takes in. groupLasts keeps the wait of those behind it short, and gives the job queue,
// which uses the same connection, its turn.
const (
	groupMost  = 256
	groupLasts = 8 * time.Millisecond
)

// errWriterClosed says that the store was closed.
var errWriterClosed = fmt.Errorf("models: the store is closed: %w", sql.ErrConnDone)

// change is one closure on its way through the writer.
type change struct {
	ctx      context.Context
	store    *Store
	fn       func(db *tx) error
	arrival  *arrival // instead of fn: written together with its like at the end
	single   bool     // one statement, which needs no savepoint to fail alone
	tx       *tx
	err      error
	panicked any
	done     chan struct{}
}

func newGroup(db *sql.DB) *group {
	g := &group{
		db: db, queue: make(chan *change, groupMost), closing: make(chan struct{}), closed: make(chan struct{}),
		kept: &statements{db: db, ready: map[string]*sql.Stmt{}, wanted: map[string]bool{}},
	}
	go g.run()
	return g
}

// write hands a change to the writer and waits until it is durable. A caller whose context ends before its turn is not
// served; after that it waits, so that it knows what became of its change.
func (g *group) write(c *change) error {
	select {
	case <-g.closing:
		return errWriterClosed
	default:
	}
	select {
	case g.queue <- c:
	case <-g.closing:
		return errWriterClosed
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
	select {
	case <-c.done:
	case <-g.closed:
		select {
		case <-c.done:
		default:
			return errWriterClosed
		}
	}
	if c.panicked != nil {
		panic(c.panicked)
	}
	if c.err != nil {
		return c.err
	}
	if c.tx != nil {
		for _, f := range c.tx.after {
			f()
		}
	}
	return nil
}

// close answers what waits and ends the writer. Done twice it changes nothing.
func (g *group) close() {
	g.once.Do(func() {
		close(g.closing)
		<-g.closed
		g.kept.close()
	})
}

func (g *group) run() {
	defer close(g.closed)
	for {
		select {
		case c := <-g.queue:
			g.together(c)
			continue
		default:
		}
		select {
		case c := <-g.queue:
			g.together(c)
		case <-g.closing:
			return
		}
	}
}

// together works the first change and those that wait behind it in one transaction.
func (g *group) together(first *change) {
	over := time.NewTimer(groupLasts)
	defer over.Stop()
	inner, err := g.db.BeginTx(context.Background(), nil)
	if err != nil {
		g.answer([]*change{first}, err)
		return
	}
	t := &groupTx{Tx: inner, kept: g.kept}
	all := make([]*change, 0, 16)
	for c := first; c != nil; c = g.next(len(all), over.C) {
		all = append(all, c)
		if err = t.work(c); err != nil {
			break
		}
	}
	t.marked = true // what follows is all changes' own
	if err == nil && len(t.arrived) > 0 {
		err = insertArrivals(context.Background(), t, t.arrived)
	}
	if err == nil {
		err = enqueueAll(all, inner)
	}
	if err == nil {
		err = inner.Commit()
	} else {
		_ = inner.Rollback()
	}
	g.answer(all, err)
	g.kept.prepare()
}

// next is the change that waits, if there is one and room for it.
func (g *group) next(had int, over <-chan time.Time) *change {
	if had >= groupMost {
		return nil
	}
	select {
	case <-over:
		return nil
	default:
	}
	select {
	case c := <-g.queue:
		return c
	default:
	}
	runtime.Gosched() // who is about to ask may still come along
	select {
	case c := <-g.queue:
		return c
	default:
		return nil
	}
}

// answer tells all what became of them: where the transaction failed, it failed for each.
func (g *group) answer(all []*change, err error) {
	for _, c := range all {
		switch {
		case err == nil || c.panicked != nil:
		case c.err == nil:
			c.err = err
		default:
			c.err = errors.Join(c.err, err)
		}
		close(c.done)
	}
}

// groupTx is the transaction of a group. It is GORM's connection inside, and lends it prepared statements.
type groupTx struct {
	*sql.Tx
	kept    *statements
	arrived []*arrival
	marked  bool  // the change that is worked on has its savepoint
	broken  error // why a savepoint could not be set, which no change survives
}

// work lets one change happen inside the transaction. An error of its own is kept with it; what is returned means that
// the transaction is gone for all: SQLite takes it back by itself where the disk is full or broken.
func (t *groupTx) work(c *change) error {
	if c.err = c.ctx.Err(); c.err != nil {
		return nil
	}
	if c.arrival != nil {
		t.arrived = append(t.arrived, c.arrival)
		return nil
	}
	t.marked = c.single
	// An interrupted statement would take the whole transaction back: nobody else may suffer for a caller who left.
	ctx := context.WithoutCancel(c.ctx)
	inner := c.store.writer.Session(&gorm.Session{NewDB: true, Context: ctx})
	inner.Statement.ConnPool = t
	c.tx = &tx{DB: inner, store: c.store, conn: t, ctx: ctx}
	c.run()
	if t.broken != nil {
		return t.broken
	}
	if c.single || !t.marked {
		return nil
	}
	if c.err != nil || c.panicked != nil {
		if err := t.say("ROLLBACK TO one"); err != nil {
			return errors.Join(c.err, err)
		}
	}
	return t.say("RELEASE one")
}

// run calls the closure. A panic in it is the caller's.
func (c *change) run() {
	defer func() {
		if p := recover(); p != nil {
			c.panicked = fmt.Sprintf("%v\n\nin the writer:\n%s", p, debug.Stack())
		}
	}()
	c.err = c.fn(c.tx)
}

func (t *groupTx) say(statement string) error {
	_, err := t.do(context.Background(), statement)
	return err
}

// mark sets the savepoint of a change before its first statement that may change anything: one that only looks, and
// refuses, needs none.
func (t *groupTx) mark(query string) {
	if !t.marked && !strings.HasPrefix(query, "SELECT ") {
		t.marked, t.broken = true, t.say("SAVEPOINT one")
	}
}

// ExecContext runs a statement, prepared where it was run before.
func (t *groupTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.mark(query)
	return t.do(ctx, query, args...)
}

func (t *groupTx) do(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if kept := t.kept.find(query); kept != nil {
		return t.StmtContext(ctx, kept).ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext asks, prepared where it was asked before.
func (t *groupTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.mark(query)
	if kept := t.kept.find(query); kept != nil {
		return t.StmtContext(ctx, kept).QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext asks for one row, prepared where it was asked before.
func (t *groupTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.mark(query)
	if kept := t.kept.find(query); kept != nil {
		return t.StmtContext(ctx, kept).QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, query, args...)
}

// statements are those that the writer has prepared. They are prepared between transactions: inside one, the database
// would wait for its own single connection for good.
type statements struct {
	db     *sql.DB
	ready  map[string]*sql.Stmt
	wanted map[string]bool
}

// statementsMost bounds what is kept; lists of different lengths in a statement make many of it.
const (
	statementsMost    = 400
	statementsLongest = 4096
)

func (s *statements) find(query string) *sql.Stmt {
	if kept := s.ready[query]; kept != nil {
		return kept
	}
	if len(s.ready)+len(s.wanted) < statementsMost && len(query) <= statementsLongest {
		s.wanted[query] = true
	}
	return nil
}

// prepare gets the statements ready that were wanted. One that cannot be is run as it comes.
func (s *statements) prepare() {
	for query := range s.wanted {
		if kept, err := s.db.PrepareContext(context.Background(), query); err == nil {
			s.ready[query] = kept
		}
		delete(s.wanted, query)
	}
}

func (s *statements) close() {
	for _, kept := range s.ready {
		_ = kept.Close()
	}
}
