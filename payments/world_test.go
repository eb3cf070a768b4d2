package payments_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/sandbox"
	"github.com/tillbird/tillbird/sandbox/contract"
)

// world is a shop of Tillbird and the local Stripe, on one clock. Webhooks are delivered when the test says so.
type world struct {
	t      testing.TB
	ctx    context.Context
	store  *models.Store
	clock  *storetest.Clock
	damage func(statement string) // past all rules but the database's own
	sb     *sandbox.Sandbox
	server *httptest.Server // the local Stripe
	wire   *wire
	set    payments.Settings
	pay    *payments.Payments
	stripe *client.API // an eye of the test's own

	owner  *models.User
	shop   *models.Shop
	offers int
}

const baseURL = "http://tillbird.example"

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), wire: &wire{t: t}}
	w.store, w.clock, w.damage = storetest.Frail(t)
	sb, err := sandbox.Open(filepath.Join(t.TempDir(), "sandbox.db"), sandbox.WithClock(w.clock.Now), sandbox.WithLog(slog.New(slog.DiscardHandler)))
	must(t, err)
	w.sb = sb
	w.server = httptest.NewServer(contract.New(t).Wrap(sb.Handler()))
	sb.SetURL(w.server.URL)
	t.Cleanup(func() {
		w.server.CloseClientConnections()
		_ = sb.Close()
		w.server.Close()
	})
	w.stripe = client.New(sb.SecretKey(), backends(w.server.URL))
	w.set = payments.Settings{
		SecretKey: sb.SecretKey(), WebhookSecret: "whsec_not_made_yet", ConnectWebhookSecret: "whsec_not_made_yet_either",
		APIURL: w.server.URL, BaseURL: baseURL, Country: "FR", ShopCountries: []string{"FR", "DE"}, FeeBasis: 340, FeeFixed: map[string]int64{"eur": 25},
		OnBehalfOf: true, HTTPClient: &http.Client{Timeout: 10 * time.Second, Transport: w.wire},
	}
	w.restart()
	return w
}

// restart makes the client anew, as after a crash.
func (w *world) restart() {
	w.t.Helper()
	pay, err := payments.New(w.store, w.set, slog.New(slog.DiscardHandler))
	must(w.t, err)
	w.pay = pay
}

// hook makes the endpoints at Stripe and takes their secrets.
func (w *world) hook() {
	w.t.Helper()
	made, err := w.pay.CreateWebhooks(w.ctx)
	must(w.t, err)
	for _, endpoint := range made {
		if endpoint.Connect {
			w.set.ConnectWebhookSecret = endpoint.Secret
		} else {
			w.set.WebhookSecret = endpoint.Secret
		}
	}
	w.restart()
}

// open signs a merchant up and, where ready, leads her through onboarding.
func (w *world) open(ready bool) {
	w.t.Helper()
	var err error
	w.owner, err = w.store.CreateUser(w.ctx, models.SignUp{Email: "ana@example.com", Password: "a quiet harbour", Language: "en"})
	must(w.t, err)
	w.shop, err = w.store.CreateShop(w.ctx, w.owner, models.NewShop{Name: "Maison Kestrel", Handle: "maisonkestrel", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, w.set.ShopCountries)
	must(w.t, err)
	if ready {
		w.onboard("good")
		w.shop, err = w.pay.RefreshAccount(w.ctx, w.shop)
		must(w.t, err)
		if w.shop.Selling != "ready" || !w.shop.CanSell(true) {
			w.t.Fatalf("selling is %s", w.shop.Selling)
		}
	}
}

// onboard opens a fresh link and hands in the good or the poor values.
func (w *world) onboard(action string) {
	w.t.Helper()
	link, err := w.pay.Connect(w.ctx, w.shop)
	must(w.t, err)
	w.shop, err = w.store.ShopOf(w.ctx, w.shop.ID)
	must(w.t, err)
	visit, _ := w.browse(http.MethodGet, link, nil)
	back, _ := w.browse(http.MethodPost, w.server.URL+visit, url.Values{"step": {"1"}, "action": {action}})
	if back != baseURL+"/dashboard/onboarding/return" {
		w.t.Fatalf("onboarding led back to %q", back)
	}
}

// offer makes a live offer at 42 euros.
func (w *world) offer(stock string, changes ...func(*models.OfferForm)) *models.OfferView {
	w.t.Helper()
	w.offers++
	form := models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: stock, Fulfilment: "ship", Hashtag: fmt.Sprintf("#BuyApron%d", w.offers)}
	for _, change := range changes {
		change(&form)
	}
	offer, err := w.store.CreateOffer(w.ctx, w.shop, w.owner, form)
	must(w.t, err)
	must(w.t, w.store.SendToReview(w.ctx, w.shop, w.owner, offer))
	admin, err := w.store.UserByEmail(w.ctx, "admin@example.com")
	if errors.Is(err, models.ErrNotFound) {
		admin, err = w.store.CreateAdmin(w.ctx, "admin@example.com", "a watchful heron", "en")
	}
	must(w.t, err)
	queue, err := w.store.ReviewQueue(w.ctx)
	must(w.t, err)
	must(w.t, w.store.Decide(w.ctx, admin, &queue[0], models.Decision{Verdict: "approved"}))
	view, err := w.store.OfferIn(w.ctx, w.shop, offer.Slug)
	must(w.t, err)
	must(w.t, w.store.Publish(w.ctx, w.shop, w.owner, &view.Offer, true))
	view, w.shop, err = w.store.PublicOffer(w.ctx, offer.Slug)
	must(w.t, err)
	return view
}

func (w *world) purchase(offer *models.OfferView, buyer string) payments.Purchase {
	return payments.Purchase{Offer: offer, Shop: w.shop, Email: buyer + "@example.com", Language: "fr", Buyer: buyer, Consent: true}
}

// start opens a checkout.
func (w *world) start(offer *models.OfferView, buyer string) (*models.Order, string) {
	w.t.Helper()
	order, address, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, buyer))
	must(w.t, err)
	if address == "" || order.SessionID == nil {
		w.t.Fatalf("no checkout was opened: %q %+v", address, order)
	}
	return order, address
}

const (
	goodCard     = "4242424242424242"
	declinedCard = "4000000000000002"
)

// payAt fills in the hosted form; it gives where the buyer is sent, or "" where the form came back.
func (w *world) payAt(address, card string) string {
	w.t.Helper()
	next, _ := w.browse(http.MethodPost, address, url.Values{
		"name": {"Béa Martin"}, "number": {card}, "expiry": {"12 / 30"}, "cvc": {"123"},
		"ship_line1": {"3 rue du Port"}, "ship_postal_code": {"29200"}, "ship_city": {"Brest"}, "ship_country": {"FR"},
	})
	return next
}

var noRedirects = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (w *world) browse(method, address string, form url.Values) (location string, status int) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.ctx, method, address, strings.NewReader(form.Encode()))
	must(w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := noRedirects.Do(r)
	must(w.t, err)
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.Header.Get("Location"), answer.StatusCode
}

// order is the order as it is now.
func (w *world) order(order *models.Order) *models.Order {
	w.t.Helper()
	fresh, err := w.store.Order(w.ctx, order.ID)
	must(w.t, err)
	return fresh
}

// events are those of an account at Stripe, oldest first.
func (w *world) events(account string) []*stripe.Event {
	return w.eventsSince(account, time.Unix(0, 0))
}

func (w *world) eventsSince(account string, since time.Time) []*stripe.Event {
	w.t.Helper()
	params := &stripe.EventListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix()}}
	params.Limit = stripe.Int64(100)
	if account != "" {
		params.SetStripeAccount(account)
	}
	var events []*stripe.Event
	list := w.stripe.Events.List(params)
	for list.Next() {
		events = append([]*stripe.Event{list.Event()}, events...)
	}
	must(w.t, list.Err())
	return events
}

// eventsOf are the events of our account that speak of an order.
func (w *world) eventsOf(order *models.Order) []*stripe.Event {
	w.t.Helper()
	var events []*stripe.Event
	payment := []byte(order.ID)
	if session, err := w.stripe.CheckoutSessions.Get(*order.SessionID, nil); err == nil && session.PaymentIntent != nil {
		payment = []byte(session.PaymentIntent.ID)
	}
	for _, event := range w.eventsSince("", order.CreatedAt) {
		if bytes.Contains(event.Data.Raw, []byte(order.ID)) || bytes.Contains(event.Data.Raw, payment) {
			events = append(events, event)
		}
	}
	return events
}

// deliver posts an event to us, signed as Stripe does.
func (w *world) deliver(event any) error {
	w.t.Helper()
	body, err := json.Marshal(event)
	must(w.t, err)
	if e, ok := event.(*stripe.Event); ok && e.Account != "" {
		return w.post("connect", body, w.set.ConnectWebhookSecret)
	}
	return w.post("account", body, w.set.WebhookSecret)
}

func (w *world) post(endpoint string, body []byte, secret string) error {
	return w.pay.Receive(w.ctx, endpoint, body, sign(w.clock.Now(), body, secret))
}

func sign(at time.Time, body []byte, secret string) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at}).Header
}

// drain applies what is due until nothing is.
func (w *world) drain() {
	w.t.Helper()
	for {
		n, err := w.pay.Drain(w.ctx)
		must(w.t, err)
		if n == 0 {
			return
		}
	}
}

// last is what became of an event.
func (w *world) last(stripeID string) *models.Event {
	w.t.Helper()
	events, err := w.store.Events(w.ctx, models.EventFilter{Query: stripeID})
	must(w.t, err)
	for i := range events {
		if events[i].StripeID == stripeID {
			return &events[i]
		}
	}
	w.t.Fatalf("event %s was not kept", stripeID)
	return nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func backends(address string) *stripe.Backends {
	backend := func(kind stripe.SupportedBackend) stripe.Backend {
		return stripe.GetBackendWithConfig(kind, &stripe.BackendConfig{
			URL: stripe.String(address), EnableTelemetry: stripe.Bool(false), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
		})
	}
	return &stripe.Backends{API: backend(stripe.APIBackend), Connect: backend(stripe.ConnectBackend), Uploads: backend(stripe.UploadsBackend)}
}

// wire is what lies between our client and Stripe. It holds each write to a key of ours, and breaks when told to.
type wire struct {
	t     testing.TB
	mu    sync.Mutex
	fault func(*http.Request) fault
	paths []string // method and path of each call
}

// fault is how a call goes wrong.
type fault int

const (
	fine    fault = iota
	lost          // Stripe does it, and the answer never comes
	cut           // Stripe is not reached
	drunken       // Stripe answers 500
	refused       // Stripe answers 400
)

func (w *wire) breaks(how func(*http.Request) fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = how
}

func (w *wire) calls() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.paths...)
}

var ourKey = regexp.MustCompile(`^(shop-[0-9a-zA-Z-]+-(account-\d+|link-\w+|login-\w+)|order-[0-9a-zA-Z-]+-(session-1|coupon-1|expire|charge-1|charge-cancel)|refund-[0-9a-zA-Z_-]+|dispute-move-[0-9a-f-]+(-from-tr_\w+)?|refund-resend-[0-9a-f-]+|dispute-[0-9a-f-]+-(answer-(inquiry|chargeback)|close)|fan-[0-9a-f-]+-(customer|forget)|setup-[0-9a-f-]+-session|card-[0-9a-f-]+-detach|evidence-[0-9a-f-]+|webhook-\w+)$`)

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if key := r.Header.Get("Idempotency-Key"); r.Method != http.MethodGet && !ourKey.MatchString(key) {
		w.t.Errorf("%s %s has the key %q, which is not of our making", r.Method, r.URL.Path, key)
	}
	if r.Header.Get("X-Stripe-Client-Telemetry") != "" {
		w.t.Errorf("%s %s carries telemetry", r.Method, r.URL.Path)
	}
	w.mu.Lock()
	w.paths = append(w.paths, r.Method+" "+r.URL.Path)
	how := fine
	if w.fault != nil {
		how = w.fault(r)
	}
	w.mu.Unlock()
	switch how {
	case cut:
		return nil, errors.New("the wire is cut")
	case drunken:
		return &http.Response{StatusCode: 500, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"error":{"type":"api_error","message":"no"}}`)), Request: r}, nil
	}
	if how == refused {
		return &http.Response{StatusCode: 400, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"error":{"type":"invalid_request_error","message":"no"}}`)), Request: r}, nil
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if how == lost && err == nil {
		_ = answer.Body.Close()
		return nil, errors.New("the answer is lost")
	}
	return answer, err
}

func posts(path string, how fault) func(*http.Request) fault {
	return func(r *http.Request) fault {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, path) {
			return how
		}
		return fine
	}
}
