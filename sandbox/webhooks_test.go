package sandbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/tillbird/tillbird/sandbox/contract"
)

// ear is a webhook endpoint that keeps what it hears.
type ear struct {
	t      *testing.T
	w      *world
	server *httptest.Server
	id     string
	heard  chan stripe.Event

	mu   sync.Mutex
	deaf int // answers 500 this many times more
}

func (w *world) listen(types ...string) *ear { return w.listenTo(false, types...) }
func (w *world) listenTo(connect bool, types ...string) *ear {
	w.t.Helper()
	e := &ear{t: w.t, w: w, heard: make(chan stripe.Event, 1000)}
	check := contract.New(w.t)
	e.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		deaf := e.deaf > 0
		e.deaf--
		e.mu.Unlock()
		if deaf {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		event, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), w.sb.WebhookSecret(e.server.URL), webhook.ConstructEventOptions{IgnoreTolerance: true})
		if err != nil {
			w.t.Errorf("a delivery does not verify: %v", err)
		}
		if err := check.Event(body); err != nil {
			w.t.Errorf("event %s breaks Stripe's description: %v", event.Type, err)
		}
		e.heard <- event
	}))
	w.t.Cleanup(e.server.Close)
	params := &stripe.WebhookEndpointParams{URL: stripe.String(e.server.URL), EnabledEvents: stripe.StringSlice(types), APIVersion: stripe.String("2023-10-16")}
	if connect {
		params.Connect = stripe.Bool(true)
	}
	endpoint := must[*stripe.WebhookEndpoint](w.t)(w.api.WebhookEndpoints.New(params))
	if endpoint.Secret == "" || endpoint.Secret != w.sb.WebhookSecret(e.server.URL) {
		w.t.Fatal("the secret differs")
	}
	e.id = endpoint.ID
	return e
}

// next waits for the next event that was heard.
func (e *ear) next() stripe.Event {
	e.t.Helper()
	select {
	case event := <-e.heard:
		return event
	case <-time.After(10 * time.Second):
		e.t.Fatal("no event came")
		return stripe.Event{}
	}
}

func (e *ear) types(n int) map[string]int {
	e.t.Helper()
	types := map[string]int{}
	for range n {
		types[string(e.next().Type)]++
	}
	return types
}

// undelivered counts the platform's events that have not been delivered, once nothing is under way.
func (w *world) undelivered() int {
	no := false
	return len(w.events("", func(p *stripe.EventListParams) { p.DeliverySuccess = &no }))
}

func TestDelivery(t *testing.T) {
	w := newWorld(t)
	platform, connect := w.listen("*"), w.listenTo(true, "account.updated")
	shop := w.account(true)
	if e := connect.next(); e.Account != shop.ID || e.Type != "account.updated" || len(e.Data.PreviousAttributes) == 0 {
		t.Errorf("%+v", e)
	}
	w.paid(sale{amount: 2400, fee: 240, to: shop}, "4242424242424242")
	types := platform.types(7)
	for _, name := range []string{"payment_intent.created", "payment_intent.succeeded", "charge.succeeded", "checkout.session.completed", "transfer.created", "application_fee.created", "charge.updated"} {
		if types[name] != 1 {
			t.Errorf("%s came %d times", name, types[name])
		}
	}
}

func TestRetries(t *testing.T) {
	w := newWorld(t)
	e := w.listen("customer.created")
	e.mu.Lock()
	e.deaf = 3
	e.mu.Unlock()
	must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{}))
	for i, wait := range []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute} {
		w.untilTries(w.newest(), i+1)
		if n := w.undelivered(); n != 1 {
			t.Errorf("%d events are undelivered", n)
		}
		w.sb.Advance(wait)
	}
	e.next()
}

// untilTries waits until n posts of an event have been written down, so that moving the clock is seen by the next.
func (w *world) untilTries(event string, n int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if strings.Count(w.browser().get(w.server.URL+"/events/"+event).body, "<li>") >= n {
			return
		}
	}
	w.t.Fatal("a delivery did not end")
}

// newest is the id of the platform's newest event.
func (w *world) newest() string {
	w.t.Helper()
	events := w.events("", nil)
	return events[len(events)-1].ID
}

func TestSwitches(t *testing.T) {
	w := newWorld(t)
	e := w.listen("customer.created")
	b := w.browser()
	newCustomer := func() { must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{})) }

	b.post(w.server.URL+"/switches", url.Values{"twice": {"1"}})
	newCustomer()
	if first, second := e.next(), e.next(); first.ID != second.ID {
		t.Error("the event did not come twice")
	}
	b.post(w.server.URL+"/switches", url.Values{"nothing": {"1"}})
	newCustomer()
	w.untilTries(w.newest(), 1)
	if n := w.undelivered(); n != 1 {
		t.Errorf("%d are undelivered", n)
	}
	b.post(w.server.URL+"/switches", url.Values{})
	event := w.events("", nil)[1]
	b.post(w.server.URL+"/events/"+event.ID+"/deliveries", url.Values{"times": {"2"}})
	if first, second := e.next(), e.next(); first.ID != event.ID || second.ID != event.ID {
		t.Error("delivering twice by hand did not work")
	}
	w.untilTries(event.ID, 3)
	b.post(w.server.URL+"/switches", url.Values{"delay": {"60"}})
	newCustomer()
	w.sb.Advance(61 * time.Second)
	e.next()
	if page := b.get(w.server.URL + "/events/" + event.ID); !strings.Contains(page.body, "200") || !strings.Contains(page.body, "dropped") {
		t.Error("the tries are not listed")
	}
}

func TestEndpointWithoutVersion(t *testing.T) {
	w := newWorld(t)
	heard := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		heard <- string(body)
	}))
	t.Cleanup(server.Close)
	endpoint := must[*stripe.WebhookEndpoint](t)(w.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{URL: stripe.String(server.URL), EnabledEvents: stripe.StringSlice([]string{"customer.created"})}))
	must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{}))
	if body := <-heard; strings.Contains(body, `"api_version":"2023-10-16"`) {
		t.Error("an endpoint made without a version got ours")
	}
	endpoint = must[*stripe.WebhookEndpoint](t)(w.api.WebhookEndpoints.Update(endpoint.ID, &stripe.WebhookEndpointParams{Disabled: stripe.Bool(true)}))
	if endpoint.Status != "disabled" || endpoint.Secret != "" {
		t.Errorf("%+v", endpoint)
	}
	must[*stripe.WebhookEndpoint](t)(w.api.WebhookEndpoints.Del(endpoint.ID, nil))
	if list := w.api.WebhookEndpoints.List(nil); list.Next() {
		t.Error("the endpoint is still there")
	}
}
