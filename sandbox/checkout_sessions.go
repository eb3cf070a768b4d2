package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// How long a checkout session may live, from its making.
const (
	shortestSession = 30 * time.Minute
	longestSession  = 24 * time.Hour
)

func createSession(c *call) (object, error) {
	mode := str(c.params, "mode")
	if mode != "payment" && mode != "setup" {
		return nil, wrong("mode", "", "The sandbox simulates Checkout in mode=payment and mode=setup alone.")
	}
	if str(c.params, "ui_mode") == "embedded" {
		return nil, wrong("ui_mode", "", "The sandbox simulates hosted Checkout alone.")
	}
	for _, name := range []string{"success_url", "cancel_url"} {
		address := str(c.params, name)
		if address == "" && name == "success_url" {
			return nil, wrong(name, "parameter_missing", "Missing required param: %s.", name)
		}
		if address != "" && !isWebAddress(strings.ReplaceAll(address, "{CHECKOUT_SESSION_ID}", "")) {
			return nil, wrong(name, "url_invalid", "Not a valid URL")
		}
	}
	if reference := str(c.params, "client_reference_id"); len(reference) > 200 {
		return nil, wrong("client_reference_id", "", "Invalid string: it must be at most 200 characters")
	}
	expires, err := c.sessionEnd()
	if err != nil {
		return nil, err
	}
	id := "cs_test_a1" + random(56)
	if mode == "setup" {
		return c.setupSession(id, expires)
	}
	lines, total, currency, err := c.newLines(id)
	if err != nil {
		return nil, err
	}
	session, err := c.newSession(id, total, currency, expires)
	if err != nil {
		return nil, err
	}
	if err := c.priceSession(session, lines, total); err != nil {
		return nil, err
	}
	total = num(session, "amount_total")
	if fail := checkAmount("line_items", total, currency); fail != nil {
		if fail.code == "amount_too_small" {
			fail.param, fail.message = "", "The Checkout Session's total amount due must add up to at least "+money(currencies[currency].least, currency, "en")+" "+currency
		}
		return nil, fail
	}
	data := sub(c.params, "payment_intent_data")
	if data == nil {
		data = object{}
	}
	if err := c.checkConnect(data, total, "payment_intent_data"); err != nil {
		return nil, err
	}
	session["_intent"] = data
	if err := c.insert(id, session); err != nil {
		return nil, err
	}
	return session, c.later("expire session", id, expires)
}

func (c *call) newSession(id string, total int64, currency string, expires int64) (object, error) {
	session := object{
		"id": id, "object": "checkout.session", "after_expiration": nil, "allow_promotion_codes": nil, "amount_subtotal": total, "amount_total": total,
		"automatic_tax":              object{"enabled": false, "liability": nil, "status": nil},
		"billing_address_collection": c.params["billing_address_collection"], "cancel_url": c.params["cancel_url"],
		"client_reference_id": c.params["client_reference_id"], "client_secret": nil, "consent": nil, "consent_collection": nil, "created": c.now,
		"currency": currency, "currency_conversion": nil, "custom_fields": []any{},
		"custom_text": object{"after_submit": nil, "shipping_address": nil, "submit": nil, "terms_of_service_acceptance": nil},
		"customer":    nil, "customer_creation": "if_required", "customer_details": nil, "customer_email": c.params["customer_email"], "expires_at": expires,
		"invoice": nil, "invoice_creation": nil, "livemode": false, "locale": c.params["locale"], "metadata": metadataOf(c.params), "mode": "payment",
		"payment_intent": nil, "payment_link": nil, "payment_method_collection": "if_required", "payment_method_configuration_details": nil,
		"payment_method_options": object{}, "payment_method_types": []any{"card"}, "payment_status": "unpaid",
		"phone_number_collection": object{"enabled": yes(sub(c.params, "phone_number_collection"), "enabled")}, "recovered_from": nil, "setup_intent": nil,
		"shipping_address_collection": nil, "shipping_cost": nil, "shipping_details": nil, "shipping_options": []any{}, "status": "open",
		"submit_type": c.params["submit_type"], "subscription": nil, "success_url": c.params["success_url"],
		"total_details": object{"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted", "url": c.sb.url("/c/pay/" + id),
	}
	if shipping := sub(c.params, "shipping_address_collection"); shipping != nil {
		session["shipping_address_collection"] = shipping
	}
	if consent := sub(c.params, "consent_collection"); consent != nil {
		session["consent_collection"] = object{"payment_method_reuse_agreement": nil, "promotions": consent["promotions"], "terms_of_service": consent["terms_of_service"]}
	}
	for name, value := range sub(c.params, "custom_text") {
		if text, ok := value.(object); ok {
			sub(session, "custom_text")[name] = text
		}
	}
	if customer := str(c.params, "customer"); customer != "" {
		if session["customer_email"] != nil {
			return nil, wrong("customer_email", "", "You may only specify one of these parameters: customer, customer_email.")
		}
		found, err := c.customer("customer", customer)
		if err != nil {
			return nil, err
		}
		session["customer"], session["customer_creation"] = customer, nil
		session["customer_details"] = details(str(found, "email"), str(found, "name"), "", nil)
	} else if creation := str(c.params, "customer_creation"); creation != "" {
		session["customer_creation"] = creation
	}
	if email := str(session, "customer_email"); email != "" {
		session["customer_details"] = details(email, "", "", nil)
	}
	return session, nil
}

// details are what Checkout knows of the buyer.
func details(email, name, phone string, address object) object {
	d := object{"address": nil, "email": orNil(email), "name": orNil(name), "phone": orNil(phone), "tax_exempt": "none", "tax_ids": []any{}}
	if address != nil {
		d["address"] = address
	}
	return d
}

func (c *call) sessionEnd() (int64, error) {
	if _, given := c.params["expires_at"]; !given {
		return c.now + int64(longestSession/time.Second), nil
	}
	end := num(c.params, "expires_at")
	switch {
	case end < c.now+int64(shortestSession/time.Second):
		return 0, wrong("expires_at", "", "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
	case end > c.now+int64(longestSession/time.Second):
		return 0, wrong("expires_at", "", "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
	}
	return end, nil
}

// newLines reads the line items, each with a price of its own, and adds them up.
func (c *call) newLines(session string) (lines []any, total int64, currency string, err error) {
	given := list(c.params, "line_items")
	if len(given) == 0 {
		return nil, 0, "", wrong("line_items", "parameter_missing", "The `line_items` parameter is required in payment mode.")
	}
	for i, value := range given {
		line, _ := value.(object)
		param := "line_items[" + strconv.Itoa(i) + "]"
		data := sub(line, "price_data")
		if data == nil {
			if price := str(line, "price"); price != "" {
				return nil, 0, "", unknown(param+"[price]", "price", price)
			}
			return nil, 0, "", wrong(param, "parameter_missing", "You must specify either `price` or `price_data`.")
		}
		quantity := int64(1)
		if _, set := line["quantity"]; set {
			quantity = num(line, "quantity")
		}
		name := str(sub(data, "product_data"), "name")
		switch {
		case quantity < 1:
			return nil, 0, "", wrong(param+"[quantity]", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
		case name == "":
			return nil, 0, "", wrong(param+"[price_data][product_data][name]", "parameter_missing", "Missing required param: %s[price_data][product_data][name].", param)
		case data["unit_amount"] == nil:
			return nil, 0, "", wrong(param+"[price_data][unit_amount]", "parameter_missing", "Missing required param: %s[price_data][unit_amount].", param)
		case num(data, "unit_amount") < 0 || num(data, "unit_amount") > 99999999:
			return nil, 0, "", wrong(param+"[price_data][unit_amount]", "parameter_invalid_integer", "Invalid amount.")
		case i > 0 && str(data, "currency") != currency:
			return nil, 0, "", wrong("line_items", "", "All line items must be in one currency.")
		}
		currency = str(data, "currency")
		behaviour := str(data, "tax_behavior")
		if behaviour == "" {
			behaviour = "unspecified"
		}
		amount := num(data, "unit_amount") * quantity
		total += amount
		lines = append(lines, object{
			"id": "li_" + random(24), "object": "item", "amount_discount": 0, "amount_subtotal": amount, "amount_tax": 0, "amount_total": amount,
			"currency": currency, "description": name, "quantity": quantity,
			"price": object{
				"id": "price_" + random(24), "object": "price", "active": false, "billing_scheme": "per_unit", "created": c.now, "currency": currency,
				"custom_unit_amount": nil, "livemode": false, "lookup_key": nil, "metadata": object{}, "nickname": nil, "product": "prod_" + random(14),
				"recurring": nil, "tax_behavior": behaviour, "tiers_mode": nil, "transform_quantity": nil, "type": "one_time",
				"unit_amount": num(data, "unit_amount"), "unit_amount_decimal": strconv.FormatInt(num(data, "unit_amount"), 10),
			},
			"_product": data["product_data"],
		})
	}
	return lines, total, currency, nil
}

func getSession(c *call) (object, error) {
	return c.named("checkout.session", "checkout.session", c.path("session"))
}

func listSessions(c *call) (object, error) {
	filters := c.by("payment_intent", "customer", "status")
	if email := str(sub(c.params, "customer_details"), "email"); email != "" {
		filters = append(filters, filter{"json_extract(body, '$.customer_details.email') = ?", email})
	}
	return c.page("checkout.session", filters...)
}

func listSessionLines(c *call) (object, error) {
	session, err := getSession(c)
	if err != nil {
		return nil, err
	}
	limit := int64(10)
	if _, given := c.params["limit"]; given {
		limit = num(c.params, "limit")
	}
	lines, err := c.lineItems(str(session, "id"), limit)
	if err == nil {
		delete(lines, "url")
	}
	return lines, err
}

func (c *call) lineItems(session string, limit int64) (object, error) {
	o, err := c.load(session)
	if err != nil || o == nil {
		return nil, err
	}
	var lines []object
	for _, value := range list(o, "_lines") {
		line, _ := value.(object)
		lines = append(lines, line)
	}
	shown := sublist("/v1/checkout/sessions/"+session+"/line_items", lines[:min(int(limit), len(lines))])
	shown["has_more"] = int(limit) < len(lines)
	return shown, nil
}

func expireSession(c *call) (object, error) {
	session, err := getSession(c)
	if err != nil {
		return nil, err
	}
	if status := str(session, "status"); status != "open" {
		return nil, conflicting("", "", "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `%s`.", status)
	}
	return session, c.expire(session)
}

// expire ends an open session; what was begun to be paid is cancelled with it.
func (c *call) expire(session object) error {
	session["status"], session["url"] = "expired", nil
	if err := c.save(str(session, "id"), session); err != nil {
		return err
	}
	if id := str(session, "payment_intent"); id != "" {
		intent, err := c.load(id)
		if err != nil {
			return err
		}
		if err := c.cancelIntent(intent, "automatic"); err != nil {
			return err
		}
	}
	if id := str(session, "setup_intent"); id != "" {
		intent, err := c.load(id)
		if err != nil {
			return err
		}
		if err := c.cancelSetup(intent); err != nil {
			return err
		}
	}
	return c.emit("checkout.session.expired", session)
}

// expireWhenDue ends a session whose time has come.
func expireWhenDue(c *call, id string) error {
	session, err := c.load(id)
	if err != nil || session == nil || str(session, "status") != "open" {
		return err
	}
	return c.expire(session)
}
