package sandbox_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/tillbird/tillbird/sandbox"
	"github.com/tillbird/tillbird/sandbox/contract"
)

// world is a sandbox that is served, with the real client and a browser of sorts.
type world struct {
	t      *testing.T
	path   string
	sb     *sandbox.Sandbox
	server *httptest.Server
	api    *client.API
	stop   func()

	mu   sync.Mutex
	wall time.Time
}

// start is Sunday 24 May 2026, 10:00 UTC.
var start = time.Date(2026, 5, 24, 10, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	w := &world{t: t, path: filepath.Join(t.TempDir(), "sandbox.db"), wall: start}
	w.open()
	t.Cleanup(func() { w.close() })
	return w
}

func (w *world) open() {
	w.t.Helper()
	sb, err := sandbox.Open(w.path, sandbox.WithClock(w.now), sandbox.WithLog(slog.New(slog.NewTextHandler(testLog{w.t}, nil))))
	if err != nil {
		w.t.Fatal(err)
	}
	w.sb = sb
	w.server = httptest.NewServer(contract.New(w.t).Wrap(sb.Handler()))
	sb.SetURL(w.server.URL)
	w.api = w.client(sb.SecretKey())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { sb.Run(ctx); close(done) }()
	w.stop = func() { cancel(); <-done }
}

func (w *world) close() {
	w.stop()
	w.server.CloseClientConnections()
	w.sb.Close()
	w.server.Close()
}

// restart ends everything and opens the same file again.
func (w *world) restart() {
	w.t.Helper()
	w.close()
	w.open()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wall
}

func (w *world) client(key string) *client.API {
	backend := func(kind stripe.SupportedBackend) stripe.Backend {
		return stripe.GetBackendWithConfig(kind, &stripe.BackendConfig{
			URL: stripe.String(w.server.URL), EnableTelemetry: stripe.Bool(false), MaxNetworkRetries: stripe.Int64(0),
			HTTPClient: &http.Client{Timeout: 10 * time.Second}, LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
		})
	}
	return client.New(key, &stripe.Backends{API: backend(stripe.APIBackend), Connect: backend(stripe.ConnectBackend), Uploads: backend(stripe.UploadsBackend)})
}

type testLog struct{ t *testing.T }

func (l testLog) Write(text []byte) (int, error) {
	l.t.Errorf("the sandbox logged: %s", text)
	return len(text), nil
}

// must gives the value or ends the test.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// browser fetches and posts as a browser does, without following redirects.
type browser struct {
	t    *testing.T
	http *http.Client
	lang string
}

func (w *world) browser() *browser {
	return &browser{t: w.t, http: &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// seen is what came back.
type seen struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (b *browser) get(address string) seen {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(r)
}

func (b *browser) post(address string, form url.Values) seen {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

func (b *browser) send(r *http.Request) seen {
	b.t.Helper()
	if b.lang != "" {
		r.Header.Set("Accept-Language", b.lang)
	}
	resp, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return seen{resp.StatusCode, resp.Header.Get("Location"), string(body), resp.Header}
}

// account makes a connected account; a verified one has been through the hosted onboarding.
func (w *world) account(verified bool) *stripe.Account {
	w.t.Helper()
	account := must[*stripe.Account](w.t)(w.api.Accounts.New(&stripe.AccountParams{
		Type: stripe.String("express"), Country: stripe.String("FR"), Email: stripe.String("ada@example.com"),
		Capabilities: &stripe.AccountCapabilitiesParams{
			CardPayments: &stripe.AccountCapabilitiesCardPaymentsParams{Requested: stripe.Bool(true)},
			Transfers:    &stripe.AccountCapabilitiesTransfersParams{Requested: stripe.Bool(true)},
		},
	}))
	if verified {
		w.onboard(account.ID, "good")
		account = must[*stripe.Account](w.t)(w.api.Accounts.GetByID(account.ID, nil))
	}
	return account
}

const returnURL = "http://localhost:8080/dashboard/onboarding"

func (w *world) link(account string) string {
	w.t.Helper()
	return must[*stripe.AccountLink](w.t)(w.api.AccountLinks.New(&stripe.AccountLinkParams{
		Account: stripe.String(account), Type: stripe.String("account_onboarding"), ReturnURL: stripe.String(returnURL), RefreshURL: stripe.String(returnURL + "/again"),
	})).URL
}

func (w *world) onboard(account, action string) {
	w.t.Helper()
	b := w.browser()
	visit := b.get(w.link(account)).location
	if end := b.post(w.server.URL+visit, url.Values{"step": {"1"}, "action": {action}}); end.location != returnURL {
		w.t.Fatalf("onboarding ended with %d at %q", end.status, end.location)
	}
}

// sale is what a session is made of.
type sale struct {
	amount   int64
	currency string
	fee      int64
	to       *stripe.Account
	more     func(*stripe.CheckoutSessionParams)
}

func (w *world) session(s sale) *stripe.CheckoutSession {
	w.t.Helper()
	return must[*stripe.CheckoutSession](w.t)(w.api.CheckoutSessions.New(s.params()))
}

func (s sale) params() *stripe.CheckoutSessionParams {
	if s.currency == "" {
		s.currency = "eur"
	}
	params := &stripe.CheckoutSessionParams{
		Mode: stripe.String("payment"), SuccessURL: stripe.String("http://localhost:8080/thanks?session={CHECKOUT_SESSION_ID}"), CancelURL: stripe.String("http://localhost:8080/o/mug"),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{
			Quantity:  stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{Currency: stripe.String(s.currency), UnitAmount: stripe.Int64(s.amount), ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Blue mug")}},
		}},
	}
	if s.to != nil {
		params.PaymentIntentData = &stripe.CheckoutSessionPaymentIntentDataParams{
			ApplicationFeeAmount: stripe.Int64(s.fee), OnBehalfOf: stripe.String(s.to.ID),
			TransferData: &stripe.CheckoutSessionPaymentIntentDataTransferDataParams{Destination: stripe.String(s.to.ID)},
		}
	}
	if s.more != nil {
		s.more(params)
	}
	return params
}

func card(number string) url.Values {
	return url.Values{"email": {"fan@example.com"}, "name": {"Fan Example"}, "number": {number}, "expiry": {"12 / 30"}, "cvc": {"123"}}
}

func (w *world) pay(session *stripe.CheckoutSession, number string) seen {
	w.t.Helper()
	return w.browser().post(session.URL, card(number))
}

func (w *world) paid(s sale, number string) *stripe.PaymentIntent {
	w.t.Helper()
	session := w.session(s)
	if end := w.pay(session, number); end.status != http.StatusSeeOther {
		w.t.Fatalf("paying answered %d: %s", end.status, problemsOf(end.body))
	}
	return w.intentOf(session.ID)
}

func (w *world) intentOf(session string) *stripe.PaymentIntent {
	w.t.Helper()
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("payment_intent.latest_charge.balance_transaction")
	return must[*stripe.CheckoutSession](w.t)(w.api.CheckoutSessions.Get(session, params)).PaymentIntent
}

var problemText = regexp.MustCompile(`class="problem"[^>]*>([^<]*)<|<p>([^<]*)</p></div>`)

func problemsOf(body string) string {
	var all []string
	for _, found := range problemText.FindAllStringSubmatch(body, -1) {
		all = append(all, found[1]+found[2])
	}
	return strings.Join(all, "; ")
}

// eventTypes are the types of an account's events, oldest first.
func (w *world) eventTypes(account string) []string {
	w.t.Helper()
	var types []string
	for _, e := range w.events(account, nil) {
		types = append(types, string(e.Type))
	}
	return types
}

func (w *world) events(account string, change func(*stripe.EventListParams)) []*stripe.Event {
	w.t.Helper()
	params := &stripe.EventListParams{}
	params.Limit = stripe.Int64(100)
	if account != "" {
		params.SetStripeAccount(account)
	}
	if change != nil {
		change(params)
	}
	var events []*stripe.Event
	list := w.api.Events.List(params)
	for list.Next() {
		events = append([]*stripe.Event{list.Event()}, events...)
	}
	if err := list.Err(); err != nil {
		w.t.Fatal(err)
	}
	return events
}

// asStripe is the error of the API, or the end of the test.
func asStripe(t *testing.T, err error) *stripe.Error {
	t.Helper()
	e, ok := err.(*stripe.Error)
	if !ok {
		t.Fatalf("wanted an error of Stripe, got %v", err)
	}
	return e
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// serve posts a form to a handler without a network.
func serve(handler http.Handler, path string, form url.Values, headers ...string) (int, string) {
	r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

func (s seen) has(text string) bool { return strings.Contains(s.body, text) }
