package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (sb *Sandbox) updateSwitches(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	delay, err := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("delay")), 10, 64)
	if err != nil || delay < 0 || delay > 86400 {
		delay = 0
	}
	on := func(name string) bool { return r.PostFormValue(name) != "" }
	sb.done(w, r, sb.keepSwitches(r.Context(), switches{Twice: on("twice"), Nothing: on("nothing"), Shuffle: on("shuffle"), Delay: delay}))
}

// updateClock moves the clock forward by the seconds of a button, or by a typed duration such as 90m.
func (sb *Sandbox) updateClock(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	by, err := time.ParseDuration(strings.ReplaceAll(strings.TrimSpace(r.PostFormValue("by")), " ", ""))
	if err != nil || by <= 0 || by > 400*24*time.Hour {
		sb.show(w, http.StatusUnprocessableEntity, "message.html", struct {
			page
			Text, Link, LinkText string
		}{page{"en", "The clock did not move"}, "Write a duration such as 90m, 36h or 1h30m, of at most 400 days. The clock only goes forward.", "/", "Back"}, policy{})
		return
	}
	sb.Advance(by)
	sb.done(w, r, nil)
}

func (sb *Sandbox) updateFaults(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("count")))
	if err != nil || n < 0 || n > 1000 {
		n = 0
	}
	f := faults{errors: n}
	if r.PostFormValue("kind") == "silence" {
		f = faults{silences: n}
	}
	sb.setFaults(f)
	sb.done(w, r, nil)
}

// settleHeld counts the events of a made-up past as delivered, once whoever made it has caught up.
func (sb *Sandbox) settleHeld(w http.ResponseWriter, r *http.Request) {
	_, err := sb.write.ExecContext(r.Context(), `UPDATE events SET held = 0 WHERE held = 1`)
	sb.done(w, r, err)
}

// control does what a form of the operator's page asks for, and says why when it cannot be done.
func (sb *Sandbox) control(w http.ResponseWriter, r *http.Request, work func(*call) error) {
	if !sb.parseForm(w, r) {
		return
	}
	err := sb.change(r.Context(), pastTime(r), work)
	if isFailure(err) {
		sb.declined(w, err.Error())
		return
	}
	sb.done(w, r, err)
}

// declined says on a page of its own why nothing was done.
func (sb *Sandbox) declined(w http.ResponseWriter, why string) {
	sb.show(w, http.StatusUnprocessableEntity, "message.html", struct {
		page
		Text, Link, LinkText string
	}{page{"en", "Nothing was changed"}, why, "/", "Back"}, policy{})
}

// done leads back to the operator's page after a change.
func (sb *Sandbox) done(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		sb.broken(w, r, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// pretty is an object written for reading.
func pretty(o object) string {
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Errors is how many answers are still to be 500.
func (f faults) Errors() int { return f.errors }

// Silences is how many answers are still to be withheld.
func (f faults) Silences() int { return f.silences }
