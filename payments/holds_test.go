package payments_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

func holds(minutes string) func(*models.OfferForm) {
	return func(f *models.OfferForm) { f.Hold = minutes }
}

func firstPaid(f *models.OfferForm) { f.Keeping = "first_paid" }

// work does the jobs that a sale left about an offer's other orders.
func (w *world) work(offer *models.OfferView, orders ...*models.Order) {
	w.t.Helper()
	must(w.t, w.pay.CloseHopeless(w.ctx, offer.ID))
	for _, order := range orders {
		must(w.t, w.pay.CloseCheckout(w.ctx, order.ID))
		refunds, err := w.store.RefundsOf(w.ctx, order)
		must(w.t, err)
		for _, refund := range refunds {
			must(w.t, w.pay.MakeRefund(w.ctx, refund.ID))
		}
	}
}

// confirmAt answers the bank's question.
func (w *world) confirmAt(bank string) {
	w.t.Helper()
	if next, _ := w.browse(http.MethodPost, w.server.URL+bank, url.Values{"answer": {"complete"}}); next == "" {
		w.t.Fatal("the bank led nowhere")
	}
}

// TestShortHold: Stripe keeps a checkout open for half an hour at least, and a hold may last five minutes. Its end is
// ours, and the stock comes back when Stripe has confirmed that nobody can pay any more.
func TestShortHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1", holds("5"))
	order, address := w.start(offer, "bea")
	if want := w.clock.Now().Add(5 * time.Minute); !order.OpenUntil.Equal(want) || order.ExpiresAt.Sub(order.CreatedAt) < 30*time.Minute {
		t.Fatalf("open until %s, want %s; Stripe's end is %s", order.OpenUntil, want, order.ExpiresAt)
	}
	w.clock.Advance(4*time.Minute + 59*time.Second)
	must(t, w.pay.CloseOverdue(w.ctx))
	if held, _ := w.left(offer); held != 1 {
		t.Fatalf("%d are held a second before the end", held)
	}
	w.clock.Advance(time.Second)
	w.wire.breaks(posts("/expire", cut))
	if err := w.pay.CloseOverdue(w.ctx); err == nil {
		t.Fatal("nobody noticed that Stripe is away")
	}
	if held, _ := w.left(offer); held != 1 || w.order(order).Payment != "pending" {
		t.Fatalf("held %d before Stripe confirmed", held)
	}
	w.wire.breaks(nil)
	must(t, w.pay.CloseOverdue(w.ctx))
	if held, sold := w.left(offer); held != 0 || sold != 0 || w.order(order).Payment != "expired" {
		t.Fatalf("held %d, sold %d, %s", held, sold, w.order(order).Payment)
	}
	if _, status := w.browse(http.MethodGet, address, nil); status == http.StatusOK {
		t.Fatal("the checkout can still be paid")
	}
}

// TestLongHold: a hold of a day is within what Stripe allows.
func TestLongHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1", holds("1440"))
	order, address := w.start(offer, "bea")
	w.clock.Advance(23 * time.Hour)
	must(t, w.pay.CloseOverdue(w.ctx))
	w.payAt(address, goodCard)
	must(t, w.pay.Settle(w.ctx, w.order(order)))
	if got := w.order(order); got.Payment != "paid" {
		t.Fatal(got.Payment)
	}
}

// TestCrashBeforeExpiring: the process ends between asking Stripe and writing its answer down; the minute after says
// the same.
func TestCrashBeforeExpiring(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1", holds("5"))
	order, _ := w.start(offer, "bea")
	w.clock.Advance(6 * time.Minute)
	w.wire.breaks(posts("/expire", lost))
	if err := w.pay.CloseOverdue(w.ctx); err == nil || w.order(order).Payment != "pending" {
		t.Fatalf("%v %s", err, w.order(order).Payment)
	}
	w.wire.breaks(nil)
	w.restart()
	must(t, w.pay.CatchUp(w.ctx))
	must(t, w.pay.CloseOverdue(w.ctx))
	if held, sold := w.left(offer); held != 0 || sold != 0 || w.order(order).Payment != "expired" {
		t.Fatalf("held %d, sold %d, %s", held, sold, w.order(order).Payment)
	}
}

// TestHoldWaitsForTheBank: a buyer who is at the bank when the time ends gets the time for it, and not for ever.
func TestHoldWaitsForTheBank(t *testing.T) {
	t.Parallel()
	for name, pays := range map[string]bool{"and pays": true, "and stays there": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1", holds("5"))
			order, address := w.start(offer, "bea")
			bank := w.payAt(address, "4000002760003184")
			w.clock.Advance(5 * time.Minute)
			must(t, w.pay.CloseOverdue(w.ctx))
			got := w.order(order)
			if got.Payment != "pending" || got.Extended != 1 || !got.OpenUntil.Equal(w.clock.Now().Add(models.Extension)) {
				t.Fatalf("%s, extended %d times, until %s", got.Payment, got.Extended, got.OpenUntil)
			}
			if pays {
				w.confirmAt(bank)
				must(t, w.pay.Settle(w.ctx, got))
				if held, sold := w.left(offer); held != 0 || sold != 1 {
					t.Fatalf("held %d, sold %d", held, sold)
				}
				return
			}
			for range 3 {
				w.clock.Advance(models.Extension)
				must(t, w.pay.CloseOverdue(w.ctx))
			}
			if held, sold := w.left(offer); held != 0 || sold != 0 || w.order(order).Payment != "expired" {
				t.Fatalf("held %d, sold %d, %s after %d extensions", held, sold, w.order(order).Payment, w.order(order).Extended)
			}
		})
	}
}

// TestFirstPaid: nothing is set aside, so two may be at the till for one; who pays first has it, and the other's checkout
// is closed.
func TestFirstPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1", firstPaid)
	first, toFirst := w.start(offer, "bea")
	second, toSecond := w.start(offer, "theo")
	if held, sold := w.left(offer); held != 0 || sold != 0 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
	w.payAt(toSecond, goodCard)
	must(t, w.pay.Settle(w.ctx, second))
	w.work(offer, first)
	if got := w.order(first); got.Payment != "cancelled" {
		t.Fatalf("the other's order is %s", got.Payment)
	}
	if _, status := w.browse(http.MethodGet, toFirst, nil); status == http.StatusOK {
		t.Fatal("what is gone can still be paid for")
	}
	if held, sold := w.left(offer); held != 0 || sold != 1 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
}

// TestFirstPaidTwice: both pay before we hear of either. One has the goods; the other's money goes back by itself.
func TestFirstPaidTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1", firstPaid)
	first, toFirst := w.start(offer, "bea")
	second, toSecond := w.start(offer, "theo")
	w.payAt(toFirst, goodCard)
	w.payAt(toSecond, goodCard)
	must(t, w.pay.Settle(w.ctx, second))
	must(t, w.pay.Settle(w.ctx, first))
	w.work(offer, first)
	if got := w.order(second); got.Payment != "paid" || got.Shortfall {
		t.Fatalf("%+v", got)
	}
	if got := w.order(first); got.Payment != "refunded" || !got.Shortfall {
		t.Fatalf("%s, shortfall %t", got.Payment, got.Shortfall)
	}
	for _, to := range []string{"bea@example.com", w.owner.Email} {
		letters, err := w.store.LettersTo(w.ctx, to)
		must(t, err)
		told := 0
		for _, letter := range letters {
			if letter.OrderID != nil && *letter.OrderID == first.ID && (letter.Kind == "shortfall_buyer" || letter.Kind == "shortfall_shop") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s was told %d times", to, told)
		}
	}
	if held, sold := w.left(offer); held != 0 || sold != 1 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
}
