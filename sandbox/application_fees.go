package sandbox

// takeFee books the platform's fee on a payment of a merchant.
func (c *call) takeFee(charge, payment object, amount int64) (object, error) {
	id, currency := "fee_"+random(24), str(charge, "currency")
	booking, err := c.book(entry{kind: "application_fee", source: id, amount: amount, currency: currency, available: c.clearing()})
	if err != nil {
		return nil, err
	}
	fee := object{
		"id": id, "object": "application_fee", "account": str(sub(charge, "transfer_data"), "destination"), "amount": amount, "amount_refunded": 0,
		"application": c.sb.client, "balance_transaction": booking, "charge": payment["id"], "created": c.now, "currency": currency, "livemode": false,
		"originating_transaction": charge["id"], "refunded": false, "refunds": sublist("/v1/application_fees/"+id+"/refunds", nil),
	}
	charge["application_fee"] = id
	payment["application_fee"], payment["application_fee_amount"] = id, amount
	return fee, c.insert(id, fee)
}

// giveFeeBack returns the part of the fee that belongs to an amount of the merchant's payment going back now.
func (c *call) giveFeeBack(payment object, amount int64) (int64, error) {
	fee, err := c.load(str(payment, "application_fee"))
	if err != nil || fee == nil {
		return 0, err
	}
	// By the sum of all that went back, so that rounding leaves nothing behind when all of it has.
	due := share(num(fee, "amount"), num(payment, "amount_refunded")+amount, num(payment, "amount"))
	part := max(due-num(fee, "amount_refunded"), 0)
	if part == 0 {
		return 0, nil
	}
	_, err = c.refundFee(fee, part, object{})
	return part, err
}

func (c *call) refundFee(fee object, amount int64, metadata object) (object, error) {
	id := "fr_" + random(24)
	booking, err := c.book(entry{kind: "application_fee_refund", source: id, amount: -amount, currency: str(fee, "currency")})
	if err != nil {
		return nil, err
	}
	back := object{
		"id": id, "object": "fee_refund", "amount": amount, "balance_transaction": booking, "created": c.now, "currency": fee["currency"], "fee": fee["id"], "metadata": metadata,
	}
	if err := c.insert(id, back); err != nil {
		return nil, err
	}
	fee["amount_refunded"] = num(fee, "amount_refunded") + amount
	fee["refunded"] = num(fee, "amount_refunded") >= num(fee, "amount")
	refunds, err := c.all(`SELECT account, body FROM objects WHERE kind = 'fee_refund' AND json_extract(body, '$.fee') = ? ORDER BY created DESC, seq DESC LIMIT 10`, str(fee, "id"))
	if err != nil {
		return nil, err
	}
	fee["refunds"] = sublist("/v1/application_fees/"+str(fee, "id")+"/refunds", refunds)
	if err := c.save(str(fee, "id"), fee); err != nil {
		return nil, err
	}
	return back, c.emit("application_fee.refunded", fee)
}

func getApplicationFee(c *call) (object, error) {
	return c.named("application_fee", "application fee", c.path("id"))
}

func listApplicationFees(c *call) (object, error) {
	return c.page("application_fee", c.by("charge")...)
}

func createFeeRefund(c *call) (object, error) {
	fee, err := getApplicationFee(c)
	if err != nil {
		return nil, err
	}
	left := num(fee, "amount") - num(fee, "amount_refunded")
	amount := left
	if _, given := c.params["amount"]; given {
		amount = num(c.params, "amount")
	}
	if amount < 1 || amount > left {
		return nil, conflicting("amount", "", "Refund amount (%d) is greater than unrefunded amount on fee (%d)", amount, left)
	}
	back, err := c.refundFee(fee, amount, metadataOf(c.params))
	if err != nil {
		return nil, err
	}
	merchant := c.as(str(fee, "account"))
	_, err = merchant.book(entry{kind: "adjustment", source: "", amount: amount, currency: str(fee, "currency"), description: "Application fee refund"})
	return back, err
}

func listFeeRefunds(c *call) (object, error) {
	fee, err := getApplicationFee(c)
	if err != nil {
		return nil, err
	}
	return c.page("fee_refund", filter{"json_extract(body, '$.fee') = ?", str(fee, "id")})
}
