package models

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	killedIntake = "TILLBIRD_TEST_KILLED_INTAKE"
	intakeKills  = "TILLBIRD_TEST_INTAKE_KILLS" // how often; a hundred times by hand
)

// TestKeepUntilKilled is the process that TestIntakeKilled kills: it keeps events, some of them twice, prints the name of
// each that was acknowledged, and works them beside it. By itself it does nothing.
func TestKeepUntilKilled(t *testing.T) {
	folder := os.Getenv(killedIntake)
	if folder == "" {
		return
	}
	s := groupStore(t, folder)
	ctx, run := context.Background(), time.Now().UnixNano()
	var next atomic.Int64
	var load sync.WaitGroup
	for range 32 {
		load.Go(func() {
			for {
				n := next.Add(1)
				event := Event{StripeID: fmt.Sprintf("evt_%d_%d", run, n), Endpoint: "account", Type: "charge.succeeded", ObjectID: "ch_1", Payload: []byte("{}"), OccurredAt: s.Now()}
				for range 1 + n%2 {
					if s.KeepEvent(ctx, event) != nil {
						return
					}
				}
				fmt.Println(event.StripeID)
			}
		})
	}
	for range 2 {
		load.Go(func() {
			for workEvents(ctx, s) == nil {
			}
		})
	}
	load.Wait()
}

// workEvents applies a round of events: what each does is one more line of what happened, in the transaction that says
// that it is done.
func workEvents(ctx context.Context, s *Store) error {
	taken, err := s.TakeEvents(ctx, 100)
	if err != nil {
		return err
	}
	for i := range taken {
		event := &taken[i]
		if string(event.Payload) != "{}" {
			return fmt.Errorf("%s came without its body", event.StripeID)
		}
		err := s.write(ctx, func(db *tx) error {
			rows, err := db.exec("UPDATE events SET state = 'done', next_try_at = NULL WHERE id = $1 AND state = 'received'", event.ID)
			if err != nil || rows == 0 {
				return err
			}
			return db.Exec("INSERT INTO notes (name, value, updated_at) VALUES (?, '', ?)", "applied-"+event.StripeID, s.now()).Error // a second one breaks the key
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// TestIntakeKilled kills the process that takes events again and again: none that was acknowledged is lost, and none is
// applied twice.
func TestIntakeKilled(t *testing.T) {
	t.Parallel()
	kills := 4
	if n, err := strconv.Atoi(os.Getenv(intakeKills)); err == nil {
		kills = n
	}
	folder := t.TempDir()
	var told []string
	for run := range kills {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKeepUntilKilled$")
		child.Env = append(os.Environ(), killedIntake+"="+folder)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); {
			if !strings.HasPrefix(lines.Text(), "evt_") {
				t.Fatal(lines.Text())
			}
			told = append(told, lines.Text())
			if n++; n == 50+37*(run%11) {
				_ = child.Process.Kill() // in mid-flight; what it still printed was acknowledged too
			}
		}
		_ = child.Wait()
	}
	s := groupStore(t, folder)
	if err := s.write(t.Context(), func(db *tx) error {
		return db.Exec("UPDATE events SET next_try_at = received_at WHERE state = 'received'").Error // what the dead had claimed
	}); err != nil {
		t.Fatal(err)
	}
	for left := int64(1); left > 0; {
		if err := workEvents(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		var err error
		if left, _, err = s.EventsLeft(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range told {
		var events, applied int64
		if err := s.read(t.Context()).Raw("SELECT (SELECT count(*) FROM events WHERE stripe_id = ? AND state = 'done')", id).Scan(&events).Error; err != nil {
			t.Fatal(err)
		}
		if err := s.read(t.Context()).Raw("SELECT count(*) FROM notes WHERE name = ?", "applied-"+id).Scan(&applied).Error; err != nil {
			t.Fatal(err)
		}
		if events != 1 || applied != 1 {
			t.Fatalf("%s was acknowledged: it is there %d times and was applied %d times", id, events, applied)
		}
	}
	t.Logf("%d acknowledged events, %d kills", len(told), kills)
}
