package payments_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
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

// TestBringBackAReply: the backup fell between the question about an order by reply and its charge, or before the order
// itself. The charge at Stripe says what was bought, where it goes and on which word.
func TestBringBackAReply(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"the word", "the order", "the fan as well"} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1")
			fan := w.fan("bea", goodCard)
			order, code, err := w.byReply(fan, offer, "r1")
			must(t, err)
			_, err = w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now())
			must(t, err)
			w.crashAt("intent.made", func() { _ = w.pay.ChargeConfirmed(w.ctx, order.ID) })
			must(t, w.store.KeepNote(w.ctx, "restored.from", w.clock.Now().Format(time.RFC3339)))
			if lost == "the word" {
				w.damage("UPDATE confirmations SET state = 'asked', confirmed_at = NULL, confirmed_by = ''")
			} else {
				w.damage("DELETE FROM confirmations")
				w.damage("DELETE FROM holds")
				w.damage("DELETE FROM order_changes")
				w.damage("DELETE FROM orders")
				w.damage("UPDATE offers SET held = 0")
			}
			if lost == "the fan as well" {
				w.damage("DELETE FROM fan_cards")
			}
			w.clock.Advance(time.Hour)
			must(t, w.pay.BringBack(w.ctx))
			must(t, w.pay.BringBack(w.ctx))
			got := w.order(order)
			if got.Payment != "paid" || got.Number != order.Number || got.Source != "reply" || !got.ByCard || got.Email != "bea@example.com" || got.BuyerName != "Béa Martin" || got.Address != "3 rue du Port\n29200 Brest" {
				t.Errorf("%+v", got)
			}
			if held, sold := w.left(offer); held != 0 || sold != 1 {
				t.Errorf("held %d, sold %d", held, sold)
			}
			if n, total := w.charges(fan); n != 1 || total != got.Total {
				t.Errorf("%d charges of %d", n, total)
			}
			c, err := w.store.Confirmation(w.ctx, order.ID)
			if lost == "the fan as well" {
				if !errors.Is(err, models.ErrNotFound) {
					t.Errorf("%+v %v", c, err)
				}
			} else if err != nil || c.State != "paid" || c.ConfirmedBy != "reply" || c.ConfirmedAt == nil {
				t.Errorf("%+v %v", c, err)
			}
		})
	}
}
