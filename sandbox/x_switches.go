package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// xSwitches are how the operator wants X to be: how its webhooks go wrong, and which of its rules hold.
type xSwitches struct {
	switches
	Unsummoned bool // an app may answer whoever it likes
	NoReplies  bool // post.reply.create is not offered
	NewDialect bool // answers use the newer names always
}

func (x *X) switches(ctx context.Context) (xSwitches, error) {
	var s xSwitches
	text, err := x.sb.setting(ctx, "x_switches", "{}")
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(text), &s)
}

// updateSwitches takes those of the Stripe side, and unsummoned, no_replies and new_dialect; a field left out is off.
func (x *X) updateSwitches(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	on := func(name string) bool { return r.PostFormValue(name) != "" }
	text, err := json.Marshal(xSwitches{readSwitches(r), on("unsummoned"), on("no_replies"), on("new_dialect")})
	if err == nil {
		err = x.sb.keepSetting(r.Context(), "x_switches", string(text))
	}
	x.rouse()
	x.toOperator(w, r, err)
}

// updateFaults takes what the Stripe side takes, and only: a part of "METHOD /path" of the requests that are meant.
func (x *X) updateFaults(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	x.mu.Lock()
	x.faults.update(r)
	x.mu.Unlock()
	x.toOperator(w, r, nil)
}

func (x *X) toOperator(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	http.Redirect(w, r, "/operator", http.StatusSeeOther)
}

// readSwitches reads how webhooks are to go wrong.
func readSwitches(r *http.Request) switches {
	delay, err := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("delay")), 10, 64)
	if err != nil || delay < 0 || delay > 86400 {
		delay = 0
	}
	on := func(name string) bool { return r.PostFormValue(name) != "" }
	return switches{
		Twice: on("twice"), Nothing: on("nothing"), Shuffle: on("shuffle"), Delay: delay, Seed: readSeed(r), PercentTwice: readPercent(r, "percent_twice"),
		PercentDrop: readPercent(r, "percent_drop"), PercentShuffle: readPercent(r, "percent_shuffle"), PercentLate: readPercent(r, "percent_late"),
	}
}
