package web

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/tillbird/tillbird/views"
)

func TestOpeningAShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("ines@example.com", "three small boats")
	b := w.signIn("ines@example.com", "three small boats")
	if b.at.Path != views.NewShopPath {
		t.Fatalf("somebody without a shop lands on %s", b.at.Path)
	}
	b.submit("Open the shop", nil).want(http.StatusUnprocessableEntity, "Enter a name", "Choose the handle", "Choose the country").without("Choose a currency", "Choose a time zone")
	b.submit("Open the shop", url.Values{"name": {"Harbour"}, "handle": {"@Maisonkestrel"}, "country": {"FR"}}).want(http.StatusUnprocessableEntity, "Another shop has this handle")
	if b.field("handle") != "maisonkestrel" || b.field("country") != "FR" || b.field("name") != "Harbour" {
		t.Error("what was typed is gone")
	}
	b.submit("Open the shop", url.Values{"handle": {"admin"}}).want(http.StatusUnprocessableEntity, "kept for Tillbird")
	b.submit("Open the shop", url.Values{"handle": {""}, "country": {"US"}, "currency": {"xxx"}, "time_zone": {"Mars/Crater"}}).
		want(http.StatusUnprocessableEntity, "cannot be paid here yet", "Choose a currency", "Choose a time zone")
	b.submit("Open the shop", url.Values{"handle": {""}, "country": {"BE"}, "currency": {"gbp"}, "time_zone": {"Europe/London"}}).want(http.StatusOK, "Harbour is open")
	shop, err := w.store.ShopByHandle(t.Context(), "harbour")
	w.must(err)
	if shop.Country != "BE" || shop.Currency != "gbp" || shop.TimeZone != "Europe/London" {
		t.Errorf("%+v", shop)
	}
	b.post(views.NewShopPath, url.Values{"name": {"Harbour"}, "handle": {"harbour"}, "country": {"BE"}}).want(http.StatusOK)
	if b.at.Path != views.OnboardingPath {
		t.Errorf("a second press leads to %s", b.at.Path)
	}
}

func TestAHandleOfATakenName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("ines@example.com", "three small boats")
	b := w.signIn("ines@example.com", "three small boats")
	b.submit("Open the shop", url.Values{"name": {"Maisonkestrel"}, "country": {"DE"}}).want(http.StatusOK)
	shop, err := w.store.ShopByHandle(t.Context(), "maisonkestrel-2")
	w.must(err)
	if shop.TimeZone != "Europe/Berlin" {
		t.Errorf("a German shop is in %s", shop.TimeZone)
	}
}
