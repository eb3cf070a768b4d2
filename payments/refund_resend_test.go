package payments_test

import (
	"errors"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

const failingCard = "4000000000005126" // its refunds succeed, and fail a minute later

// soldBy sells an offer by a card, and has it heard.
func (w *world) soldBy(card, buyer string) *models.Order {
	w.t.Helper()
	order, address := w.start(w.offer("9"), buyer)
	w.payAt(address, card)
	w.hear(order)
	return w.order(order)
}

// giveBack asks for a refund and makes it at Stripe.
func (w *world) giveBack(order *models.Order, amount string) *models.Refund {
	w.t.Helper()
	refund, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: amount, Reason: "requested"})
	must(w.t, err)
	must(w.t, w.pay.MakeRefund(w.ctx, refund.ID))
	return w.refund(refund.ID)
}

// comeBack lets the refunds that fail do so at Stripe; we are not told.
func (w *world) comeBack() {
	w.t.Helper()
	w.clock.Advance(2 * time.Minute)
	must(w.t, w.sb.Settle(w.ctx))
}

func (w *world) balanced() {
	w.t.Helper()
	must(w.t, w.sb.CheckLedger(w.ctx))
}

// TestResend: what a failed refund had cost the shop is sent to it again, to the cent; what goes back of the order after
// that is taken from the shop, and sent again where that fails too.
func TestResend(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		w := newWorld(t)
		w.set.KeepFeeOnRefund = keeps
		w.restart()
		w.open(true)
		order := w.soldBy(failingCard, "bea")
		for _, amounts := range [][]string{{"42.00"}, {"13.37", "1.00"}, {"42.00"}, {"7.77", "20.02", "14.21"}} {
			for _, amount := range amounts {
				w.giveBack(order, amount)
				w.agrees(order, "gave back "+amount)
			}
			w.comeBack()
			w.hear(order)
			if o := w.order(order); o.Refunded != 0 || o.Payment != "paid" {
				t.Fatalf("%+v", o)
			}
			w.agrees(order, "all came back")
		}
		resends, err := w.store.ResendsOf(w.ctx, order)
		must(t, err)
		if len(resends) != 7 {
			t.Fatalf("%d resends", len(resends))
		}
		sum := int64(0)
		for _, resend := range resends {
			if resend.State != "sent" {
				t.Errorf("%+v", resend)
			}
			sum += resend.Amount
		}
		if want := int64(4200 + 1437 + 4200 + 4200); keeps && sum != want {
			t.Errorf("%d was sent, and not %d", sum, want)
		}
		w.balanced()
	}
}

// TestResendOnce: wherever the process ends or the answer is lost, and however late it is tried again, the shop gets its
// money once.
func TestResendOnce(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"refund.resending", "refund.resent", "lost", "cut"} {
		w := newWorld(t)
		w.open(true)
		order := w.soldBy(failingCard, "bea")
		w.giveBack(order, "30.00")
		w.comeBack()
		for _, event := range w.eventsOf(order) {
			must(t, w.deliver(event))
		}
		w.drain()
		pending, err := w.store.PendingResends(w.ctx, 10)
		must(t, err)
		if len(pending) != 1 {
			t.Fatalf("%s: %d resends", how, len(pending))
		}
		resend := pending[0].ID
		switch how {
		case "lost", "cut":
			w.wire.breaks(posts("/v1/transfers", map[string]fault{"lost": lost, "cut": cut}[how]))
			if err := w.pay.ResendRefunded(w.ctx, resend); !errors.Is(err, payments.ErrAway) {
				t.Fatalf("%s: %v", how, err)
			}
			w.wire.breaks(nil)
		default:
			w.crashAt(how, func() { _ = w.pay.ResendRefunded(w.ctx, resend) })
		}
		w.clock.Advance(25 * time.Hour)
		must(t, w.pay.MendDisputes(w.ctx))
		must(t, w.pay.ResendRefunded(w.ctx, resend))
		w.agrees(order, how)
		w.balanced()
	}
}

// TestResendUnheard: what is given back while nobody here knows yet that an earlier refund failed costs the shop what it
// should, although Stripe finds its transfer reversed already.
func TestResendUnheard(t *testing.T) {
	t.Parallel()
	for _, amounts := range [][2]string{{"21.00", "21.00"}, {"40.00", "2.00"}, {"2.00", "40.00"}, {"30.01", "3.33"}} {
		for _, early := range []bool{true, false} { // it was asked for before the other failed
			w := newWorld(t)
			w.open(true)
			order := w.soldBy(failingCard, "bea")
			w.giveBack(order, amounts[0])
			if !early {
				w.comeBack()
			}
			later, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: amounts[1], Reason: "requested"})
			must(t, err)
			if early {
				w.comeBack()
			}
			must(t, w.pay.MakeRefund(w.ctx, later.ID))
			w.hear(order)
			w.agrees(order, "one came back")
			w.comeBack()
			w.hear(order)
			w.agrees(order, "both came back")
			w.balanced()
		}
	}
}

// TestResendDispute: a dispute after a failed refund takes back what was sent again too, and a won one returns it.
func TestResendDispute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order := w.soldBy(failingCard, "bea")
	w.giveBack(order, "42.00")
	w.comeBack()
	w.hear(order)
	charge := *w.order(order).ChargeID
	w.operate("/disputes", url.Values{"charge": {charge}})
	w.hear(order)
	w.agrees(order, "disputed")
	if o := w.order(order); o.Disputed != 4200-o.ApplicationFee {
		t.Errorf("%d is held back", o.Disputed)
	}
	w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {"won"}})
	w.hear(order)
	w.agrees(order, "won")
	w.giveBack(order, "20.00")
	w.agrees(order, "gave back")
	w.comeBack()
	w.hear(order)
	w.agrees(order, "came back")
	w.balanced()
}

// TestResendShuffled: however often and in what order the news come, the shop ends with what it had.
func TestResendShuffled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	for seed := range 8 {
		random := rand.New(rand.NewPCG(uint64(seed), 11))
		before := w.balance()
		order := w.soldBy(failingCard, "bea")
		brought := w.balance() - before
		first, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: "10.01", Reason: "requested"})
		must(t, err)
		if seed%2 == 0 {
			must(t, w.pay.MakeRefund(w.ctx, first.ID))
		} else { // it is made, and nothing is written of it
			w.crashAt("refund.made", func() { _ = w.pay.MakeRefund(w.ctx, first.ID) })
		}
		w.giveBack(order, "20.00")
		w.comeBack()
		w.tell(order, random, true)
		w.jobs(order)
		w.tell(order, random, true)
		w.jobs(order)
		if o, got := w.order(order), w.balance()-before; got != brought || o.Net().Amount != got || o.Refunded != 0 {
			t.Errorf("seed %d: the shop has %d of the order, and not %d; the order says %d", seed, got, brought, o.Net().Amount)
		}
	}
	w.balanced()
}

// TestNothingToResend: a refund that left the shop its money owes it nothing when it fails.
func TestNothingToResend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order := w.soldBy(failingCard, "bea")
	before := w.balance()
	w.refundLeaving(order, 1000)
	w.hear(order)
	w.comeBack()
	w.hear(order)
	resends, err := w.store.ResendsOf(w.ctx, order)
	must(t, err)
	if len(resends) != 1 || resends[0].State != "refused" || resends[0].Failure != "nothing_taken" || w.balance() != before {
		t.Errorf("%+v, %d", resends, w.balance())
	}
	w.agrees(order, "came back")
}

// refundLeaving gives money back in Stripe's dashboard and leaves the shop its own.
func (w *world) refundLeaving(order *models.Order, amount int64) {
	w.t.Helper()
	_, err := w.stripe.Refunds.New(&stripe.RefundParams{PaymentIntent: order.PaymentIntentID, Amount: stripe.Int64(amount)})
	must(w.t, err)
}
