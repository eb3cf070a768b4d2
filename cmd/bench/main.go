// Command bench measures Tillbird's goals on the machine it runs on: go run ./cmd/bench P1 P3 P4 P5 P9, and P11 with
// -database-url.
//
// Machines are noisy, so a figure is a ratio to a baseline of the bench's own that ran in turn with it, and the median
// of the rounds counts. It prints one line of JSON for each goal and exits with 1 where one is not met. All load goes to
// loopback and is bounded.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"
)

// check is one sentence of a goal: a value that has to reach its target, or has to stay below it.
type check struct {
	What   string  `json:"what"`
	Value  float64 `json:"value"`
	Target float64 `json:"target"`
	Most   bool    `json:"most,omitempty"` // the target is the most that is allowed
	Met    bool    `json:"met"`
}

func least(what string, value, target float64) check {
	return check{What: what, Value: short(value), Target: target, Met: value >= target}
}

func most(what string, value, target float64) check {
	return check{What: what, Value: short(value), Target: target, Most: true, Met: value <= target}
}

// result is the line of a goal: its first check in front as a ratio or a value, and the raw figures.
type result struct {
	Goal     string         `json:"goal"`
	Database string         `json:"database"`
	Ratio    *float64       `json:"ratio,omitempty"`
	Value    *float64       `json:"value,omitempty"`
	Target   float64        `json:"target"`
	Met      bool           `json:"met"`
	Checks   []check        `json:"checks"`
	Raw      map[string]any `json:"raw"`
}

var goals = map[string]func(ctx context.Context, b *bench) ([]check, map[string]any, error){
	"P1":      hotPage,
	"P2":      busyPage,
	"P3":      intake,
	"P4":      backlog,
	"P5":      hotOffer,
	"P8":      startAndSize,
	"P9":      cards,
	"P10":     weight,
	"P11":     onPostgres,
	"replies": replies,
}

// bench is what each goal runs with.
type bench struct {
	databaseURL string
	rounds      int
	events      int
	orders      int
	seconds     time.Duration
	profile     string
	binary      string
}

func (b *bench) postgres() bool { return b.databaseURL != "" }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	met, err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || !met {
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string, out io.Writer) (met bool, err error) {
	b := &bench{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&b.databaseURL, "database-url", "", "measure PostgreSQL: an empty database, in which the bench leaves its rows")
	flags.IntVar(&b.rounds, "rounds", 5, "rounds of which the median counts")
	flags.IntVar(&b.events, "events", 100_000, "events of the backlog of P4")
	flags.StringVar(&b.binary, "binary", "", "the program that P8 measures; none: it is built as the Dockerfile does")
	flags.IntVar(&b.orders, "orders", 1_000_000, "orders that the shop of P2 and P8 has behind it")
	flags.DurationVar(&b.seconds, "for", 1500*time.Millisecond, "how long each side of a round of P1 and P3 is under load")
	flags.StringVar(&b.profile, "cpuprofile", "", "write where the time goes to a file, for go tool pprof; of each child to one beside it")
	if err := flags.Parse(arguments); err != nil {
		return false, err
	}
	if b.profile != "" {
		file, err := os.Create(b.profile)
		if err != nil {
			return false, err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return false, err
		}
		defer pprof.StopCPUProfile()
	}
	if what := os.Getenv(childWish); what != "" {
		return true, b.serveChild(ctx, what)
	}
	names := flags.Args()
	if len(names) == 0 {
		names = []string{"P1", "P2", "P3", "P4", "P5", "P8", "P9", "P10"}
		if b.postgres() {
			names = []string{"P1", "P3", "P4", "P5", "P9", "P10", "P11"}
		}
	}
	met = true
	for _, name := range names {
		measure := goals[name]
		if measure == nil {
			return false, fmt.Errorf("no goal %q is measured here", name)
		}
		checks, raw, err := measure(ctx, b)
		if err != nil {
			return false, fmt.Errorf("%s: %w", name, err)
		}
		line := result{Goal: name, Database: "sqlite", Target: checks[0].Target, Met: true, Checks: checks, Raw: raw}
		if checks[0].Most {
			line.Value = &checks[0].Value
		} else {
			line.Ratio = &checks[0].Value
		}
		if b.postgres() {
			line.Database = "postgresql"
		}
		for _, c := range checks {
			line.Met = line.Met && c.Met
		}
		met = met && line.Met
		if err := json.NewEncoder(out).Encode(line); err != nil {
			return false, err
		}
	}
	return met, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[len(sorted)/2]
}

// quantile is the value below which a share of all lie.
func quantile(all []time.Duration, share float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(float64(len(sorted))*share), len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// short drops digits that say nothing.
func short(v float64) float64 { return math.Round(v*1000) / 1000 }
