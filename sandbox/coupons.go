package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
)

// createCoupon keeps a discount under the name that was given, or one of its own.
func createCoupon(c *call) (object, error) {
	id := str(c.params, "id")
	if id == "" {
		id = random(8)
	}
	if known, err := c.load(id); err != nil {
		return nil, err
	} else if known != nil {
		return nil, wrong("id", "resource_already_exists", "Coupon already exists.")
	}
	_, hasAmount := c.params["amount_off"]
	percent, hasPercent := c.params["percent_off"].(json.Number)
	currency := str(c.params, "currency")
	switch {
	case hasAmount == hasPercent:
		return nil, wrong("percent_off", "", "You must pass exactly one of percent_off and amount_off.")
	case hasAmount && currency == "":
		return nil, wrong("currency", "parameter_missing", "You must pass a currency when passing amount_off.")
	case hasAmount && (num(c.params, "amount_off") < 1 || num(c.params, "amount_off") > 99999999):
		return nil, wrong("amount_off", "parameter_invalid_integer", "Invalid amount_off.")
	case hasPercent && !sharePossible(percent):
		return nil, wrong("percent_off", "", "percent_off must be greater than 0 and less than or equal to 100.")
	case len([]rune(str(c.params, "name"))) > 40:
		return nil, wrong("name", "", "Invalid string: must be at most 40 characters")
	}
	duration := str(c.params, "duration")
	if duration == "" {
		duration = "once"
	}
	coupon := object{
		"id": id, "object": "coupon", "amount_off": c.params["amount_off"], "created": c.now, "currency": orNil(currency), "duration": duration,
		"duration_in_months": c.params["duration_in_months"], "livemode": false, "max_redemptions": c.params["max_redemptions"], "metadata": metadataOf(c.params),
		"name": orNil(str(c.params, "name")), "percent_off": c.params["percent_off"], "redeem_by": c.params["redeem_by"], "times_redeemed": int64(0), "valid": true,
	}
	return coupon, c.insert(id, coupon)
}

func sharePossible(percent json.Number) bool {
	n, err := percent.Float64()
	return err == nil && n > 0 && n <= 100
}

func getCoupon(c *call) (object, error) { return c.named("coupon", "coupon", c.path("coupon")) }

func listCoupons(c *call) (object, error) {
	return c.page("coupon", filter{where: "json_extract(body, '$._deleted') IS NULL"})
}

func deleteCoupon(c *call) (object, error) {
	coupon, err := getCoupon(c)
	if err != nil {
		return nil, err
	}
	coupon["_deleted"], coupon["valid"] = true, false
	return object{"id": str(coupon, "id"), "object": "coupon", "deleted": true}, c.save(str(coupon, "id"), coupon)
}

// couponFor finds the one coupon that a session asks for; nil where it asks for none.
func (c *call) couponFor(params object, currency string) (object, error) {
	given := list(params, "discounts")
	if len(given) == 0 {
		return nil, nil
	}
	if len(given) > 1 {
		return nil, wrong("discounts", "", "You may only specify one discount.")
	}
	discount, _ := given[0].(object)
	if code := str(discount, "promotion_code"); code != "" {
		return nil, unknown("discounts[0][promotion_code]", "promotion code", code)
	}
	id := str(discount, "coupon")
	coupon, err := c.find("coupon", id)
	if err != nil {
		return nil, err
	}
	switch {
	case coupon == nil || yes(coupon, "_deleted"):
		return nil, unknown("discounts[0][coupon]", "coupon", id)
	case !yes(coupon, "valid") || coupon["redeem_by"] != nil && num(coupon, "redeem_by") <= c.now:
		return nil, wrong("discounts[0][coupon]", "coupon_expired", "Coupon expired: %s", id)
	case coupon["amount_off"] != nil && str(coupon, "currency") != currency:
		return nil, wrong("discounts[0][coupon]", "", "The coupon's currency is %s, the session's is %s.", str(coupon, "currency"), currency)
	}
	return coupon, nil
}

// takesOff is what a coupon takes off an amount: never more than all of it.
func takesOff(coupon object, amount int64) int64 {
	if coupon == nil {
		return 0
	}
	if coupon["amount_off"] != nil {
		return min(num(coupon, "amount_off"), amount)
	}
	// Hundredths of a percent, in whole numbers.
	text, _ := coupon["percent_off"].(json.Number)
	whole, fraction, _ := strings.Cut(text.String(), ".")
	basis, _ := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return min((amount*basis+5000)/10000, amount)
}

// redeem counts a coupon that a paid session used; one that is used up is good no more.
func (c *call) redeem(id string) error {
	coupon, err := c.load(id)
	if err != nil || coupon == nil {
		return err
	}
	times := num(coupon, "times_redeemed") + 1
	coupon["times_redeemed"] = times
	if coupon["max_redemptions"] != nil && times >= num(coupon, "max_redemptions") {
		coupon["valid"] = false
	}
	return c.save(id, coupon)
}
