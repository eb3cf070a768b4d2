package payments

import (
	"context"
	"errors"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// resendRefunded gives a shop back what a refund that failed had cost it, by a transfer of its own. It looks first
// whether an earlier try did: Stripe forgets keys.
//
// (open) By Stripe's documentation the money of a failed refund is the platform's again; that the reversal of the shop's
// transfer and the refund of our fee stay is how the sandbox does it, and could not be tried with the real Stripe. Where
// Stripe should undo the reversal by itself, the shop would have the money twice, and reconciliation shows it.
func (p *Payments) resendRefunded(ctx context.Context, job models.ResendRefunded) error {
	resend, err := p.store.Resend(ctx, job.ResendID)
	if err != nil || resend.State != "pending" {
		return err
	}
	order, err := p.store.Order(ctx, resend.OrderID)
	if err != nil {
		return err
	}
	refund, err := p.store.Refund(ctx, resend.RefundID)
	if err != nil {
		return err
	}
	p.at("refund.resending")
	taken, err := p.tookFor(ctx, refund, order)
	if err != nil {
		return err
	}
	if !taken || resend.Amount == 0 {
		return p.store.RefuseResend(ctx, resend, "nothing_taken")
	}
	group := "refund-" + refund.ID
	list := &stripe.TransferListParams{TransferGroup: stripe.String(group)}
	list.Context = ctx
	transfers := p.stripe.Transfers.List(list)
	for transfers.Next() {
		if made := transfers.Transfer(); made.Metadata["resend"] == resend.ID {
			return p.store.RecordResend(ctx, resend, made.ID)
		}
	}
	if err := transfers.Err(); err != nil {
		return failed("list transfers", err)
	}
	made, err := p.stripe.Transfers.New(&stripe.TransferParams{
		Params: keyed(ctx, "refund-resend-%s", resend.ID), Amount: stripe.Int64(resend.Amount), Currency: stripe.String(resend.Currency), Destination: stripe.String(order.StripeAccount),
		TransferGroup: stripe.String(group), Metadata: map[string]string{"resend": resend.ID, "refund": refund.ID, "order": order.ID, "shop": order.ShopID},
	})
	if err != nil {
		refusal := code(err)
		// (open) A balance that is too low today may do tomorrow: that is tried again, whatever else Stripe refuses is not.
		if err = failed("send refunded money again", err); !errors.Is(err, ErrRefused) || refusal == stripe.ErrorCodeBalanceInsufficient {
			return err
		}
		p.log.ErrorContext(ctx, "payments: a shop did not get its money of a failed refund", "resend", resend.ID, "error", err)
		return p.store.RefuseResend(ctx, resend, string(refusal))
	}
	p.at("refund.resent")
	return p.store.RecordResend(ctx, resend, made.ID)
}

// tookFor tells whether a refund had cost the shop anything: one made in Stripe's dashboard may have left it all.
func (p *Payments) tookFor(ctx context.Context, refund *models.Refund, order *models.Order) (bool, error) {
	made, err := p.stripe.Refunds.Get(*refund.StripeID, &stripe.RefundParams{Params: asking(ctx)})
	if err != nil {
		return false, failed("fetch a refund", err)
	}
	if refund.Returned == "owed" { // what was begun is ended first
		if err := p.takeBack(ctx, refund, order, made); err != nil {
			return false, err
		}
	}
	if made.TransferReversal != nil || refund.Returned == "none" {
		return made.TransferReversal != nil, nil
	}
	transfers, err := p.transfersOf(ctx, order, false)
	for _, transfer := range transfers {
		reversal, err := p.reversalNamed(ctx, transfer.ID, "refund", refund.ID)
		if err != nil || reversal != nil {
			return reversal != nil, err
		}
	}
	return false, err
}

// mendResends does again what is still to be sent.
func (p *Payments) mendResends(ctx context.Context) error {
	resends, err := p.store.PendingResends(ctx, 200)
	errs := []error{err}
	for _, resend := range resends {
		errs = append(errs, p.resendRefunded(ctx, models.ResendRefunded{ResendID: resend.ID}))
	}
	return errors.Join(errs...)
}
