package sandbox

import (
	"net/http"
	"strings"
)

func createPaymentIntent(c *call) (object, error) {
	if fail := checkAmount("amount", num(c.params, "amount"), str(c.params, "currency")); fail != nil {
		return nil, fail
	}
	if str(c.params, "capture_method") == "manual" {
		return nil, wrong("capture_method", "", "The sandbox does not simulate capture_method=manual.")
	}
	customer := str(c.params, "customer")
	if customer != "" {
		if _, err := c.customer("customer", customer); err != nil {
			return nil, err
		}
	}
	if err := c.checkConnect(c.params, num(c.params, "amount"), ""); err != nil {
		return nil, err
	}
	intent := c.newIntent(num(c.params, "amount"), str(c.params, "currency"), customer, c.params)
	if types := list(c.params, "payment_method_types"); len(types) > 0 {
		intent["payment_method_types"] = types
	} else {
		intent["automatic_payment_methods"] = object{"allow_redirects": "always", "enabled": true}
	}
	if err := c.chooseMethod(intent); err != nil {
		return nil, err
	}
	if err := c.insert(str(intent, "id"), intent); err != nil {
		return nil, err
	}
	if err := c.emit("payment_intent.created", intent); err != nil {
		return nil, err
	}
	if !yes(c.params, "confirm") {
		return intent, nil
	}
	return c.confirmByRequest(intent)
}

// newIntent is an intent of which nothing was tried yet; params are those of the API, or a session's payment_intent_data.
func (c *call) newIntent(amount int64, currency, customer string, params object) object {
	id := "pi_3" + random(23)
	intent := object{
		"id": id, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_details": object{"tip": object{}}, "amount_received": 0,
		"application": nil, "application_fee_amount": params["application_fee_amount"], "automatic_payment_methods": nil, "canceled_at": nil,
		"cancellation_reason": nil, "capture_method": "automatic", "client_secret": id + "_secret_" + random(25), "confirmation_method": "automatic",
		"created": c.now, "currency": currency, "customer": orNil(customer), "description": params["description"], "invoice": nil,
		"last_payment_error": nil, "latest_charge": nil, "livemode": false, "metadata": metadataOf(params), "next_action": nil,
		"on_behalf_of": params["on_behalf_of"], "payment_method": nil,
		"payment_method_options": object{"card": object{"installments": nil, "mandate_options": nil, "network": nil, "request_three_d_secure": "automatic"}},
		"payment_method_types":   []any{"card"}, "processing": nil, "receipt_email": params["receipt_email"], "review": nil,
		"setup_future_usage": params["setup_future_usage"], "shipping": nil, "statement_descriptor": params["statement_descriptor"],
		"statement_descriptor_suffix": params["statement_descriptor_suffix"], "status": "requires_payment_method",
		"transfer_data": nil, "transfer_group": params["transfer_group"],
	}
	if transfer := sub(params, "transfer_data"); transfer != nil {
		intent["transfer_data"] = transfer
		if intent["transfer_group"] == nil {
			intent["transfer_group"] = "group_" + id
		}
	}
	if shipping := sub(params, "shipping"); shipping != nil {
		intent["shipping"] = overlay(object{"address": noAddress(), "carrier": nil, "name": "", "phone": nil, "tracking_number": nil}, shipping)
	}
	return intent
}

// checkConnect refuses what Stripe refuses about a destination, its fee and the merchant of record; prefix names the parameter around them.
func (c *call) checkConnect(params object, amount int64, prefix string) error {
	fee, hasFee := params["application_fee_amount"]
	destination := str(sub(params, "transfer_data"), "destination")
	if hasFee && destination == "" && c.account == "" {
		return wrong(nested(prefix, "application_fee_amount"), "", "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).")
	}
	if hasFee && (num(params, "application_fee_amount") > amount || num(params, "application_fee_amount") < 0) {
		return wrong(nested(prefix, "application_fee_amount"), "", "The application fee (%v) cannot be greater than the amount (%d), or less than 0.", fee, amount)
	}
	if destination != "" {
		account, err := c.connected(destination)
		if err != nil {
			return err
		}
		if account == nil {
			return unknown(nested(prefix, "transfer_data")+"[destination]", "destination", destination)
		}
		if str(sub(account, "capabilities"), "transfers") != "active" {
			return conflicting(nested(prefix, "transfer_data")+"[destination]", "insufficient_capabilities_for_transfer", "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments")
		}
		if _, split := sub(params, "transfer_data")["amount"]; split && hasFee {
			return wrong(nested(prefix, "transfer_data")+"[amount]", "", "You cannot use both `application_fee_amount` and `transfer_data[amount]`.")
		}
	}
	if merchant := str(params, "on_behalf_of"); merchant != "" {
		account, err := c.connected(merchant)
		if err != nil {
			return err
		}
		if account == nil {
			return unknown(nested(prefix, "on_behalf_of"), "on_behalf_of", merchant)
		}
		if str(sub(account, "capabilities"), "card_payments") != "active" {
			return conflicting(nested(prefix, "on_behalf_of"), "", "Your account cannot create charges on behalf of %s, which needs the card_payments capability to be active.", merchant)
		}
	}
	return checkSuffix(nested(prefix, "statement_descriptor_suffix"), str(params, "statement_descriptor_suffix"))
}

func checkSuffix(param, suffix string) error {
	if suffix == "" {
		return nil
	}
	if len([]rune(suffix)) > 22 {
		return wrong(param, "", "The statement descriptor suffix must be at most 22 characters.")
	}
	if strings.ContainsAny(suffix, `<>\'"*`) || !strings.ContainsAny(strings.ToLower(suffix), "abcdefghijklmnopqrstuvwxyz") {
		return wrong(param, "", `Invalid statement descriptor suffix: it must contain a letter, and none of < > \ ' " *`)
	}
	return nil
}

// chooseMethod takes the payment method of the parameters, when there is one.
func (c *call) chooseMethod(intent object) error {
	id := str(c.params, "payment_method")
	if id == "" {
		return nil
	}
	method, err := c.method("payment_method", id)
	if err != nil {
		return err
	}
	if owner := str(method, "customer"); owner != "" && owner != str(intent, "customer") {
		return conflicting("payment_method", "", "The provided PaymentMethod belongs to a customer. Please include its customer in the `customer` parameter.")
	}
	if yes(method, "_spent") {
		return wrong("payment_method", "", "The provided PaymentMethod was detached from a Customer. It may not be used again.")
	}
	intent["payment_method"], intent["status"] = str(method, "id"), "requires_confirmation"
	return nil
}

func confirmPaymentIntent(c *call) (object, error) {
	intent, err := getPaymentIntent(c)
	if err != nil {
		return nil, err
	}
	switch str(intent, "status") {
	case "requires_payment_method", "requires_confirmation", "requires_action":
	default:
		return nil, unexpected("You cannot confirm this PaymentIntent because it has a status of " + str(intent, "status") + ".")
	}
	if err := c.chooseMethod(intent); err != nil {
		return nil, err
	}
	for _, name := range []string{"receipt_email", "setup_future_usage"} {
		if value, given := c.params[name]; given {
			intent[name] = value
		}
	}
	return c.confirmByRequest(intent)
}

func (c *call) confirmByRequest(intent object) (object, error) {
	id := str(intent, "payment_method")
	if id == "" {
		return nil, &failure{status: http.StatusBadRequest, kind: "invalid_request_error", code: "payment_intent_unexpected_state", message: "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent with a payment method and then confirm it again."}
	}
	method, err := c.load(id)
	if err != nil {
		return nil, err
	}
	if yes(c.params, "off_session") && str(intent, "customer") == "" {
		return nil, wrong("off_session", "", "You must provide a customer when using off_session.")
	}
	result, err := c.attempt(intent, method, attempt{absent: c.params["off_session"] != nil && c.params["off_session"] != false, back: str(c.params, "return_url")})
	if err != nil {
		return nil, err
	}
	if err := c.emitTail(result.tail); err != nil {
		return nil, err
	}
	if result.refused != nil {
		return nil, result.refused.failure(c, intent, method)
	}
	return intent, nil
}

// unexpected refuses something that the state of an intent does not allow.
func unexpected(message string) *failure {
	return &failure{status: http.StatusBadRequest, kind: "invalid_request_error", code: "payment_intent_unexpected_state", message: message}
}

func getPaymentIntent(c *call) (object, error) {
	return c.named("payment_intent", "payment_intent", c.path("intent"))
}

func listPaymentIntents(c *call) (object, error) {
	return c.page("payment_intent", c.by("customer")...)
}

func updatePaymentIntent(c *call) (object, error) {
	intent, err := getPaymentIntent(c)
	if err != nil {
		return nil, err
	}
	if status := str(intent, "status"); (status == "succeeded" || status == "canceled") && c.params["amount"] != nil {
		return nil, unexpected("This PaymentIntent's amount could not be updated because it has a status of " + status + ".")
	}
	for _, name := range []string{"amount", "description", "receipt_email", "setup_future_usage", "transfer_group", "application_fee_amount", "statement_descriptor_suffix"} {
		if value, given := c.params[name]; given {
			intent[name] = value
			if value == "" {
				intent[name] = nil
			}
		}
	}
	mergeMetadata(intent, c.params["metadata"])
	if err := c.chooseMethod(intent); err != nil {
		return nil, err
	}
	return intent, c.save(str(intent, "id"), intent)
}

func cancelPaymentIntent(c *call) (object, error) {
	intent, err := getPaymentIntent(c)
	if err != nil {
		return nil, err
	}
	if yes(intent, "_checkout") {
		return nil, conflicting("", "", "You cannot cancel this PaymentIntent because it was created by a Checkout Session. Expire the Checkout Session instead.")
	}
	if status := str(intent, "status"); status == "succeeded" || status == "canceled" {
		return nil, unexpected("You cannot cancel this PaymentIntent because it has a status of " + status + ". Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.")
	}
	return intent, c.cancelIntent(intent, c.params["cancellation_reason"])
}

func (c *call) cancelIntent(intent object, reason any) error {
	intent["status"], intent["canceled_at"], intent["cancellation_reason"], intent["next_action"] = "canceled", c.now, reason, nil
	if err := c.save(str(intent, "id"), intent); err != nil {
		return err
	}
	return c.emit("payment_intent.canceled", intent)
}
