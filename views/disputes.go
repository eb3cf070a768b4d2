package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// disputeReason is the part of a message's id for Stripe's code: codes of other means of payment than cards have no
// words of their own.
func disputeReason(w *words.Printer, code string) string {
	if id := "dispute.reason." + code; code != "" && w.Has(id) {
		return id
	}
	return "dispute.reason.general"
}

// DisputeReason is what the bank says, in a few words.
func DisputeReason(w *words.Printer, code string) string { return w.T(disputeReason(w, code)) }

// DisputeLeft is how many whole days are left to answer, in words; "" where there is no deadline or it is past.
func DisputeLeft(w *words.Printer, dispute *models.Dispute, now time.Time) string {
	if dispute.DueAt == nil || !now.Before(*dispute.DueAt) {
		return ""
	}
	days := int64(dispute.DueAt.Sub(now) / (24 * time.Hour))
	if days == 0 {
		return w.T("dispute.left.today")
	}
	return w.N("dispute.left", days)
}

// DisputeStage is where a dispute stands for its merchant.
func DisputeStage(p Page, dispute *models.Dispute) State {
	return stateOf(p, "dispute_stage", dispute.Stage())
}
