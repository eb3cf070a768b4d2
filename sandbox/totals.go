package sandbox

import "strconv"

// taxRates are what the sandbox takes as tax by country, in hundredths of a percent. They are near the standard rates,
// are one rate for all goods, and are nobody's advice: real ones come from Stripe Tax. A country that is not here pays
// none.
var taxRates = map[string]int64{
	"AT": 2000, "BE": 2100, "BG": 2000, "CH": 810, "CY": 1900, "CZ": 2100, "DE": 1900, "DK": 2500, "EE": 2200, "ES": 2100, "FI": 2550, "FR": 2000,
	"GB": 2000, "GR": 2400, "HR": 2500, "HU": 2700, "IE": 2300, "IT": 2200, "LT": 2100, "LU": 1700, "LV": 2100, "MT": 1800, "NL": 2100, "NO": 2500,
	"PL": 2300, "PT": 2300, "RO": 1900, "SE": 2500, "SI": 2200, "SK": 2300, "AU": 1000, "NZ": 1500, "JP": 1000, "SG": 900,
}

// priceSession puts discount, delivery and, as far as it is known where the buyer is, tax on a session's total.
func (c *call) priceSession(session object, lines []any, subtotal int64) error {
	currency := str(session, "currency")
	coupon, err := c.couponFor(c.params, currency)
	if err != nil {
		return err
	}
	if coupon != nil {
		session["_coupon"], session["_coupon_name"] = coupon["id"], coupon["name"]
	}
	spread(lines, takesOff(coupon, subtotal), subtotal)
	if err := c.chooseShipping(session); err != nil {
		return err
	}
	if tax := sub(c.params, "automatic_tax"); yes(tax, "enabled") {
		if err := c.checkTax(session, tax, lines); err != nil {
			return err
		}
	}
	country := ""
	if shipping := sub(session, "shipping_address_collection"); shipping != nil && len(list(shipping, "allowed_countries")) == 1 {
		country, _ = list(shipping, "allowed_countries")[0].(string)
	}
	session["_lines"] = lines
	sum(session, country)
	return nil
}

// spread shares a discount out over the lines by their amounts; the last one takes what rounding leaves.
func spread(lines []any, discount, subtotal int64) {
	left := discount
	for i, value := range lines {
		line, _ := value.(object)
		part := left
		if i < len(lines)-1 {
			part = min(share(discount, num(line, "amount_subtotal"), subtotal), left)
		}
		left -= part
		line["amount_discount"] = part
	}
}

// chooseShipping takes the first of the rates that a session offers, as Stripe's page does.
func (c *call) chooseShipping(session object) error {
	given := list(c.params, "shipping_options")
	if len(given) == 0 {
		return nil
	}
	if len(given) > 5 {
		return wrong("shipping_options", "", "You may specify at most 5 shipping options.")
	}
	var options []any
	for i, value := range given {
		option, _ := value.(object)
		param := "shipping_options[" + strconv.Itoa(i) + "][shipping_rate_data]"
		data := sub(option, "shipping_rate_data")
		if data == nil {
			return unknown("shipping_options["+strconv.Itoa(i)+"][shipping_rate]", "shipping rate", str(option, "shipping_rate"))
		}
		amount := sub(data, "fixed_amount")
		switch {
		case amount == nil:
			return wrong(param+"[fixed_amount]", "parameter_missing", "Missing required param: %s[fixed_amount].", param)
		case str(amount, "currency") != str(session, "currency"):
			return wrong(param+"[fixed_amount][currency]", "", "The shipping rate's currency must match the line items'.")
		case num(amount, "amount") < 0:
			return wrong(param+"[fixed_amount][amount]", "parameter_invalid_integer", "This value must be greater than or equal to 0.")
		}
		behaviour := str(data, "tax_behavior")
		if behaviour == "" {
			behaviour = "unspecified"
		}
		rate := object{
			"id": "shr_1" + random(23), "object": "shipping_rate", "active": true, "created": c.now, "delivery_estimate": nil, "display_name": data["display_name"],
			"fixed_amount": object{"amount": num(amount, "amount"), "currency": str(amount, "currency")}, "livemode": false, "metadata": metadataOf(data),
			"tax_behavior": behaviour, "tax_code": data["tax_code"], "type": "fixed_amount",
		}
		if err := c.insert(str(rate, "id"), rate); err != nil {
			return err
		}
		options = append(options, object{"shipping_amount": num(amount, "amount"), "shipping_rate": rate["id"]})
		if i == 0 {
			session["_shipping_name"], session["_shipping_behaviour"] = data["display_name"], behaviour
			session["shipping_cost"] = object{"amount_subtotal": num(amount, "amount"), "amount_tax": int64(0), "amount_total": num(amount, "amount"), "shipping_rate": rate["id"]}
		}
	}
	session["shipping_options"] = options
	return nil
}

// checkTax refuses what Stripe refuses about automatic tax.
func (c *call) checkTax(session, tax object, lines []any) error {
	liability := sub(tax, "liability")
	shown := object{"type": "self"}
	if str(liability, "type") == "account" {
		account := str(liability, "account")
		if found, err := c.connected(account); err != nil {
			return err
		} else if found == nil {
			return unknown("automatic_tax[liability][account]", "account", account)
		}
		shown = object{"type": "account", "account": account}
	}
	session["automatic_tax"] = object{"enabled": true, "liability": shown, "status": "requires_location_inputs"}
	for i, value := range lines {
		line, _ := value.(object)
		if str(sub(line, "price"), "tax_behavior") == "unspecified" {
			param := "line_items[" + strconv.Itoa(i) + "][price_data][tax_behavior]"
			return wrong(param, "", "With automatic_tax each line item needs a tax_behavior, as no default is set.")
		}
	}
	if session["shipping_cost"] != nil && str(session, "_shipping_behaviour") == "unspecified" {
		return wrong("shipping_options[0][shipping_rate_data][tax_behavior]", "", "With automatic_tax each shipping rate needs a tax_behavior, as no default is set.")
	}
	return nil
}

// sum adds a session up; country is where the buyer is, "" while that is not known.
func sum(session object, country string) {
	rate := int64(0)
	if yes(sub(session, "automatic_tax"), "enabled") && country != "" {
		rate = taxRates[country]
	}
	var subtotal, discounts, taxes, total int64
	for _, value := range list(session, "_lines") {
		line, _ := value.(object)
		net := num(line, "amount_subtotal") - num(line, "amount_discount")
		tax, onTop := taxOf(net, rate, str(sub(line, "price"), "tax_behavior"))
		line["amount_tax"], line["amount_total"] = tax, net+onTop
		subtotal, discounts, taxes, total = subtotal+num(line, "amount_subtotal"), discounts+num(line, "amount_discount"), taxes+tax, total+net+onTop
	}
	shipping := int64(0)
	if cost := sub(session, "shipping_cost"); cost != nil {
		shipping = num(cost, "amount_subtotal")
		tax, onTop := taxOf(shipping, rate, str(session, "_shipping_behaviour"))
		cost["amount_tax"], cost["amount_total"] = tax, shipping+onTop
		taxes, total = taxes+tax, total+shipping+onTop
	}
	session["amount_subtotal"], session["amount_total"] = subtotal, total
	session["total_details"] = object{"amount_discount": discounts, "amount_shipping": shipping, "amount_tax": taxes}
}

// taxOf is the tax of an amount, rounded half up, and the part of it that comes on top.
func taxOf(net, rate int64, behaviour string) (tax, onTop int64) {
	if behaviour == "exclusive" {
		tax = (net*rate + 5000) / 10000
		return tax, tax
	}
	return (2*net*rate + 10000 + rate) / (2 * (10000 + rate)), 0
}
