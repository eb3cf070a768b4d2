package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// lettersOf counts the letters of a kind that were written to an address.
func (w *world) lettersOf(kind, email string) (n int) {
	w.t.Helper()
	letters, err := w.store.LettersTo(w.t.Context(), email)
	w.must(err)
	for _, letter := range letters {
		if letter.Kind == kind {
			n++
		}
	}
	return n
}

func TestSendingAnOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	sale := views.SalePath(order.Slug)
	w.member("sam@example.com", anaPassword, models.Support)
	b := w.signIn("sam@example.com", anaPassword)
	b.get(views.SalesPath).want(200, "To send")
	b.get(sale).want(200, "The buyer is waiting for it to be sent.", "Mark as sent", "Packing slip")

	for field, typed := range map[string]string{"tracking": "a", "tracking_url": "http://track.example.com/1"} {
		b.get(sale).submit("Mark as sent", url.Values{field: {typed}}).want(422, "There is a problem")
		if got := b.field(field); got != typed {
			t.Errorf("%s came back as %q", field, got)
		}
	}
	if got := w.orderOf("fan@example.com"); got.Fulfilment != "to_do" {
		t.Fatalf("marked by a form with a mistake: %s", got.Fulfilment)
	}

	b.get(sale).submit("Mark as sent", url.Values{"carrier": {"laposte"}, "tracking": {"6A 123 456 789 01"}})
	b.want(200, "Marked as sent", "La Poste, Colissimo", "6A12345678901", "By sam@example.com")
	if !strings.Contains(strings.Join(b.links(), " "), "https://www.laposte.fr/outils/suivre-vos-envois?code=6A12345678901") {
		t.Errorf("no tracking link: %v", b.links())
	}
	if n := w.lettersOf("shipped", "fan@example.com"); n != 1 {
		t.Fatalf("%d letters", n)
	}

	// Pressed twice, from a page that was left open: no second letter, no second line.
	b.post(views.ShipmentPath(order.Slug), url.Values{"carrier": {"laposte"}, "tracking": {"6A12345678901"}}).want(200)
	b.submit("Save the change", url.Values{"carrier": {"other"}, "tracking": {""}, "tracking_url": {"https://parcels.example.com/42"}}).want(200, "Carrier and number saved", "Another carrier")
	if n := w.lettersOf("shipped", "fan@example.com"); n != 1 {
		t.Fatalf("%d letters", n)
	}

	token, err := w.store.OrderToken(&order.Order)
	w.must(err)
	fan := newBrowser(t, w).get(views.OrderPath(token)).want(200, "posted it on", "Another carrier", "Follow the parcel")
	if !strings.Contains(strings.Join(fan.links(), " "), "https://parcels.example.com/42") {
		t.Errorf("the buyer has no link: %v", fan.links())
	}

	b.get(sale).submit("Not sent after all", nil).want(200, "Back in the list", "Mark as sent")
	b.post(views.ShipmentRemovalPath(order.Slug), nil).want(200)
	if got := w.orderOf("fan@example.com"); got.Fulfilment != "to_do" {
		t.Fatalf("it is %s", got.Fulfilment)
	}
	fan.get(views.OrderPath(token)).want(200, "posts it to the address below").without("Follow the parcel")
}

func TestSendingTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	var slugs []string
	for _, email := range []string{"one@example.com", "two@example.com", "three@example.com"} {
		w.buy(apron.Slug, email)
		slugs = append(slugs, w.orderOf(email).Slug)
	}
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.SalesPath+"?tab=to_send").submit("Mark these as sent", nil).want(200, "tick the orders first")
	b.submit(views.ShipmentsPath, nil)
	b.post(views.ShipmentsPath, url.Values{"order": slugs[:2]}).want(200, "2 orders marked as sent", "three@example.com").without("one@example.com")
	b.post(views.ShipmentsPath, url.Values{"order": slugs[:2]}).want(200, "tick the orders first")
	if n := w.lettersOf("shipped", "one@example.com"); n != 1 {
		t.Errorf("%d letters", n)
	}
	other := w.user("other@example.com", anaPassword)
	w.shopOf(other, "Other Shop", "othershop")
	w.signIn("other@example.com", anaPassword).post(views.ShipmentsPath, url.Values{"order": slugs[2:]}).want(404)
	if got := w.orderOf("three@example.com"); got.Fulfilment != "to_do" {
		t.Errorf("another shop has sent it: %s", got.Fulfilment)
	}
}

func TestPackingSlip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.SlipPath(order.Slug)).want(200, "Deliver to", "Fay Fan", "1 quai du Port", "Linen apron, sage", "Maison Kestrel")
}
