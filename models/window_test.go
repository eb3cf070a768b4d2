package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// titles looks at the window and gives what is in it, page after page.
func titles(t *testing.T, store *models.Store, w models.Window) (list []string) {
	t.Helper()
	for range 20 {
		shown, next, err := store.Window(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		for _, offer := range shown {
			if offer.Shop == nil || offer.Version.Title == "" {
				t.Fatal("an offer without its shop or version")
			}
			list = append(list, offer.Version.Title)
		}
		if next == "" {
			return list
		}
		w.Cursor = next
	}
	t.Fatal("the pages do not end")
	return nil
}

// goLive makes one more offer of seller's shop.
func goLive(t *testing.T, store *models.Store, shop *models.Shop, user *models.User, form models.OfferForm) *models.OfferView {
	t.Helper()
	if form.Fulfilment == "" {
		form.Fulfilment = "ship"
	}
	offer, err := store.CreateOffer(t.Context(), shop, user, form)
	must(t, err)
	approve(t, store, shop, user, offer)
	view, err := store.OfferIn(t.Context(), shop, offer.Slug)
	must(t, err)
	must(t, store.Publish(t.Context(), shop, user, &view.Offer, true))
	return fans(t, store, offer.Slug)
}

func TestWindow(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, apron := seller(t, store, "1")
	ends := func(days int) string { return store.Now().AddDate(0, 0, days).Format("2006-01-02T15:04") }
	clock.Advance(time.Second)
	goLive(t, store, shop, user, models.OfferForm{Title: "Tablier en lin lavé", Words: "Deux poches, cousu à Marseille.", Price: "24", Currency: "eur", Hashtag: "LinLave", EndsAt: ends(9)})
	clock.Advance(time.Second)
	goLive(t, store, shop, user, models.OfferForm{Title: "Straßenkarte", Price: "9,50", Currency: "eur", Hashtag: "Karte", EndsAt: ends(3)})
	clock.Advance(time.Second)
	goLive(t, store, shop, user, models.OfferForm{Title: "リネンのエプロン", Price: "40", Currency: "usd", Hashtag: "Japan"})
	goLive(t, store, shop, user, models.OfferForm{Title: "Later", Price: "5", Currency: "eur", Hashtag: "Later", StartsAt: ends(1), EndsAt: ends(2)})

	want := func(about models.Window, want ...string) {
		t.Helper()
		for _, size := range []int{1, 2, 25} {
			about.Size = size
			if got := titles(t, store, about); !slices.Equal(got, want) {
				t.Errorf("%+v by %d: %q, want %q", about, size, got, want)
			}
		}
	}
	const linen, street, lave, japan = "Linen apron", "Straßenkarte", "Tablier en lin lavé", "リネンのエプロン"
	want(models.Window{}, japan, street, lave, linen)
	want(models.Window{Shop: shop}, japan, street, lave, linen)
	want(models.Window{Sort: models.SortEnding}, street, lave)
	want(models.Window{Currency: "usd"}, japan)
	ten, thirty := int64(1000), int64(3000)
	want(models.Window{Currency: "eur", From: &ten}, lave, linen)
	want(models.Window{Currency: "eur", From: &ten, To: &ten})
	want(models.Window{Currency: "eur", To: &thirty}, street, lave)
	for search, found := range map[string][]string{
		"LIN": {lave, linen}, "lavé": {lave}, "lave": {lave}, "tablier mars": {lave}, "tablier candle": nil, "#buyapron": {linen}, "エプロン": {japan},
		"@maisonkestrel": {japan, street, lave, linen}, "straßen": {street}, "%": {japan, street, lave, linen}, "l": nil, "' OR 1=1": nil, "later": nil,
	} {
		want(models.Window{Search: search}, found...)
	}
	want(models.Window{Cursor: "garbage"}, japan, street, lave, linen)
	if currencies, err := store.ShownCurrencies(t.Context()); err != nil || !slices.Equal(currencies, []string{"eur", "usd"}) {
		t.Errorf("%v %v", currencies, err)
	}

	// What is sold out comes last, whatever the order; a sale makes popular.
	more := goLive(t, store, shop, user, models.OfferForm{Title: "Candle", Price: "42", Currency: "eur", Hashtag: "Candle"})
	sell(t, store, shop, apron, 1)
	sell(t, store, shop, more, 2)
	want(models.Window{Search: "kestrel", Currency: "eur"}, "Candle", street, lave, linen)
	must(t, store.CountPopular(t.Context()))
	if got := titles(t, store, models.Window{Sort: models.SortPopular, Size: 2}); len(got) != 5 || got[0] != "Candle" || got[4] != linen {
		t.Errorf("popular: %q", got)
	}
	clock.Advance(20 * 24 * time.Hour)
	must(t, store.CountPopular(t.Context()))
	if again := fans(t, store, more.Slug); again.RecentOrders != 0 {
		t.Errorf("%d recent orders after twenty days", again.RecentOrders)
	}
}

// What was approved before there was a search is found once the words are written.
func TestIndexOffers(t *testing.T) {
	t.Parallel()
	store, _, damage := storetest.Frail(t)
	shop, user, _ := seller(t, store, "1")
	goLive(t, store, shop, user, models.OfferForm{Title: "🧵", Price: "24", Currency: "eur", Hashtag: "Thread"})
	damage("DELETE FROM version_words")
	damage("DELETE FROM shop_words")
	if got := titles(t, store, models.Window{Search: "linen"}); len(got) != 0 {
		t.Fatal(got)
	}
	must(t, store.IndexOffers(t.Context()))
	if got := titles(t, store, models.Window{Search: "linen kest"}); len(got) != 1 {
		t.Error(got)
	}
}
