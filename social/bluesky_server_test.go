package social

import (
	"bufio"
	"crypto/rand"
	"database/sql"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // makes the database that the network keeps everything in

	"github.com/tillbird/tillbird/social/blueskytest"
)

// realBluesky is Bluesky's own software on this machine. Where TILLBIRD_TEST_DATABASE_URL names a PostgreSQL it is the
// whole network, which tells of answers and counts likes.
type realBluesky struct {
	*blueskytest.Server
	t      *testing.T
	whole  bool
	client *BlueskyClient
}

func startBluesky(t *testing.T) *realBluesky {
	t.Helper()
	b := &realBluesky{t: t}
	var env []string
	if server := os.Getenv("TILLBIRD_TEST_DATABASE_URL"); server != "" {
		b.whole = true
		env = []string{"DB_POSTGRES_URL=" + ownDatabase(t, server), "REDIS_HOST=" + startRedis(t)}
	}
	b.Server = blueskytest.Start(t, env...)
	b.client = New(Settings{Bluesky: &BlueskySettings{Server: b.PDS, Directory: b.PLC}, Local: true, Now: time.Now}).networks[Bluesky].(*BlueskyClient)
	return b
}

// ownDatabase is a database that ends with the test.
func ownDatabase(t *testing.T, server string) string {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "bluesky_" + strings.ToLower(rand.Text())
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = db.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		_ = db.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path, u.RawQuery = "/"+name, ""
	return u.String()
}

func startRedis(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(address)
	redis := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	out, err := redis.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := redis.Start(); err != nil {
		t.Fatalf("redis-server is needed beside PostgreSQL, `make test` installs it: %v", err)
	}
	t.Cleanup(func() {
		_ = redis.Process.Kill()
		_ = redis.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return address
		}
	}
	t.Fatal("redis-server does not start")
	return ""
}

// somebody opens an account, and gives its own password's token with a password for an app.
func (b *realBluesky) somebody(name string) (token, password string) {
	b.t.Helper()
	_, token, password = b.Account(name)
	return token, password
}

func (b *realBluesky) enter(handle, password string) Grant {
	b.t.Helper()
	grant, err := b.client.Enter(b.t.Context(), "", handle, password)
	if err != nil {
		b.t.Fatalf("%s does not get in: %v", handle, err)
	}
	return *grant
}

func (b *realBluesky) posts(grant Grant) []record {
	b.t.Helper()
	var page struct{ Records []record }
	b.Call(grant.Access, "GET", "com.atproto.repo.listRecords?collection="+postCollection+"&repo="+grant.Account, nil, &page)
	return page.Records
}

func (b *realBluesky) publish(grant Grant, message Message) *Published {
	b.t.Helper()
	out, err := b.client.Publish(b.t.Context(), grant, message)
	if err != nil {
		b.t.Fatalf("%q is not published: %v", message.Text, err)
	}
	return out
}
