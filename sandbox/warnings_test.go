package sandbox_test

import (
	"net/url"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

func TestEarlyFraudWarnings(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	e := w.listen("radar.early_fraud_warning.created", "radar.early_fraud_warning.updated")
	intent := w.paid(sale{amount: 2400, fee: 240, to: shop}, "4000000000005423")
	w.sb.Advance(10 * time.Second)
	if event := e.next(); event.Type != "radar.early_fraud_warning.created" {
		t.Errorf("%s", event.Type)
	}
	list := w.api.RadarEarlyFraudWarnings.List(&stripe.RadarEarlyFraudWarningListParams{Charge: stripe.String(intent.LatestCharge.ID)})
	if !list.Next() {
		t.Fatalf("no warning: %v", list.Err())
	}
	warning := list.RadarEarlyFraudWarning()
	if !warning.Actionable || warning.PaymentIntent.ID != intent.ID || w.nets(shop.ID) != 2160 {
		t.Errorf("%+v", warning)
	}
	w.refund(intent, 1000, true)
	w.refund(intent, 0, true)
	if event := e.next(); event.Type != "radar.early_fraud_warning.updated" {
		t.Errorf("%s", event.Type)
	}
	params := &stripe.RadarEarlyFraudWarningParams{}
	params.AddExpand("charge")
	warning = must[*stripe.RadarEarlyFraudWarning](t)(w.api.RadarEarlyFraudWarnings.Get(warning.ID, params))
	if warning.Actionable || !warning.Charge.Refunded {
		t.Errorf("%+v", warning)
	}
	other := w.paid(sale{amount: 2400}, "4242424242424242").LatestCharge.ID
	w.control("/warnings", url.Values{"charge": {other}})
	e.next()
	w.control("/disputes", url.Values{"charge": {other}})
	if event := e.next(); event.Type != "radar.early_fraud_warning.updated" {
		t.Errorf("%s", event.Type)
	}
}

func TestReviews(t *testing.T) {
	w := newWorld(t)
	e := w.listen("review.opened", "review.closed")
	closed := func(want string) {
		t.Helper()
		event := e.next()
		if event.Type != "review.closed" || event.Data.Object["closed_reason"] != want {
			t.Errorf("%s %v, wanted %s", event.Type, event.Data.Object["closed_reason"], want)
		}
	}
	w.paid(sale{amount: 2400}, "4000000000009235")
	e.next()
	list := w.api.Reviews.List(&stripe.ReviewListParams{})
	if !list.Next() || !list.Review().Open || list.Review().OpenedReason != "rule" {
		t.Fatalf("%v", list.Err())
	}
	review := must[*stripe.Review](t)(w.api.Reviews.Approve(list.Review().ID, nil))
	if review.Open || review.ClosedReason != "approved" {
		t.Errorf("%+v", review)
	}
	closed("approved")
	if _, err := w.api.Reviews.Approve(review.ID, nil); asStripe(t, err).HTTPStatusCode != 400 {
		t.Errorf("%v", err)
	}
	if list := w.api.Reviews.List(&stripe.ReviewListParams{}); list.Next() {
		t.Error("a closed review is listed")
	}
	for _, want := range []string{"refunded", "refunded_as_fraud", "disputed"} {
		intent := w.paid(sale{amount: 2400}, "4242424242424242")
		w.control("/reviews", url.Values{"charge": {intent.LatestCharge.ID}})
		if opened := e.next(); opened.Data.Object["payment_intent"] != intent.ID {
			t.Errorf("%v", opened.Data.Object)
		}
		switch want {
		case "refunded":
			w.refund(intent, 0, false)
		case "refunded_as_fraud":
			must[*stripe.Refund](t)(w.api.Refunds.New(&stripe.RefundParams{PaymentIntent: stripe.String(intent.ID), Reason: stripe.String("fraudulent")}))
		case "disputed":
			w.control("/disputes", url.Values{"charge": {intent.LatestCharge.ID}})
		}
		closed(want)
	}
}
