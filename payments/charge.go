package payments

import (
	"context"
	"errors"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// errNoFeeYet makes the job try again later: Stripe books a charge a moment after it was made.
var errNoFeeYet = errors.New("payments: Stripe has not booked the charge yet")

// readCharge keeps the card and Stripe's fee of a paid order.
func (p *Payments) readCharge(ctx context.Context, job models.ReadCharge) error {
	order, err := p.store.Order(ctx, job.OrderID)
	if err != nil || order.PaymentIntentID == nil || order.ChargeID != nil && order.StripeFee != nil {
		return err
	}
	params := &stripe.PaymentIntentParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"latest_charge.balance_transaction", "latest_charge.transfer"})}
	intent, err := p.stripe.PaymentIntents.Get(*order.PaymentIntentID, params)
	if err != nil {
		return failed("fetch a payment", err)
	}
	if err := fitsIntent(order, intent); err != nil {
		// The money is where it is; an admin has to see that it is not where the order says.
		p.log.ErrorContext(ctx, "payments: a payment does not fit its order", "order", order.ID, "error", err)
	}
	charge := intent.LatestCharge
	if charge == nil {
		return errNoFeeYet
	}
	kept := models.Charge{ID: charge.ID, Card: cardOf(charge), Fingerprint: fingerprintOf(charge)}
	booking := charge.BalanceTransaction
	if booking != nil && string(booking.Currency) == order.Currency {
		fee := feeOf(booking)
		kept.StripeFee = &fee
	}
	if err := p.store.RecordCharge(ctx, order, kept); err != nil {
		return err
	}
	if arrival := arrivalBy(charge); arrival != "" {
		if err := p.store.RecordArrival(ctx, order, arrival); err != nil {
			return err
		}
	}
	if booking == nil {
		return errNoFeeYet
	}
	return nil
}

// arrivalBy is the payment by which a charge's money arrived on the shop's account.
func arrivalBy(charge *stripe.Charge) string {
	if charge.Transfer == nil || charge.Transfer.DestinationPayment == nil {
		return ""
	}
	return charge.Transfer.DestinationPayment.ID
}

// ChargeOf is the charge of a paid order, read now where it is not kept yet; "" where there is none.
func (p *Payments) ChargeOf(ctx context.Context, order *models.Order) (string, error) {
	if order.ChargeID == nil {
		if err := p.readCharge(ctx, models.ReadCharge{OrderID: order.ID}); err != nil && !errors.Is(err, errNoFeeYet) {
			return "", err
		}
		fresh, err := p.store.Order(ctx, order.ID)
		if err != nil || fresh.ChargeID == nil {
			return "", err
		}
		order = fresh
	}
	return *order.ChargeID, nil
}

// feeOf is what Stripe takes of a booking, its taxes included, without what is ours.
func feeOf(booking *stripe.BalanceTransaction) int64 {
	fee := booking.Fee
	for _, part := range booking.FeeDetails {
		if part.Type == "application_fee" {
			fee -= part.Amount
		}
	}
	return fee
}

// fingerprintOf is the same for one card whoever holds it out; "" for other means.
func fingerprintOf(charge *stripe.Charge) string {
	if means := charge.PaymentMethodDetails; means != nil && means.Card != nil {
		return means.Card.Fingerprint
	}
	return ""
}

// cardOf is the brand and the last four digits, or the kind of another means of payment.
func cardOf(charge *stripe.Charge) string {
	means := charge.PaymentMethodDetails
	switch {
	case means == nil:
		return ""
	case means.Card != nil:
		return string(means.Card.Brand) + " " + means.Card.Last4
	}
	return string(means.Type)
}
