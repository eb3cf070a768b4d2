package models_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	from := storetest.Settings(t, clock.Now)
	store, err := models.Open(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.CreateUser(t.Context(), models.SignUp{Email: "ana@example.com", Password: "a quiet harbour", Language: "en"}); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join("pictures", "a picture")
	if err := os.WriteFile(filepath.Join(from.Folder, picture), []byte("heron"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup.tar.gz")
	made, err := models.Backup(t.Context(), from, file)
	if err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Hour)
	if _, err := store.CreateUser(t.Context(), models.SignUp{Email: "late@example.com", Password: "a quiet harbour", Language: "en"}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	to := storetest.Settings(t, clock.Now)
	if to.DatabaseURL != "" {
		to.DatabaseURL += "&pool_max_conns=4" // which only our own pool understands
	}
	if _, err := models.Restore(t.Context(), to, file); err != nil {
		t.Fatal(err)
	}
	back, err := models.Open(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if _, err := back.UserByEmail(t.Context(), "ana@example.com"); err != nil {
		t.Errorf("who was backed up: %v", err)
	}
	if _, err := back.UserByEmail(t.Context(), "late@example.com"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("who came later: %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(to.Folder, picture)); err != nil || string(text) != "heron" {
		t.Errorf("the picture is %q, %v", text, err)
	}
	letters, err := back.LettersTo(t.Context(), "ana@example.com")
	if err != nil || len(letters) != 1 || letters[0].State != "sent" || letters[0].Secret != "" {
		t.Errorf("a letter that waited goes out again: %+v, %v", letters, err)
	}
	if at, err := back.RestoredFrom(t.Context()); err != nil || !at.Equal(made.MadeAt.Truncate(time.Second)) {
		t.Errorf("restored from %s, %v", at, err)
	}
	if _, err := models.Restore(t.Context(), to, file); !errors.Is(err, models.ErrNotEmpty) {
		t.Errorf("restored over what is there: %v", err)
	}
	if to.DatabaseURL != "" {
		to.Folder = t.TempDir()
		if _, err := models.Restore(t.Context(), to, file); !errors.Is(err, models.ErrNotEmpty) {
			t.Errorf("restored into a database that is in use: %v", err)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	set := storetest.Settings(t, clock.Now)
	kind, other := "sqlite", "postgresql"
	if storetest.Postgres() {
		kind, other = other, kind
	}
	whole := packed(t, models.Manifest{Form: 1, Database: kind, MadeAt: clock.Now()}, map[string]string{"files/a": "goods", "tillbird.db": "no database", "tillbird.pgdump": "no dump"})
	for name, backup := range map[string]struct {
		bytes []byte
		want  error
	}{
		"no backup at all":         {[]byte("a letter"), models.ErrBroken},
		"cut off":                  {whole[:len(whole)/2], models.ErrBroken},
		"another form":             {packed(t, models.Manifest{Form: 2, Database: kind}, nil), models.ErrBroken},
		"something is missing":     {packed(t, models.Manifest{Form: 1, Database: kind, Digests: map[string]string{"tillbird.db": "00"}}, nil), models.ErrBroken},
		"something was changed":    {packed(t, models.Manifest{Form: 1, Database: kind, Digests: map[string]string{"files/a": "00"}}, map[string]string{"files/a": "other goods"}), models.ErrBroken},
		"a way out of the folder":  {packed(t, models.Manifest{Form: 1, Database: kind}, map[string]string{"../outside": "goods"}), models.ErrBroken},
		"another kind of database": {packed(t, models.Manifest{Form: 1, Database: other}, map[string]string{"files/a": "goods"}), models.ErrOther},
		"a database that is none":  {whole, nil},
	} {
		file := filepath.Join(t.TempDir(), "backup.tar.gz")
		if err := os.WriteFile(file, backup.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := models.Restore(t.Context(), set, file)
		if err == nil || backup.want != nil && !errors.Is(err, backup.want) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadDir(set.Folder); err != nil || len(left) > 0 {
			t.Errorf("%s: it left %v behind, %v", name, left, err)
		}
		if n := tables(t, set); n > 0 {
			t.Errorf("%s: it left %d tables behind", name, n)
		}
	}
}

// packed is a backup of these parts; where the manifest has no digests, they are the right ones.
func packed(t *testing.T, m models.Manifest, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	add := func(name string, text []byte) {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	right := m.Digests == nil
	if right {
		m.Digests = map[string]string{}
	}
	for name, text := range parts {
		add(name, []byte(text))
		if sum := sha256.Sum256([]byte(text)); right {
			m.Digests[name] = hex.EncodeToString(sum[:])
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	add("backup.json", text)
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tables counts what a PostgreSQL database has; SQLite's is a file in the folder.
func tables(t *testing.T, set models.Settings) (n int64) {
	t.Helper()
	if set.DatabaseURL == "" {
		return 0
	}
	db, err := sql.Open("pgx", set.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
