package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	stripe "github.com/stripe/stripe-go/v76"
)

// keeping opens a Checkout session that keeps a card for a new customer.
func (w *world) keeping() (*stripe.Customer, *stripe.CheckoutSession) {
	w.t.Helper()
	customer := must[*stripe.Customer](w.t)(w.api.Customers.New(&stripe.CustomerParams{Email: stripe.String("fan@example.com")}))
	session := must[*stripe.CheckoutSession](w.t)(w.api.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("setup"), Customer: &customer.ID, PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
		SuccessURL: stripe.String("http://localhost:8080/wallet?session={CHECKOUT_SESSION_ID}"), CancelURL: stripe.String("http://localhost:8080/wallet"),
		SetupIntentData: &stripe.CheckoutSessionSetupIntentDataParams{Metadata: map[string]string{"fan": "1"}},
	}))
	return customer, session
}

func (w *world) kept(session string) *stripe.CheckoutSession {
	w.t.Helper()
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("setup_intent.payment_method")
	return must[*stripe.CheckoutSession](w.t)(w.api.CheckoutSessions.Get(session, params))
}

// charge charges a kept card while its owner is away.
func (w *world) charge(customer, method string) (*stripe.PaymentIntent, error) {
	return w.api.PaymentIntents.New(&stripe.PaymentIntentParams{
		Amount: stripe.Int64(2400), Currency: stripe.String("eur"), Customer: &customer, PaymentMethod: &method, OffSession: stripe.Bool(true), Confirm: stripe.Bool(true),
		PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
	})
}

func TestACardIsKeptAndChargedLater(t *testing.T) {
	w := newWorld(t)
	told := w.listen("payment_method.attached", "setup_intent.succeeded", "checkout.session.completed")
	customer, session := w.keeping()
	if session.SetupIntent == nil || session.PaymentStatus != "no_payment_required" || session.PaymentIntent != nil {
		t.Fatalf("a new session: %+v", session)
	}
	page := w.browser().get(session.URL)
	if !strings.Contains(page.body, "Save card") || strings.Contains(page.body, "Total") {
		t.Error("the page asks for money")
	}
	if end := w.pay(session, "4242424242424242"); end.status != http.StatusSeeOther || !strings.Contains(end.location, "/wallet?session="+session.ID) {
		t.Fatalf("%d %s", end.status, problemsOf(end.body))
	}
	if types := told.types(3); len(types) != 3 {
		t.Errorf("told of %v", types)
	}
	done := w.kept(session.ID)
	method := done.SetupIntent.PaymentMethod
	if done.Status != "complete" || done.SetupIntent.Status != "succeeded" || method.Card.Last4 != "4242" || method.Customer.ID != customer.ID {
		t.Fatalf("%+v %+v", done.SetupIntent, method)
	}
	if again := w.pay(session, "5555555555554444"); again.status != http.StatusSeeOther {
		t.Errorf("pressed again: %d", again.status)
	}
	if intent, err := w.charge(customer.ID, method.ID); err != nil || intent.Status != "succeeded" {
		t.Errorf("charged: %v", err)
	}
	if _, err := w.api.PaymentMethods.Detach(method.ID, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.charge(customer.ID, method.ID); err == nil {
		t.Error("a card that was taken away was charged")
	}
}

func TestCardsThatAreKeptWithATwist(t *testing.T) {
	w := newWorld(t)
	keep := func(number string, answer string) (customer string, done *stripe.CheckoutSession) {
		c, session := w.keeping()
		end := w.pay(session, number)
		if answer != "" {
			if !strings.Contains(end.location, "/3ds/seti_") {
				t.Fatalf("%s was not asked: %d %s", number, end.status, end.location)
			}
			if page := w.browser().get(w.server.URL + end.location); !strings.Contains(page.body, "saves the card") {
				t.Errorf("%s: the bank asks about something else", number)
			}
			w.browser().post(w.server.URL+end.location, map[string][]string{"answer": {answer}})
		}
		return c.ID, w.kept(session.ID)
	}
	customer, asked := keep("4000002500003155", "complete")
	if intent, err := w.charge(customer, asked.SetupIntent.PaymentMethod.ID); err != nil || intent.Status != "succeeded" {
		t.Errorf("a card that was set up is asked for again: %v", err)
	}
	customer, always := keep("4000002760003184", "complete")
	if _, err := w.charge(customer, always.SetupIntent.PaymentMethod.ID); asStripe(t, err).Code != "authentication_required" || asStripe(t, err).HTTPStatusCode != http.StatusPaymentRequired {
		t.Errorf("always asks: %v", err)
	}
	customer, saves := keep("4000000000000341", "")
	if _, err := w.charge(customer, saves.SetupIntent.PaymentMethod.ID); asStripe(t, err).Code != "card_declined" {
		t.Errorf("saved and refused: %v", err)
	}
	if _, failed := keep("4000002500003155", "fail"); failed.Status != "open" || failed.SetupIntent.LastSetupError.Code != "setup_intent_authentication_failure" {
		t.Errorf("not passed: %s %+v", failed.Status, failed.SetupIntent.LastSetupError)
	}
	if _, refused := keep("4000000000000002", ""); refused.Status != "open" || refused.SetupIntent.LastSetupError.Code != "card_declined" || refused.SetupIntent.PaymentMethod != nil {
		t.Errorf("declined: %s %+v", refused.Status, refused.SetupIntent)
	}
}

func TestAnExpiredSetupIsCancelled(t *testing.T) {
	w := newWorld(t)
	_, session := w.keeping()
	must[*stripe.CheckoutSession](t)(w.api.CheckoutSessions.Expire(session.ID, nil))
	if after := w.kept(session.ID); after.Status != "expired" || after.SetupIntent.Status != "canceled" {
		t.Errorf("%s %s", after.Status, after.SetupIntent.Status)
	}
	for name, change := range map[string]func(*stripe.CheckoutSessionParams){
		"lines":        func(p *stripe.CheckoutSessionParams) { p.LineItems = sale{amount: 100}.params().LineItems },
		"no currency":  func(p *stripe.CheckoutSessionParams) { p.PaymentMethodTypes = nil },
		"who is there": func(p *stripe.CheckoutSessionParams) { p.Customer = stripe.String("cus_nobody") },
	} {
		params := &stripe.CheckoutSessionParams{Mode: stripe.String("setup"), SuccessURL: stripe.String("http://localhost/"), PaymentMethodTypes: stripe.StringSlice([]string{"card"})}
		change(params)
		if _, err := w.api.CheckoutSessions.New(params); asStripe(t, err).HTTPStatusCode != 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
