package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

func TestRemindMe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Early bird", Price: "5", StartsAt: "2026-10-04T18:00"})
	path := "/o/" + offer.Slug
	fan := newBrowser(t, w).get(path).want(200, "Not started yet", "Remind me when it starts")
	fan.post(path+"/reminders", url.Values{"email": {"nobody"}}).want(422, "Remind me when it starts")
	if !strings.Contains(fan.body, `id="reminder_email"`) || !strings.Contains(fan.body, `value="nobody"`) {
		t.Error("what was typed is gone")
	}
	for range 2 { // the same for an address that was asked before
		fan.get(path).post(path+"/reminders", url.Values{"email": {"fan@example.com"}}).want(200, "Look into your mailbox", "Early bird")
	}
	letter, err := w.store.LatestLetter(t.Context(), "reminder_asked", "fan@example.com")
	w.must(err)
	own := "/reminders/" + letter.Secret
	mailbox := newBrowser(t, w)
	mailbox.get(own).want(200, "Shall we remind you?", "Sunday 4 October, 18:00 (Paris)")
	if mailbox.head.Get("Referrer-Policy") != "no-referrer" || mailbox.head.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("headers of a secret page: %v", mailbox.head)
	}
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get("/dashboard/offers/"+offer.Slug).want(200, "0 people want to be told.").without("fan@example.com")
	mailbox.post(own, nil).want(200, "We will remind you")
	ana.get("/dashboard/offers/"+offer.Slug).want(200, "1 person wants to be told.").without("fan@example.com")
	w.advance(3 * time.Hour)
	w.must(w.store.Remind(t.Context()))
	if _, err := w.store.LatestLetter(t.Context(), "reminder", "fan@example.com"); err != nil {
		t.Fatal(err)
	}
	mailbox.get(own).want(200, "The letter was sent").post(own+"/removal", nil).want(200, "The letter was sent")
	fan.get(path).want(200, "Pay €5.00").without("Remind me")
	fan.post(path+"/reminders", url.Values{"email": {"late@example.com"}}).want(422, "This offer has started already")
	fan.get("/reminders/nothing").want(404)
}
