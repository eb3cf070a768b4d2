package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Refund is money on its way back to a buyer, written before Stripe is asked.
type Refund struct {
	ID        string
	ShopID    string
	OrderID   string
	StripeID  *string
	Amount    int64
	Currency  string
	Reason    string // shortfall, requested, duplicate, fraudulent
	State     string // pending, succeeded, failed, cancelled
	CreatedAt time.Time
	UpdatedAt time.Time
}

// askRefund writes the intention to give money back, and the job that does it. Never more than was paid: the guard on
// the order counts what is on its way already.
func (t *tx) askRefund(order *Order, amount int64, reason string) error {
	err := changed(t.Exec(`UPDATE orders SET refunded = refunded + ?, payment = CASE WHEN refunded + ? = total THEN 'refunded' ELSE 'partly_refunded' END
		WHERE id = ? AND payment IN ('paid', 'partly_refunded') AND refunded + ? <= total`, amount, amount, order.ID, amount))
	if err != nil {
		return err
	}
	refund := Refund{ID: newID(), ShopID: order.ShopID, OrderID: order.ID, Amount: amount, Currency: order.Currency, Reason: reason, State: "pending", CreatedAt: t.store.now(), UpdatedAt: t.store.now()}
	if err := t.Create(&refund).Error; err != nil {
		return err
	}
	if err := t.change(order, "refund_asked", reason, nil); err != nil {
		return err
	}
	if err := t.countRefund(order, amount); err != nil {
		return err
	}
	return t.enqueue(MakeRefund{RefundID: refund.ID})
}

// Refund finds a refund for the job that makes it.
func (s *Store) Refund(ctx context.Context, id string) (*Refund, error) {
	refund, err := gorm.G[Refund](s.read(ctx)).Where("id = ?", id).First(ctx)
	return &refund, found(err)
}

// RefundsOf lists an order's refunds, oldest first.
func (s *Store) RefundsOf(ctx context.Context, order *Order) ([]Refund, error) {
	return gorm.G[Refund](s.read(ctx)).Where("order_id = ?", order.ID).Order("created_at, id").Find(ctx)
}

// RecordRefund keeps what Stripe says of a refund of ours. A refund may go from succeeded to failed, and never back; the
// money is then the order's again. Refunds that were not made here are ErrNotFound.
func (s *Store) RecordRefund(ctx context.Context, refundID, stripeID, state string, eventID *string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		var refund Refund
		if err := db.Where("id = ? OR stripe_id = ?", refundID, stripeID).Take(&refund).Error; err != nil {
			return found(err)
		}
		if refund.StripeID != nil && *refund.StripeID != stripeID {
			return &Mismatch{refund.OrderID, "refund"}
		}
		from := map[string][]string{"pending": {"pending"}, "succeeded": {"pending"}, "failed": {"pending", "succeeded"}, "cancelled": {"pending"}}[state]
		err := changed(db.Exec("UPDATE refunds SET state = ?, stripe_id = ?, updated_at = ? WHERE id = ? AND state IN ? AND (state <> ? OR stripe_id IS NULL)", state, stripeID, db.store.now(), refund.ID, from, state))
		if errors.Is(err, ErrChanged) || err == nil && state == "pending" {
			return nil
		}
		if err != nil {
			return err
		}
		var order Order
		if err := db.Where("id = ?", refund.OrderID).Take(&order).Error; err != nil {
			return found(err)
		}
		if state == "succeeded" {
			return db.change(&order, "refunded", "", eventID)
		}
		err = changed(db.Exec("UPDATE orders SET refunded = refunded - ?, payment = CASE WHEN refunded - ? = 0 THEN 'paid' ELSE 'partly_refunded' END WHERE id = ? AND refunded >= ?", refund.Amount, refund.Amount, order.ID, refund.Amount))
		if err != nil {
			return err
		}
		if err := db.countRefund(&order, -refund.Amount); err != nil {
			return err
		}
		return db.change(&order, "refund_failed", "", eventID)
	})
}
