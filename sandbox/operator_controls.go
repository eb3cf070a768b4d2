package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

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
