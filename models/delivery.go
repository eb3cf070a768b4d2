package models

import (
	"context"
	"errors"
)

// ConsentText names the words by which a buyer asks for digital goods at once and gives up the right to withdraw; other
// words get another name, so that each order tells what was agreed to.
const ConsentText = "digital_1"

// NeedsConsent tells whether a buyer must ask for delivery at once before the sale: only then does opening the goods end
// the right to withdraw.
func (v *Version) NeedsConsent() bool { return v.Withdrawal == "digital_opened" }

// sellGoods turns an order's hold into a sale and hands over its codes; short where either is gone.
func (t *tx) sellGoods(order *Order) (short bool, err error) {
	given, short, err := t.giveCodes(order)
	if err != nil {
		return false, err
	}
	if short {
		return true, t.releaseHold(order)
	}
	if short, err = t.sellHold(order); err == nil && short && given {
		err = t.freeCodes(order, order.Quantity)
	}
	return short, err
}

// fulfilmentOf is where the fulfilment of a paid order begins: done where nobody has anything to send.
func (t *tx) fulfilmentOf(order *Order) (string, error) {
	var kind string
	if err := t.Raw("SELECT fulfilment FROM versions WHERE id = ?", order.VersionID).Scan(&kind).Error; err != nil {
		return "", err
	}
	query := ""
	switch kind {
	case "nothing":
		return "done", nil
	case "file":
		query = "SELECT count(*) FROM files WHERE offer_id = ? AND removed_at IS NULL"
	case "licence_code":
		query = "SELECT count(*) FROM offers WHERE id = ? AND codes IS NOT NULL"
	default:
		return "to_do", nil
	}
	var n int64
	if err := t.Raw(query, order.OfferID).Scan(&n).Error; err != nil || n == 0 {
		return "to_do", err
	}
	return "done", nil
}

// deliverWaiting hands a new file to the orders of its offer that wait for one.
func (t *tx) deliverWaiting(offer *Offer) error {
	var orders []Order
	err := t.Where(`offer_id = ? AND fulfilment = 'to_do' AND payment IN ('paid', 'partly_refunded')
		AND (SELECT fulfilment FROM versions WHERE versions.id = orders.version_id) = 'file'`, offer.ID).Find(&orders).Error
	if err != nil {
		return err
	}
	for i := range orders {
		order := &orders[i]
		if err := changed(t.Exec("UPDATE orders SET fulfilment = 'done' WHERE id = ? AND fulfilment = 'to_do'", order.ID)); err != nil {
			if errors.Is(err, ErrChanged) {
				continue
			}
			return err
		}
		if err := t.change(order, "delivered", "", nil); err != nil {
			return err
		}
		if err := t.orderLetter(order, "delivered"); err != nil {
			return err
		}
	}
	return nil
}

// CodesShown tells whether the buyer sees an order's codes at once: they are covered where seeing them ends the right to
// withdraw, until the buyer asks.
func (v *OrderView) CodesShown() bool { return v.OpenedAt != nil || !v.Version.NeedsConsent() }

// ShowCodes uncovers an order's codes, once. Problem (field "download"): download.over.
func (s *Store) ShowCodes(ctx context.Context, order *Order) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.openGoods(order); err != nil {
			return err
		}
		var shown int64
		if err := db.Raw("SELECT count(*) FROM order_changes WHERE order_id = ? AND kind = 'codes_shown'", order.ID).Scan(&shown).Error; err != nil || shown > 0 {
			return err
		}
		return db.change(order, "codes_shown", "", nil)
	})
}
