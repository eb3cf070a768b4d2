package sandbox

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
)

// switches are how the operator wants webhooks to go wrong: all of them, or a part by percentage and seed.
type switches struct {
	Twice   bool  // each event is delivered twice
	Nothing bool  // what is due is dropped, as if lost for good
	Shuffle bool  // what is due at once goes out in any order
	Delay   int64 // seconds that each try is late; with Late, the most that an event is late

	Seed           int64
	PercentTwice   percent
	PercentDrop    percent
	PercentShuffle percent
	PercentLate    percent
}

// latest is how many seconds the late part is late at most when nothing else was asked for.
const latest = 30

func (w switches) twice(d delivery) bool {
	return w.Twice || w.PercentTwice.happens(w.Seed, "twice", d.seq*100+int64(d.tries))
}

func (w switches) drops(d delivery) bool {
	return w.Nothing || w.PercentDrop.happens(w.Seed, "drop", d.seq*100+int64(d.tries))
}

// late is how many seconds the delivery with this number starts late.
func (w switches) late(number int64) int64 {
	if !w.PercentLate.happens(w.Seed, "late", number) {
		return 0
	}
	most := w.Delay
	if most == 0 {
		most = latest
	}
	return 1 + int64(roll(w.Seed, "how late", number, uint64(most)))
}

// all is how late each try is.
func (w switches) all() int64 {
	if w.PercentLate > 0 {
		return 0
	}
	return w.Delay
}

// shuffle puts what is due, or the part of it, in any order.
func (w switches) shuffle(due []delivery, now int64) {
	var places []int
	for i, d := range due {
		if w.Shuffle || w.PercentShuffle.happens(w.Seed, "shuffle", d.seq) {
			places = append(places, i)
		}
	}
	dice := rand.New(rand.NewPCG(uint64(w.Seed), uint64(now)))
	dice.Shuffle(len(places), func(i, j int) { due[places[i]], due[places[j]] = due[places[j]], due[places[i]] })
}

func (sb *Sandbox) switches(ctx context.Context) (switches, error) {
	var w switches
	text, err := sb.setting(ctx, "switches", "{}")
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(text), &w)
}

// updateSwitches takes the fields twice, nothing, shuffle, delay, seed, percent_twice, percent_drop, percent_shuffle and percent_late; a field left out is off.
func (sb *Sandbox) updateSwitches(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	sb.done(w, r, sb.keepSwitches(r.Context(), readSwitches(r)))
}

func (sb *Sandbox) keepSwitches(ctx context.Context, w switches) error {
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	defer sb.rouse()
	return sb.keepSetting(ctx, "switches", string(text))
}
