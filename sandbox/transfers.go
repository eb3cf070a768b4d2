package sandbox

import "strconv"

// passOn moves the money of a destination charge: the whole amount (or the part asked for) to the merchant, who pays the
// application fee back out of it. It gives the events for later.
func (c *call) passOn(charge, intent object) ([]emission, error) {
	data := sub(intent, "transfer_data")
	if data == nil {
		return nil, nil
	}
	currency, merchant := str(charge, "currency"), c.as(str(data, "destination"))
	amount := num(charge, "amount")
	if _, part := data["amount"]; part {
		amount = num(data, "amount")
	}
	transfer, err := c.newTransfer(merchant.account, amount, currency, c.clearing())
	if err != nil {
		return nil, err
	}
	transferID, paymentID := str(transfer, "id"), str(transfer, "destination_payment")
	transfer["source_transaction"], transfer["transfer_group"], charge["transfer"] = charge["id"], charge["transfer_group"], transferID
	tail := []emission{{kind: "transfer.created", o: transfer}}
	payment := merchant.newPayment(paymentID, transfer)
	line := entry{kind: "payment", source: paymentID, amount: amount, currency: currency, available: c.clearing()}
	if fee := num(intent, "application_fee_amount"); fee > 0 {
		feeObject, err := c.takeFee(charge, payment, fee)
		if err != nil {
			return nil, err
		}
		tail = append(tail, emission{kind: "application_fee.created", o: feeObject})
		line.fee = fee
		line.fees = []any{object{"amount": fee, "application": c.sb.client, "currency": currency, "description": "Application fee", "type": "application_fee"}}
	}
	received, err := merchant.book(line)
	if err != nil {
		return nil, err
	}
	payment["balance_transaction"] = received
	if err := merchant.insert(paymentID, payment); err != nil {
		return nil, err
	}
	return tail, c.insert(transferID, transfer)
}

// newTransfer books money going out of the platform; what comes in is the work of the caller.
func (c *call) newTransfer(destination string, amount int64, currency string, available int64) (object, error) {
	id := "tr_3" + random(23)
	booking, err := c.book(entry{kind: "transfer", source: id, amount: -amount, currency: currency, available: available})
	return object{
		"id": id, "object": "transfer", "amount": amount, "amount_reversed": 0, "balance_transaction": booking, "created": c.now, "currency": currency,
		"description": nil, "destination": destination, "destination_payment": "py_" + random(24), "livemode": false, "metadata": object{},
		"reversals": sublist("/v1/transfers/"+id+"/reversals", nil), "reversed": false, "source_transaction": nil, "source_type": "card", "transfer_group": nil,
	}, err
}

// createTransfer sends money of the platform to a merchant, such as that of a dispute that was won. Stripe refuses more
// than the platform's available balance; here the platform is always good for it.
func createTransfer(c *call) (object, error) {
	amount, currency, destination := num(c.params, "amount"), str(c.params, "currency"), str(c.params, "destination")
	if amount < 1 {
		return nil, wrong("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	}
	if _, known := currencies[currency]; !known {
		return nil, wrong("currency", "", "Invalid currency: %s. The sandbox does not know this currency.", currency)
	}
	account, err := c.connected(destination)
	if err != nil {
		return nil, err
	}
	if account == nil {
		return nil, unknown("destination", "destination", destination)
	}
	if str(sub(account, "capabilities"), "transfers") != "active" {
		return nil, conflicting("destination", "insufficient_capabilities_for_transfer", "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments")
	}
	source := str(c.params, "source_transaction")
	if source != "" {
		charge, err := c.find("charge", source)
		if err != nil {
			return nil, err
		}
		if charge == nil {
			return nil, unknown("source_transaction", "charge", source)
		}
		if amount > num(charge, "amount") {
			return nil, conflicting("amount", "", "The transfer is more than the charge it comes from.")
		}
	}
	transfer, err := c.newTransfer(destination, amount, currency, 0)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"description", "transfer_group"} {
		transfer[name] = c.params[name]
	}
	transfer["source_transaction"], transfer["metadata"] = orNil(source), metadataOf(c.params)
	merchant, paymentID := c.as(destination), str(transfer, "destination_payment")
	received, err := merchant.book(entry{kind: "payment", source: paymentID, amount: amount, currency: currency, description: c.params["description"]})
	if err != nil {
		return nil, err
	}
	payment := merchant.newPayment(paymentID, transfer)
	payment["balance_transaction"] = received
	if err := merchant.insert(paymentID, payment); err != nil {
		return nil, err
	}
	if err := c.insert(str(transfer, "id"), transfer); err != nil {
		return nil, err
	}
	return transfer, c.emit("transfer.created", transfer)
}

// newPayment is the charge that a transfer makes on the account it goes to.
func (c *call) newPayment(id string, transfer object) object {
	return object{
		"id": id, "object": "charge", "amount": transfer["amount"], "amount_captured": transfer["amount"], "amount_refunded": 0, "application": c.sb.client,
		"application_fee": nil, "application_fee_amount": nil, "balance_transaction": nil, "billing_details": noBilling(),
		"calculated_statement_descriptor": nil, "captured": true, "created": c.now, "currency": transfer["currency"], "customer": nil, "description": nil,
		"disputed": false, "failure_balance_transaction": nil, "failure_code": nil, "failure_message": nil, "fraud_details": object{}, "invoice": nil,
		"livemode": false, "metadata": object{}, "on_behalf_of": nil, "outcome": nil, "paid": true, "payment_intent": nil, "payment_method": nil,
		"payment_method_details": object{"type": "stripe_account", "stripe_account": object{}}, "radar_options": object{}, "receipt_email": nil,
		"receipt_number": nil, "receipt_url": nil, "refunded": false, "review": nil, "shipping": nil, "source_transfer": transfer["id"],
		"statement_descriptor": nil, "statement_descriptor_suffix": nil, "status": "succeeded", "transfer_data": nil, "transfer_group": transfer["transfer_group"],
	}
}

func getTransfer(c *call) (object, error) {
	id := c.path("transfer")
	if id == "" {
		id = c.path("id")
	}
	return c.named("transfer", "transfer", id)
}

func listTransfers(c *call) (object, error) {
	return c.page("transfer", c.by("destination", "transfer_group")...)
}

func createReversal(c *call) (object, error) {
	transfer, err := getTransfer(c)
	if err != nil {
		return nil, err
	}
	left := num(transfer, "amount") - num(transfer, "amount_reversed")
	amount := left
	if _, given := c.params["amount"]; given {
		amount = num(c.params, "amount")
	}
	if amount < 1 || amount > left {
		return nil, conflicting("amount", "", "The amount of the reversal (%s) is more than what is left of the transfer (%s).", strconv.FormatInt(amount, 10), strconv.FormatInt(left, 10))
	}
	reversal, err := c.reverse(transfer, amount, nil, yes(c.params, "refund_application_fee"))
	if err != nil {
		return nil, err
	}
	reversal["metadata"] = metadataOf(c.params)
	return reversal, c.save(str(reversal, "id"), reversal)
}

// reverse takes money of a transfer back; refund is the refund it is for, or nil. With withFee the part of the
// application fee that belongs to it goes back to the merchant.
func (c *call) reverse(transfer object, amount int64, refund any, withFee bool) (object, error) {
	id, currency, merchant := "trr_"+random(24), str(transfer, "currency"), c.as(str(transfer, "destination"))
	payment, err := c.load(str(transfer, "destination_payment"))
	if err != nil {
		return nil, err
	}
	booking, err := c.book(entry{kind: "transfer_refund", source: id, amount: amount, currency: currency})
	if err != nil {
		return nil, err
	}
	back, feeBack := "pyr_"+random(24), int64(0)
	if withFee {
		if feeBack, err = c.giveFeeBack(payment, amount); err != nil {
			return nil, err
		}
	}
	line := entry{kind: "payment_refund", source: back, amount: -amount, fee: -feeBack, currency: currency}
	if feeBack > 0 {
		line.fees = []any{object{"amount": -feeBack, "application": c.sb.client, "currency": currency, "description": "Application fee", "type": "application_fee"}}
	}
	returned, err := merchant.book(line)
	if err != nil {
		return nil, err
	}
	paymentRefund := merchant.newRefund(back, payment, amount, object{})
	paymentRefund["balance_transaction"], paymentRefund["source_transfer_reversal"] = returned, id
	if err := merchant.insert(back, paymentRefund); err != nil {
		return nil, err
	}
	payment["amount_refunded"] = num(payment, "amount_refunded") + amount
	payment["refunded"] = num(payment, "amount_refunded") >= num(payment, "amount")
	if err := merchant.save(str(payment, "id"), payment); err != nil {
		return nil, err
	}
	reversal := object{
		"id": id, "object": "transfer_reversal", "amount": amount, "balance_transaction": booking, "created": c.now, "currency": currency,
		"destination_payment_refund": back, "metadata": object{}, "source_refund": refund, "transfer": transfer["id"],
	}
	if err := c.insert(id, reversal); err != nil {
		return nil, err
	}
	transfer["amount_reversed"] = num(transfer, "amount_reversed") + amount
	transfer["reversed"] = num(transfer, "amount_reversed") >= num(transfer, "amount")
	reversals, err := c.reversalsOf(str(transfer, "id"))
	if err != nil {
		return nil, err
	}
	transfer["reversals"] = sublist("/v1/transfers/"+str(transfer, "id")+"/reversals", reversals)
	if err := c.save(str(transfer, "id"), transfer); err != nil {
		return nil, err
	}
	return reversal, c.emit("transfer.reversed", transfer)
}

func (c *call) reversalsOf(transfer string) ([]object, error) {
	return c.all(`SELECT account, body FROM objects WHERE kind = 'transfer_reversal' AND json_extract(body, '$.transfer') = ? ORDER BY created DESC, seq DESC LIMIT 10`, transfer)
}

func listReversals(c *call) (object, error) {
	transfer, err := getTransfer(c)
	if err != nil {
		return nil, err
	}
	return c.page("transfer_reversal", filter{"json_extract(body, '$.transfer') = ?", str(transfer, "id")})
}
