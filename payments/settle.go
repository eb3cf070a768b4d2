package payments

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// errNotOurs says that Stripe tells of something that this Tillbird did not make.
var errNotOurs = errors.New("not an order of this Tillbird")

// Settle asks Stripe about an order's checkout and applies what it says. It may run beside the event that says the
// same: the order is settled once.
func (p *Payments) Settle(ctx context.Context, order *models.Order) error {
	if order.SessionID == nil || order.WasPaid() {
		return nil
	}
	session, err := p.fetchSession(ctx, *order.SessionID)
	if err != nil {
		return err
	}
	return p.applySession(ctx, session, p.store.Now(), nil)
}

// applySession moves the order of a fetched session to where the session is. at is the time of the payment where the
// session's charge does not tell.
func (p *Payments) applySession(ctx context.Context, session *stripe.CheckoutSession, at time.Time, eventID *string) error {
	order, err := p.orderOf(ctx, session)
	if err != nil {
		return err
	}
	switch {
	case session.Status == stripe.CheckoutSessionStatusExpired:
		return p.expireOrder(ctx, order, session, eventID)
	case session.Status != stripe.CheckoutSessionStatusComplete:
		return nil
	case session.PaymentStatus != stripe.CheckoutSessionPaymentStatusUnpaid:
		if intent := session.PaymentIntent; intent != nil && intent.LatestCharge != nil && intent.LatestCharge.Created > 0 {
			at = time.Unix(intent.LatestCharge.Created, 0).UTC()
		}
		_, err := p.settle(ctx, order, session, at, eventID)
		return err
	case session.PaymentIntent != nil && (session.PaymentIntent.Status == stripe.PaymentIntentStatusRequiresPaymentMethod || session.PaymentIntent.Status == stripe.PaymentIntentStatusCanceled):
		return p.failOrder(ctx, order, session, eventID)
	}
	return nil // complete, and the bank is still at it
}

// orderOf finds the order of a session: by the session, else by the name that we gave it. errNotOurs where it has none.
func (p *Payments) orderOf(ctx context.Context, session *stripe.CheckoutSession) (*models.Order, error) {
	order, err := p.store.OrderBySession(ctx, session.ID)
	if errors.Is(err, models.ErrNotFound) {
		return p.namedOrder(ctx, session.Metadata)
	}
	if err == nil && (session.ClientReferenceID != "" && session.ClientReferenceID != order.ID || session.Metadata["shop"] != "" && session.Metadata["shop"] != order.ShopID) {
		return nil, &models.Mismatch{Order: order.ID, What: "name"}
	}
	if err == nil && session.Mode != stripe.CheckoutSessionModePayment {
		return nil, &models.Mismatch{Order: order.ID, What: "mode"}
	}
	return order, err
}

// namedOrder finds the order that metadata names.
func (p *Payments) namedOrder(ctx context.Context, names map[string]string) (*models.Order, error) {
	if names["order"] == "" {
		return nil, errNotOurs
	}
	order, err := p.store.Order(ctx, names["order"])
	switch {
	case errors.Is(err, models.ErrNotFound):
		return nil, errNotOurs
	case err == nil && names["shop"] != order.ShopID:
		return nil, &models.Mismatch{Order: order.ID, What: "shop"}
	}
	return order, err
}

// settle writes a proven payment down.
func (p *Payments) settle(ctx context.Context, order *models.Order, session *stripe.CheckoutSession, at time.Time, eventID *string) (settled bool, err error) {
	payment := models.Payment{
		SessionID: session.ID, Amount: session.AmountTotal, Currency: string(session.Currency), Livemode: session.Livemode, At: at, EventID: eventID,
	}
	if parts := session.TotalDetails; parts != nil {
		payment.Discount, payment.Shipping, payment.Tax = parts.AmountDiscount, parts.AmountShipping, parts.AmountTax
	}
	if session.PaymentIntent != nil {
		payment.PaymentIntentID = session.PaymentIntent.ID
		if err := fitsIntent(order, session.PaymentIntent); err != nil {
			return false, err
		}
	}
	payment.BuyerName, payment.Address = buyerOf(session)
	settled, err = p.store.SettleOrder(ctx, order.ID, payment)
	if settled {
		p.at("order.settled")
	}
	return settled, err
}

// fitsIntent compares what a payment intent says with what its order says; of an intent that came as an id alone, there
// is nothing to compare.
func fitsIntent(order *models.Order, intent *stripe.PaymentIntent) error {
	what := ""
	switch {
	case intent.Object == "":
	case !fitsAmount(order, intent.Amount):
		what = "amount"
	case string(intent.Currency) != order.Currency:
		what = "currency"
	case intent.Livemode != order.Livemode:
		what = "livemode"
	case intent.TransferData == nil || intent.TransferData.Destination == nil || intent.TransferData.Destination.ID != order.StripeAccount:
		what = "account"
	case intent.ApplicationFeeAmount != order.ApplicationFee:
		what = "application fee"
	case order.OnBehalfOf != (intent.OnBehalfOf != nil && intent.OnBehalfOf.ID == order.StripeAccount):
		what = "merchant of record"
	}
	if what == "" {
		return nil
	}
	return &models.Mismatch{Order: order.ID, What: what}
}

// fitsAmount compares what is charged with the order's total. Tax that comes on top is told with the session alone: until
// that is written down, a payment's amount may be more.
func fitsAmount(order *models.Order, amount int64) bool {
	return amount == order.Total || order.TaxMode == "exclusive" && !order.WasPaid() && amount > order.Total
}

// fitsSession compares the session that ends an order with the order's own.
func (p *Payments) fitsSession(ctx context.Context, order *models.Order, session *stripe.CheckoutSession) error {
	if order.Livemode != session.Livemode {
		return &models.Mismatch{Order: order.ID, What: "livemode"}
	}
	if order.SessionID == nil {
		if err := p.store.RecordSession(ctx, order, session.ID); err != nil && !errors.Is(err, models.ErrChanged) {
			return err
		} else if err == nil {
			order.SessionID = &session.ID
		}
	}
	if order.SessionID == nil || *order.SessionID != session.ID {
		return &models.Mismatch{Order: order.ID, What: "session"}
	}
	return nil
}

func (p *Payments) expireOrder(ctx context.Context, order *models.Order, session *stripe.CheckoutSession, eventID *string) error {
	if err := p.fitsSession(ctx, order, session); err != nil {
		return err
	}
	ctx, cancel := kept(ctx)
	defer cancel()
	return p.store.ExpireOrder(ctx, order, eventID)
}

func (p *Payments) failOrder(ctx context.Context, order *models.Order, session *stripe.CheckoutSession, eventID *string) error {
	if err := p.fitsSession(ctx, order, session); err != nil {
		return err
	}
	ctx, cancel := kept(ctx)
	defer cancel()
	return p.store.FailOrder(ctx, order, eventID)
}

// buyerOf gives the name and, where one was asked for, the address in lines.
func buyerOf(session *stripe.CheckoutSession) (name, address string) {
	if details := session.CustomerDetails; details != nil {
		name = details.Name
	}
	shipping := session.ShippingDetails
	if shipping == nil {
		return name, ""
	}
	if shipping.Name != "" {
		name = shipping.Name
	}
	a := shipping.Address
	if a == nil {
		return name, ""
	}
	var lines []string
	for _, line := range []string{a.Line1, a.Line2, strings.TrimSpace(a.PostalCode + " " + a.City), a.State, a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return name, strings.Join(lines, "\n")
}
