package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/sandbox"
)

// Passwords of the people of the test world.
const (
	anaPassword   = "a quiet harbour"
	adminPassword = "a watchful heron"
)

// world is a whole Tillbird for a test: a real store, the real payments against the real sandbox, and the pages. Time
// stands still until advance; what Stripe has to say is applied by settle.
type world struct {
	folder   string // where the store keeps its files
	t        testing.TB
	store    *models.Store
	sandbox  *sandbox.Sandbox
	pay      *payments.Payments
	server   *Server
	url      string       // of Tillbird
	stripe   string       // of the sandbox
	ana      *models.User // owner of the shop, ana@example.com
	admin    *models.User // admin@example.com
	shop     *models.Shop // Maison Kestrel, in Paris, ready to sell
	log      *lines       // what the pages logged
	handler  *lateHandler // where Tillbird's address leads
	clock    *storetest.Clock
	gate     *gate  // before the sandbox
	mastodon string // where the sandbox's is, once withX made it
	x        string // of the sandbox’s X, where there is one
}

// lines keeps what is logged.
type lines struct {
	mu  sync.Mutex
	out bytes.Buffer
}

// Write keeps one line.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(line)
}

// String is all that was logged.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

// lateHandler has an address before there is a server: the sandbox must know where to deliver.
type lateHandler struct {
	mu sync.RWMutex
	to http.Handler
}

// ServeHTTP passes a request on.
func (h *lateHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.RLock()
	to := h.to
	h.mu.RUnlock()
	to.ServeHTTP(w, r)
}

// gate is before Stripe's API: while it is shut Stripe is away.
type gate struct {
	shut atomic.Bool
	to   http.Handler
}

// ServeHTTP passes a request on, or drops it without an answer.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.shut.Load() && strings.HasPrefix(r.URL.Path, "/v1/") {
		panic(http.ErrAbortHandler)
	}
	g.to.ServeHTTP(w, r)
}

// stripeAway cuts Stripe's API off, or lets it answer again.
func (w *world) stripeAway(away bool) { w.gate.shut.Store(away) }

// newWorld makes a world with a merchant who is ready to sell, and an admin. settings change how the pages are set up.
func newWorld(t testing.TB, settings ...func(*Settings)) *world {
	t.Helper()
	w := &world{t: t, log: &lines{}, handler: &lateHandler{to: http.NotFoundHandler()}, clock: storetest.NewClock()}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	w.startSandbox(log)
	kept := storetest.Settings(t, w.sandbox.Now)
	w.folder = kept.Folder
	store, err := models.Open(t.Context(), kept)
	w.must(err)
	t.Cleanup(func() { _ = store.Close() })
	w.store = store
	tillbird := httptest.NewServer(w.handler)
	t.Cleanup(tillbird.Close)
	w.url = tillbird.URL
	w.startPayments(log)
	set := Settings{BaseURL: w.url, Sandbox: true, SandboxURL: w.stripe, MailURL: w.stripe + "/mail", FormOrigins: []string{w.stripe}, Operator: "Tillbird Test"}
	for _, change := range settings {
		change(&set)
	}
	w.server = New(store, w.pay, set, log)
	w.handler.mu.Lock()
	w.handler.to = w.server
	w.handler.mu.Unlock()
	w.ana = w.user("ana@example.com", anaPassword)
	w.admin, err = store.CreateAdmin(t.Context(), "admin@example.com", adminPassword, "en")
	w.must(err)
	w.shop = w.shopOf(w.ana, "Maison Kestrel", "maisonkestrel")
	return w
}

func (w *world) startSandbox(log *slog.Logger) {
	w.t.Helper()
	sb, err := sandbox.Open(filepath.Join(w.t.TempDir(), "sandbox.db"), sandbox.WithClock(w.clock.Now), sandbox.WithLog(log))
	w.must(err)
	w.gate = &gate{to: sb.Handler()}
	stripe := httptest.NewServer(w.gate)
	sb.SetURL(stripe.URL)
	w.t.Cleanup(func() {
		stripe.Close()
		_ = sb.Close()
	})
	w.sandbox, w.stripe = sb, stripe.URL
}

// startPayments makes the webhook endpoints at the sandbox, and with their secrets the way to Stripe.
func (w *world) startPayments(log *slog.Logger) {
	w.t.Helper()
	set := payments.Settings{
		SecretKey: w.sandbox.SecretKey(), APIURL: w.stripe, BaseURL: w.url, Country: "FR", ShopCountries: []string{"FR", "DE", "BE"},
		FeeBasis: 340, FeeFixed: map[string]int64{"eur": 25}, OnBehalfOf: true, WithoutWebhooks: true,
	}
	first, err := payments.New(w.store, set, log)
	w.must(err)
	hooks, err := first.CreateWebhooks(w.t.Context())
	w.must(err)
	for _, hook := range hooks {
		if hook.Connect {
			set.ConnectWebhookSecret = hook.Secret
		} else {
			set.WebhookSecret = hook.Secret
		}
	}
	set.WithoutWebhooks = false
	w.pay, err = payments.New(w.store, set, log)
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// user makes somebody with a confirmed address.
func (w *world) user(email, password string) *models.User {
	w.t.Helper()
	user, err := w.store.CreateUser(w.t.Context(), models.SignUp{Email: email, Password: password, Language: "en"})
	w.must(err)
	letters, err := w.store.LettersTo(w.t.Context(), user.Email)
	w.must(err)
	_, err = w.store.ConfirmEmail(w.t.Context(), letters[0].Secret)
	w.must(err)
	user, err = w.store.User(w.t.Context(), user.ID)
	w.must(err)
	return user
}

// shopOf opens a shop for a user and takes it through Stripe's onboarding, so that it can sell.
func (w *world) shopOf(user *models.User, name, handle string) *models.Shop {
	w.t.Helper()
	ctx := w.t.Context()
	shop, err := w.store.CreateShop(ctx, user, models.NewShop{Name: name, Handle: handle, Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, w.pay.ShopCountries())
	w.must(err)
	link, err := w.pay.Connect(ctx, shop)
	w.must(err)
	b := newBrowser(w.t, w)
	b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), w.url) {
			return http.ErrUseLastResponse // the way back needs a session; the account is fetched below
		}
		return nil
	}
	b.get(link).submit("action=good", nil)
	shop, err = w.store.ShopOf(ctx, shop.ID)
	w.must(err)
	shop, err = w.pay.RefreshAccount(ctx, shop)
	w.must(err)
	if !shop.CanSell(w.pay.OnBehalfOf()) {
		w.t.Fatalf("the shop cannot sell: %+v", shop)
	}
	return shop
}

// member gives somebody a role in the shop.
func (w *world) member(email, password string, role models.Role) *models.User {
	w.t.Helper()
	user := w.user(email, password)
	w.must(w.store.AddMember(w.t.Context(), w.shop, user, role))
	return user
}

// draft makes an offer of the shop that nobody has reviewed.
func (w *world) draft(form models.OfferForm) *models.OfferView {
	w.t.Helper()
	if form.Currency == "" {
		form.Currency = "eur"
	}
	if form.Fulfilment == "" {
		form.Fulfilment = "ship"
	}
	offer, err := w.store.CreateOffer(w.t.Context(), w.shop, w.ana, form)
	w.must(err)
	return w.offer(offer.Slug)
}

// approved is a draft that was reviewed and approved, and is not live yet.
func (w *world) approved(form models.OfferForm) *models.OfferView {
	w.t.Helper()
	offer := w.draft(form)
	w.must(w.store.SendToReview(w.t.Context(), w.shop, w.ana, &offer.Offer))
	queue, err := w.store.ReviewQueue(w.t.Context())
	w.must(err)
	for i := range queue {
		if queue[i].OfferID == offer.ID {
			w.must(w.store.Decide(w.t.Context(), w.admin, &queue[i], models.Decision{Verdict: "approved"}))
		}
	}
	return w.offer(offer.Slug)
}

// live is an approved offer that is on sale, or scheduled where it starts later.
func (w *world) live(form models.OfferForm) *models.OfferView {
	w.t.Helper()
	offer := w.approved(form)
	w.must(w.store.Publish(w.t.Context(), w.shop, w.ana, &offer.Offer, w.pay.OnBehalfOf()))
	return w.offer(offer.Slug)
}

// apron is an offer as most tests want one: €24.00, seven of them.
func (w *world) apron() *models.OfferView {
	w.t.Helper()
	return w.live(models.OfferForm{Title: "Linen apron, sage", Words: "Washed linen, two pockets.", Price: "24,00", Stock: "7"})
}

// offer is the shop's offer as it is now.
func (w *world) offer(slug string) *models.OfferView {
	w.t.Helper()
	view, err := w.store.OfferIn(w.t.Context(), w.shop, slug)
	w.must(err)
	return view
}

// advance moves the clock of Tillbird and of Stripe together.
func (w *world) advance(d time.Duration) { w.sandbox.Advance(d) }

// settle fetches what Stripe has not delivered, and applies all that waits.
func (w *world) settle() {
	w.t.Helper()
	w.must(w.pay.CatchUp(w.t.Context()))
	for {
		n, err := w.pay.Drain(w.t.Context())
		w.must(err)
		if n == 0 {
			return
		}
	}
}

// signIn opens a browser in which somebody has signed in.
func (w *world) signIn(email, password string) *browser {
	w.t.Helper()
	b := newBrowser(w.t, w)
	b.get("/login").submit("/login", url.Values{"email": {email}, "password": {password}})
	if b.at.Path == "/login" {
		w.t.Fatalf("could not sign in: %d %s", b.status, b.text())
	}
	return b
}

// buy takes a fan from the offer page to the thanks page, by card.
func (w *world) buy(slug, email string) *browser {
	w.t.Helper()
	b := newBrowser(w.t, w)
	b.get("/o/" + slug).want(http.StatusOK)
	typed := url.Values{"email": {email}}
	if form, _ := b.findForm("/o/" + slug + "/checkouts"); namesIn(form)["consent"] {
		typed.Set("consent", "on")
	}
	b.submit("/o/"+slug+"/checkouts", typed)
	b.payByCard("4242 4242 4242 4242")
	return b
}

// payByCard fills Stripe's page, which must be open, and pays.
func (b *browser) payByCard(number string) *browser {
	b.t.Helper()
	fields := url.Values{"number": {number}, "expiry": {"12 / 34"}, "cvc": {"123"}, "name": {"Fay Fan"}}
	form, _ := b.findForm(b.at.Path)
	for name, value := range map[string]string{"ship_line1": "1 quai du Port", "ship_postal_code": "13002", "ship_city": "Marseille", "ship_country": "FR"} {
		if namesIn(form)[name] {
			fields.Set(name, value)
		}
	}
	return b.submit(b.at.Path, fields)
}

// orderOf is the newest order of an address, whatever became of it.
func (w *world) orderOf(email string) *models.OrderView {
	w.t.Helper()
	for _, tab := range []string{"", "open"} {
		orders, err := w.store.Sales(context.Background(), w.shop, models.SalesFilter{Tab: tab, Query: email})
		w.must(err)
		if len(orders) > 0 {
			return &orders[0]
		}
	}
	w.t.Fatal(errors.New("no order of " + email))
	return nil
}
