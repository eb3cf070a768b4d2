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
		if plan.outcome == "" && plan.kind == "" && plan.reason != "" {
			if err := w.prove(ctx, store, pay, order); err != nil {
				return err
			}
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

// deliveryNote is a page that says who took the parcel.
const deliveryNote = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n" +
	"4 0 obj<</Length 66>>stream\nBT /F1 18 Tf 72 760 Td (Delivered, signed by a neighbour.) Tj ET\nendstream endobj\n" +
	"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// prove lays a delivery note beside the answer that a dispute still waits for.
func (w *world) prove(ctx context.Context, store *models.Store, pay *payments.Payments, order *models.Order) error {
	if err := hear(ctx, pay); err != nil {
		return err
	}
	disputes, err := store.DisputesOf(ctx, order)
	if err != nil || len(disputes) == 0 {
		return err
	}
	_, err = store.AddEvidenceFile(ctx, w.shops[0].shop, w.shops[0].owner, &disputes[0], "shipping_documentation", "delivery-note.pdf", []byte(deliveryNote))
	return err
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
