package models

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
)

// DisputeNews is what Stripe says of a dispute.
type DisputeNews struct {
	StripeID    string
	ChargeID    string
	Amount      int64
	Currency    string
	Reason      string
	NetworkCode string
	State       string // one of Dispute's
	DueAt       *time.Time
	OpenedAt    time.Time
	Submitted   bool // the bank has an answer
	Withdrawn   bool // the money was taken from the platform
	Reinstated  bool // and given back
	Bookings    int64
	Fee         *int64
	FeeCurrency string
	EventID     *string
	SparesFee   bool // this installation gives up its fee of what a bank takes back
}

// disputeTaken are the columns that news may change.
var disputeTaken = []string{
	"amount", "fee", "fee_currency", "bookings", "reason", "network_code", "state", "was_inquiry", "charged_back", "withdrawn_at", "reinstated_at", "due_at", "closed_at", "answer",
	"inquiry_answered_at", "answered_at", "updated_at",
}

func (n DisputeNews) inquiry() bool {
	return slices.Contains([]string{"warning_needs_response", "warning_under_review", "warning_closed"}, n.State)
}

func closedState(state string) bool {
	return slices.Contains([]string{"warning_closed", "won", "lost"}, state)
}

// RecordDispute keeps what Stripe says of a dispute of an order, in whatever order and however often it is told: states
// go forward only, a closed dispute is not reopened, and money that was withdrawn or reinstated is moved once. A Mismatch
// where it does not fit the order.
func (s *Store) RecordDispute(ctx context.Context, order *Order, news DisputeNews) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if disputeRanks[news.State] == 0 {
		return &Mismatch{order.ID, "dispute's state"}
	}
	return s.write(ctx, func(db *tx) error {
		// The order is held from here: news that come side by side follow one another.
		if err := changed(db.Exec("UPDATE orders SET disputed = disputed WHERE id = ?", order.ID)); err != nil {
			return err
		}
		dispute, err := db.disputeOf(order, news)
		if err != nil {
			return err
		}
		before := *dispute
		dispute.take(news, s.now())
		if err := db.disputeTold(order, &before, dispute, news.EventID); err != nil {
			return err
		}
		if err := db.disputeMoney(order, &before, dispute, news.SparesFee); err != nil {
			return err
		}
		if *dispute == before {
			return nil
		}
		dispute.UpdatedAt = s.now()
		// What a person writes in the meantime stays: only what Stripe says is written.
		if err := db.Model(dispute).Select(disputeTaken).Updates(dispute).Error; err != nil {
			return err
		}
		return db.disputeOnOrder(order)
	})
}

// disputeOf finds the dispute that news are about, or makes its row.
func (t *tx) disputeOf(order *Order, news DisputeNews) (*Dispute, error) {
	var dispute Dispute
	err := t.Where("stripe_id = ?", news.StripeID).Take(&dispute).Error
	switch {
	case err == nil && dispute.OrderID != order.ID:
		return nil, &Mismatch{order.ID, "dispute's order"}
	case err == nil:
		return &dispute, nil
	case !errors.Is(err, gorm.ErrRecordNotFound):
		return nil, err
	case news.Currency != order.Currency:
		return nil, &Mismatch{order.ID, "dispute's currency"}
	}
	now := t.store.now()
	dispute = Dispute{
		ID: newID(), ShopID: order.ShopID, OrderID: order.ID, Slug: newSlug(), StripeID: news.StripeID, ChargeID: news.ChargeID, Amount: news.Amount, Currency: news.Currency,
		Reason: news.Reason, NetworkCode: news.NetworkCode, State: news.State, OpenedAt: news.OpenedAt.UTC(), Answer: "none", CreatedAt: now, UpdatedAt: now,
	}
	if closedState(news.State) {
		dispute.ClosedAt = &now
	}
	return &dispute, t.Create(&dispute).Error
}

// take moves a dispute forward by what Stripe says.
func (d *Dispute) take(news DisputeNews, now time.Time) {
	if news.inquiry() {
		d.WasInquiry = true
	} else {
		if !d.ChargedBack && d.WasInquiry && news.DueAt != nil {
			d.DueAt = nil // a chargeback has a deadline of its own
		}
		d.ChargedBack = true
	}
	rank, known := disputeRanks[news.State], disputeRanks[d.State]
	escalated := d.ClosedAt == nil && rank >= 4 && known < 4
	if d.ClosedAt == nil && rank > known {
		d.State = news.State
		if closedState(news.State) {
			d.ClosedAt = &now
		}
	}
	if rank >= known {
		d.Amount, d.Reason, d.NetworkCode = news.Amount, news.Reason, news.NetworkCode
		if news.DueAt != nil {
			due := news.DueAt.UTC()
			d.DueAt = &due
		}
	} else if d.DueAt == nil && news.DueAt != nil {
		due := news.DueAt.UTC()
		d.DueAt = &due
	}
	if escalated && news.State == "needs_response" && d.Answer != "none" {
		// The bank asks anew: what was written is a beginning.
		if d.Answer = "none"; d.Draft != "" {
			d.Answer = "draft"
		}
	}
	if news.Submitted || news.State == "under_review" || news.State == "warning_under_review" {
		at := &d.AnsweredAt
		if news.inquiry() {
			at = &d.InquiryAnsweredAt
		}
		if *at == nil {
			*at = &now
		}
		if rank >= known && (d.State == news.State || d.Closed()) {
			d.Answer = "sent"
		}
	}
	if (news.Withdrawn || news.Reinstated) && d.WithdrawnAt == nil {
		d.WithdrawnAt = &now
	}
	if news.Reinstated && d.ReinstatedAt == nil {
		d.ReinstatedAt = &now
	}
	if news.Bookings > d.Bookings {
		d.Bookings, d.Fee, d.FeeCurrency = news.Bookings, news.Fee, news.FeeCurrency
	}
}

// disputeTold puts what is new into the order's timeline and tells the owners of it.
func (t *tx) disputeTold(order *Order, before, after *Dispute, eventID *string) error {
	fresh := func(was, is *time.Time) bool { return was == nil && is != nil }
	steps := []struct {
		is           bool
		kind, letter string
	}{
		{after.WasInquiry && !before.WasInquiry, "inquiry_opened", "dispute_inquiry"},
		{fresh(before.InquiryAnsweredAt, after.InquiryAnsweredAt), "inquiry_answered", ""},
		{after.ChargedBack && !before.ChargedBack, "dispute_opened", "dispute_opened"},
		{fresh(before.AnsweredAt, after.AnsweredAt), "dispute_answered", ""},
		{fresh(before.WithdrawnAt, after.WithdrawnAt), "dispute_withdrawn", ""},
		{fresh(before.ReinstatedAt, after.ReinstatedAt), "dispute_reinstated", ""},
	}
	for _, step := range steps {
		if !step.is {
			continue
		}
		if err := t.change(order, step.kind, after.Reason, eventID); err != nil {
			return err
		}
		// Of what is over already nobody must be called to answer.
		if step.letter != "" && after.Waiting() && after.ChargedBack == (step.letter == "dispute_opened") {
			if err := t.disputeLetters(after, step.letter); err != nil {
				return err
			}
		}
	}
	if !after.Closed() {
		return nil
	}
	var told int64
	kind := map[string]string{"won": "dispute_won", "lost": "dispute_lost", "warning_closed": "inquiry_closed"}[after.State]
	if err := t.Raw("SELECT count(*) FROM order_changes WHERE order_id = ? AND kind = ? AND detail = ?", order.ID, kind, after.StripeID).Scan(&told).Error; err != nil || told > 0 {
		return err
	}
	if err := t.change(order, kind, after.StripeID, eventID); err != nil {
		return err
	}
	return t.disputeLetters(after, kind)
}

// disputeMoney writes down that money has to move, once each way, and has it done.
func (t *tx) disputeMoney(order *Order, before, after *Dispute, sparesFee bool) error {
	for _, way := range []struct {
		is   bool
		kind string
	}{
		{before.WithdrawnAt == nil && after.WithdrawnAt != nil, "recover"},
		{before.ReinstatedAt == nil && after.ReinstatedAt != nil, "return"},
	} {
		if !way.is {
			continue
		}
		now := t.store.now()
		amount := after.Amount
		if sparesFee {
			var held Order
			if err := t.Select("total", "application_fee", "refunded").Where("id = ?", order.ID).Take(&held).Error; err != nil {
				return found(err)
			}
			amount -= held.feeOf(after.Amount)
		}
		move := DisputeMove{ID: newID(), ShopID: order.ShopID, OrderID: order.ID, DisputeID: after.ID, Kind: way.kind, Amount: amount, State: "pending", CreatedAt: now, UpdatedAt: now}
		if err := t.Create(&move).Error; err != nil {
			return err
		}
		if err := t.enqueue(MoveDisputed{MoveID: move.ID}); err != nil {
			return err
		}
	}
	return nil
}

// disputeOnOrder works out anew what an order's disputes make of it: an open chargeback counts most, then a lost one.
func (t *tx) disputeOnOrder(order *Order) error {
	return changed(t.Exec(`UPDATE orders SET dispute = CASE
			WHEN EXISTS (SELECT 1 FROM disputes WHERE order_id = orders.id AND charged_back AND state IN ('needs_response', 'under_review')) THEN 'open'
			WHEN EXISTS (SELECT 1 FROM disputes WHERE order_id = orders.id AND state = 'lost') THEN 'lost'
			WHEN EXISTS (SELECT 1 FROM disputes WHERE order_id = orders.id AND state = 'won') THEN 'won' ELSE dispute END,
		inquiry = CASE WHEN EXISTS (SELECT 1 FROM disputes WHERE order_id = orders.id AND state IN ('warning_needs_response', 'warning_under_review')) THEN 'open'
			WHEN EXISTS (SELECT 1 FROM disputes WHERE order_id = orders.id AND was_inquiry) THEN 'closed' ELSE inquiry END WHERE id = ?`, order.ID))
}

// disputeLetters tells the owners of a shop how a dispute stands.
func (t *tx) disputeLetters(dispute *Dispute, kind string) error {
	owners, err := t.ownersOf(dispute.ShopID)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		letter := Letter{Key: kind + "-" + dispute.ID + "-" + owner.ID, Kind: kind, Recipient: owner.Email, Language: owner.Language, UserID: &owner.ID, ShopID: &dispute.ShopID, OrderID: &dispute.OrderID, DisputeID: &dispute.ID}
		if err := t.letter(letter); err != nil {
			return err
		}
	}
	return nil
}
