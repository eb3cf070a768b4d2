package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes a test's database
)

// TestChaos is a short run of the whole: the long ones are made by hand, with more orders and kills and other seeds.
func TestChaos(t *testing.T) {
	folder := t.TempDir()
	var out bytes.Buffer
	differences, err := run(t.Context(), []string{"-seed", "11", "-orders", "80", "-kills", "5", "-database-url", testDatabase(t), "-folder", folder}, &out)
	if err != nil || differences != 0 || !strings.Contains(out.String(), "\nclean: ") {
		t.Errorf("%d differences, %v\n%s", differences, err, out.String())
		logs, _ := filepath.Glob(filepath.Join(folder, "*", "*.log"))
		for _, name := range logs {
			text, _ := os.ReadFile(name)
			t.Logf("%s:\n%s", name, text[max(0, len(text)-5000):])
		}
	}
}

// testDatabase makes a PostgreSQL database where the tests run on one, else SQLite is used.
func testDatabase(t testing.TB) string {
	server := os.Getenv("TILLBIRD_TEST_DATABASE_URL")
	if server == "" {
		return ""
	}
	name := "tillbird_chaos_" + strings.ToLower(rand.Text())
	do := func(ctx context.Context, statement string) error {
		db, err := sql.Open("pgx", server)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.ExecContext(ctx, statement)
		return err
	}
	if err := do(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = do(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
