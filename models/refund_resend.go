package models

import (
	"context"
	"errors"
	"time"
)

// Resend is money on its way back to a shop because a refund that had cost it came back from the buyer's bank, written in
// the transaction that sees the failure.
type Resend struct {
	ID         string
	ShopID     string
	OrderID    string
	RefundID   string
	Amount     int64 // what the shop's net lost by the refund
	Currency   string
	State      string // pending, sent, refused
	TransferID *string
	Failure    string // why it was refused: nothing_taken, or Stripe's code
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// TableName is where resends are kept.
func (Resend) TableName() string { return "refund_resends" }

// ResendRefunded asks payments to give a shop back what a refund that failed had cost it.
type ResendRefunded struct {
	ResendID string `json:"resend_id"`
}

// Kind names the job in the queue.
func (ResendRefunded) Kind() string { return "resend_refunded" }

// oweShop writes down that a refund which Stripe had made came to nothing, so that its money is sent to the shop again.
// before is the order as it was. What else was given back of the order is looked at anew: Stripe reverses no more of a
// transfer than is left, and knows nothing of the resend.
func (t *tx) oweShop(before *Order, refund *Refund) error {
	after := *before
	after.Refunded -= refund.Amount
	now := t.store.now()
	resend := Resend{
		ID: newID(), ShopID: refund.ShopID, OrderID: refund.OrderID, RefundID: refund.ID, Amount: after.Net().Amount - before.Net().Amount, Currency: refund.Currency,
		State: "pending", CreatedAt: now, UpdatedAt: now,
	}
	if err := t.Create(&resend).Error; err != nil {
		return err
	}
	if err := t.enqueue(ResendRefunded{ResendID: resend.ID}); err != nil {
		return err
	}
	var others []Refund
	if err := t.Where("order_id = ? AND id <> ? AND state IN ('pending', 'succeeded') AND returned = 'none'", refund.OrderID, refund.ID).Find(&others).Error; err != nil {
		return err
	}
	for _, other := range others {
		if err := t.Exec("UPDATE refunds SET returned = 'owed', updated_at = ? WHERE id = ?", now, other.ID).Error; err != nil {
			return err
		}
		if err := t.enqueue(MakeRefund{RefundID: other.ID}); err != nil {
			return err
		}
	}
	return nil
}

// Resend finds a resend for the job that makes it.
func (s *Store) Resend(ctx context.Context, id string) (*Resend, error) {
	resend, err := first[Resend](s.read(ctx).Where("id = ?", id))
	return &resend, found(err)
}

// ResendsOf lists what was or is to be sent again to the shop of an order, oldest first.
func (s *Store) ResendsOf(ctx context.Context, order *Order) ([]Resend, error) {
	return list[Resend](s.read(ctx).Where("order_id = ?", order.ID).Order("created_at, id"))
}

// PendingResends lists what still has to be sent again, oldest first.
func (s *Store) PendingResends(ctx context.Context, most int) ([]Resend, error) {
	return list[Resend](s.read(ctx).Where("state = 'pending'").Order("created_at, id").Limit(most))
}

// RecordResend keeps by which transfer a shop got its money again, once.
func (s *Store) RecordResend(ctx context.Context, resend *Resend, transferID string) error {
	return s.endResend(ctx, resend, func(db *tx) (string, error) {
		return "refund_resent", changed(db.Exec("UPDATE refund_resends SET state = 'sent', transfer_id = ?, updated_at = ? WHERE id = ? AND state = 'pending'", transferID, s.now(), resend.ID))
	})
}

// RefuseResend ends a resend that is not to be made; why is nothing_taken or Stripe's code.
func (s *Store) RefuseResend(ctx context.Context, resend *Resend, why string) error {
	return s.endResend(ctx, resend, func(db *tx) (string, error) {
		kind := "refund_not_resent"
		if why == "nothing_taken" {
			kind = ""
		}
		return kind, changed(db.Exec("UPDATE refund_resends SET state = 'refused', failure = ?, updated_at = ? WHERE id = ? AND state = 'pending'", why, s.now(), resend.ID))
	})
}

func (s *Store) endResend(ctx context.Context, resend *Resend, end func(*tx) (string, error)) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		kind, err := end(db)
		if errors.Is(err, ErrChanged) {
			return nil // another try was faster
		}
		if err != nil || kind == "" {
			return err
		}
		return db.change(&Order{ID: resend.OrderID}, kind, itoa(resend.Amount), nil)
	})
}
