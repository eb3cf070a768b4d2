package payments

import (
	"context"
	"fmt"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// takeBack reverses what a refund needs where money came to the shop besides, by a won dispute or a resend: Stripe knows
// only the first transfer and would leave the shop its money. First what is left of that one, then the others.
func (p *Payments) takeBack(ctx context.Context, refund *models.Refund, order *models.Order, made *stripe.Refund) error {
	if refund.Returned != "owed" {
		return nil
	}
	transfers, err := p.transfersOf(ctx, order, !came(made))
	if err != nil {
		return err
	}
	due, begun, err := p.dueOf(ctx, refund, order, made)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, transfer := range transfers {
		before, err := p.reversalNamed(ctx, transfer.ID, "refund", refund.ID)
		if err != nil {
			return err
		}
		if before != nil {
			due, begun, done[transfer.ID] = due-before.Amount, true, true
		}
	}
	if !begun && came(made) { // there is nothing to take; what was begun is ended, and all of it sent again
		return p.store.RecordTakenBack(ctx, refund)
	}
	for _, transfer := range transfers {
		amount := min(due, transfer.Amount-transfer.AmountReversed)
		if amount <= 0 || done[transfer.ID] {
			continue
		}
		names := map[string]string{"refund": refund.ID, "order": order.ID, "shop": order.ShopID}
		if _, err := p.reverse(ctx, transfer.ID, amount, fmt.Sprintf("refund-%s-from-%s", refund.ID, transfer.ID), names); err != nil {
			return err
		}
		due -= amount
	}
	return p.store.RecordTakenBack(ctx, refund)
}

// came tells whether a refund came back, or never went.
func came(made *stripe.Refund) bool {
	return made.Status == stripe.RefundStatusFailed || made.Status == stripe.RefundStatusCanceled
}

// dueOf is what has to be reversed for a refund. After a won dispute it is the amount, as Stripe gives up our fee with
// the refund. After a resend it is what the refund costs the shop, less what Stripe reversed by itself, where it was asked
// to before the failure of another was known here.
func (p *Payments) dueOf(ctx context.Context, refund *models.Refund, order *models.Order, made *stripe.Refund) (due int64, begun bool, err error) {
	resends, err := p.store.ResendsOf(ctx, order)
	if err != nil || len(resends) == 0 || refund.Cost == nil {
		return refund.Amount, false, err
	}
	taken, err := p.takenWith(ctx, made, order)
	return *refund.Cost - taken, taken > 0, err
}

// takenWith is what the reversal that Stripe made with a refund cost the shop, by the line in the shop's books: the
// amount less what it got of our fee.
func (p *Payments) takenWith(ctx context.Context, made *stripe.Refund, order *models.Order) (int64, error) {
	if made.TransferReversal == nil {
		return 0, nil
	}
	transfer, err := p.chargeTransfer(ctx, order)
	if err != nil || transfer == nil {
		return 0, err
	}
	reversal, err := p.reversalWith(ctx, transfer.ID, made.TransferReversal.ID)
	if err != nil || reversal == nil {
		return 0, err
	}
	if reversal.DestinationPaymentRefund == nil {
		return reversal.Amount, nil
	}
	params := &stripe.RefundParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"balance_transaction"})}
	params.SetStripeAccount(order.StripeAccount)
	back, err := p.stripe.Refunds.Get(reversal.DestinationPaymentRefund.ID, params)
	if err != nil {
		return 0, failed("fetch a refund of a shop", err)
	}
	if back.BalanceTransaction == nil {
		return reversal.Amount, nil
	}
	return -back.BalanceTransaction.Net, nil
}

// reversalWith finds a reversal of a transfer by its id, nil where there is none.
func (p *Payments) reversalWith(ctx context.Context, transfer, id string) (*stripe.TransferReversal, error) {
	params := &stripe.TransferReversalListParams{ID: stripe.String(transfer)}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.TransferReversals.List(params)
	for list.Next() {
		if made := list.TransferReversal(); made.ID == id {
			return made, nil
		}
	}
	return nil, failed("list reversals", list.Err())
}

// chargeTransfer is the transfer that Stripe made with an order's charge; nil where there is none.
func (p *Payments) chargeTransfer(ctx context.Context, order *models.Order) (*stripe.Transfer, error) {
	params := &stripe.PaymentIntentParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"latest_charge.transfer"})}
	intent, err := p.stripe.PaymentIntents.Get(*order.PaymentIntentID, params)
	if err != nil {
		return nil, failed("fetch a payment", err)
	}
	if intent.LatestCharge == nil {
		return nil, nil
	}
	return intent.LatestCharge.Transfer, nil
}

// transfersOf are the transfers that brought an order's money to its shop: that of the charge, then what won disputes
// returned, then what was sent again after failed refunds. With all, what is still to be sent again is sent first.
func (p *Payments) transfersOf(ctx context.Context, order *models.Order, all bool) ([]*stripe.Transfer, error) {
	var transfers []*stripe.Transfer
	first, err := p.chargeTransfer(ctx, order)
	if err != nil {
		return nil, err
	}
	if first != nil {
		transfers = append(transfers, first)
	}
	returns, err := p.store.ReturnsOf(ctx, order)
	if err != nil {
		return nil, err
	}
	for _, move := range returns {
		transfer, err := p.stripe.Transfers.Get(move.TransferID, &stripe.TransferParams{Params: asking(ctx)})
		if err != nil {
			return nil, failed("fetch a transfer", err)
		}
		transfers = append(transfers, transfer)
	}
	resent, err := p.resent(ctx, order, all)
	return append(transfers, resent...), err
}

// resent are the transfers by which a shop got an order's money again. With all, what is still to be sent is sent first.
func (p *Payments) resent(ctx context.Context, order *models.Order, all bool) ([]*stripe.Transfer, error) {
	resends, err := p.store.ResendsOf(ctx, order)
	if err != nil {
		return nil, err
	}
	var transfers []*stripe.Transfer
	for _, resend := range resends {
		if all && resend.State == "pending" {
			if err := p.resendRefunded(ctx, models.ResendRefunded{ResendID: resend.ID}); err != nil {
				return nil, err
			}
			fresh, err := p.store.Resend(ctx, resend.ID)
			if err != nil {
				return nil, err
			}
			resend = *fresh
		}
		if resend.TransferID == nil {
			continue
		}
		transfer, err := p.stripe.Transfers.Get(*resend.TransferID, &stripe.TransferParams{Params: asking(ctx)})
		if err != nil {
			return nil, failed("fetch a transfer", err)
		}
		transfers = append(transfers, transfer)
	}
	return transfers, nil
}
