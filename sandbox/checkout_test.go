package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	stripe "github.com/stripe/stripe-go/v76"
)

func TestDestinationPayment(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	if !shop.ChargesEnabled || !shop.PayoutsEnabled || !shop.DetailsSubmitted || len(shop.Requirements.CurrentlyDue) != 0 {
		t.Fatalf("the account is not ready: %+v", shop.Requirements)
	}
	session := w.session(sale{amount: 2400, fee: 240, to: shop})
	end := w.pay(session, "4242424242424242")
	if end.status != http.StatusSeeOther || end.location != "http://localhost:8080/thanks?session="+session.ID {
		t.Fatalf("paying answered %d and led to %q: %s", end.status, end.location, problemsOf(end.body))
	}
	intent := w.intentOf(session.ID)
	if intent.Status != "succeeded" || intent.LatestCharge.BalanceTransaction.Fee != 61 {
		t.Fatalf("intent %s, fee %d", intent.Status, intent.LatestCharge.BalanceTransaction.Fee)
	}
	want := "payment_intent.created charge.succeeded payment_intent.succeeded checkout.session.completed transfer.created application_fee.created charge.updated"
	if got := strings.Join(w.eventTypes(""), " "); got != want {
		t.Errorf("events\n got %s\nwant %s", got, want)
	}
	if got := strings.Join(w.eventTypes(shop.ID), " "); !strings.Contains(got, "account.updated") || !strings.Contains(got, "capability.updated") {
		t.Errorf("events of the account: %s", got)
	}
	params := &stripe.BalanceParams{}
	params.SetStripeAccount(shop.ID)
	balance := must[*stripe.Balance](t)(w.api.Balance.Get(params))
	if balance.Pending[0].Amount != 2160 || balance.Available[0].Amount != 0 {
		t.Errorf("balance %+v", balance)
	}
}
