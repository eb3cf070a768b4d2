package sandbox

func createCustomer(c *call) (object, error) {
	id := "cus_" + random(14)
	o := object{
		"id": id, "object": "customer", "address": c.addressParam(sub(c.params, "address")), "balance": 0, "created": c.now, "currency": nil,
		"default_source": nil, "delinquent": false, "description": nil, "discount": nil, "email": nil, "invoice_prefix": random(8),
		"invoice_settings": object{"custom_fields": nil, "default_payment_method": nil, "footer": nil, "rendering_options": nil},
		"livemode":         false, "metadata": metadataOf(c.params), "name": nil, "next_invoice_sequence": 1, "phone": nil, "preferred_locales": []any{},
		"shipping": nil, "tax_exempt": "none", "test_clock": nil,
	}
	takeCustomer(o, c.params)
	if err := c.insert(id, o); err != nil {
		return nil, err
	}
	return o, c.emit("customer.created", o)
}

func takeCustomer(o, params object) {
	for _, name := range []string{"description", "email", "name", "phone", "preferred_locales", "tax_exempt"} {
		if value, given := params[name]; given {
			o[name] = value
			if value == "" {
				o[name] = nil
			}
		}
	}
	if shipping, given := params["shipping"]; given {
		o["shipping"] = nil
		if details, ok := shipping.(object); ok {
			o["shipping"] = overlay(object{"address": noAddress(), "name": nil, "phone": nil}, details)
		}
	}
}

// addressParam is an address with every key that Stripe shows, or null.
func (c *call) addressParam(given object) any {
	if given == nil {
		return nil
	}
	return overlay(noAddress(), given)
}

func getCustomer(c *call) (object, error) {
	o, err := c.named("customer", "customer", c.path("customer"))
	if err == nil && yes(o, "_deleted") {
		return object{"id": str(o, "id"), "object": "customer", "deleted": true}, nil
	}
	return o, err
}

func listCustomers(c *call) (object, error) {
	filters := append(c.by("email"), filter{where: "json_extract(body, '$._deleted') IS NULL"})
	return c.page("customer", filters...)
}

func updateCustomer(c *call) (object, error) {
	o, err := c.customer("id", c.path("customer"))
	if err != nil {
		return nil, err
	}
	before := clone(o)
	takeCustomer(o, c.params)
	if address, given := c.params["address"]; given {
		details, _ := address.(object)
		o["address"] = c.addressParam(details)
	}
	mergeMetadata(o, c.params["metadata"])
	if err := c.save(str(o, "id"), o); err != nil {
		return nil, err
	}
	return o, c.emitChange("customer.updated", o, before)
}

func deleteCustomer(c *call) (object, error) {
	o, err := c.customer("id", c.path("customer"))
	if err != nil {
		return nil, err
	}
	methods, err := c.methodsOf(str(o, "id"))
	if err != nil {
		return nil, err
	}
	for _, method := range methods {
		method["customer"], method["_spent"] = nil, true
		if err := c.save(str(method, "id"), method); err != nil {
			return nil, err
		}
	}
	if err := c.emit("customer.deleted", o); err != nil {
		return nil, err
	}
	o["_deleted"] = true
	return object{"id": str(o, "id"), "object": "customer", "deleted": true}, c.save(str(o, "id"), o)
}

// customer finds a living customer that a parameter names.
func (c *call) customer(param, id string) (object, error) {
	o, err := c.find("customer", id)
	if err != nil {
		return nil, err
	}
	if o == nil || yes(o, "_deleted") {
		if param == "id" {
			return nil, missing("customer", id)
		}
		return nil, unknown(param, "customer", id)
	}
	return o, nil
}

func (c *call) methodsOf(customer string) ([]object, error) {
	return c.all(`SELECT account, body FROM objects WHERE kind = 'payment_method' AND json_extract(body, '$.customer') = ? AND account = ?`, customer, c.account)
}

func listCustomerPaymentMethods(c *call) (object, error) {
	o, err := c.customer("id", c.path("customer"))
	if err != nil {
		return nil, err
	}
	return c.page("payment_method", append(c.by("type"), filter{"json_extract(body, '$.customer') = ?", str(o, "id")})...)
}
