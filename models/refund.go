package models

import (
	"context"
	"time"
)

// Refund is money on its way back to a buyer, written before Stripe is asked.
type Refund struct {
	ID        string
	ShopID    string
	OrderID   string
	StripeID  *string
	Amount    int64
	Currency  string
	Reason    string  // shortfall, requested, duplicate, fraudulent
	Cause     string  // over_limit, where Tillbird gave it back by itself for that
	State     string  // pending, succeeded, failed, cancelled
	FormKey   *string // of the form that asked for it: sent twice, it is one refund
	UserID    *string // who asked for it; nil for a shortfall, and for one made at Stripe
	Words     string  // to the buyer
	Restocked int64   // items that went back into stock with it
	Failure   string  // why it did not go through, in Stripe's words
	Returned  string  `gorm:"default:none"` // none, owed, done: what came to the shop besides, by a won dispute or a resend, is taken back apart
	Cost      *int64  // what it costs the shop: the amount less the part of our fee that is given up
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Why is the reason in the words refund.reason.….
func (r *Refund) Why() string {
	if r.Cause != "" {
		return r.Cause
	}
	return r.Reason
}

// askRefund writes the intention to give money back, and the job that does it. Never more than was paid: the guard on
// the order counts what is on its way already.
func (t *tx) askRefund(order *Order, refund Refund) (*Refund, error) {
	now := t.store.now()
	refund.ID, refund.ShopID, refund.OrderID, refund.Currency, refund.State, refund.CreatedAt, refund.UpdatedAt = newID(), order.ShopID, order.ID, order.Currency, "pending", now, now
	var besides int64
	err := t.Raw("SELECT (SELECT count(*) FROM dispute_moves WHERE order_id = ? AND kind = 'return') + (SELECT count(*) FROM refund_resends WHERE order_id = ?)", order.ID, order.ID).Scan(&besides).Error
	if err != nil {
		return nil, err
	}
	if besides > 0 {
		refund.Returned = "owed"
	}
	if err := t.countBack(order, &refund); err != nil {
		return nil, err
	}
	change := Change{ID: newID(), OrderID: order.ID, Kind: "refund_asked", Detail: refund.Why(), UserID: refund.UserID, CreatedAt: now}
	if err := t.Create(&change).Error; err != nil {
		return nil, err
	}
	return &refund, t.enqueue(MakeRefund{RefundID: refund.ID})
}

// countBack keeps a refund and counts it on its order and in the figures. ErrChanged where that is more than was paid.
func (t *tx) countBack(order *Order, refund *Refund) error {
	amount := refund.Amount
	err := changed(t.Exec(`UPDATE orders SET refunded = refunded + ?, payment = CASE WHEN refunded + ? = total THEN 'refunded' ELSE 'partly_refunded' END
		WHERE id = ? AND payment IN ('paid', 'partly_refunded') AND refunded + ? <= total`, amount, amount, order.ID, amount))
	if err != nil {
		return err
	}
	before, after := *order, *order
	if err := t.Raw("SELECT refunded FROM orders WHERE id = ?", order.ID).Scan(&after.Refunded).Error; err != nil {
		return err
	}
	before.Refunded = after.Refunded - amount
	cost := before.Net().Amount - after.Net().Amount
	refund.Cost = &cost
	if err := t.Create(refund).Error; err != nil {
		return err
	}
	if err := t.freeUseOf(order); err != nil {
		return err
	}
	if err := t.countRefund(order, amount); err != nil {
		return err
	}
	if err := t.voidCodes(order); err != nil {
		return err
	}
	return t.answerWithdrawal(order)
}

// Refund finds a refund for the job that makes it.
func (s *Store) Refund(ctx context.Context, id string) (*Refund, error) {
	refund, err := first[Refund](s.read(ctx).Where("id = ?", id))
	return &refund, found(err)
}

// RefundsOf lists an order's refunds, oldest first.
func (s *Store) RefundsOf(ctx context.Context, order *Order) ([]Refund, error) {
	return list[Refund](s.read(ctx).Where("order_id = ?", order.ID).Order("created_at, id"))
}

// RefundKept tells whether a refund of Stripe's is one of ours already.
func (s *Store) RefundKept(ctx context.Context, stripeID string) (bool, error) {
	var n int64
	err := s.read(ctx).Raw("SELECT count(*) FROM refunds WHERE stripe_id = ?", stripeID).Scan(&n).Error
	return n > 0, err
}
