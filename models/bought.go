package models

import (
	"database/sql"
	"errors"
	"time"
)

// boughtLately is for how long a second purchase of the same offer in the same browser is asked about.
const boughtLately = 7 * 24 * time.Hour

// Bought says that the same browser paid for the same offer a short while ago: the buyer is asked whether another is
// meant. Only the browser's own id decides. An address that somebody types must not tell what was bought with it.
type Bought struct{ Order *Order }

// Error says so for the log.
func (b *Bought) Error() string { return "bought already: order " + b.Order.ID }

// boughtBefore finds what the same browser paid for lately, unless the buyer knows of it and wants another.
func (t *tx) boughtBefore(order *Order, again string) error {
	if order.Buyer == "" || order.ByCard {
		return nil
	}
	var id, slug string
	err := t.row(`SELECT id, slug FROM orders WHERE offer_id = $1 AND buyer = $2 AND paid_at > $3 AND payment IN ('paid', 'partly_refunded') AND NOT shortfall
		ORDER BY paid_at DESC, id DESC LIMIT 1`, order.OfferID, order.Buyer, t.store.now().Add(-boughtLately)).Scan(&id, &slug)
	if errors.Is(err, sql.ErrNoRows) || err == nil && slug == again {
		return nil
	}
	if err != nil {
		return err
	}
	last := &Order{}
	if err := t.Where("id = ?", id).Take(last).Error; err != nil {
		return err
	}
	return &Bought{last}
}
