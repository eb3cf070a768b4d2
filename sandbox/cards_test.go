package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	stripe "github.com/stripe/stripe-go/v76"
)

func TestCardsThatPay(t *testing.T) {
	w := newWorld(t)
	for _, number := range []string{"4242 4242 4242 4242", "5555555555554444", "4000000000000259", "4000000000002685", "4000000000001976", "4000000000005423", "4000000000007726", "4000000000005126"} {
		if intent := w.paid(sale{amount: 2400}, number); intent.Status != "succeeded" {
			t.Errorf("%s: %s", number, intent.Status)
		}
	}
	session := w.session(sale{amount: 2400})
	form := card("378282246310005")
	form.Set("cvc", "1234")
	if end := w.browser().post(session.URL, form); end.status != http.StatusSeeOther {
		t.Errorf("American Express: %d %s", end.status, problemsOf(end.body))
	}
}

func TestCardsThatAreDeclined(t *testing.T) {
	w := newWorld(t)
	for number, want := range map[string][3]string{ // code, decline code, words on the page
		"4000000000000002": {"card_declined", "generic_decline", "was declined"},
		"4000000000009995": {"card_declined", "insufficient_funds", "insufficient funds"},
		"4000000000009987": {"card_declined", "lost_card", "was declined"},
		"4000000000009979": {"card_declined", "stolen_card", "was declined"},
		"4000000000000069": {"expired_card", "expired_card", "has expired"},
		"4000000000000127": {"incorrect_cvc", "incorrect_cvc", "security code is incorrect"},
		"4000000000000119": {"processing_error", "processing_error", "An error occurred while processing"},
		"4000000000000341": {"card_declined", "generic_decline", "was declined"},
	} {
		session := w.session(sale{amount: 2400})
		end := w.pay(session, number)
		if end.status != http.StatusPaymentRequired || !strings.Contains(end.body, want[2]) {
			t.Errorf("%s answered %d without %q: %s", number, end.status, want[2], problemsOf(end.body))
		}
		if !strings.Contains(end.body, "fan@example.com") || strings.Contains(end.body, `name="number" value="4`) {
			t.Errorf("%s: the form kept the wrong things", number)
		}
		intent := w.intentOf(session.ID)
		if intent.Status != "requires_payment_method" || string(intent.LastPaymentError.Code) != want[0] || string(intent.LastPaymentError.DeclineCode) != want[1] || intent.LatestCharge.Status != "failed" {
			t.Errorf("%s: %s %+v", number, intent.Status, intent.LastPaymentError)
		}
		// The next card pays the same intent.
		if end := w.pay(session, "4242424242424242"); end.status != http.StatusSeeOther {
			t.Errorf("%s: the next card answered %d", number, end.status)
		}
		if after := w.intentOf(session.ID); after.ID != intent.ID || after.Status != "succeeded" || after.LastPaymentError != nil {
			t.Errorf("%s: afterwards %s %s", number, after.ID, after.Status)
		}
	}
}

func TestSecureCards(t *testing.T) {
	w := newWorld(t)
	for number, want := range map[string][2]string{"4000002500003155": {"succeeded", ""}, "4000002760003184": {"succeeded", ""}, "4000008260003178": {"requires_payment_method", "insufficient_funds"}} {
		session := w.session(sale{amount: 2400})
		asked := w.pay(session, number)
		if !strings.HasPrefix(asked.location, "/3ds/pi_") || w.intentOf(session.ID).Status != "requires_action" {
			t.Fatalf("%s led to %q", number, asked.location)
		}
		b := w.browser()
		if page := b.get(w.server.URL + asked.location); page.status != 200 || !strings.Contains(page.body, "€24.00") {
			t.Errorf("%s: the bank's page answered %d", number, page.status)
		}
		failed := b.post(w.server.URL+asked.location, url.Values{"answer": {"fail"}})
		if intent := w.intentOf(session.ID); intent.Status != "requires_payment_method" || intent.LastPaymentError.Code != "payment_intent_authentication_failure" {
			t.Errorf("%s: after failing the check: %s %+v", number, intent.Status, intent.LastPaymentError)
		}
		if !strings.Contains(failed.body, "unable to authenticate") {
			t.Errorf("%s: the page says %s", number, problemsOf(failed.body))
		}
		b.post(w.server.URL+w.pay(session, number).location, url.Values{"answer": {"complete"}})
		intent := w.intentOf(session.ID)
		if string(intent.Status) != want[0] || intent.LastPaymentError != nil && string(intent.LastPaymentError.DeclineCode) != want[1] {
			t.Errorf("%s: after passing the check: %s", number, intent.Status)
		}
	}
}

func TestConfirmByRequest(t *testing.T) {
	w := newWorld(t)
	try := func(method string, absent bool) (*stripe.PaymentIntent, error) {
		customer := must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("ada@example.com")}))
		params := &stripe.PaymentIntentParams{
			Amount: stripe.Int64(1000), Currency: stripe.String("eur"), Customer: stripe.String(customer.ID), PaymentMethod: stripe.String(method),
			PaymentMethodTypes: stripe.StringSlice([]string{"card"}), Confirm: stripe.Bool(true),
		}
		if absent {
			params.OffSession = stripe.Bool(true)
		}
		return w.api.PaymentIntents.New(params)
	}
	if intent := must[*stripe.PaymentIntent](t)(try("pm_card_visa", true)); intent.Status != "succeeded" {
		t.Errorf("pm_card_visa: %s", intent.Status)
	}
	_, err := try("pm_card_authenticationRequired", true)
	if e := asStripe(t, err); e.HTTPStatusCode != 402 || e.Code != "authentication_required" || e.PaymentIntent.Status != "requires_payment_method" {
		t.Errorf("absent: %+v", e)
	}
	intent := must[*stripe.PaymentIntent](t)(try("pm_card_authenticationRequired", false))
	if intent.Status != "requires_action" {
		t.Errorf("present: %s", intent.Status)
	}
	if intent = must[*stripe.PaymentIntent](t)(w.api.PaymentIntents.Cancel(intent.ID, nil)); intent.Status != "canceled" {
		t.Errorf("cancelled: %s", intent.Status)
	}
	if _, err := w.api.PaymentIntents.Confirm(intent.ID, nil); asStripe(t, err).Code != "payment_intent_unexpected_state" {
		t.Errorf("confirming what is cancelled: %v", err)
	}
}

func TestPressedTwice(t *testing.T) {
	w := newWorld(t)
	session := w.session(sale{amount: 2400})
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			if end := w.pay(session, "4242424242424242"); end.status != http.StatusSeeOther || !strings.Contains(end.location, "/thanks") {
				t.Errorf("%d %s", end.status, end.location)
			}
		})
	}
	group.Wait()
	charges := 0
	for list := w.api.Charges.List(nil); list.Next(); {
		charges++
	}
	if charges != 1 {
		t.Errorf("%d charges", charges)
	}
}

func TestPayForm(t *testing.T) {
	w := newWorld(t)
	session := w.session(sale{amount: 2400, more: func(p *stripe.CheckoutSessionParams) {
		p.CustomerEmail = stripe.String("fan@example.com")
		p.Locale = stripe.String("fr")
		p.ShippingAddressCollection = &stripe.CheckoutSessionShippingAddressCollectionParams{AllowedCountries: stripe.StringSlice([]string{"FR", "BE"})}
		p.PhoneNumberCollection = &stripe.CheckoutSessionPhoneNumberCollectionParams{Enabled: stripe.Bool(true)}
		p.ConsentCollection = &stripe.CheckoutSessionConsentCollectionParams{TermsOfService: stripe.String("required")}
		p.CustomText = &stripe.CheckoutSessionCustomTextParams{Submit: &stripe.CheckoutSessionCustomTextSubmitParams{Message: stripe.String("Envoi sous trois jours.")}}
	}})
	b := w.browser()
	page := b.get(session.URL)
	for _, words := range []string{"Payer 24,00\u00a0€", "Envoi sous trois jours.", `lang="fr"`, "Belgique", "fan@example.com"} {
		if !strings.Contains(page.body, words) {
			t.Errorf("the page lacks %q", words)
		}
	}
	csp := page.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "form-action 'self' http://localhost:8080") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %s", csp)
	}
	form := card("4242424242424242")
	if end := b.post(session.URL, form); end.status != http.StatusUnprocessableEntity {
		t.Errorf("without an address: %d", end.status)
	}
	for name, value := range map[string]string{"ship_line1": "1 rue du Port", "ship_postal_code": "75001", "ship_city": "Paris", "ship_country": "FR", "phone": "+33 1 23 45 67 89", "terms": "yes"} {
		form.Set(name, value)
	}
	form.Set("number", "4242424242424241")
	if end := b.post(session.URL, form); end.status != http.StatusUnprocessableEntity || !strings.Contains(end.body, "1 rue du Port") {
		t.Errorf("a mistyped number: %d", end.status)
	}
	form.Set("fill", "4242424242424242")
	if filled := b.post(session.URL, form); filled.status != 200 || !strings.Contains(filled.body, "4242 4242 4242 4242") || !strings.Contains(filled.body, "1 rue du Port") {
		t.Errorf("filling in a test card: %d", filled.status)
	}
	form.Del("fill")
	form.Set("number", "4242424242424242")
	if end := b.post(session.URL, form); end.status != http.StatusSeeOther {
		t.Fatalf("%d %s", end.status, problemsOf(end.body))
	}
	done := must[*stripe.CheckoutSession](t)(w.api.CheckoutSessions.Get(session.ID, nil))
	if done.ShippingDetails.Address.City != "Paris" || done.CustomerDetails.Phone == "" || done.Consent.TermsOfService != "accepted" || done.PaymentStatus != "paid" || done.Status != "complete" {
		t.Errorf("%+v", done)
	}
	if again := b.get(w.server.URL + "/c/pay/" + session.ID); !strings.Contains(again.body, "déjà payé") {
		t.Error("a paid session does not say so")
	}
}
