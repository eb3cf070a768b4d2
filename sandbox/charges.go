package sandbox

import "strings"

// newCharge is a charge of an intent that has not been booked.
func (c *call) newCharge(intent, method object, checked bool) object {
	card := sub(method, "card")
	var secure any
	if checked {
		secure = object{"authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": nil, "result": "authenticated", "result_reason": nil, "transaction_id": random(20), "version": "2.2.0"}
	}
	charge := object{
		"id": "ch_3" + random(23), "object": "charge", "amount": intent["amount"], "amount_captured": 0, "amount_refunded": 0, "application": nil,
		"application_fee": nil, "application_fee_amount": intent["application_fee_amount"], "balance_transaction": nil,
		"billing_details": method["billing_details"], "calculated_statement_descriptor": nil, "captured": false, "created": c.now,
		"currency": intent["currency"], "customer": intent["customer"], "description": intent["description"], "disputed": false,
		"failure_balance_transaction": nil, "failure_code": nil, "failure_message": nil, "fraud_details": object{}, "invoice": nil, "livemode": false,
		"metadata": intent["metadata"], "on_behalf_of": intent["on_behalf_of"], "outcome": nil, "paid": false, "payment_intent": intent["id"],
		"payment_method": method["id"],
		"payment_method_details": object{"type": "card", "card": object{
			"amount_authorized": intent["amount"], "brand": card["brand"], "checks": card["checks"], "country": card["country"], "exp_month": card["exp_month"],
			"exp_year": card["exp_year"], "fingerprint": card["fingerprint"], "funding": card["funding"], "installments": nil, "last4": card["last4"],
			"mandate": nil, "network": card["brand"], "network_token": object{"used": false}, "three_d_secure": secure, "wallet": nil,
		}},
		"radar_options": object{}, "receipt_email": intent["receipt_email"], "receipt_number": nil, "receipt_url": nil, "refunded": false, "review": nil,
		"shipping": intent["shipping"], "source_transfer": nil, "statement_descriptor": intent["statement_descriptor"],
		"statement_descriptor_suffix": intent["statement_descriptor_suffix"], "status": "succeeded", "transfer_data": nil,
		"transfer_group": intent["transfer_group"], "_number": method["_number"],
	}
	if transfer := sub(intent, "transfer_data"); transfer != nil {
		charge["transfer_data"] = object{"amount": transfer["amount"], "destination": transfer["destination"]}
	}
	return charge
}

// bookCharge takes the money: the platform pays Stripe's fee.
func (c *call) bookCharge(charge object) error {
	amount, currency := num(charge, "amount"), str(charge, "currency")
	fee := stripeFee(amount, currency)
	booking, err := c.book(entry{
		kind: "charge", source: str(charge, "id"), amount: amount, fee: fee, currency: currency, available: c.clearing(), description: charge["description"],
		fees: []any{object{"amount": fee, "application": nil, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}},
	})
	if err != nil {
		return err
	}
	charge["balance_transaction"], charge["paid"], charge["captured"], charge["amount_captured"] = booking, true, true, amount
	charge["outcome"] = object{
		"network_status": "approved_by_network", "reason": nil, "risk_level": "normal", "risk_score": 12, "seller_message": "Payment complete.", "type": "authorized",
	}
	descriptor, err := c.descriptor(charge)
	charge["calculated_statement_descriptor"] = descriptor
	return err
}

// descriptor is what the buyer reads on the bank's statement: the name of the merchant of record, and the suffix.
func (c *call) descriptor(charge object) (string, error) {
	name := "SANDBOX PLATFORM"
	if merchant := str(charge, "on_behalf_of"); merchant != "" {
		account, err := c.connected(merchant)
		if err != nil {
			return "", err
		}
		if account != nil {
			name = str(sub(sub(account, "settings"), "payments"), "statement_descriptor")
			if name == "" {
				name = str(sub(account, "business_profile"), "name")
			}
		}
	}
	if suffix := str(charge, "statement_descriptor_suffix"); suffix != "" {
		name = cut(name, 10) + "* " + suffix
	}
	return cut(strings.ToUpper(name), 22), nil
}

func cut(text string, length int) string {
	runes := []rune(text)
	return string(runes[:min(length, len(runes))])
}

func getCharge(c *call) (object, error) { return c.named("charge", "charge", c.path("charge")) }

func listCharges(c *call) (object, error) {
	return c.page("charge", c.by("customer", "payment_intent", "transfer_group")...)
}
