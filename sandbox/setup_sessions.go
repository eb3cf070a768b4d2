package sandbox

// setupSession makes a Checkout session that keeps a card for later and takes no money.
func (c *call) setupSession(id string, expires int64) (object, error) {
	for _, name := range []string{"line_items", "payment_intent_data", "submit_type"} {
		if c.params[name] != nil {
			return nil, wrong(name, "", "You can not pass `%s` in `setup` mode.", name)
		}
	}
	if len(list(c.params, "payment_method_types")) == 0 && str(c.params, "currency") == "" {
		return nil, wrong("currency", "parameter_missing", "You must provide `currency` or `payment_method_types` in `setup` mode.")
	}
	session, err := c.newSession(id, 0, str(c.params, "currency"), expires)
	if err != nil {
		return nil, err
	}
	data := sub(c.params, "setup_intent_data")
	if merchant := str(data, "on_behalf_of"); merchant != "" {
		account, err := c.connected(merchant)
		if err != nil {
			return nil, err
		}
		if account == nil {
			return nil, unknown("setup_intent_data[on_behalf_of]", "on_behalf_of", merchant)
		}
	}
	intent := c.newSetup(str(session, "customer"), data)
	intent["_session"] = id
	if err := c.insert(str(intent, "id"), intent); err != nil {
		return nil, err
	}
	for _, name := range []string{"amount_subtotal", "amount_total", "total_details"} {
		session[name] = nil
	}
	session["currency"] = orNil(str(c.params, "currency"))
	session["mode"], session["payment_status"], session["setup_intent"] = "setup", "no_payment_required", str(intent, "id")
	session["_intent"] = object{"on_behalf_of": intent["on_behalf_of"]}
	if err := c.insert(id, session); err != nil {
		return nil, err
	}
	if err := c.emit("setup_intent.created", intent); err != nil {
		return nil, err
	}
	return session, c.later("expire session", id, expires)
}

// keepCard tries to keep a card for the customer of an open session, who is made where there is none yet.
func (c *call) keepCard(session, method object, who buyer) (result, error) {
	session["_buyer"] = object{"email": who.email, "name": who.name, "phone": who.phone, "billing": who.billing, "shipping": who.shipping, "agreed": who.agreed}
	intent, err := c.load(str(session, "setup_intent"))
	if err != nil {
		return result{}, err
	}
	if str(session, "customer") == "" && str(session, "customer_creation") == "always" {
		made := c.as(c.account)
		made.params = object{"email": who.email, "name": who.name}
		customer, err := createCustomer(made)
		if err != nil {
			return result{}, err
		}
		session["customer"], intent["customer"] = customer["id"], customer["id"]
	}
	if err := c.save(str(session, "id"), session); err != nil {
		return result{}, err
	}
	return c.setUpWith(session, intent, method, false)
}

// setUpWith makes one attempt for a session and completes it when the card is kept.
func (c *call) setUpWith(session, intent, method object, checked bool) (result, error) {
	outcome, err := c.setUp(intent, method, checked)
	if err != nil || outcome.refused != nil || outcome.asks {
		return outcome, err
	}
	return outcome, c.complete(session)
}
