package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes a test's database
)

// binary is the program under test, built once as a person would get it.
var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "tillbird-test-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(folder, "tillbird")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// process is a running Tillbird with its sandbox.
type process struct {
	t        testing.TB
	cmd      *exec.Cmd
	data     string
	database string
	base     string // of Tillbird
	stripe   string // of the sandbox
	x        string // the same sandbox's X
	mastodon string // its Mastodon
	ports    []string
	logs     *lockedBuffer
	exited   chan struct{}
}

// lockedBuffer takes a process's log while the test may read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs Tillbird in a folder of its own. env are further settings, NAME=value.
func start(t testing.TB, env ...string) *process {
	t.Helper()
	p := prepare(t)
	p.run(env...)
	return p
}

// prepare is a folder and a database for a process that does not run yet.
func prepare(t testing.TB) *process {
	t.Helper()
	return &process{t: t, data: t.TempDir(), database: testDatabase(t), ports: []string{"0", "0", "0", "0", "0"}}
}

// command runs one of the small commands on the same data, and gives what it printed.
func (p *process) command(input string, args ...string) (string, error) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), binary, append(args, "-data", p.data)...)
	cmd.Env = append(os.Environ(), "TILLBIRD_DATABASE_URL="+p.database)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// again starts it anew on the same data and the same addresses.
func (p *process) again(env ...string) {
	p.t.Helper()
	p.stop()
	p.run(env...)
}

func (p *process) run(env ...string) {
	t := p.t
	t.Helper()
	p.logs = &lockedBuffer{}
	p.cmd = exec.Command(binary, "serve", "-addr", "127.0.0.1:"+p.ports[0], "-sandbox-addr", "127.0.0.1:"+p.ports[1], "-sandbox-mail-addr", "127.0.0.1:"+p.ports[2], "-sandbox-x-addr", "127.0.0.1:"+p.ports[3], "-sandbox-mastodon-addr", "127.0.0.1:"+p.ports[4], "-data", p.data)
	p.cmd.Env = append(os.Environ(), append([]string{"TILLBIRD_DATABASE_URL=" + p.database, "TILLBIRD_LOG_LEVEL=warn", "TILLBIRD_DEMO=false"}, env...)...)
	p.cmd.Stderr = p.logs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.exited = make(chan struct{})
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "No real money") {
		name, address, _ := strings.Cut(lines.Text(), "http")
		switch strings.TrimSpace(name) {
		case "Tillbird":
			p.base = "http" + address
		case "Sandbox Stripe":
			p.stripe = "http" + address
		case "Sandbox X":
			p.x = "http" + address
		case "Sandbox Mastodon":
			p.mastodon = "http" + address
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	if p.base == "" || p.stripe == "" {
		<-p.exited
		t.Fatalf("tillbird did not start:\n%s", p.logs)
	}
	p.ports[0], p.ports[1], p.ports[3], p.ports[4] = portOf(p.base), portOf(p.stripe), portOf(p.x), portOf(p.mastodon)
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("log of tillbird:\n%s", lastLines(p.logs.String(), 60))
		}
	})
}

func portOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return u.Port()
}

func lastLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// stop asks it to stop and waits until it has.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wait()
}

// kill ends it as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	p.wait()
}

// wait waits until it has ended.
func (p *process) wait() {
	select {
	case <-p.exited:
	case <-time.After(time.Minute):
		_ = p.cmd.Process.Kill()
		p.t.Fatal("tillbird did not stop within a minute")
	}
}

// patience is how long anything may take. On PostgreSQL a job that a crash cut off is rescued after a minute or two,
// since another instance may still be at it.
const patience = 4 * time.Minute

// eventually asks until the answer is yes; nothing is assumed about how long it takes, but for a limit.
func eventually(t testing.TB, what string, ask func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-ctx.Done():
			t.Fatalf("it did not happen: %s", what)
		case <-tick.C:
		}
	}
}

// fetch gets an address as plain text.
func fetch(t testing.TB, address string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(address) //nolint:gosec // a test's own server
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

// testDatabase makes a PostgreSQL database where the tests run on one, else SQLite is used.
func testDatabase(t testing.TB) string {
	server := os.Getenv("TILLBIRD_TEST_DATABASE_URL")
	if server == "" {
		return ""
	}
	name := "tillbird_test_" + strings.ToLower(rand.Text())
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
