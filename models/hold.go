package models

import (
	"time"

	"gorm.io/gorm"
)

// Hold is stock set aside for an order until it is paid or Stripe has confirmed that it cannot be paid any more.
type Hold struct {
	ID        string
	OfferID   string
	OrderID   string
	Quantity  int64
	State     string // held, sold, released
	CreatedAt time.Time
	UpdatedAt time.Time
}

// takeHold sets stock aside, or says why not: sold_out, quantity.above_stock, not_live. That a thing is sold out is a
// value, not a failure of the database.
func (t *tx) takeHold(offer *OfferView, quantity int64) error {
	now := t.store.now()
	result := t.Exec(`UPDATE offers SET held = held + ? WHERE id = ? AND state IN ('live', 'scheduled') AND approved_version_id = ?
		AND (starts_at IS NULL OR starts_at <= ?) AND (ends_at IS NULL OR ends_at > ?) AND (stock IS NULL OR held + sold + ? <= stock)`,
		quantity, offer.ID, offer.Approved.ID, now, now, quantity)
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 1 {
		return nil
	}
	var fresh Offer
	if err := t.Where("id = ?", offer.ID).Take(&fresh).Error; err != nil {
		return found(err)
	}
	left, unlimited := fresh.Left()
	switch {
	case deref(fresh.ApprovedVersionID) != offer.Approved.ID:
		return Problems{{Field: "offer", Code: "changed_meanwhile"}}
	case fresh.StateAt(now) != "live":
		return Problems{{Field: "offer", Code: "not_live"}}
	case !unlimited && left <= 0:
		return Problems{{Field: "offer", Code: "sold_out"}}
	}
	return Problems{{Field: "quantity", Code: "quantity.above_stock", Data: []any{"Left", left}}}
}

// sellHold turns an order's hold into a sale. Where the hold was given back already, it takes stock anew; short is true
// where there is none left.
func (t *tx) sellHold(order *Order) (short bool, err error) {
	now := t.store.now()
	result := t.Exec("UPDATE holds SET state = 'sold', updated_at = ? WHERE order_id = ? AND state = 'held'", now, order.ID)
	if result.Error != nil {
		return false, result.Error
	}
	if result.RowsAffected == 1 {
		return false, changed(t.Exec("UPDATE offers SET held = held - ?, sold = sold + ? WHERE id = ?", order.Quantity, order.Quantity, order.OfferID))
	}
	result = t.Exec("UPDATE offers SET sold = sold + ? WHERE id = ? AND (stock IS NULL OR held + sold + ? <= stock)", order.Quantity, order.OfferID, order.Quantity)
	if result.Error != nil {
		return false, result.Error
	}
	if result.RowsAffected == 0 {
		return true, nil
	}
	return false, changed(t.Exec("UPDATE holds SET state = 'sold', updated_at = ? WHERE order_id = ? AND state = 'released'", now, order.ID))
}

// releaseHold gives an order's stock back, once.
func (t *tx) releaseHold(order *Order) error {
	result := t.Exec("UPDATE holds SET state = 'released', updated_at = ? WHERE order_id = ? AND state = 'held'", t.store.now(), order.ID)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	return changed(t.Model(&Offer{}).Where("id = ?", order.OfferID).UpdateColumn("held", gorm.Expr("held - ?", order.Quantity)))
}
