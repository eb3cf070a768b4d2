package sandbox

import (
	"slices"
	"strings"
)

// When a dispute does what it does by itself: seconds after the payment or the evidence, and days to answer.
const (
	disputeOpens   = 5
	disputeDecides = 5
	disputeAnswers = 9
)

// disputeReasons are the reasons that Stripe gives, with the code of the card network for some.
var disputeReasons = map[string]string{
	"bank_cannot_process": "", "check_returned": "", "credit_not_processed": "13.6", "customer_initiated": "", "debit_not_authorized": "", "duplicate": "12.6.1",
	"fraudulent": "10.4", "general": "", "incorrect_account_details": "", "insufficient_funds": "", "product_not_received": "13.1", "product_unacceptable": "13.3",
	"subscription_canceled": "13.2", "unrecognized": "",
}

// disputeFee is what Stripe asks for a dispute: the sandbox's own constants, near the public list prices.
func disputeFee(currency string) int64 {
	switch currency {
	case "eur", "gbp":
		return 2000
	}
	fee := int64(15)
	for range currencies[currency].decimals {
		fee *= 10
	}
	return fee
}

// disputeLater opens the dispute that a test card draws.
func disputeLater(c *call, id string) error {
	charge, err := c.load(id)
	if err != nil || charge == nil {
		return err
	}
	reason, inquiry := testCards[str(charge, "_number")].dispute, false
	if reason == "inquiry" {
		reason, inquiry = "general", true
	}
	if err := c.disputable(charge); err != nil {
		return nil // refunded before the bank could ask
	}
	_, err = c.openDispute(charge, reason, inquiry)
	return err
}

// disputable says why a charge cannot be disputed (again).
func (c *call) disputable(charge object) error {
	switch {
	case !yes(charge, "paid"):
		return conflicting("charge", "", "Charge %s was not paid.", str(charge, "id"))
	case num(charge, "amount_refunded") >= num(charge, "amount"):
		return conflicting("charge", "", "Charge %s has been refunded.", str(charge, "id"))
	}
	disputes, err := c.disputesOf(str(charge, "id"))
	if err == nil && len(disputes) > 0 {
		return conflicting("charge", "", "Charge %s has a dispute.", str(charge, "id"))
	}
	return err
}

func (c *call) disputesOf(charge string) ([]object, error) {
	return c.all(`SELECT account, body FROM objects WHERE kind = 'dispute' AND json_extract(body, '$.charge') = ? ORDER BY seq`, charge)
}

// openDispute starts an inquiry, which moves no money, or a chargeback, which takes amount and fee from the platform.
func (c *call) openDispute(charge object, reason string, inquiry bool) (object, error) {
	const day = 24 * 60 * 60
	id, evidence := "dp_1"+random(23), object{}
	for name := range parametersOf()["POST /v1/disputes/{dispute}"].Fields["evidence"].Fields {
		evidence[name] = nil
	}
	card := sub(sub(charge, "payment_method_details"), "card")
	dispute := object{
		"id": id, "object": "dispute", "amount": num(charge, "amount") - num(charge, "amount_refunded"), "balance_transactions": []any{}, "charge": charge["id"],
		"created": c.now, "currency": charge["currency"], "evidence": evidence,
		"evidence_details": object{
			"due_by": (c.now/day+disputeAnswers+1)*day - 1, "has_evidence": false, "past_due": false, "submission_count": 0,
		},
		"is_charge_refundable": inquiry, "livemode": false, "metadata": object{}, "payment_intent": charge["payment_intent"],
		"payment_method_details": object{"type": "card", "card": object{"brand": card["brand"], "network_reason_code": orNil(disputeReasons[reason])}},
		"reason":                 reason, "status": "warning_needs_response",
	}
	if !inquiry {
		dispute["status"] = "needs_response"
		if err := c.withdraw(dispute); err != nil {
			return nil, err
		}
	}
	if err := c.insert(id, dispute); err != nil {
		return nil, err
	}
	charge["disputed"] = true
	if err := c.save(str(charge, "id"), charge); err != nil {
		return nil, err
	}
	if err := c.later("dispute due", id, num(sub(dispute, "evidence_details"), "due_by")); err != nil {
		return nil, err
	}
	if err := c.emit("charge.dispute.created", dispute); err != nil {
		return nil, err
	}
	if !inquiry {
		if err := c.emit("charge.dispute.funds_withdrawn", dispute); err != nil {
			return nil, err
		}
	}
	if err := c.tooLate(charge); err != nil {
		return nil, err
	}
	return dispute, c.closeReview(str(charge, "review"), "disputed")
}

// withdraw takes the amount and the fee of a dispute from the platform.
func (c *call) withdraw(dispute object) error {
	return c.moveDisputed(dispute, -1, "dispute", "Chargeback withdrawal for "+str(dispute, "charge"))
}

// reinstate gives the amount back. That the fee comes back too differs between countries and years at Stripe; here it does.
func (c *call) reinstate(dispute object) error {
	return c.moveDisputed(dispute, 1, "dispute_reversal", "Chargeback reversal for "+str(dispute, "charge"))
}

func (c *call) moveDisputed(dispute object, sign int64, category, description string) error {
	currency := str(dispute, "currency")
	fee := -sign * disputeFee(currency)
	id, err := c.book(entry{
		kind: "adjustment", category: category, source: str(dispute, "id"), amount: sign * num(dispute, "amount"), fee: fee, currency: currency, description: description,
		fees: []any{object{"amount": fee, "application": nil, "currency": currency, "description": "Dispute fee", "type": "stripe_fee"}},
	})
	if err != nil {
		return err
	}
	line, err := c.load(id)
	if err != nil {
		return err
	}
	dispute["balance_transactions"] = append(list(dispute, "balance_transactions"), c.present(line))
	dispute["is_charge_refundable"] = false
	return nil
}

func getDispute(c *call) (object, error) { return c.named("dispute", "dispute", c.path("dispute")) }

func listDisputes(c *call) (object, error) {
	return c.page("dispute", c.by("charge", "payment_intent")...)
}

func isInquiry(dispute object) bool { return strings.HasPrefix(str(dispute, "status"), "warning_") }

func isClosed(dispute object) bool {
	return slices.Contains([]string{"won", "lost", "warning_closed"}, str(dispute, "status"))
}

// updateDispute keeps evidence and, unless submit is false, hands it to the bank: once.
func updateDispute(c *call) (object, error) {
	dispute, err := getDispute(c)
	if err != nil {
		return nil, err
	}
	evidence, submit := sub(c.params, "evidence"), c.params["submit"] != false
	if evidence == nil && c.params["submit"] == nil {
		submit = false // metadata alone
	}
	if evidence != nil || submit {
		switch {
		case isClosed(dispute):
			return nil, conflicting("", "", "This dispute is already closed")
		case num(sub(dispute, "evidence_details"), "submission_count") > 0:
			return nil, conflicting("", "", "This dispute is under review: its evidence has been submitted and can no longer be changed.")
		}
	}
	for name, value := range evidence {
		text, _ := value.(string)
		if evidenceIsFile(name) && text != "" {
			if err := c.checkEvidenceFile(name, text); err != nil {
				return nil, err
			}
		}
		sub(dispute, "evidence")[name] = orNil(text)
		sub(dispute, "evidence_details")["has_evidence"] = true
	}
	before := clone(dispute)
	mergeMetadata(dispute, c.params["metadata"])
	if submit {
		dispute["status"] = "under_review"
		if isInquiry(before) {
			dispute["status"] = "warning_under_review"
		}
		sub(dispute, "evidence_details")["submission_count"] = num(sub(dispute, "evidence_details"), "submission_count") + 1
		if verdict(dispute) != "" {
			if err := c.later("decide dispute", str(dispute, "id"), c.now+disputeDecides); err != nil {
				return nil, err
			}
		}
	}
	if err := c.save(str(dispute, "id"), dispute); err != nil {
		return nil, err
	}
	return dispute, c.emitChange("charge.dispute.updated", dispute, before)
}

// evidenceIsFile tells the names of evidence that hold an uploaded file from those that hold text.
func evidenceIsFile(name string) bool {
	switch name {
	case "cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation", "receipt", "refund_policy",
		"service_documentation", "shipping_documentation", "uncategorized_file":
		return true
	}
	return false
}

// verdict is what the words of Stripe's test mode in the evidence ask for.
func verdict(dispute object) string {
	text := str(sub(dispute, "evidence"), "uncategorized_text")
	switch {
	case strings.Contains(text, "winning_evidence"):
		return "won"
	case strings.Contains(text, "losing_evidence"):
		return "lost"
	}
	return ""
}

// closeDispute gives in.
func closeDispute(c *call) (object, error) {
	dispute, err := getDispute(c)
	if err != nil {
		return nil, err
	}
	if isClosed(dispute) {
		return nil, conflicting("", "", "This dispute is already closed")
	}
	return dispute, c.endDispute(dispute, "lost")
}

// decideDispute follows the words of the evidence that was submitted.
func decideDispute(c *call, id string) error {
	dispute, err := c.load(id)
	if err != nil || dispute == nil || isClosed(dispute) {
		return err
	}
	return c.endDispute(dispute, verdict(dispute))
}

// disputeDue ends a dispute that nobody answered in time.
func disputeDue(c *call, id string) error {
	dispute, err := c.load(id)
	if err != nil || dispute == nil || !strings.HasSuffix(str(dispute, "status"), "needs_response") {
		return err
	}
	sub(dispute, "evidence_details")["past_due"] = true
	return c.endDispute(dispute, "lost")
}

// endDispute closes a dispute as won or lost; an inquiry that a chargeback does not follow is closed either way.
func (c *call) endDispute(dispute object, outcome string) error {
	before := clone(dispute)
	if isInquiry(dispute) {
		outcome = "warning_closed"
	}
	dispute["status"] = outcome
	if outcome == "won" {
		if err := c.reinstate(dispute); err != nil {
			return err
		}
	}
	if err := c.save(str(dispute, "id"), dispute); err != nil {
		return err
	}
	if outcome == "won" {
		if err := c.emitChange("charge.dispute.funds_reinstated", dispute, before); err != nil {
			return err
		}
	}
	return c.emitChange("charge.dispute.closed", dispute, before)
}

// escalate makes a chargeback of an inquiry: now the money goes.
func (c *call) escalate(dispute object) error {
	if !isInquiry(dispute) || isClosed(dispute) {
		return conflicting("", "", "Only an open inquiry can become a chargeback.")
	}
	before := clone(dispute)
	const day = 24 * 60 * 60
	due := (c.now/day+disputeAnswers+1)*day - 1
	dispute["status"] = "needs_response"
	details := sub(dispute, "evidence_details")
	details["due_by"], details["submission_count"], details["past_due"] = due, 0, false
	if err := c.withdraw(dispute); err != nil {
		return err
	}
	if err := c.save(str(dispute, "id"), dispute); err != nil {
		return err
	}
	if err := c.later("dispute due", str(dispute, "id"), due); err != nil {
		return err
	}
	if err := c.emitChange("charge.dispute.updated", dispute, before); err != nil {
		return err
	}
	return c.emitChange("charge.dispute.funds_withdrawn", dispute, before)
}

// afterRefund closes what was open about a charge that has been refunded whole: inquiries, warnings and the review.
func (c *call) afterRefund(charge, refund object) error {
	if !yes(charge, "refunded") {
		return nil
	}
	if err := c.tooLate(charge); err != nil {
		return err
	}
	reason := "refunded"
	if str(refund, "reason") == "fraudulent" {
		reason = "refunded_as_fraud"
	}
	if err := c.closeReview(str(charge, "review"), reason); err != nil {
		return err
	}
	disputes, err := c.disputesOf(str(charge, "id"))
	if err != nil {
		return err
	}
	for _, dispute := range disputes {
		if isInquiry(dispute) && !isClosed(dispute) {
			if err := c.endDispute(dispute, "warning_closed"); err != nil {
				return err
			}
		}
	}
	return nil
}

// refundBlocked says whether a dispute stands in the way of a refund: one that has taken the money and not given it back.
func (c *call) refundBlocked(charge object) (bool, error) {
	disputes, err := c.disputesOf(str(charge, "id"))
	for _, dispute := range disputes {
		if !isInquiry(dispute) && str(dispute, "status") != "won" {
			return true, err
		}
	}
	return false, err
}

// disputes says whether the word on a test card is that of a dispute.
func disputes(word string) bool {
	_, reason := disputeReasons[word]
	return reason || word == "inquiry"
}
