package payments

import (
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// session gives the session of an event: as signed, or fetched where the event is of another API version.
func (r *round) session(ctx context.Context, n news) (*stripe.CheckoutSession, *models.Order, error) {
	session := &stripe.CheckoutSession{}
	err := n.read(session)
	if err == nil && n.foreign {
		session, err = r.fetchSession(ctx, session.ID)
	}
	if err != nil {
		return nil, nil, err
	}
	order, err := r.orderOf(ctx, session)
	return session, order, err
}

func (r *round) sessionPaid(ctx context.Context, n news) (models.EventResult, error) {
	session, order, err := r.session(ctx, n)
	if errors.Is(err, errNotOurs) && session.Mode == stripe.CheckoutSessionModeSetup {
		return r.cardVisited(ctx, session)
	}
	if errors.Is(err, errNotOurs) && session.Metadata["order"] != "" {
		return models.EventResult{}, &models.Unfit{Why: "it names order " + session.Metadata["order"] + ", which is not here"}
	}
	if err != nil {
		return notOurs(err)
	}
	if session.PaymentStatus == stripe.CheckoutSessionPaymentStatusUnpaid {
		return about(order, "waits for the bank"), nil
	}
	settled, err := r.settle(ctx, order, session, time.Unix(n.Created, 0).UTC(), &n.kept.ID)
	if err != nil {
		return models.EventResult{}, err
	}
	if !settled {
		return about(order, "the order was paid already"), nil
	}
	return about(order, "the order is paid"), nil
}

func (r *round) sessionFailed(ctx context.Context, n news) (models.EventResult, error) {
	session, order, err := r.session(ctx, n)
	if err != nil {
		return notOurs(err)
	}
	return about(order, "the payment failed"), r.failOrder(ctx, order, session, &n.kept.ID)
}

func (r *round) sessionExpired(ctx context.Context, n news) (models.EventResult, error) {
	session, order, err := r.session(ctx, n)
	if errors.Is(err, errNotOurs) && session.Mode == stripe.CheckoutSessionModeSetup {
		return r.cardVisited(ctx, session)
	}
	if err != nil {
		return notOurs(err)
	}
	return about(order, "the checkout is over"), r.expireOrder(ctx, order, session, &n.kept.ID)
}

// declined notes a refused card. The buyer may try another, so nothing else follows.
func (r *round) declined(ctx context.Context, n news) (models.EventResult, error) {
	var intent stripe.PaymentIntent
	if err := n.read(&intent); err != nil {
		return models.EventResult{}, err
	}
	order, err := r.namedOrder(ctx, intent.Metadata)
	if err == nil && !n.foreign {
		err = fitsIntent(order, &intent)
	}
	if err != nil {
		return notOurs(err)
	}
	why := ""
	if e := intent.LastPaymentError; e != nil {
		if why = string(e.DeclineCode); why == "" {
			why = string(e.Code)
		}
	}
	return about(order, "the card was declined"), r.store.NoteDecline(ctx, order, why, &n.kept.ID)
}

// charged keeps the card of a payment. Before the order is settled there is nothing to keep it with; it is read then.
func (r *round) charged(ctx context.Context, n news) (models.EventResult, error) {
	var charge stripe.Charge
	if err := n.read(&charge); err != nil {
		return models.EventResult{}, err
	}
	order, err := r.chargedOrder(ctx, &charge)
	switch {
	case err != nil:
		return notOurs(err)
	case n.foreign:
		return about(order, "is read when the order is paid"), nil
	case !fitsAmount(order, charge.Amount) || string(charge.Currency) != order.Currency:
		return models.EventResult{}, &models.Mismatch{Order: order.ID, What: "amount"}
	case charge.TransferData == nil || charge.TransferData.Destination == nil || charge.TransferData.Destination.ID != order.StripeAccount:
		return models.EventResult{}, &models.Mismatch{Order: order.ID, What: "account"}
	case !order.WasPaid() || !charge.Paid:
		return about(order, "is read when the order is paid"), nil
	}
	return about(order, "the charge is kept"), r.store.RecordCharge(ctx, order, models.Charge{ID: charge.ID, Card: cardOf(&charge), Fingerprint: fingerprintOf(&charge)})
}

// chargedOrder finds the order of a charge by its payment, else by the name that it has from its payment.
func (r *round) chargedOrder(ctx context.Context, charge *stripe.Charge) (*models.Order, error) {
	if charge.PaymentIntent == nil {
		return nil, errNotOurs
	}
	order, err := r.store.OrderByIntent(ctx, charge.PaymentIntent.ID)
	if errors.Is(err, models.ErrNotFound) {
		return r.namedOrder(ctx, charge.Metadata)
	}
	return order, err
}

// chargeRefunded asks what refunds the charge has: the charge itself does not tell.
func (r *round) chargeRefunded(ctx context.Context, n news) (models.EventResult, error) {
	var charge stripe.Charge
	if err := n.read(&charge); err != nil {
		return models.EventResult{}, err
	}
	order, err := r.chargedOrder(ctx, &charge)
	if err != nil {
		return notOurs(err)
	}
	refunds, known := r.refunds[charge.PaymentIntent.ID]
	if !known {
		if refunds, err = r.refundsAt(ctx, charge.PaymentIntent.ID); err != nil {
			return models.EventResult{}, err
		}
		r.refunds[charge.PaymentIntent.ID] = refunds
	}
	result := about(order, "its refunds are kept")
	for _, refund := range refunds {
		err := r.keepRefund(ctx, refund, &n.kept.ID)
		if errors.Is(err, errNotOurs) {
			result.Outcome = madeAtStripe
		} else if err != nil {
			return models.EventResult{}, err
		}
	}
	return result, nil
}

// madeAtStripe is said of refunds that somebody made in Stripe's dashboard: they stand there and are not counted here.
const madeAtStripe = "holds a refund that was made at Stripe, not here"

func (r *round) refunded(ctx context.Context, n news) (models.EventResult, error) {
	refund := &stripe.Refund{}
	err := n.read(refund)
	if err == nil && n.foreign {
		refund, err = r.stripe.Refunds.Get(refund.ID, &stripe.RefundParams{Params: asking(ctx)})
		err = failed("fetch a refund", err)
	}
	if err != nil {
		return models.EventResult{}, err
	}
	result := models.EventResult{Outcome: "the refund is " + string(refund.Status)}
	if refund.PaymentIntent != nil {
		if order, err := r.store.OrderByIntent(ctx, refund.PaymentIntent.ID); err == nil {
			result = about(order, result.Outcome)
		}
	}
	if err := r.keepRefund(ctx, refund, &n.kept.ID); errors.Is(err, errNotOurs) {
		result.Ignored, result.Outcome = true, madeAtStripe
	} else if err != nil {
		return models.EventResult{}, err
	}
	return result, nil
}
