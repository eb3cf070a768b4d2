package sandbox

import (
	"strings"
)

// buyer is what a person typed into the pay form besides the card.
type buyer struct {
	email, name, phone string
	billing            object // address, or nil
	shipping           object // address, or nil
	agreed             bool
}

// pay tries to pay an open session with a card. A session that is no longer open is left as it is.
func (c *call) pay(session object, typed typedCard, who buyer) (result, error) {
	billing := object{"address": noAddress(), "email": orNil(who.email), "name": orNil(who.name), "phone": orNil(who.phone)}
	if who.billing != nil {
		billing["address"] = who.billing
	}
	method, err := c.makeMethod(typed, billing)
	if err != nil {
		return result{}, err
	}
	if str(session, "mode") == "setup" {
		return c.keepCard(session, method, who)
	}
	intent, err := c.sessionIntent(session, who)
	if err != nil {
		return result{}, err
	}
	return c.payWith(session, intent, method, attempt{})
}

// payWith makes one attempt for a session and completes it when that pays.
func (c *call) payWith(session, intent, method object, how attempt) (result, error) {
	outcome, err := c.attempt(intent, method, how)
	if err != nil || outcome.refused != nil || outcome.asks {
		return outcome, err
	}
	session["payment_status"] = "paid"
	if coupon := str(session, "_coupon"); coupon != "" {
		if err := c.redeem(coupon); err != nil {
			return outcome, err
		}
	}
	if err := c.complete(session); err != nil {
		return outcome, err
	}
	return outcome, c.emitTail(outcome.tail)
}

// complete ends a session with what its buyer typed, and tells of it.
func (c *call) complete(session object) error {
	session["status"], session["url"] = "complete", nil
	who := sub(session, "_buyer")
	session["customer_details"] = details(str(who, "email"), str(who, "name"), str(who, "phone"), sub(who, "billing"))
	if shipping := sub(who, "shipping"); shipping != nil {
		session["shipping_details"] = object{"address": shipping, "name": str(who, "name")}
	}
	if sub(session, "consent_collection") != nil {
		session["consent"] = object{"promotions": nil, "terms_of_service": nil}
		if yes(who, "agreed") {
			sub(session, "consent")["terms_of_service"] = "accepted"
		}
	}
	if yes(sub(session, "automatic_tax"), "enabled") {
		sub(session, "automatic_tax")["status"] = "complete"
	}
	if err := c.save(str(session, "id"), session); err != nil {
		return err
	}
	return c.emit("checkout.session.completed", session)
}

// sessionIntent is the session's payment intent, which Stripe makes at the first attempt and keeps for the next ones.
func (c *call) sessionIntent(session object, who buyer) (object, error) {
	session["_buyer"] = object{"email": who.email, "name": who.name, "phone": who.phone, "billing": who.billing, "shipping": who.shipping, "agreed": who.agreed}
	if yes(sub(session, "automatic_tax"), "enabled") {
		place := who.shipping
		if place == nil {
			place = who.billing
		}
		sum(session, str(place, "country"))
	}
	if id := str(session, "payment_intent"); id != "" {
		intent, err := c.load(id)
		if err != nil {
			return nil, err
		}
		if amount := num(session, "amount_total"); amount != num(intent, "amount") { // another address, another tax
			intent["amount"] = amount
			if err := c.save(id, intent); err != nil {
				return nil, err
			}
		}
		return intent, c.save(str(session, "id"), session)
	}
	customer := str(session, "customer")
	if customer == "" && str(session, "customer_creation") == "always" {
		made := c.as(c.account)
		made.params = object{"email": who.email, "name": who.name}
		o, err := createCustomer(made)
		if err != nil {
			return nil, err
		}
		customer = str(o, "id")
		session["customer"] = customer
	}
	intent := c.newIntent(num(session, "amount_total"), str(session, "currency"), customer, sub(session, "_intent"))
	intent["_checkout"], intent["_session"] = true, session["id"]
	if who.shipping != nil && intent["shipping"] == nil {
		intent["shipping"] = object{"address": who.shipping, "carrier": nil, "name": who.name, "phone": orNil(who.phone), "tracking_number": nil}
	}
	if err := c.insert(str(intent, "id"), intent); err != nil {
		return nil, err
	}
	session["payment_intent"] = str(intent, "id")
	if err := c.save(str(session, "id"), session); err != nil {
		return nil, err
	}
	return intent, c.emit("payment_intent.created", intent)
}

// answerCheck is the buyer's answer to 3-D Secure; it gives where the buyer goes next.
func (c *call) answerCheck(intent object, passed bool) (next string, err error) {
	method, err := c.load(str(intent, "payment_method"))
	if err != nil {
		return "", err
	}
	session, err := c.load(str(intent, "_session"))
	if err != nil {
		return "", err
	}
	if str(intent, "object") == "setup_intent" {
		return c.answerSetup(session, intent, method, passed)
	}
	if !passed {
		if _, err := c.refuse(intent, method, checkFailed); err != nil {
			return "", err
		}
	} else if session != nil {
		if _, err := c.payWith(session, intent, method, attempt{checked: true}); err != nil {
			return "", err
		}
	} else {
		outcome, err := c.attempt(intent, method, attempt{checked: true})
		if err != nil {
			return "", err
		}
		if err := c.emitTail(outcome.tail); err != nil {
			return "", err
		}
	}
	if session == nil {
		return str(intent, "_back"), nil
	}
	if str(session, "status") == "complete" {
		return successURL(session), nil
	}
	return "/c/pay/" + str(session, "id"), nil
}

// answerSetup is the answer where the card is only kept.
func (c *call) answerSetup(session, intent, method object, passed bool) (next string, err error) {
	if !passed {
		_, err = c.refuseSetup(intent, method, checkFailed)
	} else {
		_, err = c.setUpWith(session, intent, method, true)
	}
	if err == nil && str(session, "status") == "complete" {
		return successURL(session), nil
	}
	return "/c/pay/" + str(session, "id"), err
}

// successURL is where a session sends the buyer who has paid.
func successURL(session object) string {
	return strings.ReplaceAll(str(session, "success_url"), "{CHECKOUT_SESSION_ID}", str(session, "id"))
}
