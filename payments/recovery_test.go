package payments_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// crash stops what runs at a recovery point, as the end of the process would.
type crash string

func (w *world) crashAt(point string, do func()) {
	w.t.Helper()
	w.set.At = func(passed string) {
		if passed == point {
			panic(crash(point))
		}
	}
	w.restart()
	func() {
		defer func() {
			if got := recover(); got != crash(point) {
				w.t.Fatalf("the point %s was not passed: %v", point, got)
			}
		}()
		do()
	}()
	w.set.At = nil
	w.restart()
}

func (w *world) sessions() (ids []string) {
	w.t.Helper()
	list := w.stripe.CheckoutSessions.List(nil)
	for list.Next() {
		ids = append(ids, list.CheckoutSession().ID)
	}
	must(w.t, list.Err())
	return ids
}

// only is the one order that waits.
func (w *world) only() *models.Order {
	w.t.Helper()
	orders, err := w.store.Sales(w.ctx, w.shop, models.SalesFilter{Tab: "open"})
	must(w.t, err)
	if len(orders) != 1 {
		w.t.Fatalf("%d orders wait", len(orders))
	}
	return &orders[0].Order
}

func (w *world) left(offer *models.OfferView) (held, sold int64) {
	w.t.Helper()
	view, _, err := w.store.PublicOffer(w.ctx, offer.Slug)
	must(w.t, err)
	return view.Held, view.Sold
}

// TestCrashWhileOpening: whatever point the process ends at, there is one order, one session, and CatchUp ends it well.
func TestCrashWhileOpening(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"order.placed", "session.created", "session.recorded"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1")
			w.crashAt(point, func() { _, _, _ = w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea")) })
			before := w.sessions()

			// The buyer clicks again and gets the one checkout.
			order, address := w.start(offer, "bea")
			after := w.sessions()
			if len(after) != 1 || len(before) == 1 && before[0] != after[0] || *order.SessionID != after[0] {
				t.Fatalf("sessions before %v, after %v", before, after)
			}
			w.payAt(address, goodCard)
			must(t, w.pay.Settle(w.ctx, order))
			if held, sold := w.left(offer); held != 0 || sold != 1 {
				t.Fatalf("held %d, sold %d", held, sold)
			}
		})
		t.Run(point+" and the buyer is gone", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1", holds("15"))
			w.crashAt(point, func() { _, _, _ = w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea")) })
			must(t, w.pay.CatchUp(w.ctx))
			if order := w.only(); point != "session.recorded" && order.SessionID != nil {
				t.Fatal("a call that may be under way was disturbed")
			}
			w.clock.Advance(5 * time.Minute)
			must(t, w.pay.CatchUp(w.ctx))
			order := w.only()
			switch {
			case point == "order.placed": // Stripe would make no session this late, so there is none
				if order.Payment != "failed" || len(w.sessions()) != 0 {
					t.Fatalf("%s with %d sessions", order.Payment, len(w.sessions()))
				}
			case order.Payment != "pending" || order.SessionID == nil || len(w.sessions()) != 1:
				t.Fatalf("%s with %d sessions", order.Payment, len(w.sessions()))
			}
			w.clock.Advance(time.Hour)
			must(t, w.pay.CatchUp(w.ctx))
			if order = w.order(order); order.Payment == "pending" {
				t.Fatal("nothing ended the order")
			}
			if held, sold := w.left(offer); held != 0 || sold != 0 {
				t.Fatalf("held %d, sold %d", held, sold)
			}
		})
	}
}

// TestCrashWhileSettling: an event that was kept is applied after the crash, and a payment that was written down is not
// written twice.
func TestCrashWhileSettling(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"event.stored", "order.settled"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1")
			order, address := w.start(offer, "bea")
			w.payAt(address, goodCard)
			events := w.eventsOf(order)
			w.crashAt(point, func() {
				for _, event := range events {
					_ = w.deliver(event)
				}
				w.drain()
			})
			w.clock.Advance(2 * time.Minute) // the dead process's claim runs out
			for _, event := range events {
				must(t, w.deliver(event))
			}
			w.drain()
			if held, sold := w.left(offer); held != 0 || sold != 1 || w.order(order).Payment != "paid" {
				t.Fatalf("held %d, sold %d, %s", held, sold, w.order(order).Payment)
			}
			if waiting, failed, err := w.store.EventsLeft(w.ctx); err != nil || waiting+failed > 0 {
				t.Fatalf("%d and %d events are left: %v", waiting, failed, err)
			}
		})
	}
}

// TestLostAnswer: the outcome of a call that timed out is unknown. The order waits, and CatchUp learns its session.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	w.wire.breaks(posts("/v1/checkout/sessions", lost))
	order, address, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
	if !errors.Is(err, payments.ErrAway) || address != "" || w.order(order).Payment != "pending" {
		t.Fatalf("%v %q %+v", err, address, order)
	}
	w.wire.breaks(nil)
	w.clock.Advance(3 * time.Minute)
	must(t, w.pay.CatchUp(w.ctx))
	if got := w.order(order); got.SessionID == nil || *got.SessionID != w.sessions()[0] || len(w.sessions()) != 1 {
		t.Fatalf("%+v", got)
	}
	// The buyer comes back to the order and pays after all.
	address, err = w.pay.ResumeCheckout(w.ctx, w.order(order))
	must(t, err)
	w.payAt(address, goodCard)
	must(t, w.pay.Settle(w.ctx, w.order(order)))
	if got := w.order(order); got.Payment != "paid" {
		t.Fatalf("%+v", got)
	}
}

// TestLostAnswerFoundLate: when Stripe has forgotten the key, nothing is sent again; the session is found in the list.
func TestLostAnswerFoundLate(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]time.Duration{"the key is old": 25 * time.Hour, "the parameters changed": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1")
			w.wire.breaks(posts("/v1/checkout/sessions", lost))
			order, _, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
			if !errors.Is(err, payments.ErrAway) {
				t.Fatal(err)
			}
			w.wire.breaks(nil)
			// She was quick: paid on a page opened from Stripe's own mail, say, while we knew nothing.
			session, err := w.stripe.CheckoutSessions.Get(w.sessions()[0], nil)
			must(t, err)
			w.payAt(session.URL, goodCard)
			w.set.BaseURL = "http://moved.example"
			w.restart()
			w.clock.Advance(wait)
			calls := len(w.wire.calls())
			must(t, w.pay.CatchUp(w.ctx))
			if got := w.order(order); got.Payment != "paid" || len(w.sessions()) != 1 {
				t.Fatalf("%+v", got)
			}
			if sent := slices.Contains(w.wire.calls()[calls:], "POST /v1/checkout/sessions"); sent != (wait < 24*time.Hour) {
				t.Fatalf("sent again: %v", sent)
			}
		})
	}
}

// TestNeverReached: the call never arrived. Its order is refused once none can arrive any more.
func TestNeverReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	w.wire.breaks(func(*http.Request) fault { return cut })
	order, _, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
	if !errors.Is(err, payments.ErrAway) {
		t.Fatal(err)
	}
	if err := w.pay.CatchUp(w.ctx); !errors.Is(err, payments.ErrAway) {
		t.Fatalf("CatchUp says %v", err)
	}
	w.clock.Advance(25 * time.Hour)
	if err := w.pay.CatchUp(w.ctx); !errors.Is(err, payments.ErrAway) || w.order(order).Payment != "pending" {
		t.Fatalf("%v, %s", err, w.order(order).Payment)
	}
	w.wire.breaks(nil)
	must(t, w.pay.CatchUp(w.ctx))
	if held, _ := w.left(offer); held != 0 || w.order(order).Payment != "failed" {
		t.Fatalf("held %d, %s", held, w.order(order).Payment)
	}
}

// TestStripeFails: an answer of 500 is no answer, also where Stripe repeats it for as long as it remembers the key.
func TestStripeFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1", holds("15"))
	w.wire.breaks(posts("/v1/checkout/sessions", drunken))
	order, _, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
	if !errors.Is(err, payments.ErrAway) {
		t.Fatal(err)
	}
	w.clock.Advance(10 * time.Minute)
	if err := w.pay.CatchUp(w.ctx); !errors.Is(err, payments.ErrAway) || w.order(order).Payment != "pending" {
		t.Fatalf("%v, %s", err, w.order(order).Payment)
	}
	w.clock.Advance(30 * time.Minute)
	must(t, w.pay.CatchUp(w.ctx))
	if got := w.order(order); got.Payment != "failed" {
		t.Fatal(got.Payment)
	}
}

// TestRefusedCheckout: a plain no ends the order at once and gives the stock back.
func TestRefusedCheckout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	_, err := w.stripe.Accounts.Update(*w.shop.StripeAccount, &stripe.AccountParams{Capabilities: &stripe.AccountCapabilitiesParams{Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: stripe.Bool(false)}}})
	must(t, err)
	order, _, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
	if !errors.Is(err, payments.ErrRefused) {
		t.Fatal(err)
	}
	if held, _ := w.left(offer); held != 0 || w.order(order).Payment != "failed" {
		t.Fatalf("held %d, %s", held, w.order(order).Payment)
	}
}

// TestAccountMadeOnce: neither a lost answer nor two clicks at once make a second account.
func TestAccountMadeOnce(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]time.Duration{"at once": 0, "after the key is forgotten": 25 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(false)
			w.wire.breaks(posts("/v1/accounts", lost))
			if _, err := w.pay.Connect(w.ctx, w.shop); !errors.Is(err, payments.ErrAway) {
				t.Fatal(err)
			}
			w.wire.breaks(nil)
			w.clock.Advance(wait)
			errs := make(chan error, 2)
			for range 2 {
				go func() { _, err := w.pay.Connect(w.ctx, w.shop); errs <- err }()
			}
			must(t, errors.Join(<-errs, <-errs))
			accounts := 0
			list := w.stripe.Accounts.List(nil)
			for list.Next() {
				accounts++
			}
			must(t, list.Err())
			if accounts != 1 {
				t.Fatalf("%d accounts", accounts)
			}
		})
	}
}
