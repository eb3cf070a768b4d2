package views

import "github.com/tillbird/tillbird/models"

// disputeTitle says on the page of a sale that it is disputed, or asked about.
func (s Sale) disputeTitle(p Page, d models.Dispute) string {
	if d.Inquiry() {
		return p.T("dispute.sale.notice.inquiry")
	}
	return p.T("dispute.sale.notice.open", "Amount", p.W.Money(d.Money()))
}

func (s Sale) disputeText(p Page, d models.Dispute) string {
	if d.Waiting() && d.DueAt != nil && s.Now.Before(*d.DueAt) {
		return p.T("dispute.sale.notice.due", "When", p.W.Deadline(*d.DueAt))
	}
	return DisputeStage(p, &d).Sentence
}

// CardText is a card as its owner knows it.
func CardText(card string) string { return cardText(card) }
