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
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A backup is one file: a tar archive, compressed, of the database and of all else in the data folder, with a list of
// what is in it and how each part is to be recognised at the end.

// ErrNotEmpty says that there is something where a backup should be restored.
var ErrNotEmpty = errors.New("models: there is something already")

// ErrBroken says that a backup is not whole, or is none.
var ErrBroken = errors.New("models: the backup is broken")

// ErrOther says that a backup is of another kind of database than the one it should be restored into.
var ErrOther = errors.New("models: the backup is of another kind of database")

// Manifest is what a backup says of itself.
type Manifest struct {
	Form     int               `json:"form"`
	Database string            `json:"database"` // sqlite, postgresql
	MadeAt   time.Time         `json:"made_at"`
	Digests  map[string]string `json:"digests"` // SHA-256 by name
}

const (
	backupForm   = 1
	manifestName = "backup.json"
	sqliteName   = "tillbird.db"
	dumpName     = "tillbird.pgdump"
)

// Backup writes a backup of an installation, which may be running, as one file. The database is as it was at one moment;
// what it names in the folder is copied after that, and nothing there is ever changed.
func Backup(ctx context.Context, set Settings, file string) (*Manifest, error) {
	work, err := os.MkdirTemp(filepath.Dir(file), ".backup-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	m := &Manifest{Form: backupForm, Database: "sqlite", MadeAt: set.Clock().UTC(), Digests: map[string]string{}}
	name := sqliteName
	if set.DatabaseURL != "" {
		m.Database, name = "postgresql", dumpName
		err = dumpPostgres(ctx, set.DatabaseURL, filepath.Join(work, name))
	} else {
		err = copySQLite(ctx, filepath.Join(set.Folder, sqliteName), filepath.Join(work, name))
	}
	if err != nil {
		return nil, err
	}
	packed := filepath.Join(work, "packed")
	if err := m.pack(set.Folder, filepath.Join(work, name), name, packed); err != nil {
		return nil, err
	}
	return m, os.Rename(packed, file)
}

// copySQLite copies a database that others may be writing to, as it is at one moment.
func copySQLite(ctx context.Context, from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("the database: %w", err)
	}
	db, err := sql.Open("sqlite3", "file:"+from+"?_busy_timeout=10000&mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// passing tells whether something in the data folder is no part of a backup: the database, which is copied otherwise,
// locks, and the sandbox, which stands for Stripe.
func passing(name string) bool {
	return strings.HasPrefix(name, sqliteName) || strings.HasPrefix(name, "sandbox.") || strings.HasSuffix(name, ".lock") || strings.HasPrefix(name, ".backup-") || strings.HasPrefix(name, ".restore-")
}

func (m *Manifest) pack(folder, database, name, to string) (err error) {
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	zip := gzip.NewWriter(out)
	archive := tar.NewWriter(zip)
	if err := m.add(archive, database, name); err != nil {
		return err
	}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		inside, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		switch {
		case passing(inside) && entry.IsDir():
			return filepath.SkipDir
		case passing(inside), !entry.Type().IsRegular():
			return nil
		}
		err = m.add(archive, path, filepath.ToSlash(inside))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // one that was being written under another name
		}
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.MadeAt}); err != nil {
		return err
	}
	if _, err := archive.Write(text); err != nil {
		return err
	}
	return errors.Join(archive.Close(), zip.Close(), out.Sync())
}

func (m *Manifest) add(archive *tar.Writer, path, name string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	digest := sha256.New()
	if _, err := io.Copy(io.MultiWriter(archive, digest), io.LimitReader(in, info.Size())); err != nil {
		return err
	}
	m.Digests[name] = hex.EncodeToString(digest.Sum(nil))
	return nil
}
