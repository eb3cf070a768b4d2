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
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/social/blueskytest"
)

// withX lets people sign in with the sandbox's X and Mastodon.
func (w *world) withX() *world {
	w.t.Helper()
	server, mastodon := httptest.NewServer(w.sandbox.X().Handler()), httptest.NewServer(w.sandbox.Mastodon().Handler())
	w.t.Cleanup(server.Close)
	w.t.Cleanup(mastodon.Close)
	w.sandbox.X().SetURL(server.URL)
	w.x = server.URL
	w.mastodon = mastodon.URL
	w.sandbox.Mastodon().SetURL(w.mastodon)
	keys := w.sandbox.X().Keys()
	networks := social.New(social.Settings{
		Now: w.sandbox.Now, Local: true, Mastodon: &social.MastodonSettings{},
		X: &social.XSettings{Client: keys.ClientID, Secret: keys.ClientSecret, ConsumerSecret: keys.ConsumerSecret, Bearer: keys.Bearer, API: server.URL, Web: server.URL},
	})
	w.server.set.Publisher = social.NewPublisher(w.store, social.PublisherSettings{BaseURL: w.url, Social: networks}, slog.New(slog.DiscardHandler))
	return w
}

// synced is a browser whose person has signed in as a fan of the sandbox's X.
func synced(t testing.TB, w *world, handle string) *browser {
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

// mira has synced a card and may buy by reply.
func (w *world) mira() (*browser, *models.Fan, *models.FanCard) {
	w.t.Helper()
	b := synced(w.t, w, "mira_okafor")
	b.submit("Agree and save a card", agreed)
	b.submit("Save card", url.Values{"name": {"Mira"}, "number": {"4242424242424242"}, "expiry": {"12/30"}, "cvc": {"123"}}).want(http.StatusOK, "4242")
	letter, err := w.store.LatestLetter(w.t.Context(), "fan_email", "mira@example.com")
	w.must(err)
	w.must(w.store.ConfirmFanEmail(w.t.Context(), letter.Secret))
	w.clock.Advance(11 * time.Minute)
	fan, err := w.store.FanOf(w.t.Context(), models.Identity{Network: "x", RemoteID: w.fanID(b)})
	w.must(err)
	card, err := w.store.UsualCard(w.t.Context(), fan)
	w.must(err)
	return b, fan, card
}

// TestConfirmInTheWallet: a fan confirms or lets go what a reply asked for; another fan can do neither.
func TestConfirmInTheWallet(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	offer, shop, err := w.store.PublicOffer(t.Context(), w.apron().Slug)
	w.must(err)
	b, fan, card := w.mira()
	ask := func(reply string) *models.Order {
		order, err := w.pay.OrderByReply(t.Context(), models.Purchase{Offer: offer, Shop: shop, Language: "en", Country: "FR", ByCard: &models.ByCard{Fan: fan, Card: card, ReplyID: reply, Code: "K7QM"}})
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

// TestSyncWithMastodon: a fan signs in at the server they name, adds X to the same wallet and lets an account go again.
func TestSyncWithMastodon(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	host := strings.TrimPrefix(w.mastodon, "http://")
	b := newBrowser(t, w)
	for _, nowhere := range []string{"/sync/nowhere/leaving", "/sync/nowhere/callback?state=1", "/sync/bluesky/callback"} {
		b.get(nowhere).want(http.StatusNotFound)
	}
	b.get("/sync").submit("Sign in with Mastodon", nil).want(http.StatusUnprocessableEntity, "Enter your server")
	b.submit("Sign in with Mastodon", url.Values{"server": {"https://169.254.169.254"}}).want(http.StatusUnprocessableEntity, "No Mastodon answers there")
	if b.field("server") != "https://169.254.169.254" {
		t.Errorf("what was typed is lost: %q", b.field("server"))
	}
	enter := func(person, lands string) {
		t.Helper()
		b.submit("Sign in with Mastodon", url.Values{"server": {w.mastodon}}).want(http.StatusOK, "Check that this is your own server")
		for _, to := range b.links() {
			if strings.HasPrefix(to, w.mastodon) {
				b.get(to).want(http.StatusOK, "Mira Okafor")
				break
			}
		}
		b.submit("person="+person, nil).want(http.StatusOK, lands)
	}
	enter("", "You said no there")
	enter("mira_okafor", "@mira_okafor@"+host)
	fan, err := w.store.FanOf(t.Context(), models.Identity{Network: "mastodon", RemoteID: "mira_okafor@" + host})
	w.must(err)
	b.submit("Agree and save a card", agreed)
	b.submit("Save card", url.Values{"name": {"Mira"}, "number": {"4242424242424242"}, "expiry": {"12/30"}, "cvc": {"123"}}).want(http.StatusOK, "4242").without("Remove @mira_okafor")

	// A reply names its author as the shop's own server does: it is the same fan.
	reply := models.Reply{Network: "mastodon", Server: "https://elsewhere.example", AuthorID: "mira_okafor@" + host}
	if same, err := w.store.FanOf(t.Context(), reply.Author()); err != nil || same.ID != fan.ID {
		t.Errorf("%+v %v", same, err)
	}
	b.get("/wallet/accounts/new").want(http.StatusOK, "buy with the same wallet")
	b.submit("Sign in with X", nil).submit("person=lucbernard", nil).want(http.StatusOK, "Account added", "@lucbernard", "Remove @mira_okafor")
	stranger := synced(t, w, "mira_okafor")
	profiles, err := w.store.FanProfiles(t.Context(), fan)
	w.must(err)
	if stranger.post("/wallet/accounts/"+profiles[0].ID+"/removal", nil).status != http.StatusNotFound {
		t.Errorf("another fan removes an account: %d", stranger.status)
	}
	b.post("/wallet/accounts/"+profiles[0].ID+"/removal", nil).want(http.StatusOK, "Account removed", "@lucbernard").without("@mira_okafor@")
	b.post("/wallet/accounts/"+profiles[1].ID+"/removal", nil).want(http.StatusOK, "the only account")
	b.get("/wallet/history").want(http.StatusOK, "Account added: X @lucbernard", "Account removed: Mastodon @mira_okafor@"+host, "Agreed to the text of "+models.FanConsentText)
}

// TestAWalletThatChanges: a moved handle is the same wallet and is written down, an address can be changed, and STOP is
// taken back by its author alone.
func TestAWalletThatChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	b := synced(t, w, "mira_okafor")
	b.submit("Agree and save a card", agreed)
	b.submit("Save card", url.Values{"name": {"Mira"}, "number": {"4242424242424242"}, "expiry": {"12/30"}, "cvc": {"123"}}).want(http.StatusOK, "4242")
	who := models.Identity{Network: "x", RemoteID: w.fanID(b)}
	fan, err := w.store.FanOf(t.Context(), who)
	w.must(err)
	who.Handle = "mira_moved"
	w.must(w.store.NoteHandle(t.Context(), fan, who, ""))
	w.must(w.store.NoteHandle(t.Context(), fan, who, ""))
	taken := models.Identity{Network: "x", RemoteID: "999", Handle: "mira_okafor"} // somebody else goes by the old one now
	if _, err := w.store.FanOf(t.Context(), taken); err == nil {
		t.Error("a handle opens a wallet")
	}
	if page := b.get("/wallet/history").want(http.StatusOK, "now goes by @mira_moved, before by @mira_okafor"); strings.Count(page.body, "now goes by") != 1 {
		t.Error("a moved handle is written down twice")
	}
	letter, err := w.store.LatestLetter(t.Context(), "fan_email", "mira@example.com")
	w.must(err)
	w.must(w.store.ConfirmFanEmail(t.Context(), letter.Secret))
	b.get("/wallet").submit("Save the addresses", url.Values{"email": {"mira"}, "name": {"M. Okafor"}}).want(http.StatusUnprocessableEntity, "There is a problem")
	b.submit("Save the addresses", url.Values{"email": {"mira@example.com"}, "name": {"M. Okafor"}, "address": {"4 rue du Port"}, "country": {"fr"}}).want(http.StatusOK, "Addresses saved").without("Confirm your e-mail address")
	b.submit("Save the addresses", url.Values{"email": {"mira@elsewhere.example"}, "name": {"M. Okafor"}}).want(http.StatusOK, "Confirm your e-mail address")
	if again, err := w.store.Fan(t.Context(), fan.ID); err != nil || again.Name != "M. Okafor" || again.EmailConfirmedAt != nil || again.Country != "FR" {
		t.Errorf("%+v %v", again, err)
	}
}

// TestSyncWithBluesky: a fan signs in on the pages of Bluesky's own software. An answer that another server gives is none.
func TestSyncWithBluesky(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bluesky := blueskytest.Start(t)
	did, _, _ := bluesky.Account("mira")
	networks := social.New(social.Settings{Now: w.sandbox.Now, Local: true, Bluesky: &social.BlueskySettings{Server: bluesky.PDS, Directory: bluesky.PLC}})
	w.server.set.Publisher = social.NewPublisher(w.store, social.PublisherSettings{BaseURL: w.url, Social: networks}, slog.New(slog.DiscardHandler))
	b := newBrowser(t, w)
	b.get("/oauth/client-metadata.json").want(http.StatusOK)
	if !strings.Contains(b.body, `"dpop_bound_access_tokens":true`) || !strings.Contains(b.body, `/sync/bluesky/callback`) {
		t.Error(b.body)
	}
	b.get("/sync").submit("Sign in with Bluesky", nil).want(http.StatusUnprocessableEntity, "Enter your handle")
	b.submit("Sign in with Bluesky", url.Values{"handle": {"nobody.test"}}).want(http.StatusUnprocessableEntity, "No account of that name")
	leave := func() string {
		t.Helper()
		b.submit("Sign in with Bluesky", url.Values{"handle": {"@mira.test"}}).want(http.StatusOK, "Check that this is your own server")
		for _, to := range b.links() {
			if strings.HasPrefix(to, bluesky.PDS) {
				return to
			}
		}
		t.Fatal("it leads nowhere")
		return ""
	}
	b.get(bluesky.Allow(leave(), "mira.test", "own-mira", false).String()).want(http.StatusOK, "You said no there")
	back := bluesky.Allow(leave(), "mira.test", "own-mira", true)
	other := back.Query()
	other.Set("iss", "https://bsky.example")
	b.get(back.Path+"?"+other.Encode()).want(http.StatusOK, "Sign in once more")
	b.get(bluesky.Allow(leave(), "mira.test", "own-mira", true).String()).want(http.StatusOK, "What you agree to", "@mira.test")
	if _, err := w.store.FanOf(t.Context(), models.Identity{Network: "bluesky", RemoteID: did}); err != nil {
		t.Error(err)
	}
}

// TestStopIsTakenBackByItsAuthor: STOP on the network stands in the wallet, whose owner alone can end it; what a shop took
// for abuse stays.
func TestStopIsTakenBackByItsAuthor(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	b, fan, _ := w.mira()
	b.get("/wallet").without("You wrote STOP")
	profile := w.connected()
	stop := w.replied(profile, models.Arrived{RemoteID: "91", AuthorID: w.fanID(b), AuthorHandle: "mira_okafor", Text: "@maisonkestrel STOP", Mentions: true})
	w.must(w.store.StopReply(t.Context(), &stop.Reply, models.ReplyDecision{Fan: fan}, func(string, string, string) *models.PublicAnswer { return nil }))
	w.must(w.store.Silence(t.Context(), w.shop, w.ana, &stop.Reply))
	other := synced(t, w, "lucbernard")
	other.post("/wallet/answers", nil)
	if all, err := w.store.FanSilences(t.Context(), fan); err != nil || len(all) != 1 {
		t.Fatalf("another fan ends a silence: %+v %v", all, err)
	}
	b.get("/wallet").want(http.StatusOK, "You wrote STOP", "Only you can change that")
	b.submit("Answer my replies again", nil).want(http.StatusOK, "answered again").without("You wrote STOP")
	b.post("/wallet/answers", nil).want(http.StatusOK, "Wallet")
	if page := b.get("/wallet/history").want(http.StatusOK, "Answers in public asked for again"); strings.Count(page.body, "asked for again") != 1 {
		t.Error("what changed nothing is written down")
	}
	who := stop.Author()
	if silence, err := w.store.SilenceOf(t.Context(), w.shop.ID, who); err != nil || silence == nil || silence.Why != "abuse" {
		t.Errorf("%+v %v", silence, err)
	}
}
