package payments

import (
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// fromOurSide looks for what our books have and Stripe's lack, when an account is read through.
func (r *reckoning) fromOurSide(ctx context.Context) error {
	if r.shop == nil {
		return errors.Join(r.ordersBooked(ctx), r.refundsBooked(ctx), r.disputesBooked(ctx))
	}
	return errors.Join(r.ordersBrought(ctx), r.payoutsAddUp(ctx))
}

// ordersBooked looks for paid orders whose charge is not in our own account's books.
func (r *reckoning) ordersBooked(ctx context.Context) error {
	for after := ""; ; {
		orders, err := r.store.Unbooked(ctx, r.run.From(), r.run.UntilAt, after, reconcileRows)
		if err != nil || len(orders) == 0 {
			return err
		}
		for i := range orders {
			if err := r.orderBooked(ctx, &orders[i]); err != nil {
				return err
			}
		}
		after = orders[len(orders)-1].ID
	}
}

func (r *reckoning) orderBooked(ctx context.Context, order *models.Order) error {
	if order.ChargeID == nil || order.StripeFee == nil {
		err := r.Payments.readCharge(ctx, models.ReadCharge{OrderID: order.ID})
		if err = r.soften(ctx, order.ID, err); err != nil && !errors.Is(err, errNoFeeYet) {
			return err
		}
		if order, err = r.store.Order(ctx, order.ID); err != nil {
			return err
		}
		if order.ChargeID != nil {
			r.step.Repaired++
		}
	}
	booked := false
	if order.ChargeID != nil {
		line, err := r.lineAbout(ctx, *order.ChargeID)
		if err != nil {
			return err
		}
		if line != nil {
			line.OrderID, line.ShopID = &order.ID, &order.ShopID
			r.step.Lines = append(r.step.Lines, *line)
			booked = true
		}
	}
	if !booked {
		r.differOf("charge_missing", order, order.ID, 0, order.Total, *order.PaidAt)
	}
	return nil
}

// refundsBooked looks for refunds that went through here and are not in our own account's books.
func (r *reckoning) refundsBooked(ctx context.Context) error {
	for after := ""; ; {
		refunds, err := r.store.UnbookedRefunds(ctx, r.run.From(), r.run.UntilAt, after, reconcileRows)
		if err != nil || len(refunds) == 0 {
			return err
		}
		for _, refund := range refunds {
			var line *models.BalanceLine
			if refund.StripeID != nil {
				if line, err = r.lineAbout(ctx, *refund.StripeID); err != nil {
					return err
				}
			}
			if line == nil {
				r.differ(models.Difference{Kind: "refund_missing", ShopID: &refund.ShopID, OrderID: &refund.OrderID, Object: refund.ID, Currency: refund.Currency, Ours: -refund.Amount}, refund.UpdatedAt)
				continue
			}
			line.OrderID, line.ShopID = &refund.OrderID, &refund.ShopID
			r.step.Lines = append(r.step.Lines, *line)
		}
		after = refunds[len(refunds)-1].ID
	}
}

// lineAbout asks for the line about a charge or refund; nil where there is none.
func (r *reckoning) lineAbout(ctx context.Context, source string) (*models.BalanceLine, error) {
	params := &stripe.BalanceTransactionListParams{Source: stripe.String(source)}
	params.Context, params.Limit, params.Single = ctx, stripe.Int64(1), true
	list := r.stripe.BalanceTransactions.List(params)
	if list.Next() {
		line := lineOf(list.BalanceTransaction())
		return &line, nil
	}
	err := failed("list balance transactions", list.Err())
	if errors.Is(err, ErrRefused) { // it knows no such source
		return nil, nil
	}
	return nil, err
}

// ordersBrought compares what each order of a shop brought by Stripe's books with what it brought by ours.
func (r *reckoning) ordersBrought(ctx context.Context) error {
	for after := ""; ; {
		booked, err := r.store.BookedOrders(ctx, r.run.Account, r.run.From(), r.run.UntilAt, after, reconcileRows)
		if err != nil || len(booked) == 0 {
			return err
		}
		for i := range booked {
			if err := r.orderBrought(ctx, &booked[i]); err != nil {
				return err
			}
		}
		after = booked[len(booked)-1].ID
	}
}

func (r *reckoning) orderBrought(ctx context.Context, order *models.Booked) error {
	sum := order.Net
	if order.Arrivals == 0 && order.ArrivalID != nil { // from before the first run
		params := &stripe.BalanceTransactionListParams{Source: order.ArrivalID, Expand: stripe.StringSlice([]string{"data.source"})}
		lines, err := r.linesOf(ctx, r.shop, params)
		if err != nil {
			return err
		}
		r.step.Lines = append(r.step.Lines, lines...)
		for _, line := range lines {
			sum += line.Net
		}
	}
	if net := order.Order.Net(); sum != net.Amount {
		r.differOf("net", &order.Order, order.ID, sum, net.Amount, *order.PaidAt)
	}
	return nil
}

// payoutsAddUp looks for payouts whose lines do not come to their amount.
func (r *reckoning) payoutsAddUp(ctx context.Context) error {
	payouts, sums, err := r.store.UnevenPayouts(ctx, r.run.Account, r.run.From(), r.run.UntilAt)
	for i, payout := range payouts {
		r.differ(models.Difference{Kind: "payout_lines", ShopID: &r.shop.ID, PayoutID: &payout.ID, Object: payout.ID, Currency: payout.Currency, Theirs: sums[i], Ours: payout.Amount}, payout.MadeAt)
	}
	return err
}

// askLatePayouts asks about payouts that should have arrived and of which nothing was heard.
func (p *Payments) askLatePayouts(ctx context.Context) error {
	return p.inTurn(ctx, "stripe.payouts_asked", reconcileRows, func(after string) (ids []string, err error) {
		late, err := p.store.LatePayouts(ctx, p.store.Now().Add(-payoutGrace), after, reconcileRows)
		if err != nil {
			return nil, err
		}
		for _, payout := range late {
			told, err := p.fetchPayout(ctx, payout.StripeAccount, payout.StripeID)
			if errors.Is(err, ErrRefused) { // its account has left
				ids = append(ids, payout.ID)
				continue
			}
			if err != nil {
				return ids, err
			}
			shop, err := p.store.ShopOf(ctx, payout.ShopID)
			if err != nil {
				return ids, err
			}
			if err := p.keepPayout(ctx, shop, told); err != nil {
				return ids, err
			}
			ids = append(ids, payout.ID)
		}
		return ids, nil
	})
}

// FindPayouts keeps the payouts of a shop that Stripe lists since a time, for those of which no event came.
func (p *Payments) FindPayouts(ctx context.Context, shop *models.Shop, since time.Time) error {
	if shop.StripeAccount == nil {
		return nil
	}
	params := &stripe.PayoutListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix()}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	params.SetStripeAccount(*shop.StripeAccount)
	list := p.stripe.Payouts.List(params)
	for list.Next() {
		if err := p.keepPayout(ctx, shop, list.Payout()); err != nil {
			return err
		}
	}
	return failed("list payouts", list.Err())
}
