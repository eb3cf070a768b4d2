package models

import (
	"context"
	"time"
)

// Difference is a place where Stripe's books and ours do not say the same, and that could not be put right.
type Difference struct {
	ID       string
	Kind     string // order_missing, payment, amount, charge_missing, refund, refund_missing, dispute, dispute_missing, net, payout, payout_lines
	Day      string // 2006-01-02, UTC
	Account  string // in whose books; "" is our own
	ShopID   *string
	OrderID  *string
	PayoutID *string
	Object   string // what it is about: Stripe's id, or ours
	Currency string
	Theirs   int64 // what Stripe's books say
	Ours     int64
	State    string // open, gone
	RunID    string // that saw it last
	FoundAt  time.Time
	SeenAt   time.Time
	GoneAt   *time.Time
}

// Amount is by how much Stripe's books say more than ours.
func (d *Difference) Amount() Money { return Money{d.Theirs - d.Ours, d.Currency} }

// Money puts the currency beside one of its amounts.
func (d *Difference) Money(amount int64) Money { return Money{amount, d.Currency} }

func (t *tx) keepDifference(run *Reconciliation, d Difference) error {
	now := t.store.now()
	_, err := t.exec(`INSERT INTO differences (id, kind, day, account, shop_id, order_id, payout_id, object, currency, theirs, ours, state, run_id, found_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, $13, $14)
		ON CONFLICT (kind, account, object) DO UPDATE SET theirs = excluded.theirs, ours = excluded.ours, run_id = excluded.run_id, seen_at = excluded.seen_at, gone_at = NULL,
		found_at = CASE WHEN differences.state = 'gone' THEN excluded.found_at ELSE differences.found_at END, state = 'open'`,
		newID(), d.Kind, d.Day, d.Account, d.ShopID, d.OrderID, d.PayoutID, d.Object, d.Currency, d.Theirs, d.Ours, run.ID, now, now)
	return err
}

// DifferenceView is a difference with what it is about.
type DifferenceView struct {
	Difference
	Shop   *Shop
	Order  *Order
	Payout *Payout
}

// DifferenceSum is what the open differences of a day, shop and currency come to.
type DifferenceSum struct {
	Day      string
	ShopID   *string
	Name     string // of the shop
	Handle   string
	Currency string
	N        int64
	Amount   int64
}

// DifferenceSums adds the open differences up by day, shop and currency, newest first, at most a hundred.
func (s *Store) DifferenceSums(ctx context.Context) ([]DifferenceSum, error) {
	var sums []DifferenceSum
	err := s.read(ctx).Raw(`SELECT d.day, d.shop_id, COALESCE(shops.name, '') AS name, COALESCE(shops.handle, '') AS handle, d.currency, count(*) AS n, CAST(SUM(d.theirs - d.ours) AS BIGINT) AS amount
		FROM differences AS d LEFT JOIN shops ON shops.id = d.shop_id WHERE d.state = 'open' GROUP BY d.day, d.shop_id, shops.name, shops.handle, d.currency ORDER BY d.day DESC, name, d.currency LIMIT 100`).Scan(&sums).Error
	return sums, err
}

// Differences lists differences in a state, those found last first.
func (s *Store) Differences(ctx context.Context, state string, page Page) ([]DifferenceView, error) {
	var rows []Difference
	if err := page.apply(s.read(ctx).Where("state = ?", state), "found_at").Find(&rows).Error; err != nil {
		return nil, err
	}
	views := make([]DifferenceView, len(rows))
	var shops, orders, payouts []string
	for i, d := range rows {
		views[i].Difference = d
		for list, id := range map[*[]string]*string{&shops: d.ShopID, &orders: d.OrderID, &payouts: d.PayoutID} {
			if id != nil {
				*list = append(*list, *id)
			}
		}
	}
	shopBy, err := rowsByID(ctx, s, shops, func(r Shop) string { return r.ID })
	if err != nil {
		return nil, err
	}
	orderBy, err := rowsByID(ctx, s, orders, func(r Order) string { return r.ID })
	if err != nil {
		return nil, err
	}
	payoutBy, err := rowsByID(ctx, s, payouts, func(r Payout) string { return r.ID })
	if err != nil {
		return nil, err
	}
	for i := range views {
		views[i].Shop, views[i].Order, views[i].Payout = shopBy[deref(views[i].ShopID)], orderBy[deref(views[i].OrderID)], payoutBy[deref(views[i].PayoutID)]
	}
	return views, nil
}

// DifferencesOpen counts the open differences, for the lights.
func (s *Store) DifferencesOpen(ctx context.Context) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM differences WHERE state = 'open' LIMIT 1000) AS some_open").Scan(&n).Error
	return n, err
}

// Unbooked lists paid orders of a period whose charge has no line in our own account's books, by id and after the
// given one.
func (s *Store) Unbooked(ctx context.Context, from, until time.Time, after string, most int) ([]Order, error) {
	return list[Order](s.read(ctx).Where(`paid_at >= ? AND paid_at < ? AND id > ?
		AND NOT EXISTS (SELECT 1 FROM balance_lines WHERE balance_lines.source = orders.charge_id AND balance_lines.account = '')`, from, until, after).Order("id").Limit(most))
}

// UnbookedRefunds lists refunds that succeeded in a period and have no line in our own account's books.
func (s *Store) UnbookedRefunds(ctx context.Context, from, until time.Time, after string, most int) ([]Refund, error) {
	return list[Refund](s.read(ctx).Where(`state = 'succeeded' AND updated_at >= ? AND updated_at < ? AND id > ?
		AND NOT EXISTS (SELECT 1 FROM balance_lines WHERE balance_lines.source = refunds.stripe_id AND balance_lines.account = '')`, from, until, after).Order("id").Limit(most))
}

// Booked is an order with what the lines of the shop's books say that it brought.
type Booked struct {
	Order
	Net      int64 `gorm:"column:booked_net"`
	Arrivals int64 `gorm:"column:booked_arrivals"` // lines of the payment itself
}

// BookedOrders gives the orders that lines of a shop's books of a period are about, with the sum of all their lines
// there. Those of which something is under way are left out: their books are not closed.
func (s *Store) BookedOrders(ctx context.Context, account string, from, until time.Time, after string, most int) ([]Booked, error) {
	var booked []Booked
	err := s.read(ctx).Raw(`SELECT orders.*, (SELECT CAST(COALESCE(SUM(net), 0) AS BIGINT) FROM balance_lines AS l WHERE l.order_id = orders.id AND l.account = ?) AS booked_net,
		(SELECT count(*) FROM balance_lines AS l WHERE l.order_id = orders.id AND l.account = ? AND l.source = orders.arrival_id) AS booked_arrivals
		FROM orders WHERE orders.id > ? AND orders.paid_at IS NOT NULL
		AND orders.id IN (SELECT order_id FROM balance_lines WHERE account = ? AND booked_at >= ? AND booked_at < ? AND order_id IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM refunds WHERE refunds.order_id = orders.id AND (refunds.state = 'pending' OR refunds.returned = 'owed' OR refunds.updated_at >= ?))
		AND NOT EXISTS (SELECT 1 FROM refund_resends AS r WHERE r.order_id = orders.id AND (r.state = 'pending' OR r.updated_at >= ?))
		AND NOT EXISTS (SELECT 1 FROM dispute_moves AS m WHERE m.order_id = orders.id AND (m.state = 'pending' OR m.updated_at >= ?))
		ORDER BY orders.id LIMIT ?`, account, account, after, account, from, until, until, until, until, most).Scan(&booked).Error
	return booked, err
}

// UnevenPayouts gives the payouts of an account made in a period whose lines do not come to their amount.
func (s *Store) UnevenPayouts(ctx context.Context, account string, from, until time.Time) ([]Payout, []int64, error) {
	var rows []struct {
		Payout `gorm:"embedded"`
		Sum    int64
	}
	err := s.read(ctx).Raw(`SELECT * FROM (SELECT payouts.*, (SELECT CAST(COALESCE(SUM(net), 0) AS BIGINT) FROM balance_lines AS l WHERE l.payout_id = payouts.id AND l.kind <> 'payout') AS sum
		FROM payouts WHERE stripe_account = ? AND made_at >= ? AND made_at < ? AND automatic AND read_at IS NOT NULL) AS p WHERE p.sum <> p.amount LIMIT 100`, account, from, until).Scan(&rows).Error
	var payouts []Payout
	var sums []int64
	for _, row := range rows {
		payouts, sums = append(payouts, row.Payout), append(sums, row.Sum)
	}
	return payouts, sums, err
}

// RefundByStripe finds a refund by Stripe's id, or ErrNotFound.
func (s *Store) RefundByStripe(ctx context.Context, id string) (*Refund, error) {
	refund, err := first[Refund](s.read(ctx).Where("stripe_id = ?", id))
	return &refund, found(err)
}
