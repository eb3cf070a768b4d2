package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// PaymentReview is a payment that a person should look at in Stripe's dashboard. It is not a Review, which is of a
// version.
type PaymentReview struct {
	ID           string
	ShopID       string
	OrderID      string
	StripeID     string
	State        string // open, closed
	OpenedReason string // rule, manual
	ClosedReason string // approved, refunded, refunded_as_fraud, disputed, redacted
	OpenedAt     time.Time
	UpdatedAt    time.Time
}

// PaymentReviewNews is what Stripe says of a review of a payment.
type PaymentReviewNews struct {
	StripeID                   string
	Open                       bool
	OpenedReason, ClosedReason string
	At                         time.Time
	EventID                    *string
}

// RecordPaymentReview keeps a review of an order's payment; a closed one is not opened again.
func (s *Store) RecordPaymentReview(ctx context.Context, order *Order, news PaymentReviewNews) error {
	return s.write(ctx, func(db *tx) error {
		if err := changed(db.Exec("UPDATE orders SET refunded = refunded WHERE id = ?", order.ID)); err != nil {
			return err
		}
		var review PaymentReview
		err := db.Where("stripe_id = ?", news.StripeID).Take(&review).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			review = PaymentReview{ID: newID(), ShopID: order.ShopID, OrderID: order.ID, StripeID: news.StripeID, State: "open", OpenedReason: news.OpenedReason, OpenedAt: news.At.UTC(), UpdatedAt: s.now()}
			if err := db.Create(&review).Error; err != nil {
				return err
			}
			err = db.change(order, "payment_review_opened", news.OpenedReason, news.EventID)
		}
		if err != nil || news.Open {
			return err
		}
		result := db.Exec("UPDATE payment_reviews SET state = 'closed', closed_reason = ?, updated_at = ? WHERE id = ? AND state = 'open'", news.ClosedReason, s.now(), review.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return db.change(order, "payment_review_closed", news.ClosedReason, news.EventID)
	})
}

// PaymentReviewsOf lists the reviews of an order's payment, oldest first.
func (s *Store) PaymentReviewsOf(ctx context.Context, order *Order) ([]PaymentReview, error) {
	return list[PaymentReview](s.read(ctx).Where("order_id = ?", order.ID).Order("opened_at, id"))
}

// ReviewedOrders lists the shop's orders whose payment is under review, the oldest review first.
func (s *Store) ReviewedOrders(ctx context.Context, shop *Shop, most int) ([]Order, error) {
	var orders []Order
	err := s.read(ctx).Raw(`SELECT orders.* FROM payment_reviews JOIN orders ON orders.id = payment_reviews.order_id WHERE payment_reviews.shop_id = ? AND payment_reviews.state = 'open'
		ORDER BY payment_reviews.opened_at, payment_reviews.id LIMIT ?`, shop.ID, most).Scan(&orders).Error
	return orders, err
}
