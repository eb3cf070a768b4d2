package models

import (
	"context"
	"time"
)

// BookedDispute is a dispute with what the lines of our own account's books say of it.
type BookedDispute struct {
	Dispute
	Sum   int64 `gorm:"column:booked_sum"`   // of the amounts, without Stripe's fee
	Lines int64 `gorm:"column:booked_lines"` // how many there are
}

// Due is what the books should say: less the amount while the bank has it, nothing where it gave it back.
func (b *BookedDispute) Due() int64 {
	if b.WithdrawnAt != nil && b.ReinstatedAt == nil {
		return -b.Amount
	}
	return 0
}

// BookedDisputes gives the disputes that took money, and are of a period or have lines of it in our own account's books,
// by id and after the given one. Those whose money moved after the period are left out.
func (s *Store) BookedDisputes(ctx context.Context, from, until time.Time, after string, most int) ([]BookedDispute, error) {
	var booked []BookedDispute
	err := s.read(ctx).Raw(`SELECT disputes.*, (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM balance_lines AS l WHERE l.source = disputes.stripe_id AND l.account = '') AS booked_sum,
		(SELECT count(*) FROM balance_lines AS l WHERE l.source = disputes.stripe_id AND l.account = '') AS booked_lines
		FROM disputes WHERE disputes.id > ? AND withdrawn_at < ? AND (reinstated_at IS NULL OR reinstated_at < ?) AND (withdrawn_at >= ?
		OR stripe_id IN (SELECT source FROM balance_lines WHERE account = '' AND booked_at >= ? AND booked_at < ?)) ORDER BY disputes.id LIMIT ?`, after, until, until, from, from, until, most).Scan(&booked).Error
	return booked, err
}

// DisputeByStripe finds a dispute by Stripe's id, or ErrNotFound.
func (s *Store) DisputeByStripe(ctx context.Context, id string) (*Dispute, error) {
	dispute, err := first[Dispute](s.read(ctx).Where("stripe_id = ?", id))
	return &dispute, found(err)
}
