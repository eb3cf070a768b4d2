// Command tillbird is the whole product in one program: `tillbird` serves, and a few words beside it look after an
// installation. Without a Stripe key it runs in the sandbox, with a demo world.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "dev"

// commands are what can be asked of the program. Settings stand once, for all of them.
type commands struct {
	settings

	Serve    serveCommand    `cmd:"" default:"1" help:"Serve Tillbird (the default)."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database up to date and stop."`
	Admin    adminCommand    `cmd:"" help:"Look after the admins of this installation."`
	Backup   backupCommand   `cmd:"" help:"Write a backup of this installation, which may be running, as one file."`
	Restore  restoreCommand  `cmd:"" help:"Restore a backup into an empty data folder (and an empty PostgreSQL database)."`
	Webhooks webhooksCommand `cmd:"" help:"Look after the webhook endpoints at Stripe."`
	Doctor   doctorCommand   `cmd:"" help:"Check database, keys, webhooks, base URL and mail, and say what to do."`
	Health   healthCommand   `cmd:"" help:"Ask the running server whether it is well."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, "tillbird", version)
	return err
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tillbird:", err)
		os.Exit(1)
	}
}

// run does what the arguments ask. It returns errors whose text is meant for the operator.
func run(ctx context.Context, args []string, out, logs io.Writer) error {
	var c commands
	asked := false
	parser, err := kong.New(&c, kong.Name("tillbird"), kong.Description("A till that lives in the feed."), kong.Writers(out, logs),
		kong.Exit(func(int) { asked = true }), kong.UsageOnError())
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(longFlags(args))
	if asked {
		return nil // the help was asked for and printed
	}
	if err != nil {
		return err
	}
	if err := c.settings.check(); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: c.settings.logLevel()}))
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.BindTo(out, (*io.Writer)(nil))
	parsed.Bind(log, &c.settings)
	return plain(parsed.Run())
}

// plain drops the stacks that libraries wrap errors in: the operator reads a sentence.
func plain(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// longFlags lets a flag be written with one dash, as Go's own do: -addr is --addr.
func longFlags(args []string) []string {
	out := make([]string, 0, len(args))
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		if len(arg) > 2 && arg[0] == '-' && arg[1] != '-' && strings.ContainsAny(arg[1:2], "abcdefghijklmnopqrstuvwxyz") {
			arg = "-" + arg
		}
		out = append(out, arg)
	}
	return out
}
