package payments

import (
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// disputeLate is how long after its deadline Stripe is asked how a dispute ended.
const disputeLate = 24 * time.Hour

// errNotPaidYet makes an event come again: the order that it is about is still being settled.
var errNotPaidYet = errors.New("payments: the order is not settled yet")

// disputed keeps what Stripe tells of a dispute.
func (r *round) disputed(ctx context.Context, n news) (models.EventResult, error) {
	dispute := &stripe.Dispute{}
	err := n.read(dispute)
	if err == nil && n.foreign {
		dispute, err = r.fetchDispute(ctx, dispute.ID)
	}
	if err != nil {
		return models.EventResult{}, err
	}
	order, err := r.paidOrder(ctx, dispute.PaymentIntent, dispute.Charge)
	if err != nil {
		return notOurs(err)
	}
	told := r.disputeNews(dispute, &n.kept.ID)
	switch n.Type {
	case "charge.dispute.funds_withdrawn":
		told.Withdrawn = true
	case "charge.dispute.funds_reinstated":
		told.Reinstated = true
	}
	return about(order, "the dispute is "+string(dispute.Status)), r.store.RecordDispute(ctx, order, told)
}

// disputeNews is what a dispute says, in our words. Its bookings tell whether the money is gone or back.
func (p *Payments) disputeNews(dispute *stripe.Dispute, eventID *string) models.DisputeNews {
	news := models.DisputeNews{
		StripeID: dispute.ID, Amount: dispute.Amount, Currency: string(dispute.Currency), Reason: string(dispute.Reason), NetworkCode: dispute.NetworkReasonCode,
		State: string(dispute.Status), OpenedAt: time.Unix(dispute.Created, 0).UTC(), EventID: eventID, Bookings: int64(len(dispute.BalanceTransactions)), SparesFee: p.set.SpareFeeOnDispute,
	}
	if dispute.Charge != nil {
		news.ChargeID = dispute.Charge.ID
	}
	if means := dispute.PaymentMethodDetails; means != nil && means.Card != nil && news.NetworkCode == "" {
		news.NetworkCode = means.Card.NetworkReasonCode
	}
	if details := dispute.EvidenceDetails; details != nil {
		news.Submitted = details.SubmissionCount > 0
		if details.DueBy > 0 {
			due := time.Unix(details.DueBy, 0).UTC()
			news.DueAt = &due
		}
	}
	for _, booking := range dispute.BalanceTransactions {
		news.Withdrawn = news.Withdrawn || booking.Amount < 0
		news.Reinstated = news.Reinstated || booking.Amount > 0
		if news.Fee == nil {
			news.Fee = new(int64)
		}
		*news.Fee += booking.Fee
		news.FeeCurrency = string(booking.Currency)
	}
	return news
}

// paidOrder finds the order of a payment that Stripe speaks of. News of it may come before that it was paid; then Stripe
// is asked for that first.
func (p *Payments) paidOrder(ctx context.Context, intent *stripe.PaymentIntent, charge *stripe.Charge) (*models.Order, error) {
	if intent != nil {
		order, err := p.store.OrderByIntent(ctx, intent.ID)
		if err == nil && order.WasPaid() || err != nil && !errors.Is(err, models.ErrNotFound) {
			return order, err
		}
	}
	if charge == nil {
		return nil, errNotOurs
	}
	charge, err := p.stripe.Charges.Get(charge.ID, &stripe.ChargeParams{Params: asking(ctx)})
	if err != nil {
		return nil, failed("fetch a charge", err)
	}
	order, err := p.namedOrder(ctx, charge.Metadata)
	if err != nil {
		return nil, err
	}
	if !order.WasPaid() {
		if err := p.Settle(ctx, order); err != nil {
			return nil, err
		}
		if order, err = p.store.Order(ctx, order.ID); err != nil {
			return nil, err
		}
	}
	if !order.WasPaid() {
		return nil, errNotPaidYet
	}
	return order, nil
}

// warned keeps the word of a card's bank that a payment is fraud.
func (r *round) warned(ctx context.Context, n news) (models.EventResult, error) {
	warning := &stripe.RadarEarlyFraudWarning{}
	err := n.read(warning)
	if err == nil && n.foreign {
		warning, err = r.stripe.RadarEarlyFraudWarnings.Get(warning.ID, &stripe.RadarEarlyFraudWarningParams{Params: asking(ctx)})
		err = failed("fetch a warning", err)
	}
	if err != nil {
		return models.EventResult{}, err
	}
	order, err := r.paidOrder(ctx, warning.PaymentIntent, warning.Charge)
	if err != nil {
		return notOurs(err)
	}
	return about(order, "the warning is kept"), r.store.RecordWarning(ctx, order, models.WarningNews{
		StripeID: warning.ID, Kind: string(warning.FraudType), Actionable: warning.Actionable, At: time.Unix(warning.Created, 0), EventID: &n.kept.ID,
		RefundUpTo: r.set.RefundWarnedUpTo[order.Currency],
	})
}

// reviewed keeps that a person should look at a payment, or did.
func (r *round) reviewed(ctx context.Context, n news) (models.EventResult, error) {
	review := &stripe.Review{}
	err := n.read(review)
	if err == nil && n.foreign {
		review, err = r.stripe.Reviews.Get(review.ID, &stripe.ReviewParams{Params: asking(ctx)})
		err = failed("fetch a review", err)
	}
	if err != nil {
		return models.EventResult{}, err
	}
	order, err := r.paidOrder(ctx, review.PaymentIntent, review.Charge)
	if err != nil {
		return notOurs(err)
	}
	return about(order, "the review is kept"), r.store.RecordPaymentReview(ctx, order, models.PaymentReviewNews{
		StripeID: review.ID, Open: review.Open, OpenedReason: string(review.OpenedReason), ClosedReason: string(review.ClosedReason), At: time.Unix(review.Created, 0), EventID: &n.kept.ID,
	})
}

// transferred notes which order a transfer or a fee belongs to. What they move is counted where it is asked for.
func (r *round) transferred(ctx context.Context, n news) (models.EventResult, error) {
	var object struct {
		Metadata map[string]string `json:"metadata"`
		Source   string            `json:"source_transaction"`
		Charge   string            `json:"charge"`
		Origin   string            `json:"originating_transaction"`
	}
	if err := n.read(&object); err != nil {
		return models.EventResult{}, err
	}
	order, err := r.namedOrder(ctx, object.Metadata)
	for _, charge := range []string{object.Source, object.Origin, object.Charge} {
		if errors.Is(err, errNotOurs) && charge != "" {
			if order, err = r.store.OrderByCharge(ctx, charge); errors.Is(err, models.ErrNotFound) {
				err = errNotOurs
			}
		}
	}
	if errors.Is(err, errNotOurs) {
		return models.EventResult{Outcome: "is noted"}, nil // of an order that is still being settled, or none of ours
	}
	if err != nil {
		return models.EventResult{}, err
	}
	return about(order, "is noted"), nil
}
