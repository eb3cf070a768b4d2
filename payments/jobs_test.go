package payments_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// TestJobs: what models leaves to be done is done by the queue, and what is done now and then is done at the start.
func TestJobs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order, refund := w.shortfall()
	asked := make(chan string, 1000)
	w.wire.breaks(func(r *http.Request) fault {
		asked <- r.Method + " " + r.URL.Path
		return fine
	})
	work := models.NewWork()
	w.pay.Work(work)
	models.Handle(work, func(context.Context, models.SendLetter) error { return nil })
	must(t, w.store.StartJobs(w.ctx, work))
	wanted := map[string]bool{"POST /v1/refunds": true, "GET /v1/events": true, "GET /v1/payment_intents/" + *order.PaymentIntentID: true}
	for limit := time.After(30 * time.Second); len(wanted) > 0; {
		select {
		case call := <-asked:
			delete(wanted, call)
		case <-limit:
			t.Fatalf("never asked: %v", wanted)
		}
	}
	must(t, w.store.StopJobs(context.WithoutCancel(w.ctx))) // which waits for the work under way
	if got := w.order(order); w.refund(refund.ID).State != "succeeded" || got.Card != "visa 4242" || got.StripeFee == nil {
		t.Fatalf("%s, %+v", w.refund(refund.ID).State, got)
	}
}

// TestRunStops: Run applies what arrives and ends with its context.
func TestRunStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	w.clock.Advance(time.Minute)
	ctx, stop := context.WithCancel(w.ctx)
	done := make(chan struct{})
	fetched := make(chan struct{}, 10)
	w.wire.breaks(func(r *http.Request) fault {
		if strings.HasPrefix(r.URL.Path, "/v1/accounts/") {
			fetched <- struct{}{}
		}
		return fine
	})
	go func() { w.pay.Run(ctx); close(done) }()
	must(t, w.post("connect", body("evt_1", "account.updated", map[string]any{"account": *w.shop.StripeAccount}), w.set.ConnectWebhookSecret))
	select {
	case <-fetched:
	case <-time.After(30 * time.Second):
		t.Fatal("the event was not applied")
	}
	stop()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("Run did not end")
	}
	if event := w.last("evt_1"); event.State != "done" || event.Outcome != "selling is ready" {
		t.Fatalf("%s: %s", event.State, event.Outcome)
	}
}
