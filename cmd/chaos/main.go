// Command chaos lets hundreds of buyers loose on the real server while all goes wrong that can go wrong, and compares
// what stands in the database afterwards with the ledger of the sandbox Stripe: go run ./cmd/chaos -seed 7 -orders 300 -kills 10.
//
// The server runs as a process of its own (two on PostgreSQL) and is killed with -9 at random points; Stripe fails,
// stays silent and cuts connections; webhooks come twice, late, shuffled or not at all; buyers click twice, pay in two
// tabs, go back, let go and come again for what is scarce; fans with synced cards order by reply, confirm, cancel, mistype
// their code and say STOP while X delivers twice or not at all; two people give the same money back at once. The seed decides
// who does what and when the server dies. How the processes interleave it cannot decide, so a failing run is replayed by
// its seed a few times.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	differences, err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	if err != nil || differences > 0 {
		os.Exit(1)
	}
}

// run does what the arguments ask and tells how many differences it found. The last line of a run without any begins
// with "clean:".
func run(ctx context.Context, arguments []string, out io.Writer) (differences int, err error) {
	c := &chaos{out: out}
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()%1_000_000), "decides who does what and when the server dies")
	flags.IntVar(&c.orders, "orders", 300, "how many checkouts are opened")
	flags.IntVar(&c.kills, "kills", 10, "how often the server is killed")
	flags.IntVar(&c.writers, "writers", 6, "how many fans write replies at the same time; each fifth order or so is one by reply")
	flags.IntVar(&c.buyers, "buyers", 24, "how many buyers are about at the same time")
	flags.StringVar(&c.databaseURL, "database-url", "", "an empty PostgreSQL database, on which two servers run; SQLite without")
	flags.BoolVar(&c.drill, "restore", false, "lose the disk after the last sale, and restore a backup that was made half-way")
	flags.StringVar(&c.binary, "binary", "", "a tillbird that is built already")
	flags.StringVar(&c.folder, "folder", ".", "where a folder for the databases and logs is made; not in memory, or nothing is as durable as it seems")
	if err := flags.Parse(arguments); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := c.open(ctx); err != nil {
		c.close(true)
		return 0, err
	}
	fmt.Fprintf(out, "seed %d, %d orders, %d kills, %s\n", c.seed, c.orders, c.kills, c.database())
	found, err := c.play(ctx)
	for _, difference := range found {
		fmt.Fprintln(out, "difference:", difference)
	}
	c.close(len(found) == 0 && (err == nil || ctx.Err() != nil)) // what went wrong can be looked at
	if err != nil {
		return 0, err
	}
	c.tell()
	fmt.Fprintf(out, "took %s\n", time.Since(began).Round(time.Second))
	if len(found) > 0 {
		fmt.Fprintf(out, "%d orders, %d kills, %d differences; seed %d; logs and databases in %s\n", c.placed, c.killed.Load(), len(found), c.seed, c.folder)
		return len(found), nil
	}
	fmt.Fprintf(out, "clean: %d orders, %d kills, 0 differences\n", c.placed, c.killed.Load())
	return 0, nil
}

// play lets it all happen, waits until nothing goes on by itself any more, and compares.
func (c *chaos) play(ctx context.Context) (differences []string, err error) {
	if err := c.startServers(ctx); err != nil {
		return nil, err
	}
	if err := c.heard(ctx); err != nil {
		return nil, err
	}
	if err := c.mischief(ctx); err != nil {
		return nil, err
	}
	c.sell(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := c.peace(ctx); err != nil {
		return nil, err
	}
	if c.drill {
		if err := c.restore(ctx); err != nil {
			return nil, err
		}
	}
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	return c.compare(ctx)
}
