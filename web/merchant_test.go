package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// pay takes an order of the offer to paid without the pages, as the sandbox would.
func (w *world) sell(offer *models.OfferView, email string) *models.OrderView {
	w.t.Helper()
	ctx := w.t.Context()
	offer, shop, err := w.store.PublicOffer(ctx, offer.Slug)
	w.must(err)
	order, _, err := w.store.PlaceOrder(ctx, models.Purchase{Offer: offer, Shop: shop, Email: email, Language: "en", AttemptKey: email, OnBehalfOf: true, FeeBasis: 340, FeeFixed: 25, CheckoutLasts: 30 * time.Minute})
	w.must(err)
	w.must(w.store.RecordSession(ctx, order, "cs_"+order.ID))
	_, err = w.store.SettleOrder(ctx, order.ID, models.Payment{SessionID: "cs_" + order.ID, PaymentIntentID: "pi_" + order.ID, Amount: order.Total, Currency: order.Currency, BuyerName: "=HYPERLINK(\"x\")", At: w.store.Now()})
	w.must(err)
	view, err := w.store.OrderIn(ctx, w.shop, order.Slug)
	w.must(err)
	return view
}

func TestOverviewBeforeAndAfterTheFirstSale(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.signIn("ana@example.com", anaPassword).get("/dashboard").want(http.StatusOK)
	b.want(b.status, "Nothing sold yet", "Your first offer takes about three minutes.", "2 of 4 done", "Example", "€24.00", "€22.93")
	offer := w.apron()
	w.sell(offer, "fan@example.com")
	b.get("/dashboard").want(http.StatusOK, "Your first sale!", "€24.00", "Linen apron, sage", "Show as table")
	for _, days := range []string{"14", "90"} {
		b.get("/dashboard?days="+days).want(http.StatusOK, "The last "+days+" days")
	}
	b.get("/dashboard?days=9999999").want(http.StatusOK, "The last 30 days")
}

func TestOverviewNamesOtherCurrenciesAndAddsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sell(w.apron(), "one@example.com")
	w.sell(w.live(models.OfferForm{Title: "Print", Price: "10.00", Currency: "usd"}), "two@example.com")
	b := w.signIn("ana@example.com", anaPassword).get("/dashboard").want(http.StatusOK)
	b.want(b.status, "$10.00 in other currencies")
	if strings.Contains(b.text(), "€34.00") {
		t.Error("two currencies were added up")
	}
	b.get("/dashboard/sales").want(http.StatusOK, "1 order · gross €24.00", "1 order · gross $10.00")
}

func TestOverviewShowsTroubleFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.draft(models.OfferForm{Title: "Tea that heals", Price: "9,00"})
	w.must(w.store.SendToReview(t.Context(), w.shop, w.ana, &offer.Offer))
	queue, err := w.store.ReviewQueue(t.Context())
	w.must(err)
	w.must(w.store.Decide(t.Context(), w.admin, &queue[0], models.Decision{Verdict: "rejected", Reason: "misleading"}))
	due := w.store.Now().Add(72 * time.Hour)
	_, err = w.store.RecordAccount(t.Context(), models.Account{
		ID: *w.shop.StripeAccount, ChargesEnabled: true, PayoutsEnabled: true, DetailsSubmitted: true, Transfers: "active", CardPayments: "active",
		Requirements: models.Requirements{Due: []string{"individual.verification.document"}}, DueAt: &due, FetchedAt: w.store.Now(),
	}, true)
	w.must(err)
	w.must(w.store.SetStanding(t.Context(), w.admin, w.shop, "warned", "A post promised what tea cannot do."))
	b := w.signIn("ana@example.com", anaPassword).get("/dashboard").want(http.StatusOK)
	b.want(b.status, "Warned", "A post promised what tea cannot do.", "Stripe still needs a photo of an identity document.", "3 days left", "“Tea that heals” was rejected")
	b.header.Set("Cookie", "lang=fr")
	b.get("/dashboard").want(http.StatusOK, "Stripe attend encore", "une photo d’une pièce d’identité", "il reste 3", "« Tea that heals » a été refusée")
	b.get("/dashboard/onboarding").want(http.StatusOK, "une photo d’une pièce d’identité", "Continuer avec Stripe")
}

func TestSalesListDayAndOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "=2+5 \"apron\"", Price: "24,00"})
	b := w.signIn("ana@example.com", anaPassword)
	b.get("/dashboard/sales").want(http.StatusOK, "No sales yet")
	first := w.sell(offer, "one@example.com")
	w.advance(36 * time.Hour)
	second := w.sell(offer, "two@example.com")
	b.get("/dashboard/sales").want(http.StatusOK, "one@example.com", "two@example.com", "2 orders · gross €48.00")
	b.get("/dashboard/sales?day="+first.PaidAt.In(w.shop.Zone()).Format(time.DateOnly)).want(http.StatusOK, "one@example.com", "1 order · gross €24.00", "Only ")
	if strings.Contains(b.text(), "two@example.com") {
		t.Error("another day's sale is listed")
	}
	b.get("/dashboard/sales?q=two%40example.com").want(http.StatusOK, "1 order · gross €24.00")
	b.get("/dashboard/sales?q=nobody%40example.com").want(http.StatusOK, "No sale matches", "Clear filters")
	b.get("/dashboard/sales?tab=refunded").want(http.StatusOK, "No sale matches")
	b.get("/dashboard/sales?after=garbage&day=never&tab=odd").want(http.StatusOK)
	b.get("/dashboard/sales/"+second.Slug).want(http.StatusOK, "Order 2", "€24.00, paid on", "You receive", "€22.93", "Tillbird’s fee", "What happened", "Paid", "From a link")
	other := w.user("bo@example.com", "another quiet harbour")
	w.shopOf(other, "Other", "other")
	w.signIn("bo@example.com", "another quiet harbour").get("/dashboard/sales/" + second.Slug).want(http.StatusNotFound)
}

func TestSalesFileIsWholeAndHarmless(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "=2+5 \"apron\"", Price: "24,00"})
	w.sell(offer, "+one@example.com")
	yen := w.live(models.OfferForm{Title: "Tea", Price: "1500", Currency: "jpy"})
	for range 104 {
		w.advance(time.Minute)
		w.sell(yen, w.store.Now().Format("150405")+"@example.com")
	}
	b := w.signIn("ana@example.com", anaPassword).get("/dashboard/sales.csv").want(http.StatusOK)
	if kind := b.head.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
		t.Error(kind)
	}
	rows, err := csv.NewReader(strings.NewReader(b.body)).ReadAll()
	w.must(err)
	if len(rows) != 106 {
		t.Fatalf("%d lines", len(rows))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	at := func(row []string, name string) string { return row[column[name]] }
	last := rows[105]
	for name, want := range map[string]string{
		"number": "1", "offer": "'=2+5 \"apron\"", "currency": "EUR", "total": "24.00", "tillbird_fee": "1.07", "you_receive": "22.93", "refunded": "0.00",
		"payment": "paid", "source": "link", "buyer_email": "'+one@example.com", "buyer_name": "'=HYPERLINK(\"x\")", "date": "2026-10-04T15:30:00+02:00",
	} {
		if got := at(last, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if total := at(rows[1], "total"); total != "1500" {
		t.Errorf("yen: %q", total)
	}
	for _, row := range rows[1:] {
		for _, text := range row {
			if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
				t.Fatalf("a cell that runs: %q", text)
			}
		}
	}
	b.get("/dashboard/sales.csv?q=%2Bone%40example.com").want(http.StatusOK)
	if lines := strings.Count(b.body, "\r\n"); lines != 2 {
		t.Errorf("the file of the view has %d lines", lines)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.signIn("ana@example.com", anaPassword).get("/dashboard/settings").want(http.StatusOK)
	b.submit("/dashboard/settings", url.Values{"name": {""}, "support_email": {"nowhere"}, "about": {"Linen."}}).want(http.StatusUnprocessableEntity)
	b.want(b.status, "There is a problem", "Enter a name", "Linen.")
	if !strings.Contains(b.body, "<title>Error: ") {
		t.Error("the title does not begin with Error")
	}
	b.submit("/dashboard/settings", url.Values{
		"name": {"Kestrel & Co"}, "support_email": {"hello@example.com"}, "seller_name": {"Kestrel SARL"}, "seller_address": {"12 quai\nLyon"}, "time_zone": {"America/New_York"}, "language": {"fr"},
	}).want(http.StatusOK, "Settings saved.", "Kestrel & Co", "12 quai")
	shop, err := w.store.ShopOf(t.Context(), w.shop.ID)
	w.must(err)
	if shop.TimeZone != "America/New_York" || shop.Language != "fr" || shop.SellerName != "Kestrel SARL" {
		t.Errorf("%+v", shop)
	}
	b.post("/dashboard/settings", url.Values{"name": {"X"}, "support_email": {"a@b.co"}, "time_zone": {"Mars/Base"}, "language": {"xx"}}).want(http.StatusUnprocessableEntity, "Choose a time zone from the list")
}

func TestRolesLookAndDoNotTouch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for role, email := range map[models.Role]string{models.Support: "sue@example.com", models.Analyst: "al@example.com"} {
		w.member(email, "a patient cormorant", role)
		b := w.signIn(email, "a patient cormorant")
		b.get("/dashboard/settings").want(http.StatusOK, "You can look, not change", "Maison Kestrel")
		if strings.Contains(b.body, `action="/dashboard/settings"`) {
			t.Errorf("%s is offered the form", role)
		}
		b.get("/dashboard/payouts").want(http.StatusOK, "The owner of the shop changes this at Stripe")
		b.get("/dashboard/onboarding").want(http.StatusOK)
		for _, path := range []string{"/dashboard/settings", "/dashboard/onboarding/link", "/dashboard/payouts/stripe"} {
			b.post(path, url.Values{"name": {"Mine"}}).want(http.StatusForbidden)
		}
		b.get("/dashboard/onboarding/refresh").want(http.StatusForbidden)
	}
	shop, err := w.store.ShopOf(t.Context(), w.shop.ID)
	w.must(err)
	if shop.Name != "Maison Kestrel" {
		t.Error("the name changed")
	}
}

func TestPreparing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bo := w.user("bo@example.com", "another quiet harbour")
	shop, err := w.store.PrepareShop(t.Context(), bo, models.NewShop{Name: "Demo", Handle: "demo", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, w.pay.ShopCountries())
	w.must(err)
	w.must(w.store.KeepNote(t.Context(), "demo.progress", "34/90"))
	b := w.signIn("bo@example.com", "another quiet harbour").get("/dashboard/sales").want(http.StatusOK)
	b.want(b.status, "Your demo shop is being made", "34 of 90 days")
	if b.head.Get("Refresh") == "" {
		t.Error("the page does not look again")
	}
	w.must(w.store.OpenShop(t.Context(), shop))
	b.get("/dashboard").want(http.StatusOK, "Overview")
}

func TestSalesPagesGoBackToWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Tea", Price: "9,00"})
	for range 30 {
		w.sell(offer, w.store.Now().Format("150405")+"@example.com")
		w.advance(time.Minute)
	}
	b := w.signIn("ana@example.com", anaPassword)
	follow := func(rel string) {
		t.Helper()
		for link := range elements(b.doc, "a") {
			if attr(link, "rel") == rel {
				b.get(attr(link, "href")).want(http.StatusOK)
				return
			}
		}
		t.Fatalf("no way %s at %s", rel, b.at)
	}
	listed := func() (list []string) {
		for link := range elements(b.doc, "a") {
			if strings.HasPrefix(attr(link, "href"), "/dashboard/sales/") {
				list = append(list, attr(link, "href"))
			}
		}
		return list
	}
	b.get("/dashboard/sales")
	first := listed()
	follow("next")
	if rest := listed(); len(first) != 25 || len(rest) != 5 {
		t.Fatalf("%d and %d orders", len(first), len(rest))
	}
	w.sell(offer, "fresh@example.com")
	follow("prev")
	if back := listed(); strings.Join(back, " ") != strings.Join(first, " ") {
		t.Error("the way back leads to other orders")
	}
	follow("prev")
	if top := listed(); len(top) != 25 || top[1] != first[0] {
		t.Errorf("the top has %d orders", len(top))
	}
}
