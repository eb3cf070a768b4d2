package payments

import (
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// readDispute keeps a dispute as it stands at Stripe, also one that we never heard of. What has to be moved for it
// follows as for an event.
func (r *reckoning) readDispute(ctx context.Context, dispute *stripe.Dispute) (*models.Order, error) {
	order, err := r.paidOrder(ctx, dispute.PaymentIntent, dispute.Charge)
	if errors.Is(err, errNotPaidYet) {
		return nil, nil // the charge tells that
	}
	if err != nil {
		return nil, r.soften(ctx, dispute.ID, err)
	}
	before, err := r.store.DisputeByStripe(ctx, dispute.ID)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return nil, err
	}
	if err := r.soften(ctx, dispute.ID, r.store.RecordDispute(ctx, order, r.disputeNews(dispute, nil))); err != nil {
		return nil, err
	}
	now, err := r.store.DisputeByStripe(ctx, dispute.ID)
	if errors.Is(err, models.ErrNotFound) {
		r.differOf("dispute", order, dispute.ID, -dispute.Amount, 0, time.Unix(dispute.Created, 0))
		return order, nil
	}
	if err != nil {
		return nil, err
	}
	if before.State != now.State || before.Amount != now.Amount || (before.WithdrawnAt == nil) != (now.WithdrawnAt == nil) || (before.ReinstatedAt == nil) != (now.ReinstatedAt == nil) {
		r.step.Repaired++
	}
	return order, nil
}

// disputesBooked compares what disputes took from our own account by its books with what they took by ours.
func (r *reckoning) disputesBooked(ctx context.Context) error {
	for after := ""; ; {
		booked, err := r.store.BookedDisputes(ctx, r.run.From(), r.run.UntilAt, after, reconcileRows)
		if err != nil || len(booked) == 0 {
			return err
		}
		for i := range booked {
			if err := r.disputeBooked(ctx, &booked[i]); err != nil {
				return err
			}
		}
		after = booked[len(booked)-1].ID
	}
}

func (r *reckoning) disputeBooked(ctx context.Context, d *models.BookedDispute) error {
	difference := models.Difference{Kind: "dispute", ShopID: &d.ShopID, OrderID: &d.OrderID, Object: d.StripeID, Currency: d.Currency, Theirs: d.Sum, Ours: d.Due()}
	if d.Lines == 0 {
		line, err := r.lineAbout(ctx, d.StripeID)
		if err != nil {
			return err
		}
		if line != nil { // from before the first run
			line.OrderID, line.ShopID = &d.OrderID, &d.ShopID
			r.step.Lines = append(r.step.Lines, *line)
			return nil
		}
		difference.Kind = "dispute_missing"
	}
	if difference.Kind == "dispute_missing" || d.Sum != d.Due() {
		r.differ(difference, *d.WithdrawnAt)
	}
	return nil
}
