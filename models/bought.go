package models

import (
	"errors"
	"time"

	"gorm.io/gorm"
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
	if order.Buyer == "" {
		return nil
	}
	var last Order
	err := t.Where("offer_id = ? AND buyer = ? AND paid_at > ? AND payment IN ('paid', 'partly_refunded') AND NOT shortfall", order.OfferID, order.Buyer, t.store.now().Add(-boughtLately)).
		Order("paid_at DESC, id DESC").Take(&last).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && last.Slug == again {
		return nil
	}
	if err != nil {
		return err
	}
	return &Bought{&last}
}
