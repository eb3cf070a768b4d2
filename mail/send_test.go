package mail_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/mail"
	"github.com/tillbird/tillbird/models"
)

// waiting is the one letter that waits for ana.
func (w *world) waiting() models.Letter {
	w.t.Helper()
	letters, err := w.store.LettersTo(w.t.Context(), "ana@example.com")
	w.must(err)
	if len(letters) != 1 {
		w.t.Fatalf("%d letters", len(letters))
	}
	return letters[0]
}

func (w *world) signUp() {
	w.t.Helper()
	_, err := w.store.CreateUser(w.t.Context(), models.SignUp{Email: "ana@example.com", Password: "a quiet harbour", Language: w.lang})
	w.must(err)
}

func TestALetterIsSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.signUp()
	letter := w.waiting()
	w.server.set(func() { w.server.refuse = errFull })
	if err := w.mail.Send(t.Context(), letter.ID); err == nil || !strings.Contains(err.Error(), "mailbox is full") {
		t.Fatalf("the failure is not told: %v", err)
	}
	failed := w.waiting()
	if failed.State != "waiting" || failed.Tries != 1 || !strings.Contains(failed.LastError, "mailbox is full") || failed.Secret == "" {
		t.Fatalf("%+v", failed)
	}
	w.server.set(func() { w.server.refuse = nil })
	for range 3 {
		w.must(w.mail.Send(t.Context(), letter.ID))
	}
	if got := w.server.take(); len(got) != 1 {
		t.Errorf("%d letters arrived", len(got))
	}
	sent := w.waiting()
	if sent.State != "sent" || sent.Tries != 2 || sent.LastError != "" || sent.Secret != "" || sent.SentAt == nil {
		t.Errorf("%+v", sent)
	}
	w.must(w.mail.Send(t.Context(), "00000000-0000-0000-0000-000000000000"))
}

func TestTheQueueSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "fr")
	work := models.NewWork()
	w.mail.Work(work)
	w.must(w.store.StartJobs(context.WithoutCancel(t.Context()), work))
	defer func() { _ = w.store.StopJobs(context.WithoutCancel(t.Context())) }()
	w.signUp()
	select {
	case <-w.server.arrived:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing arrived")
	}
	if got := w.server.take(); len(got) != 1 || got[0].to[0] != "ana@example.com" {
		t.Errorf("%+v", got)
	}
}

func TestHeadersCannotBeAdded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.open()
	w.post("ana@example.com")
	w.must(w.store.UpdateShop(t.Context(), w.shop, w.owner, models.ShopSettings{
		Name: "Kestrel\r\nBcc: eve@example.com", TimeZone: "Europe/Paris", Language: "en", SupportEmail: "help@kestrel.example.com",
	}))
	offer := w.live("Apron\u2028Bcc: eve@example.com \u202e\x01 "+strings.Repeat("é", 60), "nothing", "1")
	order := w.place(offer, "fan@example.com", "a", "1")
	w.pay(order, "a")
	for kind, d := range w.post("fan@example.com", "ana@example.com") {
		r := open(t, d)
		for name := range r.Header {
			switch name {
			case "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Auto-Submitted", "Content-Language", "List-Unsubscribe", "List-Unsubscribe-Post":
			default:
				t.Errorf("%s: header %s: %s", kind, name, r.Header.Get(name))
			}
		}
		if len(d.to) != 1 || strings.ContainsAny(r.subject, "\r\n\u2028\u202e\x01") || len(r.subject) > 400 {
			t.Errorf("%s to %v: %q", kind, d.to, r.subject)
		}
		for _, line := range strings.Split(d.raw, "\n") {
			if len(line) > 998 {
				t.Errorf("%s: a line of %d bytes", kind, len(line))
			}
		}
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.open()
	offer := w.live("Linen apron", "file", "5")
	post, err := w.store.CreatePost(t.Context(), w.shop, w.owner, &offer.Offer, "bluesky", "Fresh linen\naprons today", 0)
	w.must(err)
	w.post("ana@example.com")
	for code, want := range map[string]string{post.Code: "Your post on Bluesky: “Fresh linen aprons today”", "": "A direct link to the offer"} {
		key := "a" + code
		order, _, err := w.store.PlaceOrder(t.Context(), models.Purchase{Offer: offer, Shop: w.shop, Consent: true, Email: key + "@example.com", PostCode: code, Language: "en", AttemptKey: key, CheckoutLasts: 30 * time.Minute})
		w.must(err)
		w.must(w.store.RecordSession(t.Context(), order, "cs_"+key))
		w.pay(order, key)
		contains(t, "sold", open(t, w.post("ana@example.com")["sold"]), want)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	log := slog.New(slog.DiscardHandler)
	w.must(w.mail.Check(t.Context()))
	w.server.set(func() { w.server.user = "till" })
	set := settings(w.server)
	set.User, set.Password = "till", "secret"
	signed := mail.New(w.store, set, log)
	w.must(signed.Check(t.Context()))
	w.signUp()
	w.must(signed.Send(t.Context(), w.waiting().ID))
	for name, wrong := range map[string]func(*mail.Settings){
		"password":     func(s *mail.Settings) { s.Password = "wrong" },
		"no STARTTLS":  func(s *mail.Settings) { s.TLS = "starttls" },
		"no TLS":       func(s *mail.Settings) { s.TLS = "tls" },
		"unknown TLS":  func(s *mail.Settings) { s.TLS = "maybe" },
		"no host":      func(s *mail.Settings) { s.Host = "" },
		"no such port": func(s *mail.Settings) { s.Port = 1 },
		"sender":       func(s *mail.Settings) { s.From = "Tillbird" },
	} {
		set := set
		wrong(&set)
		if err := mail.New(w.store, set, log).Check(t.Context()); err == nil {
			t.Errorf("%s: nothing is wrong", name)
		}
	}
}
