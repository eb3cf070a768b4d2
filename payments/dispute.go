package payments

import (
	"context"
	"errors"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// sendAnswer hands an answer to the bank, once. It looks first whether an earlier try did.
func (p *Payments) sendAnswer(ctx context.Context, job models.SendAnswer) error {
	dispute, err := p.store.Dispute(ctx, job.DisputeID)
	if err != nil || dispute.Answer != "sending" {
		return err
	}
	evidence := dispute.EvidenceOf()
	now, err := p.fetchDispute(ctx, dispute.StripeID)
	if err != nil {
		return err
	}
	if evidence != nil && isWaiting(now) {
		files, err := p.uploadEvidence(ctx, dispute)
		if errors.Is(err, ErrRefused) {
			p.log.ErrorContext(ctx, "payments: Stripe took no file", "dispute", dispute.ID, "error", err)
			return p.afterRefusal(ctx, dispute)
		}
		if err != nil {
			return err
		}
		params := &stripe.DisputeParams{Params: keyed(ctx, "dispute-%s-answer-%s", dispute.ID, phase(dispute)), Evidence: evidenceParams(evidence), Submit: stripe.Bool(true)}
		for kind, id := range files {
			setEvidenceFile(params.Evidence, kind, id)
		}
		params.AddMetadata("dispute", dispute.ID)
		p.at("dispute.answering")
		now, err = p.stripe.Disputes.Update(dispute.StripeID, params)
		if err = failed("answer a dispute", err); errors.Is(err, ErrRefused) {
			p.log.ErrorContext(ctx, "payments: Stripe took no answer", "dispute", dispute.ID, "error", err)
			return p.afterRefusal(ctx, dispute)
		}
		if err != nil {
			return err
		}
	}
	return p.afterAnswer(ctx, dispute, now)
}

// acceptDispute gives in: the buyer keeps the money.
func (p *Payments) acceptDispute(ctx context.Context, job models.AcceptDispute) error {
	dispute, err := p.store.Dispute(ctx, job.DisputeID)
	if err != nil || dispute.Answer != "accepting" {
		return err
	}
	now, err := p.fetchDispute(ctx, dispute.StripeID)
	if err != nil {
		return err
	}
	if isWaiting(now) {
		now, err = p.stripe.Disputes.Close(dispute.StripeID, &stripe.DisputeParams{Params: keyed(ctx, "dispute-%s-close", dispute.ID)})
		if err = failed("accept a dispute", err); errors.Is(err, ErrRefused) {
			p.log.ErrorContext(ctx, "payments: Stripe did not close a dispute", "dispute", dispute.ID, "error", err)
			return p.afterRefusal(ctx, dispute)
		}
		if err != nil {
			return err
		}
	}
	return p.afterAnswer(ctx, dispute, now)
}

// phase is what an answer is to: an inquiry that became a chargeback is answered anew.
func phase(dispute *models.Dispute) string {
	if dispute.ChargedBack {
		return "chargeback"
	}
	return "inquiry"
}

func isWaiting(dispute *stripe.Dispute) bool {
	return dispute.Status == stripe.DisputeStatusNeedsResponse || dispute.Status == stripe.DisputeStatusWarningNeedsResponse
}

// afterAnswer writes down what Stripe made of an answer.
func (p *Payments) afterAnswer(ctx context.Context, dispute *models.Dispute, now *stripe.Dispute) error {
	if err := p.store.AnswerTaken(ctx, dispute); err != nil {
		return err
	}
	return p.recordDispute(ctx, dispute, now)
}

// afterRefusal leaves the answer as a draft, and looks where the dispute stands.
func (p *Payments) afterRefusal(ctx context.Context, dispute *models.Dispute) error {
	if err := p.store.AnswerRefused(ctx, dispute); err != nil {
		return err
	}
	return p.refreshDispute(ctx, dispute)
}

// refreshDispute asks Stripe where a dispute stands.
func (p *Payments) refreshDispute(ctx context.Context, dispute *models.Dispute) error {
	now, err := p.fetchDispute(ctx, dispute.StripeID)
	if err != nil {
		return err
	}
	return p.recordDispute(ctx, dispute, now)
}

func (p *Payments) recordDispute(ctx context.Context, dispute *models.Dispute, now *stripe.Dispute) error {
	order, err := p.store.Order(ctx, dispute.OrderID)
	if err != nil {
		return err
	}
	return p.store.RecordDispute(ctx, order, p.disputeNews(now, nil))
}

func (p *Payments) fetchDispute(ctx context.Context, id string) (*stripe.Dispute, error) {
	dispute, err := p.stripe.Disputes.Get(id, &stripe.DisputeParams{Params: asking(ctx)})
	return dispute, failed("fetch a dispute", err)
}

// evidenceParams puts what we hold into Stripe's fields; what is empty is left out.
func evidenceParams(e *models.Evidence) *stripe.DisputeEvidenceParams {
	text := func(value string) *string {
		if value == "" {
			return nil
		}
		return &value
	}
	why := e.Why
	if e.Messages != "" {
		why += "\n\n" + e.Messages
	}
	return &stripe.DisputeEvidenceParams{
		UncategorizedText: text(why), ProductDescription: text(e.Product), AccessActivityLog: text(e.Purchase), RefundPolicyDisclosure: text(e.Terms),
		CustomerName: text(e.Name), CustomerEmailAddress: text(e.Email), ShippingAddress: text(e.Address), ShippingCarrier: text(e.Carrier),
		ShippingTrackingNumber: text(e.Tracking), ShippingDate: text(e.SentOn),
	}
}

// mendDisputes does again what is still to be moved, for disputes and for refunds that failed, and asks about disputes whose end nobody told us of.
func (p *Payments) mendDisputes(ctx context.Context) error {
	moves, err := p.store.PendingMoves(ctx, 200)
	if err != nil {
		return err
	}
	var errs []error
	for _, move := range moves {
		errs = append(errs, p.moveDisputed(ctx, models.MoveDisputed{MoveID: move.ID}))
	}
	errs = append(errs, p.mendResends(ctx))
	late, err := p.store.LateDisputes(ctx, p.store.Now().Add(-disputeLate), 100)
	errs = append(errs, err)
	for i := range late {
		errs = append(errs, p.refreshDispute(ctx, &late[i]))
	}
	return errors.Join(errs...)
}
