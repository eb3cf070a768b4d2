package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/social"
)

// withX lets people sign in with the sandbox's X.
func (w *world) withX() *world {
	w.t.Helper()
	server := httptest.NewServer(w.sandbox.X().Handler())
	w.t.Cleanup(server.Close)
	w.sandbox.X().SetURL(server.URL)
	w.x = server.URL
	keys := w.sandbox.X().Keys()
	networks := social.New(social.Settings{Now: w.sandbox.Now, Local: true, X: &social.XSettings{Client: keys.ClientID, Secret: keys.ClientSecret, ConsumerSecret: keys.ConsumerSecret, API: server.URL, Web: server.URL}})
	w.server.set.Publisher = social.NewPublisher(w.store, social.PublisherSettings{BaseURL: w.url, Social: networks}, slog.New(slog.DiscardHandler))
	return w
}

// synced is a browser whose person has signed in as a fan of the sandbox's X.
func synced(t *testing.T, w *world, handle string) *browser {
	t.Helper()
	b := newBrowser(t, w)
	b.get("/sync").want(http.StatusOK, "a reply is an order")
	b.submit("Sign in with X", nil).want(http.StatusOK, "Mira Okafor")
	b.submit("person="+handle, nil).want(http.StatusOK, "What you agree to", "@"+handle)
	return b
}

var agreed = url.Values{"email": {"mira@example.com"}, "agreed": {"on"}, "name": {"Mira Okafor"}, "address": {"3 rue du Port\n29200 Brest"}, "country": {"FR"}}

func TestSyncACard(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	b := newBrowser(t, w)
	b.get("/wallet").want(http.StatusOK, "Sync a card once")
	b = synced(t, w, "mira_okafor")
	b.submit("Agree and save a card", url.Values{"email": {"mira"}, "cap_order": {"200"}, "cap_day": {"100"}}).want(http.StatusUnprocessableEntity, "Tick the box to agree", "at least the cap for one order")
	if b.field("cap_order") != "200" {
		t.Errorf("what was typed is lost: %q", b.field("cap_order"))
	}
	b.submit("Agree and save a card", url.Values{"email": agreed["email"], "agreed": {"on"}, "cap_order": {"50"}, "cap_day": {"150"}}).want(http.StatusOK, "Save a card")
	b.submit("Save card", url.Values{"name": {"Mira"}, "number": {"4242424242424242"}, "expiry": {"12/30"}, "cvc": {"123"}}).want(http.StatusOK, "Visa •••• 4242", "Confirm your e-mail address")
	letter, err := w.store.LatestLetter(t.Context(), "fan_email", "mira@example.com")
	w.must(err)
	b.get("/wallet/email/"+letter.Secret).want(http.StatusOK, "Confirm your address")
	b.submit("Confirm this address", nil).want(http.StatusOK, "Address confirmed", "Nearly ready")
	if fan, err := w.store.FanOf(t.Context(), models.Identity{Network: "x", RemoteID: w.fanID(b)}); err != nil || fan.EmailConfirmedAt == nil {
		t.Errorf("%+v %v", fan, err)
	}
	b.submit("Save the caps", url.Values{"cap_order": {"20.00"}, "cap_day": {"10"}}).want(http.StatusUnprocessableEntity, "at least the cap for one order")
	b.submit("Save the caps", url.Values{"cap_order": {"20.00"}, "cap_day": {"40"}}).want(http.StatusOK, "Caps saved")
	data := b.get("/wallet/data.json")
	if !strings.Contains(data.body, `"last4": "4242"`) || !strings.Contains(data.body, models.FanConsentText) {
		t.Error(data.body)
	}
	b.get("/wallet/stop/new").want(http.StatusOK, "Receipts stay")
	b.submit("Stop everything", nil).want(http.StatusOK, "This wallet is stopped", "No card is kept").without("4242")
	b.get("/sync").want(http.StatusOK, "Agree again")
	b.get("/wallet/removal/new").submit("Delete the wallet", nil).want(http.StatusOK, "The wallet is deleted")
	b.get("/wallet").want(http.StatusOK, "Sync a card once")
}

// fanID is X's id of the only fan.
func (w *world) fanID(b *browser) string {
	w.t.Helper()
	data := b.get("/wallet/data.json").body
	_, after, _ := strings.Cut(data, `"id": "`)
	id, _, _ := strings.Cut(after, `"`)
	b.get("/wallet")
	return id
}

// TestConfirmInTheWallet: a fan confirms or lets go what a reply asked for; another fan can do neither.
func TestConfirmInTheWallet(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	offer, shop, err := w.store.PublicOffer(t.Context(), w.apron().Slug)
	w.must(err)
	b := synced(t, w, "mira_okafor")
	b.submit("Agree and save a card", url.Values{"email": agreed["email"], "agreed": {"on"}, "name": agreed["name"], "address": agreed["address"], "country": {"FR"}})
	b.submit("Save card", url.Values{"name": {"Mira"}, "number": {"4242424242424242"}, "expiry": {"12/30"}, "cvc": {"123"}}).want(http.StatusOK, "4242")
	letter, err := w.store.LatestLetter(t.Context(), "fan_email", "mira@example.com")
	w.must(err)
	w.must(w.store.ConfirmFanEmail(t.Context(), letter.Secret))
	w.clock.Advance(11 * time.Minute)
	fan, err := w.store.FanOf(t.Context(), models.Identity{Network: "x", RemoteID: w.fanID(b)})
	w.must(err)
	card, err := w.store.UsualCard(t.Context(), fan)
	w.must(err)
	ask := func(reply string) *models.Order {
		order, err := w.pay.OrderByReply(t.Context(), payments.Purchase{Offer: offer, Shop: shop, Language: "en", Country: "FR", Consent: true}, models.ByCard{Fan: fan, Card: card, ReplyID: reply, Code: "K7QM"})
		w.must(err)
		return order
	}
	first := ask("r1")
	other := synced(t, w, "lucbernard")
	for _, path := range []string{"/wallet/confirmations/" + first.ID, "/wallet/confirmations/" + first.ID + "/removal", "/wallet/cards/" + card.ID + "/removal", "/wallet/cards/" + card.ID + "/choice"} {
		if other.post(path, nil).status != http.StatusNotFound && !strings.Contains(path, "/choice") {
			t.Errorf("another fan may %s: %d", path, other.status)
		}
	}
	if again, _ := w.store.UsualCard(t.Context(), fan); again == nil || again.ID != card.ID {
		t.Error("another fan chose a card")
	}
	b.get("/wallet").want(http.StatusOK, "Waits for your word").submit("Let it go", nil).want(http.StatusOK, "Nothing was charged", "let go")
	second := ask("r2")
	b.get("/wallet").submit("Confirm and pay €24.00", nil).want(http.StatusOK, "being charged")
	b.post("/wallet/confirmations/"+second.ID, nil).want(http.StatusOK, "being charged") // pressed twice
	for id, want := range map[string]string{first.ID: "cancelled", second.ID: "confirmed"} {
		if c, err := w.store.Confirmation(t.Context(), id); err != nil || c.State != want {
			t.Errorf("%+v %v", c, err)
		}
	}
}

// TestNoCardWithoutConsent: whoever signed in and did not agree, or stopped, is not led to Stripe.
func TestNoCardWithoutConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	b := synced(t, w, "mira_okafor")
	b.post("/wallet/cards", nil).want(http.StatusOK, "What you agree to")
	b.get("/sync").submit("Agree and save a card", agreed).want(http.StatusOK, "Save a card")
	b.submit("Save card", url.Values{"name": {"Mira"}, "number": {"4242424242424242"}, "expiry": {"12/30"}, "cvc": {"123"}}).want(http.StatusOK, "4242")
	b.get("/wallet/stop/new").submit("Stop everything", nil).want(http.StatusOK, "This wallet is stopped")
	b.post("/wallet/cards", nil).want(http.StatusOK, "Agree again")
}
