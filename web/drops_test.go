package web

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestADropIsPlanned: three posts from one form, each with a link of its own and its time.
func TestADropIsPlanned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	plain := w.apron()
	b.get("/dashboard/offers/"+plain.Slug+"/drop/new").want(http.StatusOK, "has no start to come")
	offer := w.live(models.OfferForm{Title: "Winter scarf", Price: "60,00", Stock: "9", StartsAt: "2026-10-09T20:00", EndsAt: "2026-10-11T20:00"})
	page := "/dashboard/offers/" + offer.Slug + "/drop/new"
	b.get("/dashboard/offers/"+offer.Slug).want(http.StatusOK, "Plan the drop")
	b.get(page).want(http.StatusOK, "Winter scarf", "Friday 9 October, 20:00", "Sunday 11 October, 20:00")
	b.submit("Plan the posts", url.Values{"teaser_at": {"2026-10-10T20:00"}}).want(http.StatusUnprocessableEntity, "before the start")
	if b.field("teaser_at") != "2026-10-10T20:00" {
		t.Fatal("what was typed is gone")
	}
	form := b.answer
	b.submit("Plan the posts", url.Values{"teaser_at": {"2026-10-08T20:00"}}).want(http.StatusOK, "Planned", "Thursday 8 October 2026", "Friday 9 October 2026", "Sunday 11 October 2026")
	b.answer = form
	b.submit("Plan the posts", url.Values{"teaser_at": {"2026-10-08T20:00"}}).want(http.StatusOK)
	_, planned, err := w.store.OpenPosts(t.Context(), w.shop)
	w.must(err)
	if len(planned) != 3 || planned[0].Phase != "teaser" || planned[1].Phase != "live" || planned[2].Phase != "ended" || planned[0].Code == planned[1].Code {
		t.Fatalf("%d planned", len(planned))
	}
}

// TestADropWithoutAnEnd: an account takes its last post out when all of it is sold.
func TestADropWithoutAnEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	b := w.merchant()
	profile := w.connectX(w.ana, w.shop, "maisonkestrel")
	offer := w.live(models.OfferForm{Title: "Winter scarf", Price: "60,00", Stock: "2", StartsAt: "2026-10-09T20:00"})
	b.get("/dashboard/offers/"+offer.Slug+"/drop/new").want(http.StatusOK, "when all of it is sold")
	b.submit("Plan the posts", url.Values{"network": {profile.ID}, "teaser_at": {"2026-10-08T20:00"}}).want(http.StatusOK, "When the offer is over")
	_, planned, err := w.store.OpenPosts(t.Context(), w.shop)
	w.must(err)
	if len(planned) != 3 || planned[2].Phase != "ended" || planned[2].State != "scheduled" {
		t.Fatalf("%d planned: %+v", len(planned), planned)
	}
	b.get("/dashboard/posts/"+planned[2].Code).want(http.StatusOK, "all of it is sold, as")
}
