package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBackupAndRestore backs a running installation up, and begins with the backup elsewhere.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	if out, err := p.command("a watchful heron\n", "admin", "create", "sam@till.example"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.run()
	folder := t.TempDir()
	if out, err := p.command("", "backup", folder); err != nil || strings.Contains(out, "PASSWORD") {
		t.Fatalf("%v: %s", err, out)
	}
	made, err := filepath.Glob(filepath.Join(folder, "tillbird-*.tar.gz"))
	if err != nil || len(made) != 1 {
		t.Fatalf("%v, %v", made, err)
	}
	if out, err := p.command("", "backup", made[0]); err == nil || !strings.Contains(out, "is there already") {
		t.Errorf("a backup was written over another: %v: %s", err, out)
	}
	if out, err := p.command("", "restore", made[0]); err == nil || !strings.Contains(out, "empty data folder") {
		t.Errorf("a backup was restored over what is in use: %v: %s", err, out)
	}
	p.stop()

	q := prepare(t)
	torn := filepath.Join(folder, "torn.tar.gz")
	whole, err := os.ReadFile(made[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(torn, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := q.command("", "restore", torn); err == nil || !strings.Contains(out, "nothing was changed") {
		t.Errorf("half a backup was restored: %v: %s", err, out)
	}
	if out, err := q.command("", "restore", made[0]); err != nil || !strings.Contains(out, "Restored as of") {
		t.Fatalf("%v: %s", err, out)
	}
	q.run()
	if n := q.count("SELECT count(*) FROM users WHERE email = 'sam@till.example' AND is_admin"); n != 1 {
		t.Errorf("%d admins were restored", n)
	}
	answer, err := http.Get(q.base + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("it answers with %d", answer.StatusCode)
	}
}
