package payments_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestCardOverLimit: three orders by one card under three addresses, where one buyer may have two. The third goes back
// at Stripe, once, whether the job or the event tells of the card first; a fourth by another card stays.
func TestCardOverLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("9")
	must(t, w.store.UpdateOffer(w.ctx, w.shop, w.owner, &offer.Offer, models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: "9", Limit: "2", Fulfilment: "ship", Hashtag: "#BuyApron1"}))
	offer, _, err := w.store.PublicOffer(w.ctx, offer.Slug)
	must(t, err)
	var orders []*models.Order
	for _, buyer := range []string{"bea", "ben", "bob", "zoe"} {
		order, address := w.start(offer, buyer)
		form := url.Values{
			"name": {"Béa Martin"}, "number": {goodCard}, "expiry": {"12 / 30"}, "cvc": {"123"},
			"ship_line1": {"3 rue du Port"}, "ship_postal_code": {"29200"}, "ship_city": {"Brest"}, "ship_country": {"FR"},
		}
		if buyer == "zoe" {
			form.Set("sandbox_holder", "zoe")
		}
		w.browse(http.MethodPost, address, form)
		must(t, w.pay.Settle(w.ctx, order))
		for range 2 {
			must(t, w.pay.ReadCharge(w.ctx, order.ID))
		}
		for _, event := range w.eventsOf(order) {
			must(t, w.deliver(event))
		}
		w.drain()
		orders = append(orders, order)
	}
	for i, order := range orders {
		got := w.order(order)
		refunds, err := w.store.RefundsOf(w.ctx, order)
		must(t, err)
		if over := i == 2; got.OverLimit != over || len(refunds) == 1 != over || got.WasPaid() && got.CardKey == "" {
			t.Fatalf("order %d: over the limit %v, %d refunds, %s", i, got.OverLimit, len(refunds), got.Payment)
		}
	}
	refunds, err := w.store.RefundsOf(w.ctx, orders[2])
	must(t, err)
	for range 2 {
		must(t, w.pay.MakeRefund(w.ctx, refunds[0].ID))
	}
	if got := w.refund(refunds[0].ID); got.State != "succeeded" || got.Amount != 4200 || got.Why() != "over_limit" {
		t.Fatalf("%s, %d, %s", got.State, got.Amount, got.Why())
	}
	if held, sold := w.left(offer); held != 0 || sold != 3 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
}
