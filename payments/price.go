package payments

import (
	"context"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// couponOf is the name of an order's coupon at Stripe: made of the order's own, so that making it twice is one coupon.
func couponOf(order *models.Order) string { return "order-" + order.ID }

// makeCoupon tells Stripe of an order's discount, so that the buyer sees the code's name and the amount on the hosted
// page. Each order has its own, good once: how many may have the discount is counted here.
func (p *Payments) makeCoupon(ctx context.Context, order *models.Order) error {
	if order.Discount == 0 {
		return nil
	}
	_, err := p.stripe.Coupons.New(&stripe.CouponParams{
		Params: keyed(ctx, "order-%s-coupon-1", order.ID), ID: stripe.String(couponOf(order)), Name: stripe.String(couponName(order.Code)), Metadata: namesOf(order),
		AmountOff: stripe.Int64(order.Discount), Currency: stripe.String(order.Currency), Duration: stripe.String(string(stripe.CouponDurationOnce)), MaxRedemptions: stripe.Int64(1),
	})
	if code(err) == stripe.ErrorCodeResourceAlreadyExists { // an earlier call made it, and its key is forgotten
		return nil
	}
	return failed("make a coupon", err)
}

// couponName is a code as far as Stripe keeps a coupon's name.
func couponName(code string) string {
	letters := []rune(code)
	return string(letters[:min(len(letters), 40)])
}

// shipTo has Checkout ask for an address: in the one country that the order was priced for, at its one rate, or, where the
// shop has set no rates, in any that a parcel can go to.
func shipTo(params *stripe.CheckoutSessionParams, order *models.Order) {
	countries := models.ShipCountries
	if order.ShipTo != "" {
		countries = []string{order.ShipTo}
		rate := &stripe.CheckoutSessionShippingOptionShippingRateDataParams{
			DisplayName: stripe.String(shippingNames[order.Language]), Type: stripe.String("fixed_amount"),
			FixedAmount: &stripe.CheckoutSessionShippingOptionShippingRateDataFixedAmountParams{Amount: stripe.Int64(order.Shipping), Currency: stripe.String(order.Currency)},
		}
		if order.TaxMode != "off" {
			rate.TaxBehavior = stripe.String(order.TaxMode)
		}
		params.ShippingOptions = []*stripe.CheckoutSessionShippingOptionParams{{ShippingRateData: rate}}
	}
	params.ShippingAddressCollection = &stripe.CheckoutSessionShippingAddressCollectionParams{AllowedCountries: stripe.StringSlice(countries)}
}

// shippingNames stand on Stripe's page beside the rate, in the buyer's language.
var shippingNames = map[string]string{"en": "Delivery", "fr": "Livraison"}

// taxOn has Stripe count the tax, within the prices or on top of them. The merchant of record owes it: its registrations
// decide what is due where.
//
// (open) Stripe Tax must be set up for that account; where it is not, Stripe refuses the session and the buyer is told
// that nothing was charged.
func taxOn(params *stripe.CheckoutSessionParams, order *models.Order) {
	params.LineItems[0].PriceData.TaxBehavior = stripe.String(order.TaxMode)
	liability := &stripe.CheckoutSessionAutomaticTaxLiabilityParams{Type: stripe.String(string(stripe.CheckoutSessionAutomaticTaxLiabilityTypeSelf))}
	if order.OnBehalfOf {
		liability.Type = stripe.String(string(stripe.CheckoutSessionAutomaticTaxLiabilityTypeAccount))
		liability.Account = stripe.String(order.StripeAccount)
	}
	params.AutomaticTax = &stripe.CheckoutSessionAutomaticTaxParams{Enabled: stripe.Bool(true), Liability: liability}
}
