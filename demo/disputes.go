package demo

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// disputePlans are what banks think of the newest sales of the first shop: one dispute to answer, one inquiry, one that
// was won, one that was lost, and a warning.
var disputePlans = []struct{ path, reason, kind, outcome string }{
	{"/disputes", "product_not_received", "", ""},
	{"/disputes", "general", "inquiry", ""},
	{"/disputes", "fraudulent", "", "won"},
	{"/disputes", "product_unacceptable", "", "lost"},
	{"/warnings", "", "", ""},
}

// dispute has the buyers' banks question a few sales, and hears of it as any shop does.
func (w *world) dispute(ctx context.Context, store *models.Store) error {
	pay, err := payments.New(store, w.set.Payments, w.log)
	if err != nil {
		return err
	}
	rows, err := store.Sales(ctx, w.shops[0].shop, models.SalesFilter{Page: models.Page{Size: 60}})
	if err != nil {
		return err
	}
	next := 0
	for i := range rows {
		order := &rows[i].Order
		// The newest few stay as they are: they are what a visitor looks at first.
		if i < 4 || next == len(disputePlans) || order.Payment != "paid" || order.Dispute != "none" || order.Inquiry != "none" {
			continue
		}
		charge, err := pay.ChargeOf(ctx, order)
		if err != nil || charge == "" {
			return err
		}
		plan := disputePlans[next]
		next++
		form := url.Values{"charge": {charge}, "reason": {plan.reason}, "kind": {plan.kind}}
		var no *refused
		if err := w.submit(ctx, w.set.SandboxURL+plan.path, form); err != nil && !errors.As(err, &no) {
			return fmt.Errorf("dispute: %w", err)
		}
		if plan.outcome == "" {
			continue
		}
		if err := hear(ctx, pay); err != nil {
			return err
		}
		disputes, err := store.DisputesOf(ctx, order)
		if err != nil {
			return err
		}
		for _, d := range disputes {
			if err := w.submit(ctx, w.set.SandboxURL+"/disputes/"+d.StripeID+"/outcome", url.Values{"outcome": {plan.outcome}}); err != nil && !errors.As(err, &no) {
				return fmt.Errorf("outcome: %w", err)
			}
		}
	}
	return hear(ctx, pay)
}

// hear applies what Stripe has to tell.
func hear(ctx context.Context, pay *payments.Payments) error {
	if err := pay.CatchUp(ctx); err != nil {
		return err
	}
	for {
		if n, err := pay.Drain(ctx); err != nil || n == 0 {
			return err
		}
	}
}
