package payments

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// MakeRefund is the work of the job of that name.
func (p *Payments) MakeRefund(ctx context.Context, id string) error {
	return p.makeRefund(ctx, models.MakeRefund{RefundID: id})
}

// ReadCharge is the work of the job of that name.
func (p *Payments) ReadCharge(ctx context.Context, id string) error {
	return p.readCharge(ctx, models.ReadCharge{OrderID: id})
}

// CloseOverdue is the work of the job of that name.
func (p *Payments) CloseOverdue(ctx context.Context) error { return p.closeOverdue(ctx) }
