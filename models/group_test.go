package models

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"
)

// groupStore is a store on SQLite whatever the other tests run on: only there changes share transactions.
func groupStore(t *testing.T, folder string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Settings{Folder: folder, SecretKey: "a secret key that is only for the tests of this project", Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (s *Store) putNote(ctx context.Context, name string, then func(db *tx) error) error {
	return s.write(ctx, func(db *tx) error {
		if err := db.Exec("INSERT INTO notes (name, value, updated_at) VALUES (?, '', ?)", name, s.now()).Error; err != nil {
			return err
		}
		return then(db)
	})
}

func (s *Store) countNotes(t *testing.T) (n int64) {
	t.Helper()
	if err := s.read(context.Background()).Raw("SELECT count(*) FROM notes WHERE name LIKE 'g-%'").Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// held keeps the writer busy inside one change until the test lets it go, so that what is asked for meanwhile shares
// the transaction of the next, or of this one.
func (s *Store) held(t *testing.T) (release func()) {
	t.Helper()
	in, out := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.write(context.Background(), func(*tx) error { close(in); <-out; return nil })
	}()
	<-in
	return func() { close(out) }
}

func TestOneFailsAlone(t *testing.T) {
	t.Parallel()
	s := groupStore(t, t.TempDir())
	release := s.held(t)
	const callers = 200
	no := errors.New("no")
	gone, leave := context.WithCancel(t.Context())
	var together sync.WaitGroup
	var after, wrong atomic.Int64
	for i := range callers {
		together.Go(func() {
			ctx := t.Context()
			if i%5 == 4 {
				ctx = gone
			}
			defer func() {
				if p := recover(); (p != nil) != (i%5 == 3) {
					wrong.Add(1)
				}
			}()
			err := s.putNote(ctx, fmt.Sprintf("g-%d", i), func(db *tx) error {
				db.afterCommit(func() { after.Add(1) })
				switch i % 5 {
				case 1:
					return no
				case 2: // a broken rule
					return db.Exec("INSERT INTO notes (name, value, updated_at) VALUES (?, '', ?)", fmt.Sprintf("g-%d", i), s.now()).Error
				case 3:
					panic("in a change")
				}
				return db.enqueue(ReadCharge{OrderID: fmt.Sprint(i)})
			})
			want := []error{nil, no, gorm.ErrDuplicatedKey, nil, context.Canceled}[i%5]
			if !errors.Is(err, want) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	for len(s.group.queue) < callers {
		runtime.Gosched()
	}
	leave()
	release()
	together.Wait()
	if n := s.countNotes(t); n != callers/5 || after.Load() != callers/5 || wrong.Load() != 0 {
		t.Errorf("%d notes, %d told, %d panics where they do not belong", n, after.Load(), wrong.Load())
	}
	var jobs int64
	if err := s.read(t.Context()).Raw("SELECT count(*) FROM river_job").Scan(&jobs).Error; err != nil || jobs != callers/5 {
		t.Errorf("%d jobs: %v", jobs, err)
	}
}

// A caller that leaves while its change is under way does not interrupt the others', and learns what became of its own.
func TestACallerLeaves(t *testing.T) {
	t.Parallel()
	s := groupStore(t, t.TempDir())
	ctx, leave := context.WithCancel(t.Context())
	err := s.putNote(ctx, "g-1", func(db *tx) error {
		leave()
		return db.Exec("UPDATE notes SET value = 'kept' WHERE name = 'g-1'").Error
	})
	if err != nil || s.countNotes(t) != 1 {
		t.Errorf("%v, %d notes", err, s.countNotes(t))
	}
}

// Where SQLite takes the whole transaction back, nobody is told that a change was kept.
func TestTheDiskIsFull(t *testing.T) {
	t.Parallel()
	s := groupStore(t, t.TempDir())
	limit := func(pages string) {
		if err := s.write(context.Background(), func(db *tx) error { return db.Exec("PRAGMA max_page_count = " + pages).Error }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.putNote(t.Context(), "g-before", func(*tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	limit("1") // no less than it has
	release := s.held(t)
	var together sync.WaitGroup
	var kept, full atomic.Int64
	for i := range 50 {
		together.Go(func() {
			err := s.putNote(t.Context(), fmt.Sprintf("g-%d", i), func(db *tx) error {
				return db.Exec("UPDATE notes SET value = ? WHERE name = ?", strings.Repeat("x", 1<<16), fmt.Sprintf("g-%d", i)).Error
			})
			switch {
			case err == nil:
				kept.Add(1)
			case Unavailable(err):
				full.Add(1)
			default:
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	for len(s.group.queue) < 50 {
		runtime.Gosched()
	}
	release()
	together.Wait()
	if full.Load() == 0 || s.countNotes(t) != kept.Load()+1 {
		t.Errorf("%d kept, %d refused, %d there", kept.Load(), full.Load(), s.countNotes(t))
	}
	limit("1000000")
	if err := s.putNote(t.Context(), "g-after", func(*tx) error { return nil }); err != nil {
		t.Errorf("after there is room again: %v", err)
	}
}

func TestTheWriterIsClosed(t *testing.T) {
	t.Parallel()
	s := groupStore(t, t.TempDir())
	var together sync.WaitGroup
	var kept atomic.Int64
	for i := range 100 {
		together.Go(func() {
			if s.putNote(context.Background(), fmt.Sprintf("g-%d", i), func(*tx) error { return nil }) == nil {
				kept.Add(1)
			}
		})
	}
	folder := s.folder
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	together.Wait()
	if err := s.Ping(context.Background()); !Unavailable(err) {
		t.Errorf("a closed store says %v", err)
	}
	if n := groupStore(t, folder).countNotes(t); n != kept.Load() {
		t.Errorf("%d kept, %d there", kept.Load(), n)
	}
}

// The job queue shares the connection and gets its turn under load.
func TestTheQueueGetsItsTurn(t *testing.T) {
	t.Parallel()
	s := groupStore(t, t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for range 64 {
		load.Go(func() {
			for ctx.Err() == nil {
				_ = s.Ping(ctx)
			}
		})
	}
	for range 20 {
		began := time.Now()
		if _, err := s.sqlite.ExecContext(t.Context(), "UPDATE notes SET value = 'x' WHERE name = 'ping'"); err != nil {
			t.Error(err)
		}
		if waited := time.Since(began); waited > 3*time.Second {
			t.Errorf("the queue waited for %s", waited)
		}
	}
	stop()
	load.Wait()
}
