package social

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // makes the database that the network keeps everything in
)

// realBluesky is Bluesky's own software on this machine: a server and the directory of accounts. Where
// TILLBIRD_TEST_DATABASE_URL names a PostgreSQL it is the whole network, which tells of answers and counts likes.
type realBluesky struct {
	t        *testing.T
	PDS, PLC string
	whole    bool
	in       io.Writer
	out      *bufio.Scanner
	client   *BlueskyClient
}

func startBluesky(t *testing.T) *realBluesky {
	t.Helper()
	b := &realBluesky{t: t}
	program := exec.Command("node", "testdata/bluesky.cjs")
	program.Env = append(os.Environ(), "LOG_ENABLED=false", "NODE_ENV=test")
	if server := os.Getenv("TILLBIRD_TEST_DATABASE_URL"); server != "" {
		b.whole = true
		program.Env = append(program.Env, "DB_POSTGRES_URL="+ownDatabase(t, server), "REDIS_HOST="+startRedis(t))
	}
	var problems bytes.Buffer
	program.Stderr = &problems
	in, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatalf("node is needed, `make test` installs it: %v", err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends with its input
		ended := time.AfterFunc(20*time.Second, func() { _ = program.Process.Kill() })
		_ = program.Wait()
		ended.Stop()
	})
	b.in, b.out = in, bufio.NewScanner(out)
	if !b.out.Scan() || json.Unmarshal(b.out.Bytes(), b) != nil {
		t.Fatalf("Bluesky does not start, `make test` installs it: %s", problems.String())
	}
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

// settle waits until all that was written is known everywhere.
func (b *realBluesky) settle() {
	b.t.Helper()
	fmt.Fprintln(b.in)
	if !b.out.Scan() {
		b.t.Fatal("Bluesky has gone")
	}
}

// raw calls the server as any other client does.
func (b *realBluesky) raw(token, method, name string, body, into any) {
	b.t.Helper()
	text, _ := json.Marshal(body)
	r, _ := http.NewRequest(method, b.PDS+"/xrpc/"+name, bytes.NewReader(text))
	if body == nil {
		r, _ = http.NewRequest(method, b.PDS+"/xrpc/"+name, nil)
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer a.Body.Close()
	answer, _ := io.ReadAll(a.Body)
	if a.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %s", name, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			b.t.Fatal(err)
		}
	}
}

// somebody opens an account, and gives its own password's token with a password for an app.
func (b *realBluesky) somebody(name string) (token, password string) {
	b.t.Helper()
	var account struct{ AccessJwt, DID string }
	b.raw("", "POST", "com.atproto.server.createAccount", map[string]any{"handle": name + ".test", "email": name + "@example.com", "password": "own-" + name}, &account)
	var made struct{ Password string }
	b.raw(account.AccessJwt, "POST", "com.atproto.server.createAppPassword", map[string]any{"name": "till"}, &made)
	return account.AccessJwt, made.Password
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
	b.raw(grant.Access, "GET", "com.atproto.repo.listRecords?collection="+postCollection+"&repo="+grant.Account, nil, &page)
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
