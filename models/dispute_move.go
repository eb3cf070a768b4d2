package models

import (
	"context"
	"time"
)

// DisputeMove is money of a dispute on its way between the platform and the shop, written before Stripe is asked.
// recover takes it from the shop by reversing its transfer; return gives it back by a new one.
type DisputeMove struct {
	ID         string
	ShopID     string
	OrderID    string
	DisputeID  string
	Kind       string // recover, return
	Amount     int64  // asked for
	Moved      *int64 // what Stripe moved: never more than was left of the transfer
	TransferID string // reversed, or made
	StripeID   *string
	State      string // pending, done
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// MoveDisputed asks payments to move the money of a dispute.
type MoveDisputed struct {
	MoveID string `json:"move_id"`
}

// Kind names the job in the queue.
func (MoveDisputed) Kind() string { return "move_disputed" }

// DisputeMove finds a move for the job that makes it.
func (s *Store) DisputeMove(ctx context.Context, id string) (*DisputeMove, error) {
	move, err := first[DisputeMove](s.read(ctx).Where("id = ?", id))
	return &move, found(err)
}

// DisputeMoves lists what moved because of a dispute, oldest first.
func (s *Store) DisputeMoves(ctx context.Context, dispute *Dispute) ([]DisputeMove, error) {
	return list[DisputeMove](s.read(ctx).Where("dispute_id = ?", dispute.ID).Order("created_at, kind"))
}

// ReturnsOf lists the transfers by which money of won disputes went back to the shop of an order.
func (s *Store) ReturnsOf(ctx context.Context, order *Order) ([]DisputeMove, error) {
	return list[DisputeMove](s.read(ctx).Where("order_id = ? AND kind = 'return' AND state = 'done' AND moved > 0", order.ID).Order("created_at, id"))
}

// PendingMoves lists moves that still have to be made, oldest first.
func (s *Store) PendingMoves(ctx context.Context, most int) ([]DisputeMove, error) {
	return list[DisputeMove](s.read(ctx).Where("state = 'pending'").Order("created_at, id").Limit(most))
}

// RecordMove keeps what Stripe moved, and counts it on the order and in the figures, once.
func (s *Store) RecordMove(ctx context.Context, move *DisputeMove, transferID, stripeID string, moved int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		var made *string
		if stripeID != "" {
			made = &stripeID
		}
		result := db.Exec("UPDATE dispute_moves SET state = 'done', moved = ?, transfer_id = ?, stripe_id = ?, updated_at = ? WHERE id = ? AND state = 'pending'", moved, transferID, made, s.now(), move.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		var order Order
		if err := db.Where("id = ?", move.OrderID).Take(&order).Error; err != nil {
			return found(err)
		}
		held, kind := moved, "dispute_recovered"
		if move.Kind == "return" {
			held, kind = -moved, "dispute_returned"
		}
		if err := changed(db.Exec("UPDATE orders SET disputed = disputed + ? WHERE id = ? AND disputed + ? >= 0", held, order.ID, held)); err != nil {
			return err
		}
		if err := db.countDisputed(&order, held); err != nil {
			return err
		}
		return db.change(&order, kind, itoa(moved), nil)
	})
}

// countDisputed adds what a dispute holds back to the day of the sale that it belongs to.
func (t *tx) countDisputed(order *Order, amount int64) error {
	day, err := t.dayOf(order.ShopID, *order.PaidAt)
	if err != nil {
		return err
	}
	return changed(t.Exec("UPDATE sales_days SET disputed = disputed + ? WHERE shop_id = ? AND day = ? AND currency = ? AND source = ?", amount, order.ShopID, day, order.Currency, order.Source))
}
