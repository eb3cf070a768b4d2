package sandbox

// How long after its making a refund with one of the special cards settles or comes back.
const (
	refundSettles = 60
	refundFails   = 60
)

func createRefund(c *call) (object, error) {
	charge, err := c.refundable()
	if err != nil {
		return nil, err
	}
	left := num(charge, "amount") - num(charge, "amount_refunded")
	amount := left
	if _, given := c.params["amount"]; given {
		amount = num(c.params, "amount")
	}
	switch {
	case left == 0:
		return nil, conflicting("", "charge_already_refunded", "Charge %s has already been refunded.", str(charge, "id"))
	case amount < 1:
		return nil, wrong("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case amount > left:
		return nil, conflicting("amount", "", "Refund amount (%s) is greater than unrefunded amount on charge (%s)", money(amount, str(charge, "currency"), "en"), money(left, str(charge, "currency"), "en"))
	}
	transferID := str(charge, "transfer")
	for _, name := range []string{"reverse_transfer", "refund_application_fee"} {
		if yes(c.params, name) && transferID == "" {
			return nil, conflicting(name, "", "Cannot use %s on a charge without an associated transfer.", name)
		}
	}
	if yes(c.params, "refund_application_fee") && !yes(c.params, "reverse_transfer") && str(charge, "application_fee") == "" {
		return nil, conflicting("refund_application_fee", "", "Cannot refund an application fee on a charge that has none.")
	}
	return c.refund(charge, amount)
}

func (c *call) refundable() (object, error) {
	id, param := str(c.params, "charge"), "charge"
	if intentID := str(c.params, "payment_intent"); intentID != "" {
		intent, err := c.find("payment_intent", intentID)
		if err != nil {
			return nil, err
		}
		if intent == nil {
			return nil, unknown("payment_intent", "payment_intent", intentID)
		}
		if str(intent, "status") != "succeeded" {
			return nil, conflicting("payment_intent", "", "This PaymentIntent (%s) does not have a successful charge to refund.", intentID)
		}
		id, param = str(intent, "latest_charge"), "payment_intent"
	}
	if id == "" {
		return nil, wrong("charge", "parameter_missing", "One of the following params should be provided for this request: payment_intent or charge.")
	}
	charge, err := c.find("charge", id)
	if err != nil {
		return nil, err
	}
	if charge == nil {
		return nil, unknown(param, "charge", id)
	}
	if !yes(charge, "paid") {
		return nil, conflicting(param, "", "Charge %s failed and cannot be refunded.", id)
	}
	blocked, err := c.refundBlocked(charge)
	if err != nil {
		return nil, err
	}
	if blocked {
		return nil, conflicting(param, "charge_disputed", "Charge %s has been charged back; cannot issue a refund.", id)
	}
	return charge, nil
}

func (c *call) refund(charge object, amount int64) (object, error) {
	id, currency := "re_3"+random(23), str(charge, "currency")
	card := testCards[str(charge, "_number")]
	refund := c.newRefund(id, charge, amount, metadataOf(c.params))
	refund["reason"] = c.params["reason"]
	if transferID := str(charge, "transfer"); transferID != "" && yes(c.params, "reverse_transfer") {
		transfer, err := c.load(transferID)
		if err != nil {
			return nil, err
		}
		due := share(num(transfer, "amount"), num(charge, "amount_refunded")+amount, num(charge, "amount"))
		if part := due - num(transfer, "amount_reversed"); part > 0 {
			reversal, err := c.reverse(transfer, part, id, yes(c.params, "refund_application_fee"))
			if err != nil {
				return nil, err
			}
			refund["transfer_reversal"] = str(reversal, "id")
		}
	} else if yes(c.params, "refund_application_fee") {
		if err := c.feeAlone(charge, amount); err != nil {
			return nil, err
		}
	}
	booking, err := c.book(entry{kind: "refund", source: id, amount: -amount, currency: currency, description: "REFUND FOR CHARGE"})
	if err != nil {
		return nil, err
	}
	refund["balance_transaction"] = booking
	switch card.refund {
	case "pending":
		refund["status"] = "pending"
		err = c.later("settle refund", id, c.now+refundSettles)
	case "fails":
		err = c.later("fail refund", id, c.now+refundFails)
	}
	if err != nil {
		return nil, err
	}
	if err := c.insert(id, refund); err != nil {
		return nil, err
	}
	return refund, c.noteRefund(charge, refund, amount)
}

// feeAlone refunds the fee of a destination charge whose transfer stays: the merchant gets it.
func (c *call) feeAlone(charge object, amount int64) error {
	fee, err := c.load(str(charge, "application_fee"))
	if err != nil || fee == nil {
		return err
	}
	due := share(num(fee, "amount"), num(charge, "amount_refunded")+amount, num(charge, "amount"))
	part := max(due-num(fee, "amount_refunded"), 0)
	if part == 0 {
		return nil
	}
	if _, err := c.refundFee(fee, part, object{}); err != nil {
		return err
	}
	_, err = c.as(str(fee, "account")).book(entry{kind: "adjustment", amount: part, currency: str(fee, "currency"), description: "Application fee refund"})
	return err
}

// noteRefund writes a refund on its charge and sends the events.
func (c *call) noteRefund(charge, refund object, amount int64) error {
	before := clone(c.present(charge))
	charge["amount_refunded"] = num(charge, "amount_refunded") + amount
	charge["refunded"] = num(charge, "amount_refunded") >= num(charge, "amount")
	if err := c.save(str(charge, "id"), charge); err != nil {
		return err
	}
	if err := c.emitChange("charge.refunded", charge, before); err != nil {
		return err
	}
	if err := c.emit("refund.created", refund); err != nil {
		return err
	}
	return c.afterRefund(charge, refund)
}

// newRefund is a refund of a charge that succeeds at once.
func (c *call) newRefund(id string, charge object, amount int64, metadata object) object {
	return object{
		"id": id, "object": "refund", "amount": amount, "balance_transaction": nil, "charge": charge["id"], "created": c.now, "currency": charge["currency"],
		"destination_details": object{"type": "card", "card": object{"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}},
		"metadata":            metadata, "payment_intent": charge["payment_intent"], "reason": nil, "receipt_number": nil,
		"source_transfer_reversal": nil, "status": "succeeded", "transfer_reversal": nil,
	}
}

// settleRefund ends a refund that was pending.
func settleRefund(c *call, id string) error {
	refund, err := c.load(id)
	if err != nil || refund == nil || str(refund, "status") != "pending" {
		return err
	}
	before := clone(refund)
	refund["status"] = "succeeded"
	if err := c.save(id, refund); err != nil {
		return err
	}
	return c.refundChanged(refund, before)
}

// failRefund brings a refund back: the money is on the platform again, whatever was reversed stays reversed.
func failRefund(c *call, id string) error {
	refund, err := c.load(id)
	if err != nil || refund == nil || str(refund, "status") == "failed" {
		return err
	}
	before := clone(refund)
	booking, err := c.book(entry{kind: "refund_failure", source: id, amount: num(refund, "amount"), currency: str(refund, "currency"), description: "REFUND FAILURE"})
	if err != nil {
		return err
	}
	refund["status"], refund["failure_reason"], refund["failure_balance_transaction"] = "failed", "expired_or_canceled_card", booking
	if err := c.save(id, refund); err != nil {
		return err
	}
	charge, err := c.load(str(refund, "charge"))
	if err != nil {
		return err
	}
	charge["amount_refunded"] = num(charge, "amount_refunded") - num(refund, "amount")
	charge["refunded"] = false
	if err := c.save(str(charge, "id"), charge); err != nil {
		return err
	}
	return c.refundChanged(refund, before)
}

func (c *call) refundChanged(refund, before object) error {
	if err := c.emitChange("charge.refund.updated", refund, before); err != nil {
		return err
	}
	return c.emitChange("refund.updated", refund, before)
}

func getRefund(c *call) (object, error) { return c.named("refund", "refund", c.path("refund")) }

func listRefunds(c *call) (object, error) {
	return c.page("refund", c.by("charge", "payment_intent")...)
}

// refundsOf is the list of refunds that stands inside a charge.
func (c *call) refundsOf(charge string) (object, error) {
	refunds, err := c.all(`SELECT account, body FROM objects WHERE kind = 'refund' AND json_extract(body, '$.charge') = ? ORDER BY created DESC, seq DESC LIMIT 10`, charge)
	return sublist("/v1/charges/"+charge+"/refunds", refunds), err
}
