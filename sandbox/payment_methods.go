package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
)

// makeMethod makes a payment method of a card; it is kept, and not yet attached to anybody.
func (c *call) makeMethod(card typedCard, billing object) (object, error) {
	known := testCards[card.number]
	id := newID("pm")
	o := object{
		"id": id, "object": "payment_method", "billing_details": billing, "created": c.now, "customer": nil, "livemode": false,
		"metadata": object{}, "type": "card", "_number": card.number,
		"card": object{
			"brand": known.Brand, "checks": object{"address_line1_check": nil, "address_postal_code_check": nil, "cvc_check": "pass"},
			"country": "US", "display_brand": known.Brand, "exp_month": card.month, "exp_year": card.year, "fingerprint": card.fingerprint(),
			"funding": "credit", "generated_from": nil, "last4": card.number[len(card.number)-4:],
			"networks":             object{"available": []any{known.Brand}, "preferred": nil},
			"three_d_secure_usage": object{"supported": true}, "wallet": nil,
		},
	}
	return o, c.insert(id, o)
}

// fingerprint is the same for the same card. There are few test numbers, so each holder's is a card of its own; where no
// holder was named it is one card, as at Stripe.
func (card typedCard) fingerprint() string {
	if card.holder == "" {
		return "fp" + card.number[len(card.number)-12:]
	}
	sum := sha256.Sum256([]byte(card.number + " " + card.holder))
	return hex.EncodeToString(sum[:8])
}

// noBilling are billing details of which nothing is known.
func noBilling() object {
	return object{"address": noAddress(), "email": nil, "name": nil, "phone": nil}
}

func noAddress() object {
	return object{"city": nil, "country": nil, "line1": nil, "line2": nil, "postal_code": nil, "state": nil}
}

// method finds a payment method by its id, or makes one of a test-mode name such as pm_card_visa.
func (c *call) method(param, id string) (object, error) {
	if number, named := methodsOfTestMode[id]; named {
		return c.makeMethod(typedCard{number: number, month: 12, year: int64(c.time().Year() + 2)}, noBilling())
	}
	o, err := c.find("payment_method", id)
	if err == nil && o == nil {
		return nil, unknown(param, "PaymentMethod", id)
	}
	return o, err
}

func getPaymentMethod(c *call) (object, error) {
	return c.named("payment_method", "PaymentMethod", c.path("payment_method"))
}

func updatePaymentMethod(c *call) (object, error) {
	o, err := getPaymentMethod(c)
	if err != nil {
		return nil, err
	}
	if str(o, "customer") == "" {
		return nil, conflicting("", "", "You must save this PaymentMethod to a customer before you can update it.")
	}
	before := clone(o)
	if billing := sub(c.params, "billing_details"); billing != nil {
		o["billing_details"] = overlay(sub(o, "billing_details"), billing)
	}
	mergeMetadata(o, c.params["metadata"])
	if err := c.save(str(o, "id"), o); err != nil {
		return nil, err
	}
	return o, c.emitChange("payment_method.updated", o, before)
}

func detachPaymentMethod(c *call) (object, error) {
	o, err := getPaymentMethod(c)
	if err != nil {
		return nil, err
	}
	if str(o, "customer") == "" {
		return nil, conflicting("", "", "The payment method you provided is not attached to a customer so detachment is impossible.")
	}
	before := clone(o)
	o["customer"], o["_spent"] = nil, true
	if err := c.save(str(o, "id"), o); err != nil {
		return nil, err
	}
	return o, c.emitChange("payment_method.detached", o, before)
}

// attach ties a method to a customer, so that it can be charged again.
func (c *call) attach(method object, customer string) error {
	if customer == "" || str(method, "customer") == customer {
		return nil
	}
	method["customer"] = customer
	if err := c.save(str(method, "id"), method); err != nil {
		return err
	}
	return c.emit("payment_method.attached", method)
}

// overlay lays the values of a parameter over an object of the same shape; an empty text becomes null.
func overlay(under, over object) object {
	merged := object{}
	for key, value := range under {
		merged[key] = value
	}
	for key, value := range over {
		inner, nested := value.(object)
		switch {
		case nested:
			merged[key] = overlay(sub(under, key), inner)
		case value == "":
			merged[key] = nil
		default:
			merged[key] = value
		}
	}
	return merged
}
