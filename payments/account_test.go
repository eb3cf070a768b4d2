package payments_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/payments"
)

func (w *world) tellShop(id, kind string, more map[string]any) {
	w.t.Helper()
	event := map[string]any{"account": *w.shop.StripeAccount}
	for name, value := range more {
		event[name] = value
	}
	must(w.t, w.post("connect", body(id, kind, event), w.set.ConnectWebhookSecret))
}

// TestAccountEvents: a burst of news about one account is one question to Stripe, and one that left stays closed.
func TestAccountEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(false)
	w.onboard("good")
	before := len(w.wire.calls())
	for i, kind := range []string{"account.updated", "capability.updated", "capability.updated", "account.external_account.created", "account.updated"} {
		w.tellShop("evt_"+string(rune('a'+i)), kind, nil)
	}
	w.tellShop("evt_person", "person.updated", nil)
	w.tellShop("evt_live", "account.updated", map[string]any{"livemode": true})
	w.drain()
	shop, err := w.store.ShopOf(w.ctx, w.shop.ID)
	must(t, err)
	if calls := w.wire.calls()[before:]; shop.Selling != "ready" || len(calls) != 1 {
		t.Fatalf("selling is %s after %v", shop.Selling, calls)
	}
	for id, state := range map[string]string{"evt_a": "done", "evt_e": "done", "evt_person": "ignored", "evt_live": "ignored"} {
		if event := w.last(id); event.State != state {
			t.Errorf("%s is %s: %s", id, event.State, event.Outcome)
		}
	}
	w.tellShop("evt_left", "account.application.deauthorized", nil)
	w.tellShop("evt_late", "account.updated", nil)
	w.drain()
	if shop, err = w.store.ShopOf(w.ctx, w.shop.ID); err != nil || shop.Selling != "closed" || shop.CanSell(true) {
		t.Fatalf("selling is %s: %v", shop.Selling, err)
	}
}

// TestAwayDoesNotUseUpTries: after an outage of any length the events are applied by themselves.
func TestAwayDoesNotUseUpTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(false)
	w.onboard("good")
	w.wire.breaks(func(r *http.Request) fault {
		if r.Method == http.MethodGet {
			return cut
		}
		return fine
	})
	w.tellShop("evt_1", "account.updated", nil)
	for range 3 {
		_, err := w.pay.Drain(w.ctx)
		must(t, err)
		event := w.last("evt_1")
		if event.State != "failed" || event.NextTryAt == nil {
			t.Fatalf("%s, next %v", event.State, event.NextTryAt)
		}
		w.clock.Advance(event.NextTryAt.Sub(w.clock.Now()))
	}
	w.wire.breaks(nil)
	w.drain()
	if event := w.last("evt_1"); event.State != "done" {
		t.Fatalf("%s: %s", event.State, event.Outcome)
	}
}

// TestDoctorTellsWhyNoAccountIsMade, until one is made.
func TestDoctorTellsWhyNoAccountIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(false)
	good := w.shop.Country
	w.shop.Country = "XX"
	if _, err := w.pay.Connect(w.ctx, w.shop); !errors.Is(err, payments.ErrRefused) {
		t.Fatal(err)
	}
	told := func() bool {
		for _, finding := range w.pay.Check(w.ctx) {
			if strings.Contains(finding.Do, "Express accounts") {
				return true
			}
		}
		return false
	}
	if !told() {
		t.Error("doctor says nothing of it")
	}
	w.shop.Country = good
	w.clock.Advance(time.Second)
	if _, err := w.pay.Connect(w.ctx, w.shop); err != nil || told() {
		t.Errorf("after it was mended: %v, told %v", err, told())
	}
}

// buffer is a log that may be written to from anywhere.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// TestLogsHoldNoSecrets, at the level at which most is said.
func TestLogsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var said buffer
	pay, err := payments.New(w.store, w.set, slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	must(t, err)
	w.pay = pay
	w.open(false)
	link, err := pay.Connect(w.ctx, w.shop)
	must(t, err)
	made, err := pay.CreateWebhooks(w.ctx)
	must(t, err)
	wrong := w.set
	wrong.SecretKey = "sk_test_wrong_key_of_somebody"
	stranger, err := payments.New(w.store, wrong, slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	must(t, err)
	findings := stranger.Check(w.ctx)
	if len(findings) != 1 || findings[0].OK || !strings.Contains(findings[0].Do, "STRIPE_SECRET_KEY") {
		t.Errorf("%+v", findings)
	}
	text := said.text.String() + findings[0].What
	for _, secret := range []string{w.set.SecretKey, wrong.SecretKey, link, made[0].Secret, made[1].Secret} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
	if !strings.Contains(text, "stripe: ") || !strings.Contains(text, "req_") {
		t.Errorf("the log says nothing of calls: %s", text)
	}
}

func TestCheckSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	missing := 0
	for _, finding := range w.pay.Check(w.ctx) {
		if !finding.OK && strings.Contains(finding.Do, "`tillbird webhooks create`") {
			missing++
		}
	}
	if missing != 2 {
		t.Errorf("%d endpoints are missing", missing)
	}
	w.hook()
	made, err := w.pay.CreateWebhooks(w.ctx)
	must(t, err)
	if made[0].Replaces != 1 || made[1].Replaces != 1 {
		t.Errorf("%+v", made)
	}
	for _, finding := range w.pay.Check(w.ctx) {
		if !finding.OK {
			t.Errorf("%+v", finding)
		}
	}
}
