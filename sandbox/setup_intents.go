package sandbox

// newSetup is a setup intent of which nothing was tried yet; params are a session's setup_intent_data.
func (c *call) newSetup(customer string, params object) object {
	id := "seti_1" + random(23)
	return object{
		"id": id, "object": "setup_intent", "application": nil, "automatic_payment_methods": nil, "cancellation_reason": nil,
		"client_secret": id + "_secret_" + random(25), "created": c.now, "customer": orNil(customer), "description": params["description"],
		"flow_directions": nil, "last_setup_error": nil, "latest_attempt": nil, "livemode": false, "mandate": nil, "metadata": metadataOf(params),
		"next_action": nil, "on_behalf_of": params["on_behalf_of"], "payment_method": nil, "payment_method_configuration_details": nil,
		"payment_method_options": object{"card": object{"mandate_options": nil, "network": nil, "request_three_d_secure": "automatic"}},
		"payment_method_types":   []any{"card"}, "single_use_mandate": nil, "status": "requires_payment_method", "usage": "off_session",
	}
}

// setUp asks the bank whether a card may be charged later, and attaches it to the customer where it may. Some cards are
// saved and refused only when they are charged.
func (c *call) setUp(intent, method object, checked bool) (result, error) {
	card := testCards[str(method, "_number")]
	switch {
	case card.ask != "" && !checked:
		return result{asks: true}, c.askSetup(intent, method)
	case card.refusal.code != "" && !card.saves && card.ask == "":
		return c.refuseSetup(intent, method, card.refusal)
	}
	method["_set_up"] = true
	if err := c.save(str(method, "id"), method); err != nil {
		return result{}, err
	}
	if err := c.attach(method, str(intent, "customer")); err != nil {
		return result{}, err
	}
	intent["status"], intent["payment_method"], intent["next_action"], intent["last_setup_error"] = "succeeded", str(method, "id"), nil, nil
	if err := c.save(str(intent, "id"), intent); err != nil {
		return result{}, err
	}
	return result{}, c.emit("setup_intent.succeeded", intent)
}

func (c *call) askSetup(intent, method object) error {
	intent["status"], intent["payment_method"], intent["last_setup_error"] = "requires_action", str(method, "id"), nil
	intent["next_action"] = object{"type": "use_stripe_sdk", "use_stripe_sdk": object{"type": "three_d_secure_redirect", "stripe_js": c.sb.url("/3ds/" + str(intent, "id"))}}
	if err := c.save(str(intent, "id"), intent); err != nil {
		return err
	}
	return c.emit("setup_intent.requires_action", intent)
}

func (c *call) refuseSetup(intent, method object, why refusal) (result, error) {
	kind := "card_error"
	if why == checkFailed {
		kind, why = "invalid_request_error", setupCheckFailed
	}
	intent["status"], intent["payment_method"], intent["next_action"] = "requires_payment_method", nil, nil
	intent["last_setup_error"] = lastError(kind, why, "", c.present(method))
	if err := c.save(str(intent, "id"), intent); err != nil {
		return result{}, err
	}
	return result{refused: &why}, c.emit("setup_intent.setup_failed", intent)
}

// cancelSetup ends a setup intent whose session has expired.
func (c *call) cancelSetup(intent object) error {
	intent["status"], intent["cancellation_reason"], intent["next_action"] = "canceled", nil, nil
	if err := c.save(str(intent, "id"), intent); err != nil {
		return err
	}
	return c.emit("setup_intent.canceled", intent)
}

func getSetupIntent(c *call) (object, error) {
	return c.named("setup_intent", "setupintent", c.path("intent"))
}

func listSetupIntents(c *call) (object, error) {
	return c.page("setup_intent", c.by("customer", "payment_method")...)
}
