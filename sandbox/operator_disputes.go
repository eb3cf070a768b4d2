package sandbox

import (
	"net/http"
	"strings"
)

type operatorDispute struct {
	ID, Charge, Amount, Reason, Status, Tone, Text string
	Due                                            int64
	Open, Inquiry                                  bool
}

// createDispute opens a dispute by the operator's hand: charge, reason, kind (inquiry or chargeback).
func (sb *Sandbox) createDispute(w http.ResponseWriter, r *http.Request) {
	sb.control(w, r, func(c *call) error {
		charge, err := c.chargeNamed(r.PostFormValue("charge"))
		if err != nil {
			return err
		}
		reason := r.PostFormValue("reason")
		if reason == "" {
			reason = "fraudulent"
		}
		if _, known := disputeReasons[reason]; !known {
			return wrong("reason", "", "There is no reason %s for a dispute.", reason)
		}
		if err := c.disputable(charge); err != nil {
			return err
		}
		_, err = c.openDispute(charge, reason, r.PostFormValue("kind") == "inquiry")
		return err
	})
}

// createWarning has the bank of a charge's card warn of fraud: charge.
func (sb *Sandbox) createWarning(w http.ResponseWriter, r *http.Request) {
	sb.control(w, r, func(c *call) error {
		charge, err := c.chargeNamed(r.PostFormValue("charge"))
		if err != nil {
			return err
		}
		_, err = c.warn(charge)
		return err
	})
}

// createReview opens a review of a payment: charge.
func (sb *Sandbox) createReview(w http.ResponseWriter, r *http.Request) {
	sb.control(w, r, func(c *call) error {
		charge, err := c.chargeNamed(r.PostFormValue("charge"))
		if err != nil {
			return err
		}
		_, err = c.openReview(charge, "manual")
		return err
	})
}

// chargeNamed finds a charge of the platform by what the operator typed.
func (c *call) chargeNamed(id string) (object, error) {
	id = strings.TrimSpace(id)
	charge, err := c.find("charge", id)
	if err == nil && charge == nil {
		return nil, missing("charge", id)
	}
	return charge, err
}

// updateOutcome ends a dispute as the bank would: outcome is won, lost, or escalate, which makes a chargeback of an inquiry.
func (sb *Sandbox) updateOutcome(w http.ResponseWriter, r *http.Request) {
	sb.control(w, r, func(c *call) error {
		dispute, err := c.named("dispute", "dispute", r.PathValue("dispute"))
		if err != nil {
			return err
		}
		outcome := r.PostFormValue("outcome")
		switch {
		case outcome == "escalate":
			return c.escalate(dispute)
		case isClosed(dispute):
			return conflicting("", "", "This dispute is already closed")
		case outcome != "won" && outcome != "lost":
			return wrong("outcome", "", "The outcome is won, lost or escalate.")
		}
		return c.endDispute(dispute, outcome)
	})
}

func (c *call) operatorDisputes() ([]operatorDispute, error) {
	found, err := c.all(newest, "dispute")
	if err != nil {
		return nil, err
	}
	var rows []operatorDispute
	for _, o := range found {
		row := operatorDispute{
			ID: str(o, "id"), Charge: str(o, "charge"), Amount: money(num(o, "amount"), str(o, "currency"), "en"), Reason: str(o, "reason"), Status: str(o, "status"),
			Tone: "warn", Due: num(sub(o, "evidence_details"), "due_by"), Open: !isClosed(o), Inquiry: isInquiry(o), Text: str(sub(o, "evidence"), "uncategorized_text"),
		}
		switch row.Status {
		case "won", "warning_closed":
			row.Tone = "good"
		case "lost":
			row.Tone = "bad"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Reasons are the reasons that a dispute can be opened with by hand, the most frequent first.
func (operatorPage) Reasons() []string {
	return []string{"fraudulent", "product_not_received", "product_unacceptable", "duplicate", "credit_not_processed", "subscription_canceled", "unrecognized", "general"}
}
