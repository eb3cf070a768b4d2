package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// RecordRefund keeps what Stripe says of a refund of ours. A refund may go from succeeded to failed, and never back; the
// money is then the order's again. ErrNotFound where it is none of ours.
func (s *Store) RecordRefund(ctx context.Context, refundID, stripeID, state, failure string, eventID *string) error {
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
		err := changed(db.Exec("UPDATE refunds SET state = ?, stripe_id = ?, failure = ?, updated_at = ? WHERE id = ? AND state IN ? AND (state <> ? OR stripe_id IS NULL)",
			state, stripeID, failure, db.store.now(), refund.ID, from, state))
		if errors.Is(err, ErrChanged) || err == nil && state == "pending" {
			return nil
		}
		if err != nil {
			return err
		}
		refund.StripeID = &stripeID
		return db.refundMoved(&refund, state, eventID)
	})
}

// RefuseRefund ends a refund that Stripe will not make: nothing went back, and the money is the order's again.
func (s *Store) RefuseRefund(ctx context.Context, refund *Refund, why string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		result := db.Exec("UPDATE refunds SET state = 'cancelled', failure = ?, updated_at = ? WHERE id = ? AND state = 'pending' AND stripe_id IS NULL", why, db.store.now(), refund.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		ended := *refund
		ended.Failure = why
		return db.refundMoved(&ended, "cancelled", nil)
	})
}

// refundMoved is all that follows from a refund's new state, in its transaction.
func (t *tx) refundMoved(refund *Refund, state string, eventID *string) error {
	var order Order
	if err := t.Where("id = ?", refund.OrderID).Take(&order).Error; err != nil {
		return found(err)
	}
	if state == "succeeded" {
		if err := t.change(&order, "refunded", "", eventID); err != nil || refund.Reason == "shortfall" || refund.Cause != "" {
			return err // of these the buyer was told when it happened
		}
		return t.letter(Letter{Key: "refunded-" + refund.ID, Kind: "refunded", Recipient: order.Email, Language: order.Language, ShopID: &order.ShopID, OrderID: &order.ID})
	}
	err := changed(t.Exec("UPDATE orders SET refunded = refunded - ?, payment = CASE WHEN refunded - ? = 0 THEN 'paid' ELSE 'partly_refunded' END WHERE id = ? AND refunded >= ?",
		refund.Amount, refund.Amount, order.ID, refund.Amount))
	if err != nil {
		return err
	}
	if refund.StripeID != nil { // Stripe had made it, and taken the shop's part
		if err := t.oweShop(&order, refund); err != nil {
			return err
		}
	}
	if err := t.retakeUse(&order); err != nil {
		return err
	}
	if err := t.countRefund(&order, -refund.Amount); err != nil {
		return err
	}
	if err := t.reopenWithdrawal(&order); err != nil {
		return err
	}
	if err := t.reviveCodes(&order); err != nil {
		return err
	}
	if err := t.tellRefundFailed(&order, refund, state); err != nil {
		return err
	}
	if refund.Failure == "disputed" { // why Stripe made none, where that is not that less is left
		state = "disputed"
	}
	return t.change(&order, "refund_failed", state, eventID)
}

// RecordTakenBack notes that what had come to the shop besides was taken back for a refund.
func (s *Store) RecordTakenBack(ctx context.Context, refund *Refund) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		return db.Exec("UPDATE refunds SET returned = 'done', updated_at = ? WHERE id = ? AND returned = 'owed'", s.now(), refund.ID).Error
	})
}

// ImportRefund takes over a refund that somebody made in Stripe's dashboard, or one of ours whose row was lost and whose
// id is given, once. ErrChanged where it does not fit
// beside those that are asked for here already: one of them is it.
func (s *Store) ImportRefund(ctx context.Context, order *Order, id, stripeID string, amount int64, eventID *string) error {
	if len(id) != len(order.ID) {
		id = newID()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		// The row is held from here on PostgreSQL too: of two who bring the same news the second finds it kept.
		if err := changed(db.Exec("UPDATE orders SET refunded = refunded WHERE id = ?", order.ID)); err != nil {
			return err
		}
		var n int64
		if err := db.Raw("SELECT count(*) FROM refunds WHERE stripe_id = ?", stripeID).Scan(&n).Error; err != nil || n > 0 {
			return err
		}
		now := db.store.now()
		refund := Refund{ID: id, ShopID: order.ShopID, OrderID: order.ID, StripeID: &stripeID, Amount: amount, Currency: order.Currency, Reason: "requested", State: "pending", CreatedAt: now, UpdatedAt: now}
		if err := db.countBack(order, &refund); err != nil {
			return err
		}
		return db.change(order, "refund_imported", "", eventID)
	})
}

// refundByForm finds what a form asked for before; nil where it asked for nothing yet.
func (t *tx) refundByForm(order *Order, key string) (*Refund, error) {
	var refund Refund
	err := t.Where("order_id = ? AND form_key = ?", order.ID, key).Take(&refund).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &refund, err
}
