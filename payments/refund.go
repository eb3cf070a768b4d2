package payments

import (
	"context"
	"errors"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// makeRefund carries a refund to Stripe. It looks first whether an earlier try made it: Stripe forgets keys, and money
// must not go back twice.
func (p *Payments) makeRefund(ctx context.Context, job models.MakeRefund) error {
	refund, err := p.store.Refund(ctx, job.RefundID)
	if err != nil || refund.State != "pending" && refund.Returned != "owed" {
		return err
	}
	order, err := p.store.Order(ctx, refund.OrderID)
	if err != nil {
		return err
	}
	if order.PaymentIntentID == nil {
		return &models.Mismatch{Order: order.ID, What: "payment intent"}
	}
	p.at("refund.asked")
	made, err := p.findRefund(ctx, refund, *order.PaymentIntentID)
	if err != nil {
		return err
	}
	if made == nil {
		if refund.State != "pending" { // it came to nothing
			return p.store.RecordTakenBack(ctx, refund)
		}
		made, err = p.createRefund(ctx, refund, order)
		switch {
		case errors.Is(err, errTooMuch):
			return p.giveUpRefund(ctx, refund, order)
		case code(err) == stripe.ErrorCodeChargeDisputed:
			// The bank has the money, or gives it back to the buyer: trying on would never end.
			return p.store.RefuseRefund(ctx, refund, "disputed")
		case err != nil:
			return err
		}
		p.at("refund.made")
	}
	if err := p.takeBack(ctx, refund, order, made); err != nil {
		return err
	}
	return p.store.RecordRefund(ctx, refund.ID, made.ID, refundState(made.Status), string(made.FailureReason), nil)
}

// errTooMuch says that less is left at Stripe than we would give back: somebody gave back some in its dashboard.
var errTooMuch = errors.New("payments: less is left than the refund")

// giveUpRefund ends a refund for which too little is left, and takes over those that were made instead.
func (p *Payments) giveUpRefund(ctx context.Context, refund *models.Refund, order *models.Order) error {
	if err := p.store.RefuseRefund(ctx, refund, "less_left"); err != nil {
		return err
	}
	list, err := p.refundsAt(ctx, *order.PaymentIntentID)
	if err != nil {
		return err
	}
	for _, made := range list {
		if err := p.keepRefund(ctx, made, nil); err != nil && !errors.Is(err, errNotOurs) {
			return err
		}
	}
	return nil
}

func (p *Payments) createRefund(ctx context.Context, refund *models.Refund, order *models.Order) (*stripe.Refund, error) {
	params := &stripe.RefundParams{
		Params:        keyed(ctx, "refund-%s", refund.ID),
		PaymentIntent: order.PaymentIntentID,
		Amount:        stripe.Int64(refund.Amount),
		Metadata:      map[string]string{"refund": refund.ID, "order": order.ID, "shop": order.ShopID},
		// Without it the shop would keep the money that we give back.
		ReverseTransfer: stripe.Bool(true),
	}
	if refund.Returned != "none" {
		params.ReverseTransfer = nil // takeBack does
	}
	if order.ApplicationFee > 0 {
		params.RefundApplicationFee = stripe.Bool(!order.KeepsFee)
	}
	if resends, err := p.store.ResendsOf(ctx, order); err != nil {
		return nil, err
	} else if len(resends) > 0 {
		params.RefundApplicationFee = nil // a fee is not refunded twice: takeBack leaves the shop its part
	}
	switch refund.Reason {
	case "duplicate", "fraudulent":
		params.Reason = stripe.String(refund.Reason)
	default:
		params.Reason = stripe.String(string(stripe.RefundReasonRequestedByCustomer))
	}
	made, err := p.stripe.Refunds.New(params)
	if err == nil {
		return made, nil
	}
	if code(err) == stripe.ErrorCodeChargeAlreadyRefunded {
		return p.adoptRefund(ctx, refund, *order.PaymentIntentID)
	}
	// (open) Stripe gives no code where the amount is more than is left: it names the parameter.
	var refused *stripe.Error
	if errors.As(err, &refused) && refused.HTTPStatusCode == 400 && refused.Param == "amount" {
		return nil, errTooMuch
	}
	return nil, failed("make a refund", err)
}

// findRefund looks for the refund that an earlier try made, nil where there is none.
func (p *Payments) findRefund(ctx context.Context, refund *models.Refund, intent string) (*stripe.Refund, error) {
	list, err := p.refundsAt(ctx, intent)
	for _, made := range list {
		if made.Metadata["refund"] == refund.ID {
			return made, nil
		}
	}
	return nil, err
}

// adoptRefund takes the refund of the same amount that somebody made in Stripe's dashboard for ours.
func (p *Payments) adoptRefund(ctx context.Context, refund *models.Refund, intent string) (*stripe.Refund, error) {
	list, err := p.refundsAt(ctx, intent)
	if err != nil {
		return nil, err
	}
	for _, made := range list {
		if made.Metadata["refund"] != "" || made.Amount != refund.Amount {
			continue
		}
		if kept, err := p.store.RefundKept(ctx, made.ID); err != nil || !kept {
			return made, err
		}
	}
	return nil, errTooMuch
}

// refundsAt lists the refunds of a payment.
func (p *Payments) refundsAt(ctx context.Context, intent string) ([]*stripe.Refund, error) {
	params := &stripe.RefundListParams{PaymentIntent: stripe.String(intent)}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	var refunds []*stripe.Refund
	list := p.stripe.Refunds.List(params)
	for list.Next() {
		refunds = append(refunds, list.Refund())
	}
	return refunds, failed("list refunds", list.Err())
}

// keepRefund writes down what Stripe says of a refund, after comparing it with ours; errNotOurs where it is none.
func (p *Payments) keepRefund(ctx context.Context, made *stripe.Refund, eventID *string) error {
	id := made.Metadata["refund"]
	if id != "" {
		refund, err := p.store.Refund(ctx, id)
		if errors.Is(err, models.ErrNotFound) { // its row was lost with a disk
			if err = p.importRefund(ctx, made, eventID); err == nil {
				refund, err = p.store.Refund(ctx, id)
			}
		}
		if errors.Is(err, models.ErrNotFound) {
			return errNotOurs
		}
		if err != nil {
			return err
		}
		order, err := p.store.Order(ctx, refund.OrderID)
		if err != nil {
			return err
		}
		if made.Amount != refund.Amount || string(made.Currency) != refund.Currency {
			return &models.Mismatch{Order: order.ID, What: "refund's amount"}
		}
		if made.PaymentIntent == nil || order.PaymentIntentID == nil || made.PaymentIntent.ID != *order.PaymentIntentID {
			return &models.Mismatch{Order: order.ID, What: "refund's payment"}
		}
	} else if err := p.importRefund(ctx, made, eventID); err != nil {
		return err
	}
	err := p.store.RecordRefund(ctx, id, made.ID, refundState(made.Status), string(made.FailureReason), eventID)
	if errors.Is(err, models.ErrNotFound) {
		return errNotOurs
	}
	return err
}

// importRefund takes over a refund that somebody made in Stripe's dashboard, so that the order tells of it.
func (p *Payments) importRefund(ctx context.Context, made *stripe.Refund, eventID *string) error {
	if made.PaymentIntent == nil {
		return errNotOurs
	}
	order, err := p.paidOrder(ctx, made.PaymentIntent, made.Charge)
	if err != nil {
		return err
	}
	if string(made.Currency) != order.Currency {
		return &models.Mismatch{Order: order.ID, What: "refund's currency"}
	}
	if of := made.Metadata["order"]; of != "" && of != order.ID {
		return &models.Mismatch{Order: order.ID, What: "refund's order"}
	}
	err = p.store.ImportRefund(ctx, order, made.Metadata["refund"], made.ID, made.Amount, eventID)
	if errors.Is(err, models.ErrChanged) {
		return errNotOurs // one that is asked for here is on its way to be found the same
	}
	return err
}

// refundState is our word for Stripe's.
func refundState(status stripe.RefundStatus) string {
	switch status {
	case stripe.RefundStatusSucceeded:
		return "succeeded"
	case stripe.RefundStatusFailed:
		return "failed"
	case stripe.RefundStatusCanceled:
		return "cancelled"
	}
	return "pending"
}
