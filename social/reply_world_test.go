package social

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
)

// loop is a shop on the sandbox's X and Stripe whose offer is on X, with fans who write to it.
type loop struct {
	*shopOnX
	stripe *httptest.Server
	pay    *payments.Payments
	out    *Publisher
	root   string // the post on X
	wrote  int    // posts of fans: X takes no words twice
}

func openLoop(t *testing.T, changes ...func(*models.OfferForm)) *loop {
	t.Helper()
	s := openShop(t)
	l := &loop{shopOnX: s, stripe: httptest.NewServer(s.sb.Handler())}
	s.sb.SetURL(l.stripe.URL)
	t.Cleanup(func() { l.stripe.CloseClientConnections(); l.stripe.Close() })
	var err error
	l.pay, err = payments.New(s.store, payments.Settings{
		SecretKey: s.sb.SecretKey(), WebhookSecret: "whsec_none", ConnectWebhookSecret: "whsec_none_either", APIURL: l.stripe.URL, BaseURL: tillbird, Country: "FR",
		ShopCountries: []string{"FR"}, FeeBasis: 340, FeeFixed: map[string]int64{"eur": 25}, OnBehalfOf: true,
	}, slog.New(slog.DiscardHandler))
	s.must(err)
	l.onboard()
	l.out = l.publisher(nil)
	l.offer = l.sells(models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: "5", Fulfilment: "ship", Hashtag: "#BuyApron"}, changes...)
	l.root = l.post(l.offer)
	return l
}

func (l *loop) publisher(at func(string)) *Publisher {
	networks := &Social{networks: map[string]Network{X: l.client}}
	return NewPublisher(l.store, PublisherSettings{BaseURL: tillbird, Social: networks, Order: l.pay.OrderByReply, At: at}, slog.New(slog.DiscardHandler))
}

// browse sends a form to the sandbox's Stripe and gives where it leads.
func (l *loop) browse(method, address string, form url.Values) string {
	l.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = l.stripe.URL + address
	}
	r, err := http.NewRequestWithContext(l.t.Context(), method, address, strings.NewReader(form.Encode()))
	l.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := browser.Do(r)
	l.must(err)
	_ = a.Body.Close()
	return a.Header.Get("Location")
}

// onboard opens a shop of its own whose account Stripe knows, and connects X to it.
func (l *loop) onboard() {
	l.t.Helper()
	ctx := l.t.Context()
	var err error
	l.must(l.store.Disconnect(ctx, l.shop, l.user, l.profile))
	l.shop, err = l.store.CreateShop(ctx, l.user, models.NewShop{Name: "Maison Kestrel", Handle: "kestrel", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, []string{"FR"})
	l.must(err)
	link, err := l.pay.Connect(ctx, l.shop)
	l.must(err)
	l.browse(http.MethodPost, l.browse(http.MethodGet, link, nil), url.Values{"step": {"1"}, "action": {"good"}})
	l.shop, err = l.store.ShopOf(ctx, l.shop.ID)
	l.must(err)
	l.shop, err = l.pay.RefreshAccount(ctx, l.shop)
	l.must(err)
	l.connect(X, l.grant)
}

// sells makes a live offer.
func (l *loop) sells(form models.OfferForm, changes ...func(*models.OfferForm)) *models.OfferView {
	l.t.Helper()
	ctx := l.t.Context()
	for _, change := range changes {
		change(&form)
	}
	offer, err := l.store.CreateOffer(ctx, l.shop, l.user, form)
	l.must(err)
	l.must(l.store.SendToReview(ctx, l.shop, l.user, offer))
	queue, err := l.store.ReviewQueue(ctx)
	l.must(err)
	l.must(l.store.Decide(ctx, l.admin, &queue[0], models.Decision{Verdict: "approved"}))
	view, err := l.store.OfferIn(ctx, l.shop, offer.Slug)
	l.must(err)
	l.must(l.store.Publish(ctx, l.shop, l.user, &view.Offer, true))
	view, err = l.store.OfferIn(ctx, l.shop, offer.Slug)
	l.must(err)
	return view
}

// post takes a post of an offer out to X, and gives its id there.
func (l *loop) post(offer *models.OfferView) string {
	l.t.Helper()
	ctx := l.t.Context()
	post, err := l.store.CreatePostOf(ctx, l.shop, l.user, &offer.Offer, models.PostForm{Network: X, Text: offer.Version.Title + ": reply @maisonkestrel #" + offer.Version.Hashtag, Profile: l.profile})
	l.must(err)
	l.must(l.store.PlanPost(ctx, l.shop, l.user, post, nil))
	l.must(l.out.Publish(ctx, post.ID))
	view, err := l.store.PostIn(ctx, l.shop, post.Code)
	l.must(err)
	if view.RemoteID == "" {
		l.t.Fatalf("the post is not out: %+v", view.Post)
	}
	return view.RemoteID
}

const goodCard = "4242424242424242"

// who is a person on the sandbox's X as X knows them.
func (l *loop) who(handle string) models.Identity {
	grant := l.signIn(handle)
	return models.Identity{Network: X, RemoteID: grant.Account, Handle: handle, Name: grant.Name}
}

// synced is a fan with a wallet whose cooling time is over.
func (l *loop) synced(handle, card string) *models.Fan {
	l.t.Helper()
	fan := l.agrees(handle)
	l.keeps(fan, card)
	l.sb.Advance(2 * time.Minute)
	return l.fresh(fan)
}

// agrees signs somebody in and consents, with a confirmed address.
func (l *loop) agrees(handle string, changes ...func(*models.FanForm)) *models.Fan {
	l.t.Helper()
	ctx := l.t.Context()
	fan, err := l.store.EnterFan(ctx, l.who(handle), nil, "en", "")
	l.must(err)
	form := models.FanForm{
		Agreed: true, Email: handle + "@example.com", Currency: "eur", CapOrder: "100", CapDay: "300", Name: "Béa Martin", Address: "3 rue du Port\n29200 Brest", Country: "FR", Language: "en",
	}
	for _, change := range changes {
		change(&form)
	}
	l.must(l.store.Agree(ctx, fan, form, time.Minute))
	letter, err := l.store.LatestLetter(ctx, "fan_email", form.Email)
	l.must(err)
	l.must(l.store.ConfirmFanEmail(ctx, letter.Secret))
	return l.fresh(fan)
}

func (l *loop) keeps(fan *models.Fan, card string) {
	l.t.Helper()
	ctx := l.t.Context()
	address, err := l.pay.StartCard(ctx, fan)
	l.must(err)
	next := l.browse(http.MethodPost, address, url.Values{"name": {"Béa Martin"}, "number": {card}, "expiry": {"12 / 30"}, "cvc": {"123"}})
	if strings.HasPrefix(next, "/3ds/") {
		l.browse(http.MethodPost, next, url.Values{"answer": {"complete"}})
	}
	setup, err := l.store.OpenCardSetup(ctx, fan)
	l.must(err)
	l.must(l.pay.SettleCard(ctx, setup))
}

func (l *loop) fresh(fan *models.Fan) *models.Fan {
	l.t.Helper()
	fan, err := l.store.Fan(l.t.Context(), fan.ID)
	l.must(err)
	return fan
}

// writes lets somebody write on X, brings it to us and has it decided; answers are sent. It gives the reply as it is then.
func (l *loop) writes(person, text, below string) *models.ReplyView {
	l.t.Helper()
	return l.decided(l.arrives(person, text, below))
}

// arrives lets somebody write on X and keeps it; what comes of it is not decided yet.
func (l *loop) arrives(person, text, below string) string {
	l.t.Helper()
	ctx := l.t.Context()
	l.sb.Advance(time.Second)
	l.wrote++
	id := l.says(person, text+" "+strings.Repeat(".", l.wrote), below)
	var page xPage
	l.must(l.client.get(ctx, l.eye(), "GET /2/tweets", "/2/tweets", xFields(url.Values{"ids": {id}}), &page))
	in := l.client.incoming(page.Data[0], page.Includes.Users)
	_, err := l.store.KeepReplies(ctx, l.profile, "webhook", []models.Arrived{arrived(&in, l.profile.Account)})
	l.must(err)
	ids, err := l.store.UnreadReplies(ctx, l.store.Now(), 10)
	l.must(err)
	if len(ids) != 1 {
		l.t.Fatalf("%q: %d replies wait", text, len(ids))
	}
	return ids[0]
}

func (l *loop) decided(id string) *models.ReplyView {
	l.t.Helper()
	l.must(l.out.ReadReply(l.t.Context(), id))
	l.answers()
	return l.look(id)
}

// answers sends what is due.
func (l *loop) answers() {
	l.t.Helper()
	due, err := l.store.DueAnswers(l.t.Context(), 100)
	l.must(err)
	for _, id := range due {
		l.must(l.out.Answer(l.t.Context(), id))
	}
}

func (l *loop) look(id string) *models.ReplyView {
	l.t.Helper()
	view, err := l.store.ReplyIn(l.t.Context(), l.shop, id)
	l.must(err)
	return view
}

// wants compares what came of a reply, as the merchant's page has it.
func (l *loop) wants(view *models.ReplyView, outcome, reason string) {
	l.t.Helper()
	if view.Outcome != outcome || view.Reason != reason {
		l.t.Fatalf("%q came to %s %s, not to %s %s", view.Text, view.Outcome, view.Reason, outcome, reason)
	}
}

// said is our answer on X to a reply, "" for none.
func (l *loop) said(view *models.ReplyView) string {
	l.t.Helper()
	if view.Answer == nil || view.Answer.State != "sent" {
		return ""
	}
	var page xPage
	l.must(l.client.get(l.t.Context(), l.eye(), "GET /2/tweets", "/2/tweets", xFields(url.Values{"ids": {view.Answer.RemoteID}}), &page))
	if len(page.Data) != 1 || page.Data[0].reference("replied_to") != view.RemoteID {
		l.t.Fatalf("the answer is not on X: %+v", view.Answer)
	}
	return page.Data[0].words()
}

// held is how much of an offer is set aside, and how much is sold.
func (l *loop) held(offer *models.OfferView) (held, sold int64) {
	l.t.Helper()
	fresh, err := l.store.OfferIn(l.t.Context(), l.shop, offer.Slug)
	l.must(err)
	return fresh.Held, fresh.Sold
}

// charge does the work that a confirmation leaves, and sends the last word.
func (l *loop) charge(view *models.ReplyView) *models.ReplyView {
	l.t.Helper()
	ctx := l.t.Context()
	l.must(l.pay.Charge(ctx, models.ChargeConfirmed{OrderID: *view.OrderID}))
	l.must(l.out.Thank(ctx, *view.OrderID))
	l.must(l.out.Thank(ctx, *view.OrderID))
	l.answers()
	return l.look(view.ID)
}

// eye is a grant by which the test looks at X.
func (l *loop) eye() Grant {
	if !l.sb.Now().Before(l.grant.Expires) {
		l.grant = l.signIn("maisonkestrel")
	}
	return l.grant
}
