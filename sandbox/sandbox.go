// Package sandbox stands in for Stripe, X and Mastodon: it speaks their wire protocols on loopback addresses, keeps its
// state in a SQLite file of its own, shows the hosted pages, delivers signed webhooks, and takes the mail that the
// product sends.
package sandbox

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver of the sandbox's own file
)

//go:embed schema.sql
var schema string

// Sandbox is one local Stripe with its file, its clock and its pages.
type Sandbox struct {
	log   *slog.Logger
	wall  func() time.Time
	write *sql.DB // one connection: SQLite has one writer, and a queue in Go is quicker than its busy loop
	read  *sql.DB

	mu       sync.Mutex
	offset   time.Duration
	base     string
	onMove   []func()
	inFlight map[string]bool
	faults   faults

	tasking sync.Mutex // one goes through what is due at a time, so that Settle ends when all of it is done

	wake      chan struct{}
	quit      chan struct{} // closed by Close: answers held back by the time-out switch end
	closeOnce sync.Once
	poster    *http.Client
	secretKey string
	platform  string // id of the platform's own account
	client    string // id of the platform's Connect application
	x         *X
	mastodon  *Mastodon
}

// Option changes how Open builds a Sandbox.
type Option func(*Sandbox)

// WithClock hands in the wall clock that the sandbox's own clock is an offset of; without it the machine's is used.
func WithClock(now func() time.Time) Option { return func(sb *Sandbox) { sb.wall = now } }

// WithLog hands in the logger for what nobody sees on a page; without it slog's default is used.
func WithLog(log *slog.Logger) Option { return func(sb *Sandbox) { sb.log = log } }

// Open opens the sandbox whose data lives in the SQLite file at path, and makes the file when there is none.
func Open(path string, options ...Option) (*Sandbox, error) {
	sb := &Sandbox{
		log:      slog.Default(),
		wall:     time.Now, // the one place where the sandbox reads the machine's clock
		inFlight: map[string]bool{},
		faults:   faults{kinds: faultKinds},
		wake:     make(chan struct{}, 1),
		quit:     make(chan struct{}),
		poster: &http.Client{
			Timeout: 20 * time.Second,
			// Stripe counts a redirect as a failed delivery.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	for _, option := range options {
		option(sb)
	}
	if err := sb.openFile(path); err != nil {
		return nil, fmt.Errorf("the sandbox cannot use the file %s: %w", path, err)
	}
	return sb, nil
}

func (sb *Sandbox) openFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	dsn := "file:" + (&url.URL{Path: absolute}).EscapedPath() + "?_busy_timeout=10000&_journal_mode=WAL&_synchronous=NORMAL&_foreign_keys=on"
	if sb.write, err = sql.Open("sqlite3", dsn+"&_txlock=immediate"); err != nil {
		return err
	}
	sb.write.SetMaxOpenConns(1)
	if _, err = sb.write.Exec(schema); err != nil {
		sb.write.Close()
		return err
	}
	if err = os.Chmod(absolute, 0o600); err != nil { // it holds keys and everybody's mail
		sb.write.Close()
		return err
	}
	if sb.read, err = sql.Open("sqlite3", dsn+"&_query_only=on"); err != nil {
		sb.write.Close()
		return err
	}
	sb.read.SetMaxOpenConns(4)
	if err = sb.loadSettings(); err != nil {
		sb.Close()
		return err
	}
	if err = errors.Join(sb.openX(), sb.openMastodon()); err != nil {
		sb.Close()
		return err
	}
	return nil
}

// loadSettings reads what must outlive a restart, and invents it at the first start.
func (sb *Sandbox) loadSettings() error {
	ctx := context.Background()
	for _, setting := range []struct {
		name, fresh string
		into        *string
	}{
		{"secret_key", "sk_test_" + random(24) + "sandbox", &sb.secretKey},
		{"platform", "acct_" + random(16), &sb.platform},
		{"client", "ca_" + random(24), &sb.client},
	} {
		if err := sb.lasting(setting.name, setting.fresh, setting.into); err != nil {
			return err
		}
	}
	offset, err := sb.setting(ctx, "offset", "0")
	if err != nil {
		return err
	}
	nanoseconds, err := strconv.ParseInt(offset, 10, 64)
	sb.offset = time.Duration(nanoseconds)
	return err
}

// lasting reads a setting that is invented at the first start.
func (sb *Sandbox) lasting(name, fresh string, into *string) error {
	if _, err := sb.write.Exec(`INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, fresh); err != nil {
		return err
	}
	return sb.write.QueryRow(`SELECT value FROM settings WHERE name = ?`, name).Scan(into)
}

func (sb *Sandbox) setting(ctx context.Context, name, otherwise string) (string, error) {
	value := otherwise
	err := sb.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = ?`, name).Scan(&value)
	if err == sql.ErrNoRows {
		return otherwise, nil
	}
	return value, err
}

func (sb *Sandbox) keepSetting(ctx context.Context, name, value string) error {
	_, err := sb.write.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}

// SetURL tells the sandbox its own base URL, which the addresses of its hosted pages begin with.
func (sb *Sandbox) SetURL(base string) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	for len(base) > 0 && base[len(base)-1] == '/' {
		base = base[:len(base)-1]
	}
	sb.base = base
}

func (sb *Sandbox) url(path string) string {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.base + path
}

// SecretKey is the platform's secret API key, the same after a restart.
func (sb *Sandbox) SecretKey() string { return sb.secretKey }

// Close ends held-back answers and closes the file; stop Run before.
func (sb *Sandbox) Close() error {
	sb.closeOnce.Do(func() { close(sb.quit) })
	if sb.x != nil {
		sb.x.posting.Wait()
	}
	readErr := sb.read.Close()
	if err := sb.write.Close(); err != nil {
		return err
	}
	return readErr
}
