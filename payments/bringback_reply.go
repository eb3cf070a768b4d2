package payments

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// lostIntents lists what kept cards paid for orders by reply that are not here, or that wait here for a word which they
// had. A checkout's own payment carries no row: its session tells of it.
func (p *Payments) lostIntents(ctx context.Context, from time.Time) (lost []lostPayment, err error) {
	params := &stripe.PaymentIntentListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Add(-restoredMargin).Unix()}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.PaymentIntents.List(params)
	for list.Next() {
		found := list.PaymentIntent()
		if found.Metadata["order"] == "" || found.Metadata["row"] == "" || found.Status != stripe.PaymentIntentStatusSucceeded {
			continue
		}
		if order, err := p.store.Order(ctx, found.Metadata["order"]); err == nil && order.PaidAt != nil {
			continue
		} else if err != nil && !errors.Is(err, models.ErrNotFound) {
			return nil, err
		}
		intent, err := p.fetchIntent(ctx, found.ID)
		if err != nil {
			return nil, err
		}
		lost = append(lost, lostPayment{intent.LatestCharge, intent.Created, func(ctx context.Context) error { return p.rebuildReply(ctx, intent) }})
	}
	return lost, failed("list payments", list.Err())
}

// rebuildReply writes an order by reply again from its payment, or gives one that is here the word that it was paid on.
func (p *Payments) rebuildReply(ctx context.Context, intent *stripe.PaymentIntent) error {
	if order, err := p.store.Order(ctx, intent.Metadata["order"]); err == nil {
		return p.applyIntent(ctx, order, intent, nil)
	}
	lost := models.Lost{
		ID: intent.Metadata["order"], ShopID: intent.Metadata["shop"], Frozen: intent.Metadata["row"], Currency: string(intent.Currency), Livemode: intent.Livemode,
		CreatedAt: time.Unix(intent.Created, 0), ExpiresAt: time.Unix(intent.Created, 0), ApplicationFee: intent.ApplicationFeeAmount, OnBehalfOf: intent.OnBehalfOf != nil,
		Word: models.ReadWord(intent.Metadata["confirmed"]),
	}
	if intent.TransferData != nil && intent.TransferData.Destination != nil {
		lost.StripeAccount = intent.TransferData.Destination.ID
	}
	if intent.PaymentMethod != nil {
		lost.Method = intent.PaymentMethod.ID
	}
	if to := intent.Shipping; to != nil && to.Address != nil {
		lost.BuyerName, lost.Address = to.Name, linesOf(to.Address)
	}
	if intent.Customer != nil {
		customer, err := p.stripe.Customers.Get(intent.Customer.ID, &stripe.CustomerParams{Params: asking(ctx)})
		if err != nil {
			return failed("fetch a customer", err)
		}
		lost.Customer, lost.Email = customer.ID, customer.Email
		if len(customer.PreferredLocales) > 0 {
			lost.Language = customer.PreferredLocales[0]
		}
	}
	return p.rebuilt(ctx, lost, func(order *models.Order) error { return p.applyIntent(ctx, order, intent, nil) })
}

// parcelTo is where an order by reply goes, for Stripe: the fan's own lines, the first apart from the others.
func parcelTo(order *models.Order) *stripe.ShippingDetailsParams {
	first, rest, _ := strings.Cut(order.Address, "\n")
	return &stripe.ShippingDetailsParams{Name: stripe.String(order.BuyerName), Address: &stripe.AddressParams{
		Line1: stripe.String(first), Line2: stripe.String(strings.ReplaceAll(rest, "\n", ", ")),
	}}
}

func linesOf(address *stripe.Address) string {
	return strings.TrimSpace(address.Line1 + "\n" + strings.ReplaceAll(address.Line2, ", ", "\n"))
}
