package models

// keepCard notes which card paid an order, once, and looks whether one buyer had enough by it. Only a digest is kept.
func (t *tx) keepCard(order *Order, fingerprint string) error {
	if fingerprint == "" {
		return nil
	}
	key := t.store.sealer.digest("card", fingerprint)
	result := t.Exec("UPDATE orders SET card_key = ? WHERE id = ? AND card_key = ''", key, order.ID)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	// The row is held on PostgreSQL too: of two orders by one card, the one read later sees the other.
	if err := changed(t.Exec("UPDATE offers SET updated_at = updated_at WHERE id = ?", order.OfferID)); err != nil {
		return err
	}
	var limit *int64
	if err := t.Raw("SELECT limit_per_buyer FROM offers WHERE id = ?", order.OfferID).Scan(&limit).Error; err != nil || limit == nil {
		return err
	}
	var fresh Order
	if err := t.Where("id = ?", order.ID).Take(&fresh).Error; err != nil {
		return found(err)
	}
	if !fresh.Refundable() || fresh.Shortfall {
		return nil
	}
	var had int64
	err := t.Raw(`SELECT COALESCE(SUM(quantity - restocked), 0) FROM orders WHERE offer_id = ? AND card_key = ? AND id <> ?
		AND payment IN ('paid', 'partly_refunded') AND NOT shortfall`, fresh.OfferID, key, fresh.ID).Scan(&had).Error
	if err != nil || had == 0 || had+fresh.Quantity-fresh.Restocked <= *limit {
		return err
	}
	return t.overLimit(&fresh)
}

// checkLimit counts what the buyer has bought and has in open checkouts, and what was paid with the same card where that is
// known before it is charged.
func (t *tx) checkLimit(in Purchase, order *Order) error {
	offer := in.Offer
	if offer.LimitPerBuyer == nil {
		return nil
	}
	var had int64
	if order.Email != "" { // else it is nobody's yet
		err := t.Raw("SELECT COALESCE(SUM(quantity), 0) FROM orders WHERE offer_id = ? AND email_key = ? AND payment IN ('pending', 'paid', 'partly_refunded')", offer.ID, order.EmailKey).Scan(&had).Error
		if err != nil {
			return err
		}
	}
	if in.ByCard != nil && in.ByCard.Card != nil {
		var paid int64
		err := t.Raw(`SELECT COALESCE(SUM(quantity - restocked), 0) FROM orders WHERE offer_id = ? AND card_key = ? AND card_key <> '' AND email_key <> ?
			AND payment IN ('paid', 'partly_refunded') AND NOT shortfall`, offer.ID, in.ByCard.Card.CardKey, order.EmailKey).Scan(&paid).Error
		if err != nil {
			return err
		}
		had += paid
	}
	if had > 0 && had+order.Quantity > *offer.LimitPerBuyer {
		return Problems{{Field: "quantity", Code: "quantity.limit_reached", Data: []any{"Limit", *offer.LimitPerBuyer, "Had", had}}}
	}
	if order.Quantity > *offer.LimitPerBuyer {
		return Problems{{Field: "quantity", Code: "quantity.above_limit", Data: []any{"Limit", *offer.LimitPerBuyer}}}
	}
	return nil
}

// overLimit gives all of an order back that a card paid beyond what one buyer may have, goods and money, and tells both
// sides. What a merchant has sent already stays sold: it is only noted.
func (t *tx) overLimit(order *Order) error {
	var sent int64
	if err := t.Raw("SELECT count(*) FROM shipments WHERE order_id = ?", order.ID).Scan(&sent).Error; err != nil {
		return err
	}
	if sent > 0 {
		return t.change(order, "over_limit", "sent", nil)
	}
	if err := changed(t.Exec("UPDATE orders SET over_limit = TRUE, fulfilment = 'none' WHERE id = ? AND NOT over_limit AND payment IN ('paid', 'partly_refunded')", order.ID)); err != nil {
		return err
	}
	if err := t.change(order, "over_limit", "", nil); err != nil {
		return err
	}
	if back := order.Restockable(); back > 0 {
		if err := t.restock(order, back, nil); err != nil {
			return err
		}
	}
	if _, err := t.askRefund(order, Refund{Amount: order.Left().Amount, Reason: "requested", Cause: "over_limit"}); err != nil {
		return err
	}
	if err := t.orderLetter(order, "over_limit_buyer"); err != nil {
		return err
	}
	return t.shopLetters(order, "over_limit_shop")
}
