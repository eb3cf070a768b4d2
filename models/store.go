// Package models holds the nouns of Tillbird: what they are, what must hold, and how they are kept.
package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/mattn/go-sqlite3"
	"gorm.io/driver/postgres"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// ErrNotFound says that there is no such thing, or not for the one who asks.
var ErrNotFound = errors.New("models: not found")

// ErrChanged says that a guarded change found another state than it needs: somebody was faster.
var ErrChanged = errors.New("models: changed meanwhile")

// ErrInUse says that another process has the same SQLite folder open.
var ErrInUse = errors.New("models: another tillbird is using this data folder")

// Store keeps the nouns in SQLite (a folder of ours) or PostgreSQL. Reads go to a pool of their own; every change
// goes through one door, write.
type Store struct {
	reader  *gorm.DB
	writer  *gorm.DB
	sqlite  *sql.DB       // the single write connection, nil on PostgreSQL
	group   *group        // the writer on it
	pool    *pgxpool.Pool // nil on SQLite
	door    *door         // for events, nil on SQLite
	copier  *copier       // nil on PostgreSQL
	folder  string
	lock    *flock.Flock
	clock   func() time.Time
	sealer  *sealer
	hashing hashing
	jobs    *jobs
	quiet   bool // a world made with a clock of its own sends no letters
	bell    *bell
	quick   *bell
	stamps  *stamps
	around  *tx // the change that this store stands inside of, nil for none: see rehearsal.go
	log     *slog.Logger

	approved *approved
}

// Settings is what Open needs to know.
type Settings struct {
	Folder      string           // database, pictures, files
	DatabaseURL string           // postgres://…, or empty for SQLite in Folder
	SecretKey   string           // at least 32 characters; more than one, comma separated, while a key is being replaced
	Clock       func() time.Time // the only source of the time
	Log         *slog.Logger

	// PasswordMemory is what a password's hash costs in KiB; 0 is the right amount, and anything less is for tests.
	PasswordMemory uint32
	// OneByOne gives each change on SQLite a transaction of its own: what the shared ones are measured against.
	OneByOne bool
}

// Open opens and migrates the database. It returns ErrInUse where a second process would share one SQLite file.
func Open(ctx context.Context, set Settings) (*Store, error) {
	sealer, err := newSealer(set.SecretKey)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(set.Folder, "pictures"), 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	s := &Store{folder: set.Folder, clock: set.Clock, sealer: sealer, hashing: newHashing(set.PasswordMemory), bell: newBell(), quick: newBell(), stamps: newStamps(), approved: newApproved(), log: set.Log}
	if set.DatabaseURL == "" {
		err = s.openSQLite(ctx)
	} else {
		err = s.openPostgres(ctx, set.DatabaseURL)
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err == nil {
		s.jobs, err = newJobs(s)
	}
	if err == nil && s.sqlite != nil && !set.OneByOne {
		s.group = newGroup(s.sqlite)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	s.sweepParts()
	return s, nil
}

func (s *Store) openSQLite(ctx context.Context) error {
	s.lock = flock.New(filepath.Join(s.folder, "tillbird.lock"))
	if got, err := s.lock.TryLock(); err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	} else if !got {
		s.lock = nil
		return ErrInUse
	}
	file := filepath.Join(s.folder, "tillbird.db")
	common := "?_journal_mode=WAL&_foreign_keys=on&_busy_timeout=5000&_synchronous=FULL"
	var err error
	// Deferred transactions that read and then write lose to each other: the writer takes its lock at the beginning.
	if s.sqlite, err = sql.Open("sqlite3", "file:"+file+common+"&_txlock=immediate&_cache_size=-32768"); err != nil {
		return err
	}
	s.sqlite.SetMaxOpenConns(1)
	if err := s.sqlite.PingContext(ctx); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	// The log is copied back by a connection of its own, so that nobody waits for it; the writer does it where the log
	// grows beyond 256 MB all the same.
	if _, err := s.sqlite.ExecContext(ctx, "PRAGMA wal_autocheckpoint = 64000"); err != nil {
		return err
	}
	if s.copier, err = newCopier(file, common); err != nil {
		return err
	}
	if s.writer, err = gorm.Open(gormsqlite.New(gormsqlite.Config{Conn: s.sqlite}), s.gormConfig(false)); err != nil {
		return err
	}
	readers, err := sql.Open("sqlite3", "file:"+file+common+"&_query_only=on")
	if err != nil {
		return err
	}
	readers.SetMaxOpenConns(8)
	readers.SetMaxIdleConns(8)
	s.reader, err = gorm.Open(gormsqlite.New(gormsqlite.Config{Conn: readers}), s.gormConfig(true))
	return err
}

func (s *Store) openPostgres(ctx context.Context, url string) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("TILLBIRD_DATABASE_URL: %w", err)
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, 16) // commits that wait side by side share the disk's time
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	db := stdlib.OpenDBFromPool(s.pool)
	if s.writer, err = gorm.Open(postgres.New(postgres.Config{Conn: db}), s.gormConfig(false)); err != nil {
		return err
	}
	s.reader, s.door = s.writer, newDoor(db)
	return nil
}

// gormConfig: prepared statements hang the one-connection writer for good, and pay on the readers.
func (s *Store) gormConfig(prepare bool) *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		PrepareStmt:            prepare,
		NowFunc:                s.now,
		Logger:                 logger.Discard,
	}
}

// Close lets go of the database and of the folder's lock.
func (s *Store) Close() error {
	var errs []error
	if s.group != nil {
		s.group.close()
	}
	if s.door != nil {
		s.door.close()
	}
	if s.copier != nil {
		errs = append(errs, s.copier.close())
	}
	for _, db := range []*gorm.DB{s.reader, s.writer} {
		if db != nil {
			if inner, err := db.DB(); err == nil {
				errs = append(errs, inner.Close())
			}
		}
	}
	if s.pool != nil {
		s.pool.Close()
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	return errors.Join(errs...)
}

// Ping tells whether the database answers and can be written to.
func (s *Store) Ping(ctx context.Context) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("INSERT INTO notes (name, value, updated_at) VALUES ('ping', '', ?) ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at", s.now()).Error
	})
}

// Now is the store's time: UTC, to the microsecond, which is what both databases keep.
func (s *Store) Now() time.Time { return s.now() }

func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// At is the same store with another clock and no letters: how a world with a past is made.
func (s *Store) At(clock func() time.Time) *Store {
	other := *s
	other.clock, other.quiet = clock, true
	return &other
}

// tx is one change in a transaction. Name a closure's parameter db, so that the outer handle, which would deadlock, is
// shadowed.
type tx struct {
	*gorm.DB
	store *Store
	conn  gorm.ConnPool // the same transaction without GORM
	ctx   context.Context
	after []func()
	jobs  []Job

	narrow  bool // touched says all that public pages show of this change
	touched []string
}

// afterCommit runs f once the transaction is durable, and never if it is not.
func (t *tx) afterCommit(f func()) { t.after = append(t.after, f) }

// exec runs one statement without GORM, for the paths that are measured, and tells how many rows it changed. Its
// arguments are $1, $2, … in the order of their first mention, which both databases understand.
func (t *tx) exec(statement string, args ...any) (rows int64, err error) {
	result, err := t.conn.ExecContext(t.ctx, statement, args...)
	if err != nil {
		return 0, t.translate(err)
	}
	return result.RowsAffected()
}

// row asks for one row without GORM, like exec.
func (t *tx) row(question string, args ...any) *sql.Row {
	return t.conn.QueryRowContext(t.ctx, question, args...)
}

// translate gives the same words for a broken rule on both databases.
func (t *tx) translate(err error) error {
	if translator, ok := t.Dialector.(gorm.ErrorTranslator); ok {
		return translator.Translate(err)
	}
	return err
}

// write is the one door for changes. What fn decides about money or stock it must decide by the row counts of guarded
// statements: on PostgreSQL several run at once, on SQLite many share one transaction. An error takes back what this fn
// did and nothing else. fn may not wait for another write.
func (s *Store) write(ctx context.Context, fn func(db *tx) error) error {
	return s.through(ctx, false, fn)
}

// writeOne is write for a closure of one statement, which fails whole by itself.
func (s *Store) writeOne(ctx context.Context, fn func(db *tx) error) error {
	return s.through(ctx, true, fn)
}

func (s *Store) through(ctx context.Context, single bool, fn func(db *tx) error) error {
	if s.around != nil {
		return s.inside(ctx, fn)
	}
	if s.group != nil {
		c := &change{ctx: ctx, store: s, fn: fn, single: single, done: make(chan struct{})}
		if err := s.group.write(c); err != nil {
			return err
		}
		s.stamps.moved(c.tx)
		return nil
	}
	var done *tx
	err := s.writer.WithContext(ctx).Transaction(func(inner *gorm.DB) error {
		t := &tx{DB: inner, store: s, conn: inner.Statement.ConnPool, ctx: ctx}
		if err := fn(t); err != nil {
			return err
		}
		done = t
		return s.jobs.insert(ctx, inner.Statement.ConnPool.(*sql.Tx), t.jobs)
	})
	if err != nil {
		return err
	}
	s.stamps.moved(done)
	for _, f := range done.after {
		f()
	}
	return nil
}

// read is the handle for questions.
func (s *Store) read(ctx context.Context) *gorm.DB { return s.reader.WithContext(ctx) }

// row asks for one row without GORM, by a statement that is kept prepared.
func (s *Store) row(ctx context.Context, question string, args ...any) *sql.Row {
	return s.reader.ConnPool.QueryRowContext(ctx, question, args...)
}

// changed turns the outcome of a guarded statement into an error: ErrChanged when no row was in the state it needs.
func changed(result *gorm.DB) error {
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 0 {
		return ErrChanged
	}
	return nil
}

// found turns GORM's word for a missing row into ours.
func found(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return ErrNotFound
	}
	return err
}

// Unavailable tells whether err means that the database cannot take changes now (away, read-only, disk full), so that
// the same request may succeed later.
func Unavailable(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		switch lite.Code {
		case sqlite3.ErrFull, sqlite3.ErrReadonly, sqlite3.ErrIoErr, sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrCantOpen:
			return true
		}
		return false
	}
	if err == nil {
		return false
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EDQUOT) {
		return true
	}
	text := err.Error()
	return errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) ||
		strings.Contains(text, "closed pool") || strings.Contains(text, "database is closed") || strings.Contains(text, "failed to connect") || strings.Contains(text, "connection refused") || strings.Contains(text, "SQLSTATE 57P") || strings.Contains(text, "SQLSTATE 53")
}
