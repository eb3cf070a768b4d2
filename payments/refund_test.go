package payments_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// shortfall makes an order that is paid when its goods are gone, and gives the refund that waits.
func (w *world) shortfall() (*models.Order, *models.Refund) {
	w.t.Helper()
	offer := w.offer("1")
	late, lateAddress := w.start(offer, "late")
	must(w.t, w.store.ExpireOrder(w.ctx, late, nil)) // as if Stripe had said so, and still took the money
	quick, address := w.start(offer, "quick")
	w.payAt(address, goodCard)
	w.payAt(lateAddress, goodCard)
	must(w.t, w.pay.Settle(w.ctx, quick))
	must(w.t, w.pay.Settle(w.ctx, late))
	late = w.order(late)
	refunds, err := w.store.RefundsOf(w.ctx, late)
	must(w.t, err)
	if !late.Shortfall || len(refunds) != 1 || refunds[0].State != "pending" || refunds[0].Amount != 4200 || w.order(quick).Shortfall {
		w.t.Fatalf("%+v %+v", late, refunds)
	}
	return late, &refunds[0]
}

func (w *world) refunds(order *models.Order) []*stripe.Refund {
	w.t.Helper()
	var refunds []*stripe.Refund
	list := w.stripe.Refunds.List(&stripe.RefundListParams{PaymentIntent: order.PaymentIntentID})
	for list.Next() {
		refunds = append(refunds, list.Refund())
	}
	must(w.t, list.Err())
	return refunds
}

func (w *world) refund(id string) *models.Refund {
	w.t.Helper()
	refund, err := w.store.Refund(w.ctx, id)
	must(w.t, err)
	return refund
}

func TestShortfallGoesBack(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		w := newWorld(t)
		w.set.KeepFeeOnRefund = keep
		w.restart()
		w.open(true)
		order, refund := w.shortfall()
		must(t, w.pay.MakeRefund(w.ctx, refund.ID))
		must(t, w.pay.MakeRefund(w.ctx, refund.ID))
		if got := w.refund(refund.ID); got.State != "succeeded" || got.StripeID == nil || w.order(order).Payment != "refunded" {
			t.Fatalf("%+v", got)
		}
		made := w.refunds(order)
		if len(made) != 1 || made[0].Amount != 4200 || made[0].Metadata["refund"] != refund.ID {
			t.Fatalf("%+v", made)
		}
		params := &stripe.PaymentIntentParams{Expand: stripe.StringSlice([]string{"latest_charge.transfer", "latest_charge.application_fee"})}
		intent, err := w.stripe.PaymentIntents.Get(*order.PaymentIntentID, params)
		must(t, err)
		charge := intent.LatestCharge
		if charge.Transfer.AmountReversed != 4200 {
			t.Errorf("the shop keeps %d", 4200-charge.Transfer.AmountReversed)
		}
		if back := charge.ApplicationFee.AmountRefunded; back != map[bool]int64{false: 168, true: 0}[keep] {
			t.Errorf("of our fee %d went back", back)
		}
		for _, event := range w.events("") {
			must(t, w.deliver(event))
		}
		w.drain()
		if waiting, failed, err := w.store.EventsLeft(w.ctx); err != nil || waiting+failed > 0 {
			t.Errorf("%d and %d events are left: %v", waiting, failed, err)
		}
	}
}

// TestRefundOnce: wherever the process ends or the answer is lost, and however late it is tried again, the money goes
// back once.
func TestRefundOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	for _, how := range []string{"refund.asked", "refund.made", "lost", "cut"} {
		order, refund := w.shortfall()
		switch how {
		case "lost", "cut":
			w.wire.breaks(posts("/v1/refunds", map[string]fault{"lost": lost, "cut": cut}[how]))
			if err := w.pay.MakeRefund(w.ctx, refund.ID); !errors.Is(err, payments.ErrAway) {
				t.Fatalf("%s: %v", how, err)
			}
			w.wire.breaks(nil)
		default:
			w.crashAt(how, func() { _ = w.pay.MakeRefund(w.ctx, refund.ID) })
		}
		if got := w.refund(refund.ID); got.State != "pending" {
			t.Fatalf("%s: %s", how, got.State)
		}
		w.clock.Advance(25 * time.Hour)
		must(t, w.pay.MakeRefund(w.ctx, refund.ID))
		if made := w.refunds(order); len(made) != 1 || w.refund(refund.ID).State != "succeeded" {
			t.Fatalf("%s: %d refunds, %s", how, len(made), w.refund(refund.ID).State)
		}
	}
}

// TestRefundMadeAtStripe: somebody was faster in Stripe's dashboard.
func TestRefundMadeAtStripe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order, refund := w.shortfall()
	made, err := w.stripe.Refunds.New(&stripe.RefundParams{PaymentIntent: order.PaymentIntentID})
	must(t, err)
	must(t, w.pay.MakeRefund(w.ctx, refund.ID))
	if got := w.refund(refund.ID); got.State != "succeeded" || *got.StripeID != made.ID {
		t.Fatalf("%+v", got)
	}

	// One that we never asked for is taken over, once, however often Stripe tells of it.
	offer := w.offer("1")
	sold, address := w.start(offer, "bea")
	w.payAt(address, goodCard)
	must(t, w.pay.Settle(w.ctx, sold))
	_, err = w.stripe.Refunds.New(&stripe.RefundParams{PaymentIntent: w.order(sold).PaymentIntentID, Amount: stripe.Int64(100)})
	must(t, err)
	for range 2 {
		for _, event := range w.events("") {
			must(t, w.deliver(event))
			w.drain()
		}
	}
	refunds, err := w.store.RefundsOf(w.ctx, sold)
	must(t, err)
	if len(refunds) != 1 || refunds[0].State != "succeeded" || refunds[0].Reason != "requested" || w.order(sold).Refunded != 100 || w.order(sold).Payment != "partly_refunded" {
		t.Fatalf("%+v, %+v", refunds, w.order(sold))
	}
}

// TestLessIsLeft: while ours waits, somebody gives back more in Stripe's dashboard. Ours ends, theirs is taken over.
func TestLessIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	for _, theirs := range [][]int64{{4200}, {4000}, {1000, 3200}} {
		sold, refund := w.askBack(goodCard, "20.00")
		for _, amount := range theirs {
			_, err := w.stripe.Refunds.New(&stripe.RefundParams{PaymentIntent: sold.PaymentIntentID, Amount: stripe.Int64(amount)})
			must(t, err)
		}
		must(t, w.pay.MakeRefund(w.ctx, refund.ID))
		if got := w.refund(refund.ID); got.State != "cancelled" || got.Failure != "less_left" {
			t.Fatalf("%v: %+v", theirs, got)
		}
		want := int64(0)
		for _, made := range w.refunds(sold) {
			want += made.Amount
		}
		if got := w.order(sold); got.Refunded != want {
			t.Fatalf("%v: %d went back, the order says %d", theirs, want, got.Refunded)
		}
	}
}

// TestRefundOfADisputedCharge: Stripe makes none; ours ends, and the money is the order's again until the bank decides.
func TestRefundOfADisputedCharge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	sold, refund := w.askBack("4000000000000259", "20.00")
	w.clock.Advance(time.Hour)
	must(t, w.sb.Settle(w.ctx))
	must(t, w.pay.MakeRefund(w.ctx, refund.ID))
	if got := w.refund(refund.ID); got.State != "cancelled" || got.Failure != "disputed" {
		t.Fatalf("%+v", got)
	}
	changes, err := w.store.Timeline(w.ctx, w.order(sold))
	must(t, err)
	told := false
	for _, change := range changes {
		told = told || change.Kind == "refund_failed" && change.Detail == "disputed"
	}
	if !told {
		t.Fatalf("the order does not tell why: %+v", changes)
	}
	if got := w.order(sold); got.Refunded != 0 || got.Payment != "paid" {
		t.Fatalf("%+v", got)
	}
}

// askBack sells one thing and has its owner give some of the money back.
func (w *world) askBack(card, amount string) (*models.Order, *models.Refund) {
	w.t.Helper()
	order, address := w.start(w.offer("5"), "fan")
	w.payAt(address, card)
	must(w.t, w.pay.Settle(w.ctx, order))
	order = w.order(order)
	refund, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: amount, Reason: "requested", Restock: "1", Key: "form"})
	must(w.t, err)
	return order, refund
}

// TestRefundCards: what the cards do that Stripe has for it, step by step, with the ledger beside the order.
func TestRefundCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	for card, states := range map[string][2]string{goodCard: {"succeeded", "succeeded"}, "4000000000007726": {"pending", "succeeded"}, "4000000000005126": {"succeeded", "failed"}} {
		order, refund := w.askBack(card, "10.00")
		must(t, w.pay.MakeRefund(w.ctx, refund.ID))
		if got := w.refund(refund.ID); got.State != states[0] || w.order(order).Refunded != 1000 {
			t.Fatalf("%s: %+v", card, got)
		}
		w.clock.Advance(2 * time.Minute)
		must(t, w.sb.Settle(w.ctx))
		for _, event := range w.events("") {
			must(t, w.deliver(event))
		}
		w.drain()
		got, now := w.refund(refund.ID), w.order(order)
		if got.State != states[1] {
			t.Fatalf("%s: %+v", card, got)
		}
		want := map[string][2]any{"succeeded": {int64(1000), "partly_refunded"}, "failed": {int64(0), "paid"}}[got.State]
		if now.Refunded != want[0] || now.Payment != want[1] || got.State == "failed" && got.Failure == "" {
			t.Fatalf("%s: %+v %+v", card, got, now)
		}
		intent, err := w.stripe.PaymentIntents.Get(*now.PaymentIntentID, &stripe.PaymentIntentParams{Expand: stripe.StringSlice([]string{"latest_charge.application_fee"})})
		must(t, err)
		if charge := intent.LatestCharge; charge.AmountRefunded != now.Refunded || got.State == "succeeded" && now.ApplicationFee-charge.ApplicationFee.AmountRefunded != now.FeeKept().Amount {
			t.Errorf("%s: Stripe says %d and %d of our fee, the order %d and keeps %d", card, charge.AmountRefunded, charge.ApplicationFee.AmountRefunded, now.Refunded, now.FeeKept().Amount)
		}
	}
}

// TestRefundFails: a refund may fail after it succeeded; the order is paid again, and late news does not undo that.
func TestRefundFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order, refund := w.shortfall()
	must(t, w.pay.MakeRefund(w.ctx, refund.ID))
	made := w.refunds(order)[0]
	raw := map[string]any{}
	fetched, err := w.stripe.Refunds.Get(made.ID, nil)
	must(t, err)
	must(t, json.Unmarshal(fetched.LastResponse.RawJSON, &raw))
	tell := func(id, kind string, change map[string]any) *models.Event {
		object := map[string]any{}
		for name, value := range raw {
			object[name] = value
		}
		for name, value := range change {
			object[name] = value
		}
		must(t, w.post("account", body(id, kind, map[string]any{"data": map[string]any{"object": object}}), w.set.WebhookSecret))
		w.drain()
		return w.last(id)
	}
	for i, forged := range []map[string]any{{"amount": 4199}, {"currency": "usd"}, {"payment_intent": "pi_other"}, {"id": "re_other"}} {
		forged["status"] = "failed"
		if event := tell("evt_forged"+string(rune('a'+i)), "refund.updated", forged); event.State != "failed" || w.refund(refund.ID).State != "succeeded" {
			t.Errorf("%v: %s, %s", forged, event.State, event.Outcome)
		}
	}
	for _, kind := range []string{"charge.refund.updated", "refund.updated"} {
		tell("evt_failed_"+kind, kind, map[string]any{"status": "failed"})
		if got := w.order(order); got.Payment != "paid" || got.Refunded != 0 || w.refund(refund.ID).State != "failed" {
			t.Fatalf("%+v", got)
		}
	}
	tell("evt_late", "refund.created", nil)
	if got := w.order(order); got.Payment != "paid" || got.Refunded != 0 || w.refund(refund.ID).State != "failed" {
		t.Fatalf("late news moved it back: %+v", got)
	}
}
