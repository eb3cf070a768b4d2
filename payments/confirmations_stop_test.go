package payments_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// TestStoppedAfterTheWord: a fan who stops or deletes everything between the word and the charge is not charged: the order
// is let go and its stock comes back. A payment that a run before has made stands.
func TestStoppedAfterTheWord(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stopped", "deleted", "stopped after a charge whose answer was lost"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1")
			fan := w.fan("bea", goodCard)
			order, code, err := w.byReply(fan, offer, "r1")
			must(t, err)
			_, err = w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now())
			must(t, err)
			paid := 0
			switch name {
			case "stopped":
				must(t, w.store.StopFan(w.ctx, fan, "bea", ""))
			case "deleted":
				must(t, w.store.DeleteFan(w.ctx, fan, "bea", ""))
			default:
				w.wire.breaks(posts("/payment_intents", lost))
				if err := w.pay.ChargeConfirmed(w.ctx, order.ID); err == nil {
					t.Fatal("nobody noticed that the answer was lost")
				}
				w.wire.breaks(nil)
				must(t, w.store.StopFan(w.ctx, fan, "bea", ""))
				paid = 1
			}
			for range 2 {
				must(t, w.pay.ChargeConfirmed(w.ctx, order.ID))
			}
			w.clock.Advance(3 * time.Minute)
			must(t, w.pay.MindConfirmations(w.ctx))
			confirmation, err := w.store.Confirmation(w.ctx, order.ID)
			must(t, err)
			held, sold := w.left(offer)
			if got := w.order(order); paid == 0 && (got.Payment != "cancelled" || confirmation.State != "cancelled" || confirmation.Why != "stopped" || held != 0 || sold != 0) ||
				paid == 1 && (got.Payment != "paid" || sold != 1) {
				t.Fatalf("%s, %s %s, held %d, sold %d", got.Payment, confirmation.State, confirmation.Why, held, sold)
			}
			if _, err := w.store.LatestLetter(w.ctx, "pay_link", "bea@example.com"); !errors.Is(err, models.ErrNotFound) {
				t.Fatalf("a letter asks to pay: %v", err)
			}
		})
	}
}
