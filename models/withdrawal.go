package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Withdrawal is a buyer's word that they withdraw from the contract.
type Withdrawal struct {
	ID        string
	ShopID    string
	OrderID   string
	State     string // received, refunded
	Name      string // as the buyer wrote it
	Words     string // what the buyer added; nothing has to be
	CreatedAt time.Time
	UpdatedAt time.Time
}

// WithdrawalOf is the withdrawal from an order's contract, nil where there is none.
func (s *Store) WithdrawalOf(ctx context.Context, order *Order) (*Withdrawal, error) {
	withdrawal, err := gorm.G[Withdrawal](s.read(ctx)).Where("order_id = ?", order.ID).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &withdrawal, err
}

// answerWithdrawal ends an order's withdrawal when all of the money is on its way back.
func (t *tx) answerWithdrawal(order *Order) error {
	return t.Exec("UPDATE withdrawals SET state = 'refunded', updated_at = ? WHERE order_id = ? AND state = 'received' AND EXISTS (SELECT 1 FROM orders WHERE orders.id = ? AND orders.refunded = orders.total)",
		t.store.now(), order.ID, order.ID).Error
}

// reopenWithdrawal lets it wait again where the money did not arrive.
func (t *tx) reopenWithdrawal(order *Order) error {
	return t.Exec("UPDATE withdrawals SET state = 'received', updated_at = ? WHERE order_id = ? AND state = 'refunded'", t.store.now(), order.ID).Error
}
