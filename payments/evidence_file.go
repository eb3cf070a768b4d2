package payments

import (
	"context"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// uploadEvidence brings the files of an answer to Stripe, each once, and gives its ids by their kinds. A file that was
// uploaded twice after a crash would move nothing, so a key that Stripe has forgotten does no harm here.
func (p *Payments) uploadEvidence(ctx context.Context, dispute *models.Dispute) (map[string]string, error) {
	files, err := p.store.EvidenceFiles(ctx, dispute)
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for i := range files {
		if ids[files[i].Kind], err = p.uploadFile(ctx, &files[i]); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// uploadFile brings one file to Stripe, unless it is there.
func (p *Payments) uploadFile(ctx context.Context, file *models.EvidenceFile) (string, error) {
	if file.StripeID != nil {
		return *file.StripeID, nil
	}
	content, err := p.store.OpenEvidence(file)
	if err != nil {
		return "", err
	}
	defer content.Close()
	made, err := p.stripe.Files.New(&stripe.FileParams{
		Params: keyed(ctx, "evidence-%s", file.ID), Purpose: stripe.String(string(stripe.FilePurposeDisputeEvidence)),
		Filename: stripe.String(file.Name), FileReader: content,
	})
	if err = failed("upload evidence", err); err != nil {
		return "", err
	}
	return made.ID, p.store.EvidenceFileAt(ctx, file.ID, made.ID)
}

// setEvidenceFile puts a file into Stripe's field of its kind.
func setEvidenceFile(evidence *stripe.DisputeEvidenceParams, kind, id string) {
	fields := map[string]**string{
		"receipt": &evidence.Receipt, "shipping_documentation": &evidence.ShippingDocumentation, "customer_communication": &evidence.CustomerCommunication,
		"service_documentation": &evidence.ServiceDocumentation, "customer_signature": &evidence.CustomerSignature, "refund_policy": &evidence.RefundPolicy,
		"uncategorized_file": &evidence.UncategorizedFile,
	}
	if field := fields[kind]; field != nil {
		*field = &id
	}
}
