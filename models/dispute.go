package models

import (
	"context"
	"time"
)

// Dispute is a payment that the buyer's bank questions. An inquiry (state warning_…) takes no money; a chargeback has
// taken it. States are Stripe's own words and only go forward; an inquiry may become a chargeback.
type Dispute struct {
	ID          string
	ShopID      string
	OrderID     string
	Slug        string
	StripeID    string
	ChargeID    string
	Amount      int64
	Currency    string
	Fee         *int64 // what Stripe asks of the platform for it, nil until booked; 0 where it was given back
	FeeCurrency string
	Bookings    int64  // of Stripe's ledger that we have seen: more is newer
	Reason      string // Stripe's code
	NetworkCode string // the card network's
	State       string // warning_needs_response, warning_under_review, warning_closed, needs_response, under_review, won, lost

	WasInquiry   bool
	ChargedBack  bool
	WithdrawnAt  *time.Time // when the bank took the money from the platform
	ReinstatedAt *time.Time
	DueAt        *time.Time // the last moment to answer; nil where the bank takes no answer
	OpenedAt     time.Time
	ClosedAt     *time.Time

	Answer            string // none, draft, sending, sent, accepting, accepted
	InquiryAnsweredAt *time.Time
	AnsweredAt        *time.Time
	Draft             string // as JSON
	DraftedAt         *time.Time
	Evidence          string // what goes or went to the bank, as JSON
	UserID            *string
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// disputeRanks say which state is further on. A closed dispute stays as it is.
var disputeRanks = map[string]int{"warning_needs_response": 1, "warning_under_review": 2, "needs_response": 4, "under_review": 5, "warning_closed": 6, "won": 7, "lost": 7}

// Inquiry tells whether the bank only asks, and has taken no money.
func (d *Dispute) Inquiry() bool { return !d.ChargedBack }

// Closed tells whether nothing more can happen.
func (d *Dispute) Closed() bool { return d.ClosedAt != nil }

// Waiting tells whether the bank waits for an answer that nobody has given yet.
func (d *Dispute) Waiting() bool {
	return (d.State == "needs_response" || d.State == "warning_needs_response") && (d.Answer == "none" || d.Answer == "draft")
}

// Answerable tells whether an answer would still reach the bank.
func (d *Dispute) Answerable(now time.Time) bool {
	return d.Waiting() && d.DueAt != nil && now.Before(*d.DueAt)
}

// Stage is where the dispute stands for its merchant: inquiry_open, inquiry_sent, inquiry_closed, open, sent, won, lost.
func (d *Dispute) Stage() string {
	switch d.State {
	case "warning_needs_response", "warning_under_review":
		if d.Waiting() {
			return "inquiry_open"
		}
		return "inquiry_sent"
	case "warning_closed":
		return "inquiry_closed"
	case "won", "lost":
		return d.State
	}
	if d.Waiting() {
		return "open"
	}
	return "sent"
}

// Money is the disputed amount.
func (d *Dispute) Money() Money { return Money{d.Amount, d.Currency} }

// FeeMoney is Stripe's fee for the dispute, nil until it is known.
func (d *Dispute) FeeMoney() *Money {
	if d.Fee == nil || d.FeeCurrency == "" {
		return nil
	}
	return &Money{*d.Fee, d.FeeCurrency}
}

// DisputeView is a dispute with its order.
type DisputeView struct {
	Dispute
	Order *OrderView
}

// DisputeFilter narrows the list of disputes.
type DisputeFilter struct {
	Tab  string // "" all, open
	Page Page
}

// Disputes lists the shop's disputes, the newest first, one more than the page where there are more.
func (s *Store) Disputes(ctx context.Context, shop *Shop, filter DisputeFilter) ([]DisputeView, error) {
	query := s.read(ctx).Where("shop_id = ?", shop.ID)
	if filter.Tab == "open" {
		query = query.Where("closed_at IS NULL")
	}
	var disputes []Dispute
	if err := filter.Page.apply(query, "opened_at").Find(&disputes).Error; err != nil {
		return nil, err
	}
	return s.disputeViews(ctx, disputes)
}

// DueDisputes lists the shop's disputes that wait for an answer, the nearest deadline first.
func (s *Store) DueDisputes(ctx context.Context, shop *Shop, most int) ([]DisputeView, error) {
	var disputes []Dispute
	err := s.read(ctx).Where("shop_id = ? AND closed_at IS NULL AND state IN ('needs_response', 'warning_needs_response') AND answer IN ('none', 'draft')", shop.ID).
		Order("due_at, id").Limit(most).Find(&disputes).Error
	if err != nil {
		return nil, err
	}
	return s.disputeViews(ctx, disputes)
}

func (s *Store) disputeViews(ctx context.Context, disputes []Dispute) ([]DisputeView, error) {
	var ids []string
	for _, d := range disputes {
		ids = append(ids, d.OrderID)
	}
	byID, err := rowsByID(ctx, s, ids, func(o Order) string { return o.ID })
	if err != nil {
		return nil, err
	}
	views := make([]DisputeView, 0, len(disputes))
	orders := make([]Order, 0, len(disputes))
	for _, d := range disputes {
		orders = append(orders, *byID[d.OrderID])
	}
	complete, err := s.orderViews(ctx, orders)
	for i, d := range disputes {
		if err == nil {
			views = append(views, DisputeView{d, &complete[i]})
		}
	}
	return views, err
}

// OpenDisputes counts the shop's disputes that are not closed.
func (s *Store) OpenDisputes(ctx context.Context, shop *Shop) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM disputes WHERE shop_id = ? AND closed_at IS NULL", shop.ID).Scan(&n).Error
	return n, err
}

// DisputeIn finds the shop's own dispute by its slug, or ErrNotFound.
func (s *Store) DisputeIn(ctx context.Context, shop *Shop, slug string) (*DisputeView, error) {
	dispute, err := first[Dispute](s.read(ctx).Where("slug = ? AND shop_id = ?", slug, shop.ID))
	if err != nil {
		return nil, found(err)
	}
	views, err := s.disputeViews(ctx, []Dispute{dispute})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

// Dispute finds a dispute by its id, for jobs and letters.
func (s *Store) Dispute(ctx context.Context, id string) (*Dispute, error) {
	dispute, err := first[Dispute](s.read(ctx).Where("id = ?", id))
	return &dispute, found(err)
}

// DisputesOf lists an order's disputes, oldest first.
func (s *Store) DisputesOf(ctx context.Context, order *Order) ([]Dispute, error) {
	return list[Dispute](s.read(ctx).Where("order_id = ?", order.ID).Order("opened_at, id"))
}

// DisputeKept finds a dispute of Stripe's that we have, or ErrNotFound.
func (s *Store) DisputeKept(ctx context.Context, stripeID string) (*Dispute, error) {
	dispute, err := first[Dispute](s.read(ctx).Where("stripe_id = ?", stripeID))
	return &dispute, found(err)
}

// LateDisputes lists open disputes whose deadline is past by more than a while, for the job that asks Stripe how they
// ended: a lost message must not leave them open here.
func (s *Store) LateDisputes(ctx context.Context, before time.Time, most int) ([]Dispute, error) {
	return list[Dispute](s.read(ctx).Where("closed_at IS NULL AND due_at < ?", before).Order("due_at, id").Limit(most))
}
