package web

import (
	"net/url"
	"sync"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

func TestGivingMoneyBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer, _, order := w.soldOnce(t)
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.SalePath(order.Slug)).want(200, "Refund")
	b.get(views.NewRefundPath(order.Slug)).want(200, "Refund order", "Up to €24.00", "Back into stock")
	if b.field("amount") != "24.00" || b.field("restock") != "1" {
		t.Fatalf("it begins with %s and %s", b.field("amount"), b.field("restock"))
	}
	for field, try := range map[string][2]string{"amount": {"24.01", "At most €24.00"}, "restock": {"2", "At most 1"}} {
		b.get(views.NewRefundPath(order.Slug)).submit("Continue", url.Values{field: {try[0]}}).want(422, try[1])
		if b.field(field) != try[0] {
			t.Errorf("%s came back as %q", field, b.field(field))
		}
	}
	for typed, says := range map[string]string{"free": "Enter the amount in digits", "0": "Enter an amount above zero", "9999999": "At most €24.00"} {
		b.get(views.NewRefundPath(order.Slug)).submit("Continue", url.Values{"amount": {typed}}).want(422, says)
	}
	b.get(views.NewRefundPath(order.Slug)).submit("Continue", url.Values{"amount": {"10"}, "restock": {"0"}, "words": {"A button was missing."}})
	b.want(200, "Refund €10.00?", "This cannot be undone.", "fan@example.com", "A button was missing.")
	if got := w.orderOf("fan@example.com"); got.Refunded != 0 {
		t.Fatal("the check page gave money back")
	}
	form, button := b.findForm("Refund €10.00")
	fields := fieldsOf(form, button)
	b.submit("Refund €10.00", nil).want(200, "€10.00 is on its way back", "Partly refunded")
	b.post(views.RefundsPath(order.Slug), fields).want(200, "€10.00 is on its way back")
	if got := w.orderOf("fan@example.com"); got.Refunded != 1000 || got.Payment != "partly_refunded" {
		t.Fatalf("pressed twice: %d, %s", got.Refunded, got.Payment)
	}
	// Another form that was shown before does not give back what is not left any more.
	fields.Set("key", "another")
	b.post(views.RefundsPath(order.Slug), fields).want(422, "€14.00 is left")
	b.get(views.NewRefundPath(order.Slug)).submit("Continue", url.Values{"restock": {"1"}}).submit("Refund €14.00", nil).want(200, "€14.00 is on its way back")
	if got := w.orderOf("fan@example.com"); got.Refunded != 2400 || got.Payment != "refunded" || got.Restocked != 1 {
		t.Fatalf("%+v", got.Order)
	}
	if now := w.offer(offer.Slug); now.Sold != 0 {
		t.Errorf("%d are sold still", now.Sold)
	}
	b.get(views.NewRefundPath(order.Slug)).want(200, "Nothing is left to give back")
	b.get(views.SalePath(order.Slug)).want(200, "Back in stock").without("Mark as sent")
}

// TestGivingCentsBack: what is left may be less than a card can be charged, and goes back all the same.
func TestGivingCentsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	b := w.signIn("ana@example.com", anaPassword)
	for _, amount := range []string{"23.80", "0.19", "0.01"} {
		b.get(views.NewRefundPath(order.Slug)).submit("Continue", url.Values{"amount": {amount}, "restock": {"0"}}).submit("Refund €"+amount, nil).want(200, "€"+amount+" is on its way back")
	}
	if got := w.orderOf("fan@example.com"); got.Refunded != 2400 || got.Payment != "refunded" {
		t.Fatalf("%+v", got.Order)
	}
}

// TestTwoGiveMoneyBack: however many press at once, no more goes back than was paid, and no stock is made up.
func TestTwoGiveMoneyBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer, _, order := w.soldOnce(t)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			key := []string{"one", "two", "three", "four"}[n%4]
			_, _ = w.store.AskRefund(t.Context(), w.shop, w.ana, &order.Order, models.RefundForm{Amount: "15.00", Reason: "requested", Restock: "1", Key: key})
		})
	}
	all.Wait()
	refunds, err := w.store.RefundsOf(t.Context(), &order.Order)
	w.must(err)
	if got := w.orderOf("fan@example.com"); len(refunds) != 1 || got.Refunded != 1500 || got.Restocked != 1 || w.offer(offer.Slug).Sold != 0 {
		t.Fatalf("%d refunds, %+v", len(refunds), got.Order)
	}
}
