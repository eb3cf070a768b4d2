package payments

import (
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

const (
	reconcileSteps = 60             // pages that one job reads at most; the next one takes over
	reconcileLines = 100            // lines a page
	reconcileRows  = 200            // rows of ours at once
	payoutGrace    = 24 * time.Hour // after its day of arrival a payout is asked about
)

// Reconcile compares our books with Stripe's, as far as one job comes: it begins a run where the last one is hours old,
// and goes on with the one under way. What Stripe's books have and ours lack is put right where that can be done; the
// rest is kept as differences. Stripe's list is the truth. The same run may be taken up again anywhere: each step can be
// done twice.
func (p *Payments) Reconcile(ctx context.Context) error {
	run, err := p.store.TakeReconciliation(ctx)
	if err != nil || run == nil {
		return err
	}
	for step := 0; err == nil && run.State == "running" && ctx.Err() == nil && step < reconcileSteps; step++ {
		err = p.reconcileStep(ctx, run)
	}
	if err == nil && run.State == "done" {
		err = p.askLatePayouts(ctx)
	}
	if errors.Is(err, models.ErrChanged) { // another instance went on with it
		return nil
	}
	after, cancel := kept(ctx)
	defer cancel()
	return errors.Join(err, p.store.ReleaseReconciliation(after, run, err))
}

// reconcileStep reads one page of one account's books.
func (p *Payments) reconcileStep(ctx context.Context, run *models.Reconciliation) error {
	r := &reckoning{Payments: p, run: run}
	if run.Account != "" {
		shop, err := p.store.ShopByAccount(ctx, run.Account)
		if err != nil {
			return err
		}
		r.shop = shop
	}
	params := &stripe.BalanceTransactionListParams{
		CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: run.From().Unix(), LesserThan: run.UntilAt.Unix()},
		Expand:       stripe.StringSlice([]string{"data.source"}),
	}
	params.Context, params.Limit, params.Single = ctx, stripe.Int64(reconcileLines), true
	if run.AfterLine != "" {
		params.StartingAfter = stripe.String(run.AfterLine)
	}
	if run.Account != "" {
		params.SetStripeAccount(run.Account)
	}
	list := p.stripe.BalanceTransactions.List(params)
	last := ""
	for list.Next() {
		last = list.BalanceTransaction().ID
		if err := r.read(ctx, list.BalanceTransaction()); err != nil {
			return err
		}
	}
	err := failed("list balance transactions", list.Err())
	if errors.Is(err, ErrRefused) && run.Account != "" { // one that left, or was never whole: its books are shut to us
		p.log.WarnContext(ctx, "payments: an account's books cannot be read", "account", run.Account, "error", err)
		return p.endBooks(ctx, r)
	}
	if err != nil {
		return err
	}
	if list.Meta() != nil && list.Meta().HasMore && last != "" {
		r.step.After, r.step.Account = last, run.Account
		return p.store.RecordStep(ctx, run, r.step)
	}
	// What was read counts before it is looked through from our side.
	if err := p.store.KeepLines(ctx, r.step.Lines); err != nil {
		return err
	}
	if err := r.fromOurSide(ctx); err != nil {
		return err
	}
	return p.endBooks(ctx, r)
}

// endBooks goes on to the next account's books, or ends the run.
func (p *Payments) endBooks(ctx context.Context, r *reckoning) error {
	next, err := p.store.NextBooks(ctx, r.run)
	if err != nil {
		return err
	}
	r.step.Account, r.step.End = next, next == ""
	if r.step.End {
		r.step.Account = r.run.Account
	}
	if err := p.store.RecordStep(ctx, r.run, r.step); err != nil {
		return err
	}
	if r.step.End {
		r.run.State = "done"
	}
	return nil
}

// reckoning is one page of an account's books being compared.
type reckoning struct {
	*Payments
	run  *models.Reconciliation
	shop *models.Shop // nil: our own account
	step models.Step
}

// differ keeps a difference that cannot be put right.
func (r *reckoning) differ(d models.Difference, at time.Time) {
	d.Account, d.Day = r.run.Account, at.UTC().Format(time.DateOnly)
	r.step.Differences = append(r.step.Differences, d)
}

// differOf is differ for what concerns an order.
func (r *reckoning) differOf(kind string, order *models.Order, object string, theirs, ours int64, at time.Time) {
	r.differ(models.Difference{Kind: kind, ShopID: &order.ShopID, OrderID: &order.ID, Object: object, Currency: order.Currency, Theirs: theirs, Ours: ours}, at)
}

// read compares one line with what we know of it.
func (r *reckoning) read(ctx context.Context, booking *stripe.BalanceTransaction) (err error) {
	line := lineOf(booking)
	line.Account = r.run.Account
	if r.shop != nil {
		line.ShopID = &r.shop.ID
	}
	var order *models.Order
	switch {
	case booking.Source == nil:
	case r.shop != nil:
		return r.readOfShop(ctx, booking)
	case booking.Source.Charge != nil:
		order, err = r.readCharge(ctx, booking, booking.Source.Charge)
	case booking.Source.Refund != nil:
		order, err = r.readRefund(ctx, booking.Source.Refund, line.BookedAt)
	case booking.Source.Dispute != nil:
		order, err = r.readDispute(ctx, booking.Source.Dispute)
	default:
		return nil // transfers and fees stand in the shops' books, from their side
	}
	if err != nil {
		return err
	}
	if order != nil {
		line.OrderID, line.ShopID = &order.ID, &order.ShopID
	}
	r.step.Lines = append(r.step.Lines, line)
	return nil
}

// readCharge compares a charge with its order: settles one that we missed, and keeps the charge and Stripe's fee.
func (r *reckoning) readCharge(ctx context.Context, booking *stripe.BalanceTransaction, charge *stripe.Charge) (*models.Order, error) {
	if !charge.Paid || charge.PaymentIntent == nil {
		return nil, nil
	}
	at := time.Unix(charge.Created, 0)
	order, err := r.store.OrderByIntent(ctx, charge.PaymentIntent.ID)
	if errors.Is(err, models.ErrNotFound) {
		order, err = r.namedOrder(ctx, charge.Metadata)
	}
	if errors.Is(err, errNotOurs) {
		if charge.Metadata["order"] != "" { // ours, and its row is lost
			d := models.Difference{Kind: "order_missing", Object: charge.ID, Currency: string(charge.Currency), Theirs: charge.Amount}
			if shop, err := r.store.ShopOf(ctx, charge.Metadata["shop"]); err == nil {
				d.ShopID = &shop.ID
			}
			r.differ(d, at)
		}
		return nil, nil
	}
	if err != nil {
		return nil, r.soften(ctx, charge.ID, err)
	}
	if order.PaymentIntentID != nil && *order.PaymentIntentID != charge.PaymentIntent.ID { // a second payment for it
		if left := charge.Amount - charge.AmountRefunded; left > 0 {
			r.differOf("payment", order, charge.ID, left, 0, at)
		}
		return nil, nil
	}
	if !order.WasPaid() {
		if order, err = r.settleMissed(ctx, order, charge.PaymentIntent.ID); err != nil {
			return nil, err
		}
		if !order.WasPaid() {
			r.differOf("payment", order, charge.ID, charge.Amount, 0, at)
			return order, nil
		}
		r.step.Repaired++
	}
	if charge.Amount != order.Total || string(charge.Currency) != order.Currency {
		r.differOf("amount", order, charge.ID, charge.Amount, order.Total, at)
	}
	fee, known := feeOf(booking), string(booking.Currency) == order.Currency
	if order.ChargeID == nil || *order.ChargeID != charge.ID || known && (order.StripeFee == nil || *order.StripeFee != fee) {
		c := models.Charge{ID: charge.ID, Card: cardOf(charge)}
		if known {
			c.StripeFee = &fee
		}
		if err := r.store.RecordCharge(ctx, order, c); err != nil {
			return nil, err
		}
		r.step.Repaired++
	}
	return order, nil
}

// soften lets the comparing go on where one line does not fit, and says so in the log. That Stripe or the database is
// away ends the step.
func (r *reckoning) soften(ctx context.Context, object string, err error) error {
	var mismatch *models.Mismatch
	if errors.As(err, &mismatch) || errors.Is(err, errNotOurs) || errors.Is(err, ErrRefused) {
		r.log.WarnContext(ctx, "payments: a line of Stripe's books does not fit", "object", object, "error", err)
		return nil
	}
	return err
}

// settleMissed settles an order of whose payment we never heard, by its session.
func (r *reckoning) settleMissed(ctx context.Context, order *models.Order, intent string) (*models.Order, error) {
	params := &stripe.CheckoutSessionListParams{PaymentIntent: stripe.String(intent)}
	params.Context, params.Limit = ctx, stripe.Int64(1)
	list := r.stripe.CheckoutSessions.List(params)
	if list.Next() {
		session, err := r.fetchSession(ctx, list.CheckoutSession().ID)
		if err == nil {
			err = r.applySession(ctx, session, r.store.Now(), nil)
		}
		if err = r.soften(ctx, intent, err); err != nil {
			return nil, err
		}
	}
	if err := failed("look for a session", list.Err()); err != nil {
		return nil, err
	}
	return r.store.Order(ctx, order.ID)
}

// readRefund keeps a refund as it stands at Stripe, also one that we never heard of.
func (r *reckoning) readRefund(ctx context.Context, refund *stripe.Refund, at time.Time) (*models.Order, error) {
	if refund.PaymentIntent == nil {
		return nil, nil
	}
	order, err := r.store.OrderByIntent(ctx, refund.PaymentIntent.ID)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil // the charge tells where it is lost
	}
	if err != nil {
		return nil, err
	}
	before, err := r.store.RefundByStripe(ctx, refund.ID)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return nil, err
	}
	err = r.keepRefund(ctx, refund, nil)
	if errors.Is(err, errNotOurs) && refund.Metadata["refund"] != "" { // ours, and its row is lost
		if err = r.importRefund(ctx, refund, nil); err == nil {
			err = r.store.RecordRefund(ctx, "", refund.ID, refundState(refund.Status), string(refund.FailureReason), nil)
		}
	}
	if err := r.soften(ctx, refund.ID, err); err != nil {
		return nil, err
	}
	now, err := r.store.RefundByStripe(ctx, refund.ID)
	switch {
	case errors.Is(err, models.ErrNotFound):
		r.differOf("refund", order, refund.ID, -refund.Amount, 0, at)
	case err != nil:
		return nil, err
	case now.Amount != refund.Amount:
		r.differOf("refund", order, refund.ID, -refund.Amount, -now.Amount, at)
	case before.State != now.State:
		r.step.Repaired++
	}
	return order, nil
}

// readOfShop compares a line of a shop's books. What its orders brought is compared when all its lines are read.
func (r *reckoning) readOfShop(ctx context.Context, booking *stripe.BalanceTransaction) error {
	line, err := r.shopLine(ctx, r.shop, booking)
	if err = r.soften(ctx, booking.ID, err); err != nil {
		return err
	}
	r.step.Lines = append(r.step.Lines, line)
	payout := booking.Source.Payout
	if payout == nil {
		return nil
	}
	before, err := r.store.PayoutByStripe(ctx, payout.ID)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	if err := r.keepPayout(ctx, r.shop, payout); err != nil {
		return err
	}
	now, err := r.store.PayoutByStripe(ctx, payout.ID)
	if err != nil {
		return err
	}
	if now.State != before.State {
		r.step.Repaired++
	}
	if now.Amount != payout.Amount {
		r.differ(models.Difference{Kind: "payout", ShopID: &r.shop.ID, PayoutID: &now.ID, Object: payout.ID, Currency: now.Currency, Theirs: payout.Amount, Ours: now.Amount}, line.BookedAt)
	}
	return nil
}
