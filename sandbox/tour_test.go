package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"

	stripe "github.com/stripe/stripe-go/v76"
)

func TestCustomers(t *testing.T) {
	w := newWorld(t)
	told := w.listen("*")
	customer := must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{
		Email: stripe.String("ada@example.com"), Address: &stripe.AddressParams{City: stripe.String("Paris")},
		Shipping: &stripe.CustomerShippingParams{Name: stripe.String("Ada"), Address: &stripe.AddressParams{Line1: stripe.String("1 rue du Port")}},
	}))
	customer = must[*stripe.Customer](t)(w.api.Customers.Update(customer.ID, &stripe.CustomerParams{Name: stripe.String("Ada"), Metadata: map[string]string{"a": "1", "b": "2"}}))
	customer = must[*stripe.Customer](t)(w.api.Customers.Update(customer.ID, &stripe.CustomerParams{Metadata: map[string]string{"a": ""}}))
	if customer.Name != "Ada" || customer.Address.City != "Paris" || len(customer.Metadata) != 1 {
		t.Errorf("%+v", customer)
	}
	intent := must[*stripe.PaymentIntent](t)(w.api.PaymentIntents.New(&stripe.PaymentIntentParams{
		Amount: stripe.Int64(1000), Currency: stripe.String("eur"), Customer: stripe.String(customer.ID), SetupFutureUsage: stripe.String("off_session"),
	}))
	intent = must[*stripe.PaymentIntent](t)(w.api.PaymentIntents.Update(intent.ID, &stripe.PaymentIntentParams{Amount: stripe.Int64(1200), Description: stripe.String("A mug")}))
	must[*stripe.PaymentIntent](t)(w.api.PaymentIntents.Confirm(intent.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa"), ReturnURL: stripe.String(returnURL)}))
	methods := w.api.Customers.ListPaymentMethods(&stripe.CustomerListPaymentMethodsParams{Customer: stripe.String(customer.ID)})
	if !methods.Next() {
		t.Fatalf("the card was not saved: %v", methods.Err())
	}
	method := methods.PaymentMethod()
	method = must[*stripe.PaymentMethod](t)(w.api.PaymentMethods.Update(method.ID, &stripe.PaymentMethodParams{BillingDetails: &stripe.PaymentMethodBillingDetailsParams{Name: stripe.String("Ada L.")}}))
	if method.BillingDetails.Name != "Ada L." || method.Card.Last4 != "4242" {
		t.Errorf("%+v", method)
	}
	must[*stripe.PaymentMethod](t)(w.api.PaymentMethods.Detach(method.ID, nil))
	if method = must[*stripe.PaymentMethod](t)(w.api.PaymentMethods.Get(method.ID, nil)); method.Customer != nil {
		t.Error("the card is still attached")
	}
	if list := w.api.PaymentIntents.List(&stripe.PaymentIntentListParams{Customer: stripe.String(customer.ID)}); !list.Next() || list.PaymentIntent().Amount != 1200 {
		t.Errorf("%v", list.Err())
	}
	must[*stripe.Customer](t)(w.api.Customers.Del(customer.ID, nil))
	if gone := must[*stripe.Customer](t)(w.api.Customers.Get(customer.ID, nil)); !gone.Deleted {
		t.Error("the customer is still there")
	}
	types := told.types(10)
	for _, name := range []string{"customer.created", "customer.updated", "customer.deleted", "payment_method.attached", "payment_method.updated", "payment_method.detached", "payment_intent.succeeded"} {
		if types[name] == 0 {
			t.Errorf("%s is missing from %v", name, types)
		}
	}
}

func TestReversalsAndFeeRefunds(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	intent := w.paid(sale{amount: 2400, fee: 240, to: shop}, "4242424242424242")
	charge := must[*stripe.Charge](t)(w.api.Charges.Get(intent.LatestCharge.ID, nil))
	reversal := must[*stripe.TransferReversal](t)(w.api.TransferReversals.New(&stripe.TransferReversalParams{ID: stripe.String(charge.Transfer.ID), Amount: stripe.Int64(400)}))
	if reversal.Amount != 400 {
		t.Errorf("%+v", reversal)
	}
	if list := w.api.TransferReversals.List(&stripe.TransferReversalListParams{ID: stripe.String(charge.Transfer.ID)}); !list.Next() || list.TransferReversal().ID != reversal.ID {
		t.Errorf("%v", list.Err())
	}
	if _, err := w.api.TransferReversals.New(&stripe.TransferReversalParams{ID: stripe.String(charge.Transfer.ID), Amount: stripe.Int64(2001)}); asStripe(t, err).HTTPStatusCode != 400 {
		t.Errorf("%v", err)
	}
	back := must[*stripe.FeeRefund](t)(w.api.FeeRefunds.New(&stripe.FeeRefundParams{ID: stripe.String(charge.ApplicationFee.ID), Amount: stripe.Int64(40)}))
	if list := w.api.FeeRefunds.List(&stripe.FeeRefundListParams{ID: stripe.String(charge.ApplicationFee.ID)}); !list.Next() || list.FeeRefund().ID != back.ID {
		t.Errorf("%v", list.Err())
	}
	if sum := w.nets(shop.ID); sum != 2400-240-400+40 {
		t.Errorf("the merchant has %d", sum)
	}
	fee := must[*stripe.ApplicationFee](t)(w.api.ApplicationFees.Get(charge.ApplicationFee.ID, nil))
	if fee.AmountRefunded != 40 || fee.OriginatingTransaction.ID != charge.ID || fee.Account.ID != shop.ID {
		t.Errorf("%+v", fee)
	}
	if list := w.api.Transfers.List(&stripe.TransferListParams{Destination: stripe.String(shop.ID)}); !list.Next() || list.Transfer().AmountReversed != 400 {
		t.Errorf("%v", list.Err())
	}
	params := &stripe.BalanceTransactionParams{}
	params.AddExpand("source")
	line := must[*stripe.BalanceTransaction](t)(w.api.BalanceTransactions.Get(charge.BalanceTransaction.ID, params))
	if line.Amount != 2400 || line.Status != "pending" || line.Source.Charge.ID != charge.ID {
		t.Errorf("%+v", line)
	}
}

func TestSmallParts(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	one := must[*stripe.Capability](t)(w.api.Capabilities.Get("transfers", &stripe.CapabilityParams{Account: stripe.String(shop.ID)}))
	if one.Status != "active" {
		t.Errorf("%+v", one)
	}
	one = must[*stripe.Capability](t)(w.api.Capabilities.Update("sepa_debit_payments", &stripe.CapabilityParams{Account: stripe.String(shop.ID), Requested: stripe.Bool(true)}))
	if one.Status != "active" {
		t.Errorf("%+v", one)
	}
	for _, path := range []string{"/v1/accounts", "/v1/accounts/" + shop.ID + "/external_accounts", "/v1/setup_intents", "/v1/disputes", "/v1/payouts", "/v1/refunds", "/v1/transfers", "/v1/application_fees", "/v1/customers"} {
		if status, _, body := w.ask("GET", path, nil); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for _, path := range []string{"/v1/setup_intents/seti_1", "/v1/disputes/dp_1", "/v1/payouts/po_1", "/v1/refunds/re_1", "/v1/transfers/tr_1", "/v1/events/evt_1", "/v1/application_fees/fee_1", "/v1/checkout/sessions/cs_1", "/v1/webhook_endpoints/we_1"} {
		if status, _, body := w.ask("GET", path, nil); status != 404 || !contains(body, "resource_missing") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	refund := w.refund(w.paid(sale{amount: 2400}, "4242424242424242"), 0, false)
	params := &stripe.ChargeParams{}
	params.AddExpand("refunds")
	if charge := must[*stripe.Charge](t)(w.api.Charges.Get(refund.Charge.ID, params)); len(charge.Refunds.Data) != 1 {
		t.Errorf("%+v", charge.Refunds)
	}
	event := w.events("", nil)[0]
	if again := must[*stripe.Event](t)(w.api.Events.Get(event.ID, nil)); again.Type != event.Type {
		t.Errorf("%+v", again)
	}
}

func TestOperatorPage(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	if page := b.get(w.server.URL + "/"); page.status != 200 || !contains(page.body, "No events yet") {
		t.Errorf("the empty page answered %d", page.status)
	}
	shop := w.account(true)
	w.session(sale{amount: 2400, fee: 240, to: shop})
	w.paid(sale{amount: 2400, fee: 240, to: shop}, "4242424242424242")
	page := b.get(w.server.URL + "/")
	for _, words := range []string{"Harbour Goods", "checkout.session.completed", "enabled", "€24.00", "no endpoint wants it"} {
		if !contains(page.body, words) {
			t.Errorf("the page lacks %q", words)
		}
	}
	if csp := page.header.Get("Content-Security-Policy"); contains(csp, "unsafe") || !contains(csp, "default-src 'none'") || contains(page.body, "<script") || contains(page.body, " style=") {
		t.Errorf("policy %s", csp)
	}
	before := w.sb.Now()
	moved := 0
	w.sb.OnAdvance(func() { moved++ })
	b.post(w.server.URL+"/clock", url.Values{"by": {"24h"}})
	b.post(w.server.URL+"/clock", url.Values{"by": {"90m"}})
	if end := b.post(w.server.URL+"/clock", url.Values{"by": {"-1h"}}); end.status != http.StatusUnprocessableEntity {
		t.Errorf("moving back answered %d", end.status)
	}
	if by := w.sb.Now().Sub(before); by.Hours() != 25.5 || moved != 2 {
		t.Errorf("moved by %s, told %d times", by, moved)
	}
	if style := b.get(w.server.URL + "/style.css"); style.status != 200 || !contains(style.header.Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", style.status, style.header)
	}
	if lost := b.get(w.server.URL + "/nowhere"); lost.status != 404 || !contains(lost.body, "There is nothing here") {
		t.Errorf("%d", lost.status)
	}
}

func TestPastOnboarding(t *testing.T) {
	w := newWorld(t)
	shop := w.account(false)
	then := unix(start.AddDate(0, 0, -90))
	params := &stripe.AccountLinkParams{Account: stripe.String(shop.ID), Type: stripe.String("account_onboarding"), ReturnURL: stripe.String(returnURL), RefreshURL: stripe.String(returnURL)}
	params.Headers = http.Header{"Sandbox-Time": {then}}
	link := must[*stripe.AccountLink](t)(w.api.AccountLinks.New(params))
	b := w.browser()
	visit := b.get(link.URL + "?sandbox_time=" + then).location
	if end := b.post(w.server.URL+visit, url.Values{"step": {"1"}, "action": {"good"}}); end.location != returnURL {
		t.Fatalf("%d %s", end.status, end.location)
	}
	for _, e := range w.events(shop.ID, nil) {
		if e.Created != start.AddDate(0, 0, -90).Unix() {
			t.Errorf("%s carries %d", e.Type, e.Created)
		}
	}
}
