package payments_test

import (
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
)

// TestBringBackWhatHadNoSession: the backup fell between an order and its checkout at Stripe, which was paid and partly
// given back after it. The order is brought back, and the installation starts.
func TestBringBackWhatHadNoSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	w.crashAt("session.created", func() { _, _, _ = w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea")) })
	must(t, w.store.KeepNote(w.ctx, "restored.from", w.clock.Now().Format(time.RFC3339)))
	session, err := w.stripe.CheckoutSessions.Get(w.sessions()[0], nil)
	must(t, err)
	w.payAt(session.URL, goodCard)
	session, err = w.stripe.CheckoutSessions.Get(session.ID, nil)
	must(t, err)
	_, err = w.stripe.Refunds.New(&stripe.RefundParams{PaymentIntent: stripe.String(session.PaymentIntent.ID), Amount: stripe.Int64(1000), ReverseTransfer: stripe.Bool(true)})
	must(t, err)
	order := w.only()
	must(t, w.pay.BringBack(w.ctx))
	if got := w.order(order); got.Payment != "partly_refunded" || got.Refunded != 1000 || got.SessionID == nil || *got.SessionID != session.ID {
		t.Fatalf("%s, %d went back, session %v", got.Payment, got.Refunded, got.SessionID)
	}
	if held, sold := w.left(offer); held != 0 || sold != 1 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
}
