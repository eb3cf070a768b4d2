package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSecondProcess: two processes on one data folder would undo each other, so the second does not start.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	p := start(t)
	cmd := exec.CommandContext(t.Context(), binary, "-addr", "127.0.0.1:0", "-sandbox-addr", "127.0.0.1:0", "-sandbox-mail-addr", "127.0.0.1:0", "-data", p.data)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "TILLBIRD_DATA") {
		t.Errorf("the second process started, or did not say why not: %v\n%s", err, out)
	}
	if status, _ := fetch(t, p.base+"/readyz"); status != http.StatusOK {
		t.Errorf("the first process was disturbed: %d", status)
	}
}

// TestSharedPort: an address in use stops the start with the setting's name.
func TestSharedPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for flag, name := range map[string]string{"-addr": "TILLBIRD_ADDR", "-sandbox-addr": "TILLBIRD_SANDBOX_ADDR", "-sandbox-mail-addr": "TILLBIRD_SANDBOX_MAIL_ADDR", "-sandbox-x-addr": "TILLBIRD_SANDBOX_X_ADDR", "-sandbox-mastodon-addr": "TILLBIRD_SANDBOX_MASTODON_ADDR"} {
		args := map[string]string{"-addr": "127.0.0.1:0", "-sandbox-addr": "127.0.0.1:0", "-sandbox-mail-addr": "127.0.0.1:0"}
		args[flag] = l.Addr().String()
		var line []string
		for name, value := range args {
			line = append(line, name, value)
		}
		out, err := exec.CommandContext(t.Context(), binary, append(line, "-data", t.TempDir())...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), name) {
			t.Errorf("%s in use: %v\n%s", flag, err, out)
		}
	}
}

// TestGracefulStop: a request that is under way when the process is asked to stop gets its answer.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	p := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// Half a request: the server is reading it when the signal comes.
	body := "email=nobody%40example.com&password=something+long"
	if _, err := io.WriteString(conn, "POST /login HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\n"+body[:10]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server has the head of the request", func() bool {
		_, metrics := fetch(t, p.base+"/healthz")
		return metrics == "ok\n"
	})
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	eventually(t, "the server takes no new connections", func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	if _, err := io.WriteString(conn, body[10:]); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	answer, err := io.ReadAll(conn)
	if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 422")) {
		t.Errorf("the request was lost: %v\n%.300s", err, answer)
	}
	p.wait()
}

// TestRestart: what was there before a restart is there after it, in Tillbird and in the sandbox.
func TestRestart(t *testing.T) {
	t.Parallel()
	p := start(t, "TILLBIRD_DEMO=true", "TILLBIRD_DEMO_DAYS=1")
	slug := p.liveOffer("Linen apron")
	link := p.checkout(slug, "crash@fan.example", "one-browser-of-one-buyer")
	p.kill()
	p.run()
	p.pay(link)
	eventually(t, "the order is paid", func() bool {
		return p.count("SELECT count(*) FROM orders WHERE email = 'crash@fan.example' AND payment = 'paid'") == 1
	})
	p.agree(1, 0)
}

// TestDemoInterrupted: a world whose making is killed is gone on with, and has each thing once.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	p := start(t, "TILLBIRD_DEMO=true", "TILLBIRD_DEMO_DAYS=12")
	eventually(t, "some days are made", func() bool { return p.count("SELECT count(*) FROM orders") > 5 })
	p.kill()
	p.run("TILLBIRD_DEMO=true", "TILLBIRD_DEMO_DAYS=12")
	p.liveOffer("Linen apron")
	if n := p.count("SELECT count(*) FROM (SELECT title FROM versions GROUP BY title HAVING count(*) > 1) AS twice"); n != 0 {
		t.Errorf("%d offers are there twice", n)
	}
	eventually(t, "the shops are open", func() bool { return p.count("SELECT count(*) FROM shops WHERE opened_at IS NOT NULL") == 3 })
}

// TestSmallCommands: each of them on a fresh folder.
func TestSmallCommands(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	for _, c := range []struct {
		name, input string
		args        []string
		wants       string
		fails       bool
	}{
		{"migrate", "", []string{"migrate"}, "up to date", false},
		{"an admin with a short password", "short\n", []string{"admin", "create", "sam@example.com"}, "10", true},
		{"an admin with a wrong address", "a watchful heron\n", []string{"admin", "create", "sam"}, "@", true},
		{"an admin", "a watchful heron\n", []string{"admin", "create", "sam@example.com"}, "/login", false},
		{"doctor", "", []string{"doctor"}, "sandbox", false},
		{"webhooks without a key", "", []string{"webhooks", "create"}, "STRIPE_SECRET_KEY", true},
		{"health without a server", "", []string{"health", "-addr", "127.0.0.1:1"}, "no answer", true},
		{"version", "", []string{"version"}, "tillbird", false},
		{"an unknown command", "", []string{"sell"}, "sell", true},
		{"an unknown flag", "", []string{"-colour", "red"}, "colour", true},
	} {
		out, err := p.command(c.input, c.args...)
		if (err != nil) != c.fails || !strings.Contains(out, c.wants) {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
	}
}

// TestDoctorFindsFaults: with a key that Stripe does not know, doctor says so and fails.
func TestDoctorFindsFaults(t *testing.T) {
	t.Parallel()
	p := start(t)
	cmd := exec.CommandContext(t.Context(), binary, "doctor", "-data", t.TempDir())
	cmd.Env = append(cmd.Environ(), "STRIPE_SECRET_KEY=sk_test_unknown", "STRIPE_API_URL="+p.stripe, "TILLBIRD_BASE_URL="+p.base, "TILLBIRD_SECRET_KEY="+strings.Repeat("k", 32),
		"STRIPE_WEBHOOK_SECRET=whsec_1", "STRIPE_CONNECT_WEBHOOK_SECRET=whsec_2", "TILLBIRD_SMTP_HOST=127.0.0.1", "TILLBIRD_SMTP_PORT=1", "TILLBIRD_SMTP_TLS=none", "TILLBIRD_MAIL_FROM=till@example.com")
	out, err := cmd.CombinedOutput()
	for _, want := range []string{"ok    base URL", "FAIL  mail server", "FAIL"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("doctor does not say %q: %v\n%s", want, err, out)
		}
	}
	if err == nil {
		t.Error("doctor is content")
	}
}

// TestFirstAnswer measures nothing (machines are noisy): it proves that the first answer does not wait for the demo.
func TestFirstAnswer(t *testing.T) {
	t.Parallel()
	p := start(t, "TILLBIRD_DEMO=true")
	status, body := fetch(t, p.base+"/")
	if status != http.StatusOK || p.count("SELECT count(*) FROM notes WHERE name = 'demo' AND value = 'complete'") != 0 {
		t.Errorf("the first answer waited for the demo world: %d %.80s", status, body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/offers", nil)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}
