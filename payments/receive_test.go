package payments_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// body is a small event in the form that Stripe sends.
func body(id, kind string, more map[string]any) []byte {
	event := map[string]any{
		"id": id, "object": "event", "type": kind, "api_version": "2023-10-16", "created": 1790000000, "livemode": false,
		"data": map[string]any{"object": map[string]any{"id": "obj_1", "object": "thing"}},
	}
	for name, value := range more {
		event[name] = value
	}
	text, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	return text
}

func TestReceiveRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := body("evt_1", "charge.succeeded", nil)
	now, secret := w.clock.Now(), w.set.WebhookSecret
	signature := sign(now, good, secret)
	for name, c := range map[string]struct {
		endpoint  string
		body      []byte
		signature string
	}{
		"no signature":            {"account", good, ""},
		"not a signature":         {"account", good, "hello"},
		"no time":                 {"account", good, strings.Join(strings.Split(signature, ",")[1:], ",")},
		"time that is no number":  {"account", good, strings.Replace(signature, "t=", "t=x", 1)},
		"wrong secret":            {"account", good, sign(now, good, "whsec_other")},
		"empty secret":            {"account", good, sign(now, good, "")},
		"the other's secret":      {"account", good, sign(now, good, w.set.ConnectWebhookSecret)},
		"other endpoint":          {"connect", good, signature},
		"unknown endpoint":        {"other", good, sign(now, good, "")},
		"old":                     {"account", good, sign(now.Add(-6*time.Minute), good, secret)},
		"future":                  {"account", good, sign(now.Add(6*time.Minute), good, secret)},
		"far future":              {"account", good, sign(now.Add(50*365*24*time.Hour), good, secret)},
		"changed body":            {"account", bytes.Replace(good, []byte("evt_1"), []byte("evt_2"), 1), signature},
		"second time of day":      {"account", good, signature + fmt.Sprintf(",t=%d", now.Unix()+1)},
		"truncated, well signed":  {"account", good[:len(good)-3], sign(now, good[:len(good)-3], secret)},
		"trailing, well signed":   {"account", append(bytes.Clone(good), '{'), sign(now, append(bytes.Clone(good), '{'), secret)},
		"empty, well signed":      {"account", nil, sign(now, nil, secret)},
		"no event, well signed":   {"account", []byte(`{"object":"list"}`), sign(now, []byte(`{"object":"list"}`), secret)},
		"no object, well signed":  {"account", []byte(`[]`), sign(now, []byte(`[]`), secret)},
		"odd id, well signed":     {"account", body("evt 1\x00", "x", nil), sign(now, body("evt 1\x00", "x", nil), secret)},
		"odd created, well sign.": {"account", body("evt_1", "x", map[string]any{"created": "soon"}), sign(now, body("evt_1", "x", map[string]any{"created": "soon"}), secret)},
	} {
		if err := w.pay.Receive(w.ctx, c.endpoint, c.body, c.signature); !errors.Is(err, payments.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if waiting, failed, err := w.store.EventsLeft(w.ctx); err != nil || waiting+failed != 0 {
		t.Errorf("%d and %d events were kept: %v", waiting, failed, err)
	}

	set := w.set
	set.WebhookSecret, set.ConnectWebhookSecret, set.WithoutWebhooks = "", "", true
	bare, err := payments.New(w.store, set, slog.New(slog.NewTextHandler(io.Discard, nil)))
	must(t, err)
	if err := bare.Receive(w.ctx, "account", good, sign(now, good, "")); !errors.Is(err, payments.ErrSignature) {
		t.Errorf("without a secret: %v", err)
	}
}

func TestReceiveTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now, secret := w.clock.Now(), w.set.WebhookSecret
	good := body("evt_1", "some.new_type", nil)
	rolled := sign(now, good, "whsec_old") + "," + strings.Split(sign(now, good, secret), ",")[1]
	for name, signature := range map[string]string{"plain": sign(now, good, secret), "rolled": rolled, "a little old": sign(now.Add(-4*time.Minute), good, secret), "a clock ahead": sign(now.Add(4*time.Minute), good, secret)} {
		if err := w.pay.Receive(w.ctx, "account", good, signature); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.drain()
	event := w.last("evt_1")
	if event.State != "ignored" || event.ObjectID != "obj_1" || event.Outcome == "" || event.CameBy != "webhook" {
		t.Errorf("%+v", event)
	}
	kept, err := w.store.Event(w.ctx, event.ID)
	must(t, err)
	if !bytes.Equal(kept.Payload, good) {
		t.Errorf("kept as %s", kept.Payload)
	}
	// A body without an object is kept, and fails where somebody looks.
	must(t, w.post("account", body("evt_2", "charge.succeeded", map[string]any{"data": nil}), secret))
	// As is one of another API version, which names the command that mends it.
	must(t, w.post("account", body("evt_3", "charge.succeeded", map[string]any{"api_version": "2024-06-20"}), secret))
	w.drain()
	for id, want := range map[string]string{"evt_2": "object", "evt_3": "`tillbird webhooks create`"} {
		if event := w.last(id); event.State != "failed" || !strings.Contains(event.Outcome, want) || event.NextTryAt != nil {
			t.Errorf("%s: %s, %s, next %v", id, event.State, event.Outcome, event.NextTryAt)
		}
	}
}

// TestDatabaseAway: what cannot be kept is not refused for good, so that Stripe sends it again.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.store.Close())
	err := w.post("account", body("evt_1", "charge.succeeded", nil), w.set.WebhookSecret)
	if err == nil || errors.Is(err, payments.ErrSignature) {
		t.Errorf("%v", err)
	}
}

// TestForged: signed messages that do not fit their order move nothing, and are seen as failed.
func TestForged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("5")
	other, _ := w.start(offer, "carl")
	order, address := w.start(offer, "bea")
	w.payAt(address, goodCard)
	var real []byte
	for _, event := range w.eventsOf(order) {
		if event.Type == "checkout.session.completed" {
			real, _ = json.Marshal(event)
		}
	}
	change := func(event, object map[string]any) []byte {
		var forged map[string]any
		must(t, json.Unmarshal(real, &forged))
		for name, value := range event {
			forged[name] = value
		}
		inner := forged["data"].(map[string]any)["object"].(map[string]any)
		for name, value := range object {
			inner[name] = value
		}
		text, err := json.Marshal(forged)
		must(t, err)
		return text
	}
	type values = map[string]any
	names := func(order, shop string) values { return values{"order": order, "shop": shop} }
	for i, c := range []struct {
		name, endpoint string
		body           []byte
	}{
		{"amount", "account", change(nil, values{"amount_total": 4199})},
		{"currency", "account", change(nil, values{"currency": "usd"})},
		{"session", "account", change(nil, values{"id": "cs_test_other"})},
		{"livemode of the event", "account", change(values{"livemode": true}, nil)},
		{"mode", "account", change(nil, values{"mode": "setup"})},
		{"livemode of the session", "account", change(nil, values{"livemode": true})},
		{"no payment", "account", change(nil, values{"payment_intent": nil})},
		{"another order's name", "account", change(nil, values{"client_reference_id": other.ID, "metadata": names(other.ID, w.shop.ID)})},
		{"another shop's name", "account", change(nil, values{"metadata": names(order.ID, "other")})},
		{"another shop's name and session", "account", change(nil, values{"id": "cs_test_other", "metadata": names(order.ID, "other")})},
		{"an order that is not here", "account", change(nil, values{"id": "cs_test_other", "metadata": names("nowhere", w.shop.ID)})},
		{"a shop's account on our endpoint", "account", change(values{"account": *w.shop.StripeAccount}, nil)},
		{"no account on the shops' endpoint", "connect", change(values{"account": nil}, nil)},
		{"a shop's account", "connect", change(values{"account": *w.shop.StripeAccount}, nil)},
		{"an unknown account", "connect", change(values{"account": "acct_unknown"}, nil)},
	} {
		id := fmt.Sprintf("evt_forged_%d", i)
		var event map[string]any
		must(t, json.Unmarshal(c.body, &event))
		event["id"] = id
		text, err := json.Marshal(event)
		must(t, err)
		must(t, w.post(c.endpoint, text, map[string]string{"account": w.set.WebhookSecret, "connect": w.set.ConnectWebhookSecret}[c.endpoint]))
		w.drain()
		if got := w.last(id); got.State != "failed" || got.Outcome == "" {
			t.Errorf("%s: %s, %s", c.name, got.State, got.Outcome)
		}
		for _, o := range []*models.Order{order, other} {
			if got := w.order(o); got.Payment != "pending" || got.PaymentIntentID != nil || *got.SessionID != *o.SessionID {
				t.Fatalf("%s moved an order: %+v", c.name, got)
			}
		}
	}
	// An end that names another's checkout gives no stock back.
	expired := change(values{"id": "evt_end", "type": "checkout.session.expired"}, values{"id": "cs_test_other", "status": "expired"})
	must(t, w.post("account", expired, w.set.WebhookSecret))
	w.drain()
	if got := w.order(order); got.Payment != "pending" {
		t.Fatalf("a forged end moved the order to %s", got.Payment)
	}
	// The real one still counts.
	must(t, w.post("account", real, w.set.WebhookSecret))
	w.drain()
	if got := w.order(order); got.Payment != "paid" {
		t.Fatalf("the real event left the order %s", got.Payment)
	}
}
