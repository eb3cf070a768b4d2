package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/tillbird/tillbird/models"
)

type backupCommand struct {
	To string `arg:"" help:"File to write, or a folder in which one is made and named after the time." type:"path"`
}

// Run writes a backup. The server may go on meanwhile.
func (c backupCommand) Run(ctx context.Context, set *settings, out io.Writer, log *slog.Logger) error {
	file := c.To
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		file = filepath.Join(file, "tillbird-"+time.Now().UTC().Format("20060102-150405")+".tar.gz")
	}
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s is there already: a backup is not written over another", file)
	}
	if set.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(set.Data, "tillbird.db")); err != nil {
			return fmt.Errorf("there is no database in %s: name the data folder with TILLBIRD_DATA (-data)", set.Data)
		}
	}
	m, err := models.Backup(ctx, set.place(log), file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s, %d files, %d KB.\n", file, m.Database, len(m.Digests), (info.Size()+1023)/1024)
	if !set.sandboxed() {
		fmt.Fprintln(out, "Keep TILLBIRD_SECRET_KEY elsewhere: it is not in the backup, and without it what is secret in there cannot be read.")
	}
	return nil
}

type restoreCommand struct {
	From string `arg:"" help:"File that tillbird backup wrote." type:"existingfile"`
}

// Run unpacks a backup. What happened after it is brought back from Stripe when the server starts.
func (c restoreCommand) Run(ctx context.Context, set *settings, out io.Writer, log *slog.Logger) error {
	m, err := models.Restore(ctx, set.place(log), c.From)
	switch {
	case errors.Is(err, models.ErrNotEmpty):
		return fmt.Errorf("a backup is restored into an empty data folder and an empty database only, so that nothing is lost: %w", err)
	case errors.Is(err, models.ErrBroken):
		return fmt.Errorf("%s cannot be restored, and nothing was changed: %w", c.From, err)
	case errors.Is(err, models.ErrOther) && set.DatabaseURL == "":
		return fmt.Errorf("%s is of PostgreSQL: name an empty database with TILLBIRD_DATABASE_URL (-database-url)", c.From)
	case errors.Is(err, models.ErrOther):
		return fmt.Errorf("%s is of SQLite: leave TILLBIRD_DATABASE_URL (-database-url) out", c.From)
	case err != nil:
		return err
	}
	fmt.Fprintf(out, "Restored as of %s. Start tillbird: it brings back from Stripe what happened after that, and sends no letters about it.\n", m.MadeAt.Format(time.RFC1123))
	return nil
}

// place is where the installation keeps what it keeps.
func (s *settings) place(log *slog.Logger) models.Settings {
	return models.Settings{Folder: s.Data, DatabaseURL: s.DatabaseURL, Clock: func() time.Time { return time.Now().Add(s.ClockAhead) }, Log: log}
}
