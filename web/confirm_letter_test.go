package web

import (
	"net/http"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestConfirmByTheLetter: the private page of an order by reply takes the fan's word, once, or lets it go.
func TestConfirmByTheLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	offer, shop, err := w.store.PublicOffer(t.Context(), w.apron().Slug)
	w.must(err)
	_, fan, card := w.mira()
	ask := func(reply string) (*models.Order, string) {
		order, err := w.pay.OrderByReply(t.Context(), models.Purchase{Offer: offer, Shop: shop, Language: "en", Country: "FR", ByCard: &models.ByCard{Fan: fan, Card: card, ReplyID: reply, Code: "K7QM"}})
		w.must(err)
		token, err := w.store.OrderToken(order)
		w.must(err)
		return order, token
	}
	b := newBrowser(t, w)
	first, token := ask("r1")
	b.get("/orders/"+token).want(http.StatusOK, "Almost yours").submit("Let it go", nil).want(http.StatusOK)
	if c, err := w.store.Confirmation(t.Context(), first.ID); err != nil || c.State != "cancelled" || c.Why != "fan" {
		t.Fatalf("%+v %v", c, err)
	}
	second, token := ask("r2")
	b.get("/orders/"+token).want(http.StatusOK, "Almost yours", "Confirm and pay", "your saved card is charged")
	b.post("/orders/"+token+"/payment", nil).want(http.StatusOK, "We are asking the bank")
	if c, err := w.store.Confirmation(t.Context(), second.ID); err != nil || c.State != "confirmed" || c.ConfirmedBy != "letter" {
		t.Fatalf("%+v %v", c, err)
	}
	w.must(w.pay.Charge(t.Context(), models.ChargeConfirmed{OrderID: second.ID}))
	b.get("/orders/"+token).want(http.StatusOK, "receipt")
	third, token := ask("r3")
	page := b.get("/orders/"+token).want(http.StatusOK, "Almost yours")
	w.clock.Advance(models.ConfirmWithin)
	page.post("/orders/"+token+"/payment", nil).want(http.StatusConflict, "time to confirm is over")
	if c, err := w.store.Confirmation(t.Context(), third.ID); err != nil || c.ConfirmedAt != nil {
		t.Fatalf("%+v %v", c, err)
	}
}
