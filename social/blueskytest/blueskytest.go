// Package blueskytest runs Bluesky's own software on this machine, for the tests.
package blueskytest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Server is a server of Bluesky's and the directory of accounts.
type Server struct {
	t        testing.TB
	PDS, PLC string
	in       io.Writer
	out      *bufio.Scanner
}

// Start runs it until the test ends. Where env names a PostgreSQL and a Redis it is the whole network, which tells of
// answers and counts likes.
func Start(t testing.TB, env ...string) *Server {
	t.Helper()
	s := &Server{t: t}
	program := exec.Command("node", filepath.Join(root(t), "social/blueskytest/bluesky.cjs"))
	program.Env = append(os.Environ(), append([]string{"LOG_ENABLED=false", "NODE_ENV=test"}, env...)...)
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
	s.in, s.out = in, bufio.NewScanner(out)
	if !s.out.Scan() || json.Unmarshal(s.out.Bytes(), s) != nil {
		t.Fatalf("Bluesky does not start, `make test` installs it: %s", problems.String())
	}
	return s
}

// root is the folder of the module, where node finds its packages.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
	}
	t.Fatal("this is no module")
	return ""
}

// Settle waits until all that was written is known everywhere.
func (s *Server) Settle() {
	s.t.Helper()
	if _, err := io.WriteString(s.in, "\n"); err != nil || !s.out.Scan() {
		s.t.Fatal("Bluesky has gone")
	}
}

// Call asks the server as any other client does, and takes its answer; into may be nil.
func (s *Server) Call(token, method, name string, body, into any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.PDS+"/xrpc/"+name, bytes.NewReader(text))
	if body == nil {
		r, err = http.NewRequestWithContext(s.t.Context(), method, s.PDS+"/xrpc/"+name, nil)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(a.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if a.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s", name, answer)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer, into); err != nil {
		s.t.Fatal(err)
	}
}

// Account opens an account, and gives its id, its own token and a password made for an app.
func (s *Server) Account(name string) (did, token, password string) {
	s.t.Helper()
	var account struct{ AccessJwt, DID string }
	s.Call("", http.MethodPost, "com.atproto.server.createAccount", map[string]any{"handle": name + ".test", "email": name + "@example.com", "password": "own-" + name}, &account)
	var made struct{ Password string }
	s.Call(account.AccessJwt, http.MethodPost, "com.atproto.server.createAppPassword", map[string]any{"name": "till"}, &made)
	return account.DID, account.AccessJwt, made.Password
}
