package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// fresh is a browser whose user has opened a shop and done nothing yet. secrets collects the addresses at Stripe that
// the browser is sent to; each page on the way is looked at for them.
func (w *world) fresh(t *testing.T) (b *browser, secrets *[]string) {
	t.Helper()
	bo := w.user("bo@example.com", "another quiet harbour")
	_, err := w.store.CreateShop(t.Context(), bo, models.NewShop{Name: "Bo", Handle: "bo-shop", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, w.pay.ShopCountries())
	w.must(err)
	b = w.signIn("bo@example.com", "another quiet harbour")
	secrets = &[]string{}
	b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if to := r.URL.String(); strings.HasPrefix(to, w.stripe) && r.Response != nil && strings.HasPrefix(r.Response.Request.URL.String(), w.url) {
			*secrets = append(*secrets, to)
			if cache := r.Response.Header.Get("Cache-Control"); !strings.Contains(cache, "no-store") {
				t.Errorf("a secret address may be kept: %q", cache)
			}
		}
		return nil
	}
	return b, secrets
}

// hidden fails the test where a secret address stands in a page or in the log.
func hidden(t *testing.T, w *world, b *browser, secrets []string) {
	t.Helper()
	if len(secrets) == 0 {
		t.Error("nobody was sent to Stripe")
	}
	for _, secret := range secrets {
		parsed, _ := url.Parse(secret)
		path := parsed.Path
		if strings.Contains(b.body, path) && strings.HasPrefix(b.at.String(), w.url) || strings.Contains(w.log.String(), path) {
			t.Errorf("%s is written down", path)
		}
	}
}

func TestOnboardingToReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, secrets := w.fresh(t)
	b.get("/dashboard").want(http.StatusOK, "1 of 4 done", "Connect Stripe")
	b.get("/dashboard/onboarding").want(http.StatusOK, "Not connected", "about five minutes")
	b.submit("Connect Stripe", nil).want(http.StatusOK)
	if !strings.HasPrefix(b.at.String(), w.stripe) {
		t.Fatalf("still at %s", b.at)
	}
	b.submit("action=good", nil)
	if b.at.Path != "/dashboard/onboarding" {
		t.Fatalf("back at %s: %s", b.at, b.text())
	}
	b.submit("Check again", nil).want(http.StatusOK, "Ready", "Stripe is ready: you can sell and be paid.")
	b.get("/dashboard").want(http.StatusOK, "2 of 4 done")
	b.get("/dashboard/payouts").want(http.StatusOK, "Open Stripe’s dashboard").submit("Open Stripe’s dashboard", nil).want(http.StatusOK)
	if !strings.HasPrefix(b.at.String(), w.stripe) || len(*secrets) != 2 {
		t.Errorf("at %s after %d ways to Stripe", b.at, len(*secrets))
	}
	b.get("/dashboard/payouts")
	hidden(t, w, b, *secrets)
}

func TestOnboardingStoppedHalfwaySaysWhatIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, secrets := w.fresh(t)
	b.get("/dashboard/onboarding").submit("Connect Stripe", nil).want(http.StatusOK)
	b.submit("action=later", nil)
	if b.at.Path != "/dashboard/onboarding" {
		t.Fatalf("back at %s: %s", b.at, b.text())
	}
	b.want(http.StatusOK, "Stripe still needs", "a bank account", "date of birth", "first and last name", "home address", "your agreement to Stripe’s terms", "Continue with Stripe")
	if strings.Contains(b.text(), "external_account") || strings.Contains(b.text(), "individual.") {
		t.Error("Stripe's own names are shown")
	}
	b.get("/dashboard/payouts").want(http.StatusOK, "Not finished", "a bank account")
	first := (*secrets)[0]
	// Stripe's address works once; used again it leads here, and here a fresh one is made.
	b.get(first).want(http.StatusOK)
	if len(*secrets) != 2 || (*secrets)[1] == first || !strings.HasPrefix(b.at.String(), w.stripe) {
		t.Errorf("the old link led to %s by %d ways", b.at, len(*secrets))
	}
	b.submit("action=poor", nil)
	b.submit("Check again", nil).want(http.StatusOK, "home address", "Stripe says: ")
	hidden(t, w, b, *secrets)
}

func TestOnboardingWithoutStripeShowsWhatIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, _ := w.fresh(t)
	w.stripeDown()
	b.get("/dashboard/onboarding").want(http.StatusOK, "Not connected")
	b.submit("Connect Stripe", nil).want(http.StatusServiceUnavailable, "Stripe does not answer just now", "Not connected")
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get("/dashboard/payouts").submit("Open Stripe’s dashboard", nil).want(http.StatusServiceUnavailable, "Stripe does not answer just now")
	ana.get("/dashboard/onboarding").submit("Check again", nil).want(http.StatusOK, "Stripe did not answer")
	ana.get("/dashboard/sales").want(http.StatusOK)
}

// stripeDown puts pages in front of the world that reach nobody where Stripe should be.
func (w *world) stripeDown() {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(w.log, nil))
	pay, err := payments.New(w.store, payments.Settings{
		SecretKey: w.sandbox.SecretKey(), APIURL: "http://127.0.0.1:1", BaseURL: w.url, Country: "FR", ShopCountries: []string{"FR"}, OnBehalfOf: true, WithoutWebhooks: true,
	}, log)
	w.must(err)
	w.handler.mu.Lock()
	defer w.handler.mu.Unlock()
	w.handler.to = New(w.store, pay, w.server.set, log)
}
