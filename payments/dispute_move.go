package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// moveDisputed moves the money of a dispute between our account and the shop's: from the shop when the bank took it from
// us, back when the bank gave it back. It looks first whether an earlier try did, by Stripe's own name of the dispute:
// Stripe forgets keys, and an installation that was restored has made its rows anew.
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
	return p.recoverDisputed(ctx, move, dispute, order)
}

// recoverDisputed reverses the shop's transfers by the disputed amount, never by more than refunds have left of them. Our
// fee stays: it is the dispute that cost the shop the sale. First the charge's, then what was sent after failed refunds.
func (p *Payments) recoverDisputed(ctx context.Context, move *models.DisputeMove, dispute *models.Dispute, order *models.Order) error {
	params := &stripe.ChargeParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"transfer"})}
	charge, err := p.stripe.Charges.Get(dispute.ChargeID, params)
	if err != nil {
		return failed("fetch a charge", err)
	}
	if charge.Transfer == nil {
		return p.store.RecordMove(ctx, move, "", "", 0)
	}
	resent, err := p.resent(ctx, order, true)
	if err != nil {
		return err
	}
	moved, first, key := int64(0), "", fmt.Sprintf("dispute-move-%s", move.ID)
	for i, transfer := range append([]*stripe.Transfer{charge.Transfer}, resent...) {
		if i > 0 {
			key = fmt.Sprintf("dispute-move-%s-from-%s", move.ID, transfer.ID)
		}
		made, err := p.reversalNamed(ctx, transfer.ID, "dispute", dispute.StripeID)
		if err != nil {
			return err
		}
		if made == nil {
			amount := min(move.Amount-moved, transfer.Amount-transfer.AmountReversed)
			if amount <= 0 {
				continue
			}
			if made, err = p.reverse(ctx, transfer.ID, amount, key, map[string]string{"dispute": dispute.StripeID, "order": move.OrderID, "shop": move.ShopID}); err != nil {
				return err
			}
			p.at("dispute.moved")
		}
		moved += made.Amount
		if first == "" {
			first = made.ID
		}
	}
	return p.store.RecordMove(ctx, move, charge.Transfer.ID, first, moved)
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
	group := "dispute-" + dispute.StripeID // which a restored installation knows it by as well
	list := &stripe.TransferListParams{TransferGroup: stripe.String(group)}
	list.Context = ctx
	transfers := p.stripe.Transfers.List(list)
	for transfers.Next() {
		if made := transfers.Transfer(); made.Metadata["dispute"] == dispute.StripeID {
			return p.store.RecordMove(ctx, move, made.ID, made.ID, made.Amount)
		}
	}
	if err := transfers.Err(); err != nil {
		return failed("list transfers", err)
	}
	made, err := p.stripe.Transfers.New(&stripe.TransferParams{
		Params: keyed(ctx, "dispute-move-%s", move.ID), Amount: stripe.Int64(taken), Currency: stripe.String(order.Currency), Destination: stripe.String(order.StripeAccount),
		TransferGroup: stripe.String(group), Metadata: map[string]string{"dispute": dispute.StripeID, "order": order.ID, "shop": order.ShopID},
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
