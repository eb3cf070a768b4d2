package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// merchant opens a browser in which the shop's owner has signed in.
func (w *world) merchant() *browser {
	w.t.Helper()
	return w.signIn("ana@example.com", anaPassword)
}

// whole is an offer with nothing missing, as typed.
func whole() url.Values {
	return url.Values{
		"title": {"Linen apron, sage"}, "words": {"Washed linen.\n\nTwo pockets."}, "price": {"24,00"}, "stock": {"40"}, "limit": {"2"},
		"starts_at": {"2026-10-05T09:00"}, "ends_at": {"2026-10-12T20:00"}, "hashtag": {"#BuyApron"}, "fulfilment": {"ship"},
	}
}

func TestAnOfferFromTheFormToTheFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	b.get("/dashboard/offers").want(http.StatusOK, "Your first offer starts here", "Start from an example")
	b.get("/dashboard/offers/new").want(http.StatusOK, "What", "Price and stock", "Picture", "Rules", "Time in Paris")
	changes := whole()
	changes.Set("alt", "A sage green apron on a wooden hook")
	b.upload("Save and check", changes, "picture", "apron.png", pngOf(t, 1200, 628))
	b.want(http.StatusOK, "Check the offer", "Linen apron, sage", "€24.00", "It has a picture", "The page does not say who sells")
	slug := strings.Split(b.at.Path, "/")[3]
	b.get("/dashboard/offers/"+slug).want(http.StatusOK, "Draft", "You receive", "€22.93")
	b.get("/dashboard/offers/"+slug+"/preview").want(http.StatusOK, "Preview", "Linen apron, sage")
	if strings.Contains(b.body, "/checkouts") {
		t.Fatal("a preview takes money")
	}
	b.get("/dashboard/offers/"+slug+"/posts/new").want(http.StatusOK, "no approved version yet")
	b.get("/dashboard/offers/"+slug+"/review").submit("Send for review", nil).want(http.StatusOK, "Sent for review", "In review")
	b.get("/dashboard/offers?state=in_review").want(http.StatusOK, "Linen apron, sage", "In review")
	w.decide(slug, models.Decision{Verdict: "approved"})
	b.get("/dashboard/offers/"+slug).want(http.StatusOK, "from the moment you take it live").submit("Take live", nil)
	b.want(http.StatusOK, "goes live at its start", "Scheduled")
	w.advance(24 * time.Hour)
	b.get("/dashboard/offers/"+slug).want(http.StatusOK, "Live", "40 of 40").submit("Pause", nil)
	b.want(http.StatusOK, "The offer is paused").submit("Undo", nil).want(http.StatusOK, "The offer is live")
	b.submit("End the sale", nil).want(http.StatusOK, "The sale has ended").submit("Undo", nil).want(http.StatusOK, "The offer is live")
	if offer := w.offer(slug); offer.State != "live" || offer.Version.Hashtag != "BuyApron" || *offer.LimitPerBuyer != 2 {
		t.Fatalf("%+v", offer)
	}
}

// decide closes the open case of an offer.
func (w *world) decide(slug string, decision models.Decision) {
	w.t.Helper()
	queue, err := w.store.ReviewQueue(w.t.Context())
	w.must(err)
	for i := range queue {
		if queue[i].Offer.Slug == slug {
			w.must(w.store.Decide(w.t.Context(), w.admin, &queue[i], decision))
			return
		}
	}
	w.t.Fatalf("no open case of %s", slug)
}

func TestWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	long := strings.Repeat("ü", 10_000)
	for name, try := range map[string]struct {
		field, typed, says string
	}{
		"no title":            {"title", "  ", ""},
		"endless title":       {"title", long, "Shorten"},
		"negative price":      {"price", "-1", ""},
		"too fine a price":    {"price", "0.001", ""},
		"too large a price":   {"price", "99999999999", "or less"},
		"a price in words":    {"price", "twelve", ""},
		"negative stock":      {"stock", "-3", "zero or more"},
		"half a stock":        {"stock", "1.5", "whole number"},
		"end before start":    {"ends_at", "2026-10-05T08:00", "The end comes before the start"},
		"no date":             {"starts_at", "tomorrow", "Enter the start"},
		"two words as a tag":  {"hashtag", "Buy Apron", "one word"},
		"a tag of digits":     {"hashtag", "2026", "at least one letter"},
		"unknown way":         {"fulfilment", "by pigeon", "Choose how buyers get"},
		"unknown currency":    {"currency", "doge", ""},
		"limit above stock":   {"limit", "41", "above the stock"},
		"a letter as a limit": {"limit", "a", "whole number"},
	} {
		t.Run(name, func(t *testing.T) {
			changes := whole()
			changes.Set(try.field, try.typed)
			b.t = t
			b.get("/dashboard/offers/new").submit("Save draft", changes).want(http.StatusUnprocessableEntity, "There is a problem", try.says)
			if !strings.Contains(b.body, "<title>Error: ") {
				t.Error("the title does not say that something is wrong")
			}
			if !strings.Contains(b.body, `aria-invalid="true"`) && !strings.Contains(b.body, `id="`+try.field+`-error"`) {
				t.Error("no field is marked")
			}
			if try.field != "fulfilment" && try.field != "currency" && b.field(try.field) != try.typed {
				t.Errorf("the field holds %.40q, not what was typed", b.field(try.field))
			}
			if b.field("words") == "" || b.field("price") == "" {
				t.Error("the rest of the form is gone")
			}
		})
	}
	b.t = t
	b.get("/dashboard/offers").want(http.StatusOK, "Your first offer starts here")
}

func TestPricesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	for typed, want := range map[string]int64{"12,50": 1250, "1 234.50": 123450, "€12": 1200, "12,50\u00a0€": 1250, "٢٤": 2400} {
		changes := whole()
		changes.Set("price", typed)
		changes.Set("hashtag", "")
		b.get("/dashboard/offers/new").submit("Save draft", changes).want(http.StatusOK, "Draft saved at")
		if got := w.offer(b.slug()).Version.Price; got != want {
			t.Errorf("%q became %d, want %d", typed, got, want)
		}
	}
	yen := whole()
	yen.Set("currency", "jpy")
	yen.Set("price", "1200,50")
	b.get("/dashboard/offers/new").submit("Save draft", yen).want(http.StatusUnprocessableEntity, "no decimals")
	yen.Set("price", "1200")
	b.submit("Save draft", yen).want(http.StatusOK, "¥1,200")
}

// slug is the offer that the open page is about.
func (b *browser) slug() string {
	b.t.Helper()
	parts := strings.Split(b.at.Path, "/")
	if len(parts) < 4 {
		b.t.Fatalf("%s is no page of an offer", b.at.Path)
	}
	return parts[3]
}

func TestTitlesOfEveryScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	for _, title := range []string{"مئزر من الكتان", "🧵🪡 亜麻のエプロン", "<script>alert(1)</script> & \"apron\""} {
		changes := whole()
		changes.Set("title", title)
		changes.Set("hashtag", "")
		b.get("/dashboard/offers/new").submit("Save draft", changes).want(http.StatusOK, title)
		if strings.Contains(b.body, "<script>alert") {
			t.Fatal("a title runs as a script")
		}
		b.get(b.at.Path + "/edit")
		if b.field("title") != title {
			t.Errorf("%q came back as %q", title, b.field("title"))
		}
	}
}

func TestOneFormIsOneOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	b.get("/dashboard/offers/new")
	form := b.answer
	b.submit("Save draft", whole()).want(http.StatusOK, "Draft saved")
	first := b.slug()
	b.answer = form // pressed twice, or gone back
	again := whole()
	again.Set("title", "Linen apron, rust")
	b.submit("Save draft", again).want(http.StatusOK, "Draft saved")
	if b.slug() != first {
		t.Fatalf("one form made %s and %s", first, b.slug())
	}
	if title := w.offer(first).Version.Title; title != "Linen apron, rust" {
		t.Fatalf("what was changed on the way back is lost: %q", title)
	}
}

func TestTwoEditorsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.draft(models.OfferForm{Title: "Linen apron", Price: "24"})
	one, two := w.merchant(), w.merchant()
	one.get("/dashboard/offers/" + offer.Slug + "/edit")
	two.get("/dashboard/offers/" + offer.Slug + "/edit")
	one.submit("Save draft", url.Values{"title": {"Linen apron, sage"}}).want(http.StatusOK, "Draft saved")
	two.submit("Save draft", url.Values{"title": {"Linen apron, rust"}}).want(http.StatusUnprocessableEntity, "Somebody else saved this offer while you were typing")
	if two.field("title") != "Linen apron, rust" || w.offer(offer.Slug).Version.Title != "Linen apron, sage" {
		t.Fatal("one editor undid the other, or lost what was typed")
	}
	again := two.answer
	two.submit("Save draft", nil).want(http.StatusOK, "Linen apron, rust")
	two.answer = again // pressed twice
	two.submit("Save draft", nil).want(http.StatusOK, "Draft saved")
}

func TestEditingWhatSells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	b := w.merchant()
	edit := "/dashboard/offers/" + offer.Slug + "/edit"
	b.get(edit).want(http.StatusOK, "the approved version goes on selling").submit("Save changes", url.Values{"stock": {"12"}, "price": {"20"}}).want(http.StatusOK, "Saved at", "12 of 12")
	if now := w.offer(offer.Slug); now.Approved.Price != 2000 {
		t.Fatalf("a lower price waits: %+v", now.Approved)
	}
	b.get(edit).submit("Save changes", url.Values{"title": {"Linen apron, rust"}}).want(http.StatusOK, "Change saved at", "Your change")
	if now := w.offer(offer.Slug); now.Approved.Title != "Linen apron, sage" || now.Version.State != "draft" {
		t.Fatalf("%+v", now)
	}
	b.get("/dashboard/offers/"+offer.Slug+"/review").want(http.StatusOK, "Changed: title").submit("Send for review", nil).want(http.StatusOK, "A moderator is looking at your change")
	w.decide(offer.Slug, models.Decision{Verdict: "rejected", Reason: "rights", Note: "That colour is a trade mark."})
	b.get("/dashboard/offers/"+offer.Slug).want(http.StatusOK, "may belong to somebody else", "That colour is a trade mark.", "Fix and send again", "Live")
	b.get(edit).submit("Save and check", url.Values{"title": {"Linen apron, reddish"}}).want(http.StatusOK, "What the moderator asked for", "That colour is a trade mark.")
	b.submit("Send for review", nil).want(http.StatusOK, "Sent for review")
	b.post("/dashboard/offers/"+offer.Slug+"/review", nil).want(http.StatusOK, "A moderator is looking at your change")
	w.decide(offer.Slug, models.Decision{Verdict: "approved"})
	b.post("/dashboard/offers/"+offer.Slug+"/review", nil).want(http.StatusUnprocessableEntity, "no longer changes")
	w.must(w.store.TakeDown(t.Context(), w.admin, &w.offer(offer.Slug).Offer, "It was reported."))
	b.get(edit).want(http.StatusOK, "Taken down", "It was reported.").without("Edit the offer", "Make a post")
}

func TestStockBelowSold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	_, _, err := w.store.PlaceOrder(t.Context(), models.Purchase{Offer: offer, Shop: w.shop, Email: "fan@example.com", Quantity: "3", Language: "en", AttemptKey: "a", OnBehalfOf: true, CheckoutLasts: time.Hour})
	w.must(err)
	b := w.merchant()
	b.get("/dashboard/offers/"+offer.Slug).want(http.StatusOK, "4 of 7", "Set aside for open payments")
	b.get("/dashboard/offers/"+offer.Slug+"/edit").submit("Save changes", url.Values{"stock": {"2"}}).want(http.StatusUnprocessableEntity, "Enter 3 or more")
	b.submit("Save changes", url.Values{"stock": {"3"}}).want(http.StatusOK, "Sold out", "Add stock")
	b.get("/dashboard/offers?state=sold_out").want(http.StatusOK, "Linen apron, sage", "Sold out")
}

func TestStartingPoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	for _, start := range []string{"handmade", "print", "ticket", "digital"} {
		b.get("/dashboard/offers/new?template="+start).want(http.StatusOK, "This is an example", "Example: replace it with your own")
		b.submit("Save and check", nil).want(http.StatusOK, "still our example’s", "Send for review")
	}
	b.get("/dashboard/offers/new?template=../etc").want(http.StatusOK).without("This is an example")
	b.header.Set("Accept-Language", "fr")
	b.post("/preferences", url.Values{"lang": {"fr"}, "return": {"/"}})
}

func TestThePartBesideTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	b.get("/dashboard/offers/new")
	form, button := b.findForm("Save draft")
	fields := fieldsOf(form, button)
	fields.Set("title", "Linen apron")
	fields.Set("price", "24")
	b.post("/dashboard/cards", fields).want(http.StatusOK, "Linen apron", "€24.00", "You receive about €22.93")
	if strings.Contains(b.body, "<html") || !strings.Contains(b.body, `id="price-hint" hx-swap-oob="true"`) {
		t.Fatalf("not a part of a page: %s", b.body)
	}
	fields.Set("price", "a lot")
	b.post("/dashboard/cards", fields).want(http.StatusOK, "What the buyer pays").without("You receive")
}

func TestOffersOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	w.shopOf(w.user("bo@example.com", "another quiet harbour"), "Bo’s Books", "bosbooks")
	b := w.signIn("bo@example.com", "another quiet harbour")
	base := "/dashboard/offers/" + offer.Slug
	for _, path := range []string{"", "/edit", "/preview", "/review", "/posts/new"} {
		b.get(base + path).want(http.StatusNotFound)
	}
	for _, path := range []string{"", "/review", "/publication", "/publication/removal", "/ending", "/posts"} {
		b.post(base+path, whole()).want(http.StatusNotFound)
	}
	b.get("/dashboard/offers").without("Linen apron, sage")
	if now := w.offer(offer.Slug); now.State != "live" || now.Version.Number != 1 {
		t.Fatalf("%+v", now)
	}
}

func TestRolesAndOffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	w.member("sam@example.com", "support is my name", models.Support)
	b := w.signIn("sam@example.com", "support is my name")
	b.get("/dashboard/offers").want(http.StatusOK, "Linen apron, sage").without("New offer is here")
	b.get("/dashboard/offers/"+offer.Slug).want(http.StatusOK, "Live").without("Take live", "End the sale")
	b.post("/dashboard/offers/"+offer.Slug+"/publication/removal", nil).want(http.StatusForbidden)
	b.get("/dashboard/offers/new").want(http.StatusForbidden)
}

func TestTakingLiveWhatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.draft(models.OfferForm{Title: "Linen apron", Price: "24"})
	b := w.merchant()
	b.post("/dashboard/offers/"+draft.Slug+"/publication", nil).want(http.StatusUnprocessableEntity, "no approved version yet")
	over := w.approved(models.OfferForm{Title: "Ticket", Price: "24", EndsAt: "2026-10-05T20:00"})
	w.advance(48 * time.Hour)
	b.post("/dashboard/offers/"+over.Slug+"/publication", nil).want(http.StatusUnprocessableEntity).without("ticket was charged")
	b.get("/dashboard/offers/"+over.Slug).want(http.StatusOK, "Choose a later end")
	cy := w.user("cy@example.com", "a third quiet harbour")
	shop, err := w.store.CreateShop(t.Context(), cy, models.NewShop{Name: "Cy", Handle: "cyshop", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, []string{"FR"})
	w.must(err)
	w.shop, w.ana = shop, cy
	early := w.approved(models.OfferForm{Title: "Early", Price: "24"})
	c := w.signIn("cy@example.com", "a third quiet harbour")
	c.get("/dashboard/offers/"+early.Slug).want(http.StatusOK, "Your shop cannot take money yet", "Finish with Stripe").without("Take live")
	c.post("/dashboard/offers/"+early.Slug+"/publication", nil).want(http.StatusUnprocessableEntity, "Finish with Stripe")
}

func TestPagesOfOffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 30 {
		w.advance(time.Minute)
		w.draft(models.OfferForm{Title: "One of thirty", Price: "5"})
	}
	b := w.merchant()
	b.get("/dashboard/offers?state=draft").want(http.StatusOK, "Older").without("Newer")
	if n := strings.Count(b.text(), "One of thirty"); n != 25 {
		t.Fatalf("%d offers on a page", n)
	}
	var older string
	for _, link := range b.links() {
		if strings.Contains(link, "after=") {
			older = link
		}
	}
	b.get(older).want(http.StatusOK, "Newer").without("Older")
	if n := strings.Count(b.text(), "One of thirty"); n != 5 {
		t.Fatalf("%d offers on the last page", n)
	}
	b.get("/dashboard/offers?state=ended").want(http.StatusOK, "No offer is in this state", "Show all offers")
	b.get("/dashboard/offers?state=nonsense&after=%00").want(http.StatusOK, "One of thirty")
}

// TestFindOffer: the list is narrowed by a part of a title or by the hashtag, within the shop, and keeps the state.
func TestFindOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draft(models.OfferForm{Title: "Linen apron, sage", Price: "24", Hashtag: "#BuyApron"})
	w.draft(models.OfferForm{Title: "Écharpe 100%", Price: "30"})
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.OffersBy("", "APRON,")).want(http.StatusOK, "Linen apron, sage").without("Écharpe")
	b.get(views.OffersBy("draft", "#buyapron")).want(http.StatusOK, "Linen apron, sage").without("Écharpe")
	b.get(views.OffersBy("", "Échar")).want(http.StatusOK, "Écharpe 100%").without("Linen")
	b.get(views.OffersBy("", "0%")).want(http.StatusOK, "Écharpe 100%").without("Linen")
	b.get(views.OffersBy("", "_")).want(http.StatusOK, "No offer matches")
	b.get(views.OffersBy("live", "apron")).want(http.StatusOK, "No offer matches", "Clear filters")
}
