package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// backup makes a backup half-way, while the servers run and are killed.
func (c *chaos) backup(ctx context.Context) {
	for c.opened.Load() < int64(c.orders/2) {
		if !pause(ctx, 20*time.Millisecond) {
			return
		}
	}
	if out, err := c.command(ctx, "backup", filepath.Join(c.folder, "backup.tar.gz")); err != nil {
		c.complain("backup: %v: %s", err, out)
		return
	}
	c.note("backups")
}

// command runs one of tillbird's small commands on the installation.
func (c *chaos) command(ctx context.Context, arguments ...string) (string, error) {
	cmd := exec.CommandContext(ctx, c.binary, arguments...)
	cmd.Env = append(os.Environ(), c.settings(c.servers[0].addr, "")...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// restore loses the disk and restores the backup. On PostgreSQL the caller's empty database was filled, so the drill is
// one of SQLite.
func (c *chaos) restore(ctx context.Context) error {
	for _, s := range c.servers {
		s.stop()
	}
	if err := os.Rename(filepath.Join(c.folder, "data"), filepath.Join(c.folder, "lost")); err != nil {
		return err
	}
	out, err := c.command(ctx, "restore", filepath.Join(c.folder, "backup.tar.gz"))
	if err != nil {
		return fmt.Errorf("restore: %w: %s", err, out)
	}
	c.note("restores")
	return nil
}
