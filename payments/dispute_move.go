package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// moveDisputed moves the money of a dispute between our account and the shop's: from the shop when the bank took it from
// us, back when the bank gave it back. It looks first whether an earlier try did: Stripe forgets keys.
func (p *Payments) moveDisputed(ctx context.Context, job models.MoveDisputed) error {
	move, err := p.store.DisputeMove(ctx, job.MoveID)
	if err != nil || move.State != "pending" {
		return err
	}
	dispute, err := p.store.Dispute(ctx, move.DisputeID)
	if err != nil {
		return err
	}
	order, err := p.store.Order(ctx, move.OrderID)
	if err != nil {
		return err
	}
	p.at("dispute.moving")
	if move.Kind == "return" {
		return p.returnDisputed(ctx, move, dispute, order)
	}
	return p.recoverDisputed(ctx, move, dispute)
}

// recoverDisputed reverses the shop's transfer by the disputed amount, never by more than refunds have left of it. Our
// fee stays: it is the dispute that cost the shop the sale.
func (p *Payments) recoverDisputed(ctx context.Context, move *models.DisputeMove, dispute *models.Dispute) error {
	params := &stripe.ChargeParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"transfer"})}
	charge, err := p.stripe.Charges.Get(dispute.ChargeID, params)
	if err != nil {
		return failed("fetch a charge", err)
	}
	transfer := charge.Transfer
	if transfer == nil {
		return p.store.RecordMove(ctx, move, "", "", 0)
	}
	made, err := p.reversalNamed(ctx, transfer.ID, "move", move.ID)
	if err != nil {
		return err
	}
	if made == nil {
		amount := min(move.Amount, transfer.Amount-transfer.AmountReversed)
		if amount <= 0 {
			return p.store.RecordMove(ctx, move, transfer.ID, "", 0)
		}
		if made, err = p.reverse(ctx, transfer.ID, amount, fmt.Sprintf("dispute-move-%s", move.ID), map[string]string{"move": move.ID, "order": move.OrderID, "shop": move.ShopID}); err != nil {
			return err
		}
		p.at("dispute.moved")
	}
	return p.store.RecordMove(ctx, move, transfer.ID, made.ID, made.Amount)
}

// returnDisputed gives the shop what was taken from it, by a transfer of its own.
func (p *Payments) returnDisputed(ctx context.Context, move *models.DisputeMove, dispute *models.Dispute, order *models.Order) error {
	taken, err := p.recovered(ctx, dispute)
	if err != nil {
		return err
	}
	if taken == 0 {
		return p.store.RecordMove(ctx, move, "", "", 0)
	}
	group := "dispute-" + dispute.ID
	list := &stripe.TransferListParams{TransferGroup: stripe.String(group)}
	list.Context = ctx
	transfers := p.stripe.Transfers.List(list)
	for transfers.Next() {
		if made := transfers.Transfer(); made.Metadata["move"] == move.ID {
			return p.store.RecordMove(ctx, move, made.ID, made.ID, made.Amount)
		}
	}
	if err := transfers.Err(); err != nil {
		return failed("list transfers", err)
	}
	made, err := p.stripe.Transfers.New(&stripe.TransferParams{
		Params: keyed(ctx, "dispute-move-%s", move.ID), Amount: stripe.Int64(taken), Currency: stripe.String(order.Currency), Destination: stripe.String(order.StripeAccount),
		TransferGroup: stripe.String(group), Metadata: map[string]string{"move": move.ID, "order": order.ID, "shop": order.ShopID},
	})
	if err != nil {
		return failed("return disputed money", err)
	}
	p.at("dispute.moved")
	return p.store.RecordMove(ctx, move, made.ID, made.ID, made.Amount)
}

// recovered is what was taken from the shop for a dispute; it is taken now where that is still to be done.
func (p *Payments) recovered(ctx context.Context, dispute *models.Dispute) (int64, error) {
	for range 2 {
		moves, err := p.store.DisputeMoves(ctx, dispute)
		if err != nil {
			return 0, err
		}
		for _, move := range moves {
			if move.Kind != "recover" {
				continue
			}
			if move.State == "done" {
				return *move.Moved, nil
			}
			if err := p.moveDisputed(ctx, models.MoveDisputed{MoveID: move.ID}); err != nil {
				return 0, err
			}
		}
	}
	return 0, errors.New("payments: a dispute was reinstated and never withdrawn")
}

// takeBack reverses what a refund needs where a won dispute was returned to the shop: Stripe knows only the first
// transfer and would leave the shop its money. First what is left of that one, then the returns.
func (p *Payments) takeBack(ctx context.Context, refund *models.Refund, order *models.Order, made *stripe.Refund) error {
	if refund.Returned != "owed" {
		return nil
	}
	if made.Status == stripe.RefundStatusFailed || made.Status == stripe.RefundStatusCanceled {
		return p.store.RecordTakenBack(ctx, refund)
	}
	transfers, err := p.transfersOf(ctx, order)
	if err != nil {
		return err
	}
	due := refund.Amount
	for _, transfer := range transfers {
		before, err := p.reversalNamed(ctx, transfer.ID, "refund", refund.ID)
		if err != nil {
			return err
		}
		if before != nil {
			due -= before.Amount
			continue
		}
		amount := min(due, transfer.Amount-transfer.AmountReversed)
		if amount <= 0 {
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

// transfersOf are the transfers that brought an order's money to its shop: that of the charge, then what was returned.
func (p *Payments) transfersOf(ctx context.Context, order *models.Order) ([]*stripe.Transfer, error) {
	params := &stripe.PaymentIntentParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"latest_charge.transfer"})}
	intent, err := p.stripe.PaymentIntents.Get(*order.PaymentIntentID, params)
	if err != nil {
		return nil, failed("fetch a payment", err)
	}
	var transfers []*stripe.Transfer
	if intent.LatestCharge != nil && intent.LatestCharge.Transfer != nil {
		transfers = append(transfers, intent.LatestCharge.Transfer)
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
	return transfers, nil
}

// reversalNamed finds the reversal of a transfer that carries one of our ids, nil where there is none.
func (p *Payments) reversalNamed(ctx context.Context, transfer, name, id string) (*stripe.TransferReversal, error) {
	params := &stripe.TransferReversalListParams{ID: stripe.String(transfer)}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.TransferReversals.List(params)
	for list.Next() {
		if made := list.TransferReversal(); made.Metadata[name] == id {
			return made, nil
		}
	}
	return nil, failed("list reversals", list.Err())
}

func (p *Payments) reverse(ctx context.Context, transfer string, amount int64, key string, names map[string]string) (*stripe.TransferReversal, error) {
	made, err := p.stripe.TransferReversals.New(&stripe.TransferReversalParams{
		Params: keyed(ctx, "%s", key), ID: stripe.String(transfer), Amount: stripe.Int64(amount), Metadata: names,
	})
	return made, failed("reverse a transfer", err)
}
