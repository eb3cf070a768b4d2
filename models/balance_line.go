package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// BalanceLine is a line of Stripe's books: of our own account, or of a shop's.
type BalanceLine struct {
	StripeID string
	Account  string // "" is our own
	ShopID   *string
	Kind     string // Stripe's type: charge, refund, payment, payment_refund, payout …
	Amount   int64
	Fee      int64
	Net      int64
	Currency string
	Source   string // what it is about, by Stripe's id
	OrderID  *string
	PayoutID *string // the payout that it went out with
	BookedAt time.Time
}

// Money puts the line's currency beside one of its amounts.
func (l *BalanceLine) Money(amount int64) Money { return Money{amount, l.Currency} }

// KeepLines keeps lines, each once. What a second telling knows of the order and the payout is added.
func (s *Store) KeepLines(ctx context.Context, lines []BalanceLine) error {
	if len(lines) == 0 {
		return nil
	}
	return s.write(ctx, func(db *tx) error { return db.keepLines(lines) })
}

func (t *tx) keepLines(lines []BalanceLine) error {
	for _, l := range lines {
		if _, err := t.exec(`INSERT INTO balance_lines (stripe_id, account, shop_id, kind, amount, fee, net, currency, source, order_id, payout_id, booked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (stripe_id) DO UPDATE SET
			order_id = COALESCE(balance_lines.order_id, excluded.order_id), payout_id = COALESCE(balance_lines.payout_id, excluded.payout_id), shop_id = COALESCE(balance_lines.shop_id, excluded.shop_id)`,
			l.StripeID, l.Account, l.ShopID, l.Kind, l.Amount, l.Fee, l.Net, l.Currency, l.Source, l.OrderID, l.PayoutID, l.BookedAt.UTC()); err != nil {
			return err
		}
	}
	return nil
}

// KeepPayoutLines keeps all that a payout consists of, and that it is known now.
func (s *Store) KeepPayoutLines(ctx context.Context, payout *Payout, bank string, lines []BalanceLine) error {
	return s.write(ctx, func(db *tx) error {
		if err := db.keepLines(lines); err != nil {
			return err
		}
		return db.Exec("UPDATE payouts SET read_at = ?, bank = ? WHERE id = ?", db.store.now(), bank, payout.ID).Error
	})
}

// PayoutLine is a line of a payout with the order that it is about, nil where it is about none.
type PayoutLine struct {
	BalanceLine
	Order *OrderView
}

// PayoutLines lists what the shop's payout consists of, newest first.
func (s *Store) PayoutLines(ctx context.Context, payout *Payout, page Page) ([]PayoutLine, error) {
	var lines []BalanceLine
	query := s.read(ctx).Where("payout_id = ? AND kind <> 'payout'", payout.ID)
	if err := page.applyBy(query, "booked_at", "stripe_id").Find(&lines).Error; err != nil {
		return nil, err
	}
	var ids []string
	for _, line := range lines {
		if line.OrderID != nil {
			ids = append(ids, *line.OrderID)
		}
	}
	var orders []Order
	if len(ids) > 0 {
		if err := s.read(ctx).Where("id IN ? AND shop_id = ?", ids, payout.ShopID).Find(&orders).Error; err != nil {
			return nil, err
		}
	}
	views, err := s.orderViews(ctx, orders)
	if err != nil {
		return nil, err
	}
	by := map[string]*OrderView{}
	for i := range views {
		by[views[i].ID] = &views[i]
	}
	out := make([]PayoutLine, len(lines))
	for i, line := range lines {
		out[i].BalanceLine = line
		if line.OrderID != nil {
			out[i].Order = by[*line.OrderID]
		}
	}
	return out, nil
}

// PayoutPart is what the lines of one kind of a payout come to.
type PayoutPart struct {
	Kind             string
	Lines            int64
	Amount, Fee, Net int64
}

// PayoutParts adds up the lines of a payout by kind.
func (s *Store) PayoutParts(ctx context.Context, payout *Payout) ([]PayoutPart, error) {
	var parts []PayoutPart
	err := s.read(ctx).Raw(`SELECT kind, count(*) AS lines, CAST(SUM(amount) AS BIGINT) AS amount, CAST(SUM(fee) AS BIGINT) AS fee, CAST(SUM(net) AS BIGINT) AS net
		FROM balance_lines WHERE payout_id = ? AND kind <> 'payout' GROUP BY kind ORDER BY kind`, payout.ID).Scan(&parts).Error
	return parts, err
}

// PayoutOf gives the payout that an order's money went out with; nil while it has not.
func (s *Store) PayoutOf(ctx context.Context, order *Order) (*Payout, error) {
	var payout Payout
	err := s.read(ctx).Where("id = (SELECT payout_id FROM balance_lines WHERE order_id = ? AND kind = 'payment' AND payout_id IS NOT NULL LIMIT 1) AND shop_id = ?", order.ID, order.ShopID).Take(&payout).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &payout, err
}

// OrderByArrival finds the order whose money arrived on the shop's account as a payment, or ErrNotFound.
func (s *Store) OrderByArrival(ctx context.Context, payment string) (*Order, error) {
	order, err := first[Order](s.read(ctx).Where("arrival_id = ?", payment))
	return &order, found(err)
}

// OrderByCharge finds the order of a charge, or ErrNotFound.
func (s *Store) OrderByCharge(ctx context.Context, charge string) (*Order, error) {
	order, err := first[Order](s.read(ctx).Where("charge_id = ?", charge))
	return &order, found(err)
}

// RecordArrival keeps by which payment an order's money arrived on the shop's account.
func (s *Store) RecordArrival(ctx context.Context, order *Order, payment string) error {
	return s.write(ctx, func(db *tx) error {
		return db.Exec("UPDATE orders SET arrival_id = ? WHERE id = ? AND arrival_id IS NULL", payment, order.ID).Error
	})
}
