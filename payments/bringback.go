package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// restoredMargin is how far before the backup Stripe is asked: whoever began to pay then may have paid after it.
const restoredMargin = 25 * time.Hour

// BringBack fetches from Stripe what an installation that was restored from a backup lacks, before it serves anybody:
// how the orders ended that waited in the backup, the orders that were placed after it, their refunds, and what else
// Stripe tells of that time. Nobody is written to: people were told when it happened. It may be cut off and done again.
func (p *Payments) BringBack(ctx context.Context) error {
	from, err := p.store.RestoredFrom(ctx)
	if err != nil || from.IsZero() {
		return err
	}
	p.log.WarnContext(ctx, "payments: bringing back what the backup lacks", "from", from)
	quiet := *p
	quiet.store = p.store.Quiet()
	for _, step := range []struct {
		what string
		do   func(context.Context, time.Time) error
	}{{"orders that waited", quiet.followAll}, {"lost orders", quiet.rebuildOrders}, {"refunds", quiet.refetchRefunds}, {"events", quiet.refetchEvents}} {
		if err := step.do(ctx, from); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return p.store.BroughtBack(ctx)
}

// followAll asks about each order that waited in the backup.
func (p *Payments) followAll(ctx context.Context, _ time.Time) error {
	after := ""
	for {
		orders, err := p.store.PendingOrders(ctx, p.store.Now(), after, ordersAtOnce)
		if err != nil || len(orders) == 0 {
			return err
		}
		for _, order := range orders {
			after = order.ID
			if err := p.told(ctx, &order, p.follow(ctx, &order)); err != nil {
				return err
			}
		}
	}
}

// lostPayment is a payment at Stripe whose order is not here.
type lostPayment struct {
	charge  *stripe.Charge
	began   int64
	rebuild func(context.Context) error
}

func (l lostPayment) wentBack() bool {
	return l.charge != nil && l.charge.Amount > 0 && l.charge.AmountRefunded == l.charge.Amount
}

func (l lostPayment) paidAt() time.Time { return paidAt(l.charge, l.began) }

// rebuildOrders writes the orders again that Stripe has a session or a kept card's payment of and that are not here, in
// the order in which they were paid. Those whose money went back whole come last: they may have been paid when the goods
// were gone, and must not take them from somebody now.
func (p *Payments) rebuildOrders(ctx context.Context, from time.Time) error {
	lost, err := p.lostSessions(ctx, from)
	if err != nil {
		return err
	}
	byCard, err := p.lostIntents(ctx, from)
	if err != nil {
		return err
	}
	lost = append(lost, byCard...)
	slices.SortStableFunc(lost, func(a, b lostPayment) int {
		if x, y := a.wentBack(), b.wentBack(); x != y {
			return map[bool]int{true: 1, false: -1}[x]
		}
		return a.paidAt().Compare(b.paidAt())
	})
	for _, one := range lost {
		if err := one.rebuild(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *Payments) lostSessions(ctx context.Context, from time.Time) (lost []lostPayment, err error) {
	params := &stripe.CheckoutSessionListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Add(-restoredMargin).Unix()}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.CheckoutSessions.List(params)
	for list.Next() {
		found := list.CheckoutSession()
		if found.Metadata["order"] == "" || found.Metadata["row"] == "" || found.Mode != stripe.CheckoutSessionModePayment || found.Status == stripe.CheckoutSessionStatusExpired {
			continue
		}
		if order, err := p.store.Order(ctx, found.Metadata["order"]); err == nil && (order.SessionID != nil || order.Payment != "pending") {
			continue
		} else if err != nil && !errors.Is(err, models.ErrNotFound) {
			return nil, err
		} // one that was written down just before the backup lacks its session alone
		session, err := p.fetchSession(ctx, found.ID)
		if err != nil {
			return nil, err
		}
		lost = append(lost, lostPayment{chargeOf(session), session.Created, func(ctx context.Context) error { return p.rebuildOrder(ctx, session) }})
	}
	return lost, failed("list sessions", list.Err())
}

func chargeOf(session *stripe.CheckoutSession) *stripe.Charge {
	if session.PaymentIntent == nil {
		return nil
	}
	return session.PaymentIntent.LatestCharge
}

func paidAt(charge *stripe.Charge, began int64) time.Time {
	if charge != nil && charge.Created > 0 {
		return time.Unix(charge.Created, 0).UTC()
	}
	return time.Unix(began, 0).UTC()
}

func (p *Payments) rebuildOrder(ctx context.Context, session *stripe.CheckoutSession) error {
	lost := models.Lost{
		ID: session.Metadata["order"], ShopID: session.Metadata["shop"], Frozen: session.Metadata["row"], Token: tokenOf(session), Email: session.CustomerEmail, Language: session.Locale,
		Currency: string(session.Currency), Livemode: session.Livemode, SessionID: session.ID, CreatedAt: time.Unix(session.Created, 0), ExpiresAt: time.Unix(session.ExpiresAt, 0),
		StripeAccount: session.Metadata["account"], OnBehalfOf: p.set.OnBehalfOf,
	}
	if lost.Email == "" && session.CustomerDetails != nil {
		lost.Email = session.CustomerDetails.Email
	}
	if intent := session.PaymentIntent; intent != nil {
		lost.ApplicationFee, lost.OnBehalfOf = intent.ApplicationFeeAmount, intent.OnBehalfOf != nil
		if intent.TransferData != nil && intent.TransferData.Destination != nil {
			lost.StripeAccount = intent.TransferData.Destination.ID
		}
	} else {
		return nil // nobody began to pay, and nobody has it in hand: the buyer presses Buy again
	}
	return p.rebuilt(ctx, lost, func(*models.Order) error {
		return p.applySession(ctx, session, paidAt(chargeOf(session), session.Created), nil)
	})
}

// rebuilt writes a lost order again and settles it.
func (p *Payments) rebuilt(ctx context.Context, lost models.Lost, settle func(*models.Order) error) error {
	order, err := p.store.Rebuild(ctx, lost)
	switch {
	case errors.Is(err, models.ErrChanged):
	case errors.Is(err, models.ErrNotFound):
		// Its offer was made after the backup: the event of its payment fails, and stands in the admin's list.
		p.log.ErrorContext(ctx, "payments: an order cannot be brought back, its offer is not here", "order", lost.ID, "session", lost.SessionID)
		return nil
	case err != nil:
		return err
	}
	err = settle(order)
	var mismatch *models.Mismatch
	if errors.As(err, &mismatch) {
		p.log.ErrorContext(ctx, "payments: an order that was brought back does not fit", "order", lost.ID, "error", err)
		return nil
	}
	return err
}

// tokenOf is the secret of the buyer's address, which the way back from Stripe's page holds.
func tokenOf(session *stripe.CheckoutSession) string {
	_, rest, found := strings.Cut(session.SuccessURL, "/orders/")
	if !found {
		return ""
	}
	token, _, _ := strings.Cut(rest, "?")
	return token
}

// refetchRefunds takes over the refunds of that time.
func (p *Payments) refetchRefunds(ctx context.Context, from time.Time) error {
	params := &stripe.RefundListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Add(-restoredMargin).Unix()}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.Refunds.List(params)
	for list.Next() {
		refund := list.Refund()
		var mismatch *models.Mismatch
		switch err := p.keepRefund(ctx, refund, nil); {
		case err == nil, errors.Is(err, errNotOurs):
		case errors.As(err, &mismatch), errors.Is(err, errNotPaidYet): // one refund keeps nobody from selling
			p.log.ErrorContext(ctx, "payments: a refund that was brought back does not fit", "refund", refund.ID, "error", err)
		default:
			return err
		}
	}
	return failed("list refunds", list.Err())
}

// refetchEvents keeps and applies all events since the backup, also those that were delivered: they were lost with it.
func (p *Payments) refetchEvents(ctx context.Context, from time.Time) error {
	if err := p.relistEvents(ctx, "", from); err != nil {
		return err
	}
	after := ""
	for {
		shops, err := p.store.ActiveShops(ctx, time.Time{}, after, shopsAtOnce)
		if err != nil {
			return err
		}
		for _, shop := range shops {
			after = shop.ID
			if err := p.relistEvents(ctx, *shop.StripeAccount, from); err != nil {
				return err
			}
		}
		if len(shops) < shopsAtOnce {
			break
		}
	}
	for {
		if n, err := p.Drain(ctx); err != nil || n == 0 {
			return err
		}
	}
}

func (p *Payments) relistEvents(ctx context.Context, account string, from time.Time) error {
	return p.keepEvents(ctx, account, &stripe.EventListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Add(-eventsMargin).Unix()}})
}
