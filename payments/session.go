package payments

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// openSession makes the order's Checkout session, or learns the one that an earlier call made, and gives its address.
// All of what it sends comes from rows that do not change, so that the key fits each time.
func (p *Payments) openSession(ctx context.Context, order *models.Order) (url string, err error) {
	params, err := p.sessionParams(ctx, order)
	if err != nil {
		return "", err
	}
	if err := p.makeCoupon(ctx, order); err != nil {
		return "", err
	}
	session, err := p.stripe.CheckoutSessions.New(params)
	if err != nil {
		return "", failed("make a session", err)
	}
	ctx, cancel := kept(ctx)
	defer cancel()
	p.at("session.created")
	if err := p.store.RecordSession(ctx, order, session.ID); err != nil {
		return "", err
	}
	order.SessionID = &session.ID
	p.at("session.recorded")
	return session.URL, nil
}

func (p *Payments) sessionParams(ctx context.Context, order *models.Order) (*stripe.CheckoutSessionParams, error) {
	view, err := p.store.OrderView(ctx, order)
	if err != nil {
		return nil, err
	}
	shop, err := p.store.ShopOf(ctx, order.ShopID)
	if err != nil {
		return nil, err
	}
	token, err := p.store.OrderToken(order)
	if err != nil {
		return nil, err
	}
	address := p.set.BaseURL + "/orders/" + token
	product := &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String(view.Title())}
	if view.Picture != nil && p.set.PictureURL != nil && strings.HasPrefix(p.set.BaseURL, "https://") {
		product.Images = []*string{stripe.String(p.set.PictureURL(view.Picture))}
	}
	params := &stripe.CheckoutSessionParams{
		Params:            keyed(ctx, "order-%s-session-1", order.ID),
		Mode:              stripe.String(string(stripe.CheckoutSessionModePayment)),
		SuccessURL:        stripe.String(address + "?paid=1"),
		CancelURL:         stripe.String(address),
		ClientReferenceID: stripe.String(order.ID),
		CustomerEmail:     stripe.String(order.Email),
		ExpiresAt:         stripe.Int64(order.ExpiresAt.Unix()),
		Locale:            stripe.String(order.Language),
		Metadata:          namesOf(order),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{
			Quantity: stripe.Int64(order.Quantity),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency: stripe.String(order.Currency), UnitAmount: stripe.Int64(order.Items / order.Quantity), ProductData: product,
			},
		}},
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{
			Description:  stripe.String(fmt.Sprintf("%s #%d", shop.Handle, order.Number)),
			Metadata:     namesOf(order),
			TransferData: &stripe.CheckoutSessionPaymentIntentDataTransferDataParams{Destination: stripe.String(order.StripeAccount)},
		},
	}
	if row := order.Frozen(); row != "" {
		params.Metadata["row"] = row // should the order's row be lost with a disk, it is written again from this
	}
	if order.ApplicationFee > 0 {
		params.PaymentIntentData.ApplicationFeeAmount = stripe.Int64(order.ApplicationFee)
	}
	if order.OnBehalfOf {
		params.PaymentIntentData.OnBehalfOf = stripe.String(order.StripeAccount)
	}
	if view.Version.Fulfilment == "ship" {
		shipTo(params, order)
	}
	if order.Discount > 0 {
		params.Discounts = []*stripe.CheckoutSessionDiscountParams{{Coupon: stripe.String(couponOf(order))}}
	}
	if order.TaxMode != "off" {
		taxOn(params, order)
	}
	return params, nil
}

// namesOf is the metadata by which everything that Stripe makes of an order names it.
func namesOf(order *models.Order) map[string]string {
	return map[string]string{"order": order.ID, "shop": order.ShopID}
}

// fetchSession asks for a session with its payment and charge.
func (p *Payments) fetchSession(ctx context.Context, id string) (*stripe.CheckoutSession, error) {
	params := &stripe.CheckoutSessionParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"payment_intent.latest_charge"})}
	session, err := p.stripe.CheckoutSessions.Get(id, params)
	if err != nil {
		return nil, failed("fetch a session", err)
	}
	return session, nil
}

// expireSession asks Stripe to let nobody pay any more.
func (p *Payments) expireSession(ctx context.Context, order *models.Order) (*stripe.CheckoutSession, error) {
	session, err := p.stripe.CheckoutSessions.Expire(*order.SessionID, &stripe.CheckoutSessionExpireParams{Params: keyed(ctx, "order-%s-expire", order.ID)})
	if err != nil {
		return nil, failed("expire a session", err)
	}
	return session, nil
}

// lookForSession searches the sessions of the order's own minutes for one that names it. Where there is none the order
// is refused: nobody can pay it.
func (p *Payments) lookForSession(ctx context.Context, order *models.Order) error {
	const margin = 5 * time.Minute // for clocks that differ
	params := &stripe.CheckoutSessionListParams{CreatedRange: &stripe.RangeQueryParams{
		GreaterThanOrEqual: order.CreatedAt.Add(-margin).Unix(), LesserThanOrEqual: order.ExpiresAt.Add(margin).Unix(),
	}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.CheckoutSessions.List(params)
	for list.Next() {
		if found := list.CheckoutSession(); found.ClientReferenceID == order.ID {
			return p.store.RecordSession(ctx, order, found.ID)
		}
	}
	if err := failed("look for a session", list.Err()); err != nil {
		return err
	}
	return p.store.RefuseOrder(ctx, order, "no_session")
}
