package payments_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// TestWholePath goes from a shop without an account to a paid order, with Stripe's own deliveries.
func TestWholePath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arrived := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			endpoint := map[string]string{"/webhooks/stripe": "account", "/webhooks/stripe/connect": "connect"}[r.URL.Path]
			err = w.pay.Receive(r.Context(), endpoint, body, r.Header.Get("Stripe-Signature"))
		}
		if err != nil && r.Context().Err() == nil { // else the sandbox hung up at the end of the test
			t.Errorf("%s was refused: %v", r.URL.Path, err)
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
		var event struct{ Type string }
		_ = json.Unmarshal(body, &event)
		arrived <- event.Type
	}))
	t.Cleanup(receiver.Close)
	w.set.BaseURL = receiver.URL
	w.restart()
	w.hook()
	for _, finding := range w.pay.Check(w.ctx) {
		if !finding.OK {
			t.Errorf("doctor: %s", finding.What)
		}
	}
	ctx, stop := context.WithCancel(w.ctx)
	done := make(chan struct{})
	go func() { w.sb.Run(ctx); close(done) }()
	defer func() { stop(); <-done }()

	w.open(false)
	link, err := w.pay.Connect(w.ctx, w.shop)
	must(t, err)
	w.shop, err = w.store.ShopOf(w.ctx, w.shop.ID)
	must(t, err)
	if w.shop.Selling != "in_progress" || w.shop.StripeAccount == nil {
		t.Fatalf("after the account was made selling is %s", w.shop.Selling)
	}
	visit, _ := w.browse(http.MethodGet, link, nil)
	back, _ := w.browse(http.MethodPost, w.server.URL+visit, map[string][]string{"step": {"1"}, "action": {"good"}})
	if back != receiver.URL+"/dashboard/onboarding/return" {
		t.Fatalf("onboarding led to %q", back)
	}
	await(t, arrived, "account.updated")
	w.drain()
	w.shop, err = w.pay.RefreshAccount(w.ctx, w.shop)
	must(t, err)
	if w.shop.Selling != "ready" {
		t.Fatalf("after onboarding selling is %s, wanted is %+v", w.shop.Selling, w.shop.Wanted())
	}
	if _, err := w.pay.ExpressLogin(w.ctx, w.shop); err != nil {
		t.Fatal(err)
	}

	offer := w.offer("3")
	order, address := w.start(offer, "bea")
	if next := w.payAt(address, declinedCard); next != "" {
		t.Fatalf("a declined card led to %q", next)
	}
	token, err := w.store.OrderToken(order)
	must(t, err)
	if next := w.payAt(address, goodCard); next != receiver.URL+"/orders/"+token+"?paid=1" {
		t.Fatalf("paying led to %q", next)
	}
	await(t, arrived, "payment_intent.payment_failed", "checkout.session.completed")
	w.drain()
	paid := w.order(order)
	if paid.Payment != "paid" || paid.Fulfilment != "to_do" || paid.BuyerName != "Béa Martin" || paid.Address != "3 rue du Port\n29200 Brest\nFR" {
		t.Fatalf("%+v", paid)
	}
	must(t, w.pay.ReadCharge(w.ctx, order.ID))
	paid = w.order(order)
	if paid.Card != "visa 4242" || paid.ChargeID == nil || paid.StripeFee == nil || *paid.StripeFee <= 0 {
		t.Fatalf("card %q, fee %v", paid.Card, paid.StripeFee)
	}
	fee, net := w.pay.Keep(models.Money{Amount: 4200, Currency: "eur"})
	if fee.Amount != 168 || net.Amount != 4032 || paid.ApplicationFee != fee.Amount || paid.Net() != net {
		t.Fatalf("fee %v, net %v", fee, net)
	}
	timeline, err := w.store.Timeline(w.ctx, paid)
	must(t, err)
	var kinds []string
	for _, change := range timeline {
		kinds = append(kinds, change.Kind)
	}
	if got := strings.Join(kinds, " "); !strings.Contains(got, "placed checkout_opened") || !strings.Contains(got, "paid") || !strings.Contains(got, "declined") {
		t.Fatalf("timeline: %s", got)
	}
}

// await reads what arrives until an event of each type has.
func await(t *testing.T, arrived <-chan string, kinds ...string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for len(kinds) > 0 {
		select {
		case got := <-arrived:
			kinds = slices.DeleteFunc(kinds, func(kind string) bool { return kind == got })
		case <-limit:
			t.Fatalf("%v never arrived", kinds)
		}
	}
}

func TestPoorOnboardingSaysWhatIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(false)
	w.onboard("poor")
	shop, err := w.pay.RefreshAccount(w.ctx, w.shop)
	must(t, err)
	if shop.Selling == "ready" || len(shop.Wanted().Due)+len(shop.Wanted().PastDue) == 0 {
		t.Fatalf("selling is %s, wanted is %+v", shop.Selling, shop.Wanted())
	}
	if _, err := w.pay.Connect(w.ctx, shop); err != nil {
		t.Fatalf("a fresh link: %v", err)
	}
}

func TestSettleFromThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	order, address := w.start(offer, "bea")
	must(t, w.pay.Settle(w.ctx, order))
	if got := w.order(order); got.Payment != "pending" {
		t.Fatalf("an open checkout settled the order: %s", got.Payment)
	}
	w.payAt(address, goodCard)
	must(t, w.pay.Settle(w.ctx, order))
	got := w.order(order)
	if got.Payment != "paid" || !got.PaidAt.Equal(w.clock.Now()) {
		t.Fatalf("%s at %v", got.Payment, got.PaidAt)
	}
	if again, err := w.pay.ResumeCheckout(w.ctx, got); err != nil || again != "" {
		t.Fatalf("a paid order has a checkout: %q %v", again, err)
	}
}

func TestSecondClickIsTheSameCheckout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	order, address := w.start(offer, "bea")
	again, sameAddress, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
	must(t, err)
	if again.ID != order.ID || sameAddress != address {
		t.Fatalf("a second click opened %s at %s", again.ID, sameAddress)
	}
	// Over by Stripe's word: the next click is a new order.
	must(t, w.pay.CancelCheckout(w.ctx, order))
	if got := w.order(order); got.Payment != "cancelled" {
		t.Fatalf("payment is %s", got.Payment)
	}
	fresh, _ := w.start(offer, "bea")
	if fresh.ID == order.ID {
		t.Fatal("a cancelled order was opened again")
	}
	// Paid while the buyer clicks again: the order is shown, nothing is sold twice.
	url, err := w.pay.ResumeCheckout(w.ctx, fresh)
	must(t, err)
	w.payAt(url, goodCard)
	shown, url, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
	must(t, err)
	if shown.ID != fresh.ID || url != "" || shown.Payment != "paid" {
		t.Fatalf("%s %q %s", shown.ID, url, shown.Payment)
	}
}

func TestCheckoutIsWhatWasAgreed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("")
	order, _ := w.start(offer, "bea")
	session, err := w.stripe.CheckoutSessions.Get(*order.SessionID, nil)
	must(t, err)
	if session.ClientReferenceID != order.ID || session.Metadata["shop"] != w.shop.ID || session.AmountTotal != 4200 || session.Locale != "fr" ||
		session.CustomerEmail != "bea@example.com" || session.ExpiresAt != order.ExpiresAt.Unix() || session.ShippingAddressCollection == nil {
		t.Fatalf("%+v", session)
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set  payments.Settings
		want string
	}{
		{payments.Settings{BaseURL: baseURL, WebhookSecret: "a", ConnectWebhookSecret: "b"}, "STRIPE_SECRET_KEY"},
		{payments.Settings{SecretKey: "sk_test_1", WebhookSecret: "a", ConnectWebhookSecret: "b"}, "TILLBIRD_BASE_URL"},
		{payments.Settings{SecretKey: "sk_test_1", BaseURL: baseURL, ConnectWebhookSecret: "b"}, "STRIPE_WEBHOOK_SECRET"},
		{payments.Settings{SecretKey: "sk_test_1", BaseURL: baseURL, WebhookSecret: "a"}, "STRIPE_CONNECT_WEBHOOK_SECRET"},
		{payments.Settings{SecretKey: "sk_test_1", BaseURL: baseURL, WebhookSecret: "a", ConnectWebhookSecret: "b", FeeBasis: 10_001}, "TILLBIRD_FEE_PERCENT"},
	} {
		if _, err := payments.New(nil, c.set, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("wanted %s, got %v", c.want, err)
		}
	}
	for key, live := range map[string]bool{"sk_live_1": true, "rk_live_1": true, "sk_test_1": false} {
		pay, err := payments.New(nil, payments.Settings{SecretKey: key, BaseURL: baseURL, WithoutWebhooks: true}, nil)
		must(t, err)
		if pay.Livemode() != live {
			t.Errorf("%s: livemode is %v", key, pay.Livemode())
		}
	}
}
