package payments_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// TestOverdue: the checkout's time is over by our clock, and Stripe is asked before the stock comes back.
func TestOverdue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("2")
	idle, _ := w.start(offer, "bea")
	paid, address := w.start(offer, "carl")
	w.payAt(address, goodCard)
	w.clock.Advance(32 * time.Minute)
	w.wire.breaks(func(*http.Request) fault { return cut })
	if err := w.pay.CloseOverdue(w.ctx); !errors.Is(err, payments.ErrAway) {
		t.Fatal(err)
	}
	if held, _ := w.left(offer); held != 2 {
		t.Fatalf("held %d while Stripe is away", held)
	}
	w.wire.breaks(nil)
	must(t, w.pay.CloseOverdue(w.ctx))
	if held, sold := w.left(offer); held != 0 || sold != 1 || w.order(idle).Payment != "expired" || w.order(paid).Payment != "paid" {
		t.Fatalf("held %d, sold %d, %s, %s", held, sold, w.order(idle).Payment, w.order(paid).Payment)
	}
}

// TestCancelWhileAway: the wish is kept, and fulfilled when Stripe is back.
func TestCancelWhileAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	order, _ := w.start(offer, "bea")
	w.wire.breaks(func(*http.Request) fault { return cut })
	must(t, w.pay.CancelCheckout(w.ctx, order))
	if held, _ := w.left(offer); held != 1 || w.order(order).Payment != "pending" {
		t.Fatalf("held %d, %s", held, w.order(order).Payment)
	}
	w.wire.breaks(nil)
	w.clock.Advance(32 * time.Minute)
	must(t, w.pay.CloseOverdue(w.ctx))
	if held, _ := w.left(offer); held != 0 || w.order(order).Payment != "cancelled" {
		t.Fatalf("held %d, %s", held, w.order(order).Payment)
	}
}

// TestCatchUpAlone: no webhook ever arrives, and everything is learnt all the same.
func TestCatchUpAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hook() // the endpoints are there, and nothing is delivered to them
	w.open(false)
	w.onboard("good")
	must(t, w.pay.CatchUp(w.ctx))
	w.drain()
	shop, err := w.store.ShopOf(w.ctx, w.shop.ID)
	must(t, err)
	if shop.Selling != "ready" {
		t.Fatalf("selling is %s", shop.Selling)
	}
	w.shop = shop
	offer := w.offer("1")
	order, address := w.start(offer, "bea")
	w.payAt(address, declinedCard)
	w.payAt(address, goodCard)
	w.clock.Advance(time.Minute)
	must(t, w.pay.CatchUp(w.ctx))
	w.drain()
	got := w.order(order)
	if got.Payment != "paid" || got.ChargeID == nil && got.PaymentIntentID == nil {
		t.Fatalf("%+v", got)
	}
	events, err := w.store.Events(w.ctx, models.EventFilter{})
	must(t, err)
	for _, event := range events {
		if event.State == "failed" || event.State == "received" || event.CameBy != "catch_up" {
			t.Errorf("%s %s by %s: %s", event.Type, event.State, event.CameBy, event.Outcome)
		}
	}
	// The same list again brings nothing new, and late deliveries of the same events neither.
	must(t, w.pay.CatchUp(w.ctx))
	for _, event := range append(w.events(""), w.events(*shop.StripeAccount)...) {
		must(t, w.deliver(event))
	}
	w.drain()
	again, err := w.store.Events(w.ctx, models.EventFilter{})
	must(t, err)
	known := map[string]bool{}
	for _, event := range again {
		if known[event.StripeID] {
			t.Errorf("%s was kept twice", event.Type)
		}
		known[event.StripeID] = true
	}
}
