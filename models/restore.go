package models

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Restore unpacks a backup into an empty data folder (and an empty PostgreSQL database), after checking that each part
// is what was backed up and that the database is sound. The installation remembers from when it is: see RestoredFrom.
// ErrNotEmpty, ErrBroken, ErrOther.
func Restore(ctx context.Context, set Settings, file string) (*Manifest, error) {
	if err := os.MkdirAll(set.Folder, 0o700); err != nil {
		return nil, err
	}
	if err := emptyFolder(set.Folder); err != nil {
		return nil, err
	}
	if set.DatabaseURL != "" {
		if err := emptyDatabase(ctx, set.DatabaseURL); err != nil {
			return nil, err
		}
	}
	work, err := os.MkdirTemp(set.Folder, ".restore-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	m, err := unpack(file, work)
	if err != nil {
		return nil, err
	}
	wanted := "sqlite"
	if set.DatabaseURL != "" {
		wanted = "postgresql"
	}
	if m.Database != wanted {
		return nil, fmt.Errorf("%w: it is of %s, and the settings name %s", ErrOther, m.Database, wanted)
	}
	if set.DatabaseURL != "" {
		err = restorePostgres(ctx, set.DatabaseURL, filepath.Join(work, dumpName))
	} else {
		err = checkSQLite(ctx, filepath.Join(work, sqliteName))
	}
	if err != nil {
		return nil, err
	}
	if err := markRestored(ctx, set.DatabaseURL, filepath.Join(work, sqliteName), m.MadeAt); err != nil {
		return nil, err
	}
	_ = os.Remove(filepath.Join(work, dumpName))
	entries, err := os.ReadDir(work)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if err := os.Rename(filepath.Join(work, entry.Name()), filepath.Join(set.Folder, entry.Name())); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func emptyFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasPrefix(name, "sandbox.") && !strings.HasSuffix(name, ".lock") {
			return fmt.Errorf("%w: %s", ErrNotEmpty, filepath.Join(folder, name))
		}
	}
	return nil
}

// unpack writes the parts of a backup into a folder and compares them with what the backup says of itself.
func unpack(file, folder string) (*Manifest, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	zip, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	archive := tar.NewReader(zip)
	m, digests := &Manifest{}, map[string]string{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if header.Name == manifestName {
			if err := json.NewDecoder(archive).Decode(m); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrBroken, err)
			}
			continue
		}
		if header.Typeflag != tar.TypeReg || !filepath.IsLocal(filepath.FromSlash(header.Name)) {
			return nil, fmt.Errorf("%w: it holds %q", ErrBroken, header.Name)
		}
		if digests[header.Name], err = unpackOne(archive, filepath.Join(folder, filepath.FromSlash(header.Name))); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
	}
	if m.Form != backupForm || len(m.Digests) != len(digests) {
		return nil, fmt.Errorf("%w: its end is missing, or it is of another form", ErrBroken)
	}
	for name, digest := range m.Digests {
		if digests[name] != digest {
			return nil, fmt.Errorf("%w: %s is not what was backed up", ErrBroken, name)
		}
	}
	return m, nil
}

func unpackOne(from io.Reader, path string) (digest string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer out.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(out, sum), from); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), out.Sync()
}

// checkSQLite looks whether a database is sound in itself.
func checkSQLite(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	said := ""
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&said); err != nil || said != "ok" {
		return fmt.Errorf("%w: the database is not sound: %s%w", ErrBroken, said, err)
	}
	var broken int64
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil || broken > 0 {
		return fmt.Errorf("%w: %d rows of the database name what is not there: %w", ErrBroken, broken, err)
	}
	return nil
}

// restoredNote remembers from when a restored installation is, until what the backup lacks is brought back.
const restoredNote = "restored.from"

// markRestored notes from when the backup is. Letters that waited in it went out long ago: they are only noted. It goes
// without a Store: the key that a Store needs may itself be in the backup.
func markRestored(ctx context.Context, address, file string, at time.Time) error {
	db, err := sql.Open("sqlite3", "file:"+file+"?_synchronous=FULL")
	if address != "" {
		db, err = openPlainly(address)
	}
	if err != nil {
		return err
	}
	defer db.Close()
	at = at.UTC().Truncate(time.Microsecond)
	if _, err := db.ExecContext(ctx, "UPDATE letters SET state = 'sent', sent_at = $1, secret = '' WHERE state = 'waiting'", at); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT INTO notes (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET value = excluded.value", restoredNote, at.Format(time.RFC3339), at)
	return err
}

// RestoredFrom tells from when the backup is that this installation was restored from, zero where nothing is to be
// brought back.
func (s *Store) RestoredFrom(ctx context.Context) (time.Time, error) {
	text, err := s.Note(ctx, restoredNote)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, text)
}

// BroughtBack says that what the backup lacked is here again.
func (s *Store) BroughtBack(ctx context.Context) error { return s.ForgetNote(ctx, restoredNote) }

// Quiet is the same store without letters: what it is told has been told to people before.
func (s *Store) Quiet() *Store {
	other := *s
	other.quiet = true
	return &other
}
