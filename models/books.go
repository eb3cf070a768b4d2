package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Books is all that stands here about money and goods, for whoever compares it with Stripe's ledger.
type Books struct {
	Shops    []Shop
	Offers   []Offer
	Orders   []Order
	Holds    []Hold
	Refunds  []Refund
	Days     []SalesDay
	Letters  []Letter
	Moves    []Moved
	Variants []Variant
	Codes    []Code
	Waits    []Wait

	Replies       []Reply
	Answers       []ReplyAnswer
	Confirmations []Confirmation

	Receipts map[string]int64 // how often an order was noted as paid, by its id
	Left     Left
}

// SalesDay is a row of the figures by day.
type SalesDay struct {
	ShopID, Day, Currency, Source string
	Orders, Gross, Fees, Refunded int64
}

// Moved is what disputes took out of a shop's account, less what was given back into it.
type Moved struct {
	ShopID, Currency string
	Amount           int64
}

// Left is what waits or went wrong. A word and a number each: all are zero where nothing is stuck.
type Left struct {
	PendingOrders, WaitingEvents, FailedEvents, WaitingLetters, PendingRefunds, Jobs, DeadJobs int64

	OverTurns int64 // of waitlists, whose time is over

	Replies int64 // that nobody decided about, answers that are due, orders that wait for a word or a charge

	Failures []string // of the events and jobs that failed, the first few
}

// Quiet tells whether nothing waits that could still go on by itself.
func (l Left) Quiet() bool {
	return l.PendingOrders+l.WaitingEvents+l.WaitingLetters+l.PendingRefunds+l.Jobs+l.OverTurns+l.Replies == 0
}

// Books reads all of it at once. It is for proofs and drills, on a database of their size.
func (s *Store) Books(ctx context.Context) (*Books, error) {
	b := &Books{Receipts: map[string]int64{}}
	err := s.read(ctx).Transaction(func(db *gorm.DB) error {
		for _, list := range []any{&b.Shops, &b.Offers, &b.Orders, &b.Holds, &b.Refunds, &b.Variants, &b.Codes, &b.Waits} {
			if err := db.Order("id").Find(list).Error; err != nil {
				return err
			}
		}
		for into, order := range map[any]string{&b.Replies: "came_at, id", &b.Answers: "created_at, id", &b.Confirmations: "asked_at, order_id"} {
			if err := db.Order(order).Find(into).Error; err != nil {
				return err
			}
		}
		if err := db.Raw("SELECT * FROM sales_days ORDER BY shop_id, day, currency, source").Scan(&b.Days).Error; err != nil {
			return err
		}
		if err := db.Raw(`SELECT m.shop_id, o.currency, CAST(SUM(CASE WHEN m.kind = 'recover' THEN m.moved ELSE -m.moved END) AS BIGINT) AS amount
			FROM dispute_moves AS m JOIN orders AS o ON o.id = m.order_id WHERE m.state = 'done' GROUP BY m.shop_id, o.currency`).Scan(&b.Moves).Error; err != nil {
			return err
		}
		if err := db.Omit("secret").Order("id").Find(&b.Letters).Error; err != nil {
			return err
		}
		var paid []struct {
			OrderID string
			N       int64
		}
		if err := db.Raw("SELECT order_id, count(*) AS n FROM order_changes WHERE kind = 'paid' GROUP BY order_id").Scan(&paid).Error; err != nil {
			return err
		}
		for _, row := range paid {
			b.Receipts[row.OrderID] = row.N
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	b.Left, err = s.Left(ctx)
	return b, err
}

// Left counts what waits or went wrong.
func (s *Store) Left(ctx context.Context) (l Left, err error) {
	db := s.read(ctx)
	err = db.Raw(`SELECT (SELECT count(*) FROM replies WHERE outcome = '') + (SELECT count(*) FROM reply_answers WHERE state IN ('due', 'sending'))
		+ (SELECT count(*) FROM confirmations WHERE state IN ('asked', 'confirmed'))`).Scan(&l.Replies).Error
	if err != nil {
		return l, err
	}
	for _, count := range []struct {
		into  *int64
		query string
	}{
		{&l.PendingOrders, "SELECT count(*) FROM orders WHERE payment = 'pending'"},
		{&l.WaitingEvents, "SELECT (SELECT count(*) FROM intake) + (SELECT count(*) FROM events WHERE state = 'received' OR state = 'failed' AND next_try_at IS NOT NULL)"},
		{&l.FailedEvents, "SELECT count(*) FROM events WHERE state = 'failed' AND next_try_at IS NULL"},
		{&l.WaitingLetters, "SELECT count(*) FROM letters WHERE state = 'waiting'"},
		{&l.PendingRefunds, "SELECT (SELECT count(*) FROM refunds WHERE state = 'pending') + (SELECT count(*) FROM refund_resends WHERE state = 'pending')"},
		{&l.Jobs, "SELECT count(*) FROM river_job WHERE max_attempts > 1 AND state IN ('available', 'pending', 'retryable', 'running', 'scheduled')"},
		{&l.DeadJobs, "SELECT count(*) FROM river_job WHERE max_attempts > 1 AND state = 'discarded'"},
	} {
		if err := db.Raw(count.query).Scan(count.into).Error; err != nil {
			return l, err
		}
	}
	if err := db.Raw("SELECT count(*) FROM waits WHERE state = 'offered' AND offered_until <= ?", s.now()).Scan(&l.OverTurns).Error; err != nil {
		return l, err
	}
	var failures []string
	if err := db.Raw("SELECT type || ' ' || stripe_id || ': ' || outcome FROM events WHERE state = 'failed' LIMIT 20").Scan(&l.Failures).Error; err != nil {
		return l, err
	}
	arguments := "CAST(args AS TEXT)"
	if s.sqlite != nil {
		arguments = "json(args)" // it keeps them packed
	}
	err = db.Raw("SELECT kind || ' ' || " + arguments + " || ': ' || state FROM river_job WHERE state IN ('retryable', 'discarded') AND max_attempts > 1 LIMIT 20").Scan(&failures).Error
	l.Failures = append(l.Failures, failures...)
	return l, err
}

// Hurry makes due what waits in the queue for its time, and frees what a killed process left running. Only for a
// database that nobody works on: the queue's own clock cannot be moved.
func (s *Store) Hurry(ctx context.Context) error {
	return s.write(ctx, func(db *tx) error {
		return db.Exec("UPDATE river_job SET state = 'available', scheduled_at = ? WHERE state IN ('retryable', 'scheduled', 'running')", time.Unix(0, 0).UTC()).Error
	})
}
