package payments_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// TestAgainstStripeMock sends each call of ours to Stripe's own mock, which checks requests against Stripe's description
// and answers from fixtures. It keeps no state, so what counts is that nothing is refused.
func TestAgainstStripeMock(t *testing.T) {
	t.Parallel()
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	must(t, err)
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	must(t, err)
	stub, err := server.NewStubServer(fixtures, spec, true, false)
	must(t, err)
	var mu sync.Mutex
	taken := map[string]bool{}
	mock := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		stub.HandleRequest(answer, r)
		if answer.Code != http.StatusOK {
			t.Errorf("%s %s was answered with %d: %s", r.Method, r.URL, answer.Code, answer.Body)
		}
		mu.Lock()
		taken[r.Method+" "+strings.Join(strings.Split(r.URL.Path, "/")[:3], "/")] = true
		mu.Unlock()
		for name, values := range answer.Header() {
			rw.Header()[name] = values
		}
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	}))
	t.Cleanup(mock.Close)

	w := newWorld(t)
	w.set.APIURL, w.set.SecretKey = mock.URL, "sk_test_123"
	w.restart()
	w.open(false)
	// An account whose making Stripe has forgotten is looked for in the list, and then made.
	w.wire.breaks(posts("/v1/accounts", cut))
	_, err = w.pay.Connect(w.ctx, w.shop)
	if !errors.Is(err, payments.ErrAway) {
		t.Fatal(err)
	}
	w.wire.breaks(nil)
	w.clock.Advance(25 * time.Hour)
	_, err = w.pay.Connect(w.ctx, w.shop)
	if !errors.Is(err, payments.ErrAway) {
		t.Fatal(err)
	}
	_, err = w.pay.Connect(w.ctx, w.shop)
	must(t, err)
	w.shop, err = w.store.ShopOf(w.ctx, w.shop.ID)
	must(t, err)
	_, err = w.pay.RefreshAccount(w.ctx, w.shop)
	must(t, err)
	_, err = w.pay.ExpressLogin(w.ctx, w.shop)
	must(t, err)
	w.shop, err = w.store.RecordAccount(w.ctx, models.Account{ID: *w.shop.StripeAccount, ChargesEnabled: true, DetailsSubmitted: true, Transfers: "active", CardPayments: "active", FetchedAt: w.clock.Now()}, true)
	must(t, err)
	offer := w.offer("1")
	order, _ := w.start(offer, "bea")
	// The mock's sessions name nobody, so what they say is not applied.
	_, _ = w.pay.ResumeCheckout(w.ctx, order)
	_ = w.pay.Settle(w.ctx, order)
	_ = w.pay.CancelCheckout(w.ctx, order)

	// A charge and a refund, of an order that is written as paid when its goods are gone.
	must(t, w.store.ExpireOrder(w.ctx, order, nil))
	_, _, err = w.store.PlaceOrder(w.ctx, models.Purchase{Offer: offer, Shop: w.shop, Email: "quick@example.com", Language: "en", AttemptKey: "quick", CheckoutLasts: time.Minute})
	must(t, err)
	_, err = w.store.SettleOrder(w.ctx, order.ID, models.Payment{SessionID: *order.SessionID, PaymentIntentID: "pi_1", Amount: 4200, Currency: "eur", At: w.clock.Now()})
	must(t, err)
	_ = w.pay.ReadCharge(w.ctx, order.ID)
	refunds, err := w.store.RefundsOf(w.ctx, order)
	must(t, err)
	must(t, w.pay.MakeRefund(w.ctx, refunds[0].ID))

	// What is looked up when Stripe has forgotten a key.
	w.clock.Advance(25 * time.Hour)
	_ = w.pay.CatchUp(w.ctx)
	_, err = w.pay.CreateWebhooks(w.ctx)
	must(t, err)
	w.pay.Check(w.ctx)
	for _, call := range []string{
		"POST /v1/accounts", "GET /v1/accounts", "POST /v1/account_links", "POST /v1/checkout", "GET /v1/checkout", "GET /v1/payment_intents",
		"POST /v1/refunds", "GET /v1/refunds", "GET /v1/events", "POST /v1/webhook_endpoints", "GET /v1/webhook_endpoints", "GET /v1/balance",
	} {
		if !taken[call] {
			t.Errorf("%s was not tried", call)
		}
	}
}
