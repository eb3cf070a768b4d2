// Package storetest opens real databases for tests: a SQLite file in a temporary folder, or, where
// TILLBIRD_TEST_DATABASE_URL names a PostgreSQL server, a database of the test's own there.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes the test's database

	"github.com/tillbird/tillbird/models"
)

// SecretKey is the key of every test store.
const SecretKey = "a secret key that is only for the tests of this project"

// Clock is a clock that moves when the test says so.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a Sunday afternoon in autumn.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 10, 4, 13, 30, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Open gives an empty, migrated store and its clock, closed when the test ends.
func Open(t testing.TB) (*models.Store, *Clock) {
	t.Helper()
	store, clock, _ := Frail(t)
	return store, clock
}

// Frail is Open with a way to damage what is kept, past all rules but the database's own.
func Frail(t testing.TB) (store *models.Store, clock *Clock, damage func(statement string)) {
	t.Helper()
	clock = NewClock()
	set := Settings(t, clock.Now)
	store, err := models.Open(t.Context(), set)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, clock, func(statement string) {
		t.Helper()
		driver, source := "pgx", set.DatabaseURL
		if source == "" {
			driver, source = "sqlite3", "file:"+filepath.Join(set.Folder, "tillbird.db")+"?_busy_timeout=5000"
		}
		db, err := sql.Open(driver, source)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Settings are those of a fresh store, for tests that open it themselves, also more than once.
func Settings(t testing.TB, clock func() time.Time) models.Settings {
	t.Helper()
	return models.Settings{Folder: t.TempDir(), DatabaseURL: database(t), SecretKey: SecretKey, Clock: clock, Log: slog.New(slog.DiscardHandler), PasswordMemory: 64}
}

// Postgres tells whether the tests run on PostgreSQL.
func Postgres() bool { return os.Getenv("TILLBIRD_TEST_DATABASE_URL") != "" }

// database makes a database of the test's own on the server, or names none.
func database(t testing.TB) string {
	server := os.Getenv("TILLBIRD_TEST_DATABASE_URL")
	if server == "" {
		return ""
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	var random [8]byte
	_, _ = rand.Read(random[:])
	name := "tillbird_test_" + hex.EncodeToString(random[:])
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", server)
		if err == nil {
			_, _ = admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
			_ = admin.Close()
		}
	})
	parsed, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	parsed.Path = "/" + name
	return parsed.String()
}
