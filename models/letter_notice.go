package models

import "strconv"

// tellTakenDown tells the owners that an admin has ended an offer, and why.
func (t *tx) tellTakenDown(offer *Offer, reason string) error {
	return t.tellTeam(Letter{Key: "offer_taken_down-" + newID(), Kind: "offer_taken_down", ShopID: &offer.ShopID, OfferID: &offer.ID, Detail: details("slug", offer.Slug, "reason", reason)})
}

// tellRefundFailed tells the owners that money which was to go back has not, and the buyer where the bank sent it back:
// of a refund that Stripe never made, the buyer has heard nothing.
func (t *tx) tellRefundFailed(order *Order, refund *Refund, state string) error {
	detail := details("refund", refund.ID, "amount", strconv.FormatInt(refund.Amount, 10), "state", state)
	err := t.tellTeam(Letter{Key: "refund_failed_shop-" + refund.ID, Kind: "refund_failed_shop", ShopID: &order.ShopID, OrderID: &order.ID, Detail: detail})
	if err != nil || state != "failed" {
		return err
	}
	return t.letter(Letter{
		Key: "refund_failed_buyer-" + refund.ID, Kind: "refund_failed_buyer", Recipient: order.Email, Language: order.Language, ShopID: &order.ShopID, OrderID: &order.ID, Detail: detail,
	})
}
