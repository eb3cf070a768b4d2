package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// A buyer who goes back from Stripe's page to correct the address is not kept out by what was set aside for her.
func TestCorrectingACheckout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.live(models.OfferForm{Title: "The last one", Price: "24.00", Stock: "1"})
	b, other := newBrowser(t, w), newBrowser(t, w)
	pay := "/o/" + last.Slug + "/checkouts"
	b.get("/o/" + last.Slug)
	other.get("/o/" + last.Slug)
	form := *b
	b.submit(pay, url.Values{"email": {"fna@example.com"}})
	if !strings.HasPrefix(b.at.String(), w.stripe) {
		t.Fatalf("not at Stripe's page: %s", b.at)
	}
	other.submit(pay, url.Values{"email": {"other@example.com"}}).want(422)
	form.submit(pay, url.Values{"email": {"fan@example.com"}})
	form.payByCard("4242 4242 4242 4242").want(200, "fan@example.com")
	w.settle()
	if order := w.orderOf("fna@example.com"); order.Payment != "cancelled" {
		t.Errorf("the first attempt is %s", order.Payment)
	}
	if offer := w.offer(last.Slug); offer.Sold != 1 || offer.Held != 0 {
		t.Errorf("sold %d, held %d", offer.Sold, offer.Held)
	}
}

// Whoever reached the limit is told so, not to choose what was chosen.
func TestLimitReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Two each", Price: "24.00", Stock: "9", Limit: "2"})
	w.buy(offer.Slug, "fan@example.com")
	w.settle()
	b := newBrowser(t, w)
	b.get("/o/"+offer.Slug).submit("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"fan+again@example.com"}, "quantity": {"2"}})
	b.want(422, "at most 2, and you have 1 already")
}
