package payments

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// MakeRefund is the work of the job of that name.
func (p *Payments) MakeRefund(ctx context.Context, id string) error {
	return p.makeRefund(ctx, models.MakeRefund{RefundID: id})
}

// ResendRefunded is the work of the job of that name.
func (p *Payments) ResendRefunded(ctx context.Context, id string) error {
	return p.resendRefunded(ctx, models.ResendRefunded{ResendID: id})
}

// ReadCharge is the work of the job of that name.
func (p *Payments) ReadCharge(ctx context.Context, id string) error {
	return p.readCharge(ctx, models.ReadCharge{OrderID: id})
}

// MoveDisputed is the work of the job of that name.
func (p *Payments) MoveDisputed(ctx context.Context, id string) error {
	return p.moveDisputed(ctx, models.MoveDisputed{MoveID: id})
}

// SendAnswer is the work of the job of that name.
func (p *Payments) SendAnswer(ctx context.Context, id string) error {
	return p.sendAnswer(ctx, models.SendAnswer{DisputeID: id})
}

// AcceptDispute is the work of the job of that name.
func (p *Payments) AcceptDispute(ctx context.Context, id string) error {
	return p.acceptDispute(ctx, models.AcceptDispute{DisputeID: id})
}

// MendDisputes is the work of the job of that name.
func (p *Payments) MendDisputes(ctx context.Context) error { return p.mendDisputes(ctx) }

// CloseOverdue is the work of the job of that name.
func (p *Payments) CloseOverdue(ctx context.Context) error { return p.closeOverdue(ctx) }

// CloseHopeless is the work of the job of that name.
func (p *Payments) CloseHopeless(ctx context.Context, offer string) error {
	return p.closeHopeless(ctx, models.CloseHopeless{OfferID: offer})
}

// CloseCheckout is the work of the job that a cancellation leaves.
func (p *Payments) CloseCheckout(ctx context.Context, order string) error {
	return p.closeCheckout(ctx, order)
}

// ChargeConfirmed is the work of the job of that name.
func (p *Payments) ChargeConfirmed(ctx context.Context, order string) error {
	return p.Charge(ctx, models.ChargeConfirmed{OrderID: order})
}

// OpenLink is the work of the job of that name.
func (p *Payments) OpenLink(ctx context.Context, order string) error {
	return p.openLink(ctx, models.OpenLink{OrderID: order})
}

// DetachCards is the work of the job of that name.
func (p *Payments) DetachCards(ctx context.Context, fan string) error {
	return p.detachCards(ctx, models.DetachCards{FanID: fan})
}
