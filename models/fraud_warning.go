package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// FraudWarning is the word of a card's bank that a payment is fraud. Nothing is taken; a refund now spares the dispute.
type FraudWarning struct {
	ID          string
	ShopID      string
	OrderID     string
	StripeID    string
	Kind        string  // Stripe's code
	Actionable  bool    // a refund can still spare the dispute
	RefundID    *string // which the installation's rule asked for
	DismissedAt *time.Time
	DismissedBy *string
	WarnedAt    time.Time
	UpdatedAt   time.Time
}

// Open tells whether somebody should decide.
func (w *FraudWarning) Open() bool { return w.Actionable && w.DismissedAt == nil }

// WarningNews is what Stripe says of a warning.
type WarningNews struct {
	StripeID   string
	Kind       string
	Actionable bool
	At         time.Time
	EventID    *string
	// RefundUpTo is how much the installation's rule gives back by itself, 0 for nothing.
	RefundUpTo int64
}

// RecordWarning keeps a warning about an order, once, however often and in whatever order it is told. Small payments the
// installation's rule refunds with it.
func (s *Store) RecordWarning(ctx context.Context, order *Order, news WarningNews) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		if err := changed(db.Exec("UPDATE orders SET refunded = refunded WHERE id = ?", order.ID)); err != nil {
			return err
		}
		var warning FraudWarning
		err := db.Where("stripe_id = ?", news.StripeID).Take(&warning).Error
		if err == nil {
			if news.Actionable {
				return nil
			}
			return db.Exec("UPDATE fraud_warnings SET actionable = FALSE, updated_at = ? WHERE id = ? AND actionable", s.now(), warning.ID).Error
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		return db.newWarning(order, news)
	})
}

func (t *tx) newWarning(order *Order, news WarningNews) error {
	var fresh Order
	if err := t.Where("id = ?", order.ID).Take(&fresh).Error; err != nil {
		return found(err)
	}
	warning := FraudWarning{ID: newID(), ShopID: order.ShopID, OrderID: order.ID, StripeID: news.StripeID, Kind: news.Kind, Actionable: news.Actionable, WarnedAt: news.At.UTC(), UpdatedAt: t.store.now()}
	if err := t.change(&fresh, "fraud_warning", news.Kind, news.EventID); err != nil {
		return err
	}
	if news.Actionable && fresh.Refundable() && fresh.Left().Amount <= news.RefundUpTo {
		key := "warning-" + news.StripeID
		refund, err := t.askRefund(&fresh, Refund{Amount: fresh.Left().Amount, Reason: "fraudulent", FormKey: &key})
		if err != nil {
			return err
		}
		warning.RefundID = &refund.ID
	}
	if err := t.Create(&warning).Error; err != nil {
		return err
	}
	if !warning.Actionable {
		return nil
	}
	return t.shopLetters(&fresh, "fraud_warning")
}

// WarningsOf lists the warnings about an order, oldest first.
func (s *Store) WarningsOf(ctx context.Context, order *Order) ([]FraudWarning, error) {
	return list[FraudWarning](s.read(ctx).Where("order_id = ?", order.ID).Order("warned_at, id"))
}

// WarnedOrders lists the shop's orders about which a warning waits for a decision, the oldest warning first.
func (s *Store) WarnedOrders(ctx context.Context, shop *Shop, most int) ([]Order, error) {
	var orders []Order
	err := s.read(ctx).Raw(`SELECT orders.* FROM fraud_warnings JOIN orders ON orders.id = fraud_warnings.order_id WHERE fraud_warnings.shop_id = ? AND fraud_warnings.actionable
		AND fraud_warnings.dismissed_at IS NULL AND orders.payment IN ('paid', 'partly_refunded') AND orders.dispute = 'none' ORDER BY fraud_warnings.warned_at, fraud_warnings.id LIMIT ?`, shop.ID, most).Scan(&orders).Error
	return orders, err
}

// DismissWarnings notes that a member lets the warnings about an order be. Nothing follows from it at Stripe.
func (s *Store) DismissWarnings(ctx context.Context, shop *Shop, user *User, order *Order) error {
	return s.write(ctx, func(db *tx) error {
		result := db.Exec("UPDATE fraud_warnings SET dismissed_at = ?, dismissed_by = ?, updated_at = ? WHERE order_id = ? AND shop_id = ? AND dismissed_at IS NULL", s.now(), user.ID, s.now(), order.ID, shop.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return db.changeBy(order, "warning_dismissed", "", user)
	})
}
