package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

func TestWithdrawing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	token, err := w.store.OrderToken(&order.Order)
	w.must(err)
	b := newBrowser(t, w).get(views.OrderPath(token)).want(200, "Withdraw from contract here")
	b.get(views.NewWithdrawalPath(token)).want(200, "Withdraw from the contract", "Linen apron, sage", "€24.00", "fan@example.com")
	if b.field("name") != "Fay Fan" {
		t.Errorf("the name is %q", b.field("name"))
	}
	b.submit("Confirm the withdrawal", url.Values{"name": {" "}}).want(422, "Enter a name")
	b.get(views.NewWithdrawalPath(token)).submit("Confirm the withdrawal", url.Values{"words": {"Too green."}}).want(200, "You withdrew from the contract on", "4 October 2026").without("Withdraw from contract here")
	b.post(views.WithdrawalPath(token), url.Values{"name": {"Fay Fan"}}).want(200, "You withdrew from the contract on")
	b.get(views.NewWithdrawalPath(token)).want(200, "You withdrew from the contract on")
	if n, m := w.lettersOf("withdrawn_buyer", "fan@example.com"), w.lettersOf("withdrawn_shop", "ana@example.com"); n != 1 || m != 1 {
		t.Fatalf("%d and %d letters", n, m)
	}

	m := w.signIn("ana@example.com", anaPassword)
	m.get(views.SalePath(order.Slug)).want(200, "The buyer withdrew on 4 October 2026", "Too green.", "by 18 October 2026", "Refund now", "Withdrew from the contract")
	m.get(views.NewRefundPath(order.Slug)).want(200, "The buyer withdrew on")
	m.submit("Continue", nil).submit("Refund €24.00", nil).want(200, "there is nothing to do").without("Refund now")
	refunds, err := w.store.RefundsOf(t.Context(), &order.Order)
	w.must(err)
	w.must(w.store.RecordRefund(t.Context(), refunds[0].ID, "re_1", "failed", "expired_or_canceled_card", nil))
	m.get(views.SalePath(order.Slug)).want(200, "Refund now", "did not reach the buyer")
}

// TestWithdrawalRight: how long, and for what, a buyer may withdraw.
func TestWithdrawalRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer := 0
	sold := func(fulfilment, withdrawal string) (*models.OrderView, *browser, string) {
		buyer++
		offer := w.live(models.OfferForm{Title: "Thing", Words: "A thing.", Price: "24,00", Fulfilment: fulfilment, Withdrawal: withdrawal})
		email := strings.Repeat("f", buyer) + "@example.com"
		w.buy(offer.Slug, email)
		w.settle()
		order := w.orderOf(email)
		token, err := w.store.OrderToken(&order.Order)
		w.must(err)
		return order, newBrowser(t, w), token
	}
	for _, kind := range []string{"made_to_measure", "date_bound", "perishable"} {
		_, b, token := sold("ship", kind)
		b.get(views.OrderPath(token)).want(200).without("Withdraw from contract here")
		b.get(views.NewWithdrawalPath(token)).want(200, "The law gives no right to withdraw here")
		b.post(views.WithdrawalPath(token), url.Values{"name": {"Fay"}}).want(422)
	}
	order, b, token := sold("file", "")
	b.get(views.OrderPath(token)).want(200, "Withdraw from contract here")
	w.must(w.store.MarkSent(t.Context(), w.shop, w.ana, &order.Order, models.ShipmentForm{}))
	b.get(views.OrderPath(token)).want(200).without("Withdraw from contract here")

	order, b, token = sold("ship", "yes")
	w.advance(40 * 24 * time.Hour)
	b.get(views.OrderPath(token)).want(200, "Withdraw from contract here") // it has not been sent
	w.must(w.store.MarkSent(t.Context(), w.shop, w.ana, &order.Order, models.ShipmentForm{}))
	w.advance(21 * 24 * time.Hour)
	b.get(views.NewWithdrawalPath(token)).want(200, "You can do so until")
	w.advance(24 * time.Hour)
	b.get(views.OrderPath(token)).want(200).without("Withdraw from contract here")
	b.post(views.WithdrawalPath(token), url.Values{"name": {"Fay"}}).want(422, "The time to withdraw is over")
}
