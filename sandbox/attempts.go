package sandbox

import "net/http"

// attempt is how a payment is tried.
type attempt struct {
	absent  bool   // the buyer is not there: the bank's questions cannot be answered
	checked bool   // the buyer has passed 3-D Secure
	back    string // where the buyer goes after 3-D Secure
}

// result is what became of an attempt: refused, asks (3-D Secure), or paid.
type result struct {
	refused *refusal
	asks    bool
	tail    []emission // events that Stripe sends after those of the payment and its session
}

// emission is an event to be sent in a moment.
type emission struct {
	kind      string
	o, before object
}

func (c *call) emitTail(tail []emission) error {
	for _, e := range tail {
		if err := c.emitChange(e.kind, e.o, e.before); err != nil {
			return err
		}
	}
	return nil
}

// attempt charges a method for an intent, keeps what comes of it and sends the first events.
//
// Stripe documents neither the order nor the number of events of a destination payment; the order here is the one most
// often seen, and nobody should rely on it.
func (c *call) attempt(intent, method object, how attempt) (result, error) {
	card := testCards[str(method, "_number")]
	asks := card.ask == "always" || card.ask == "new" && !yes(method, "_set_up")
	switch {
	case asks && how.absent:
		return c.refuse(intent, method, needsCheck)
	case asks && !how.checked:
		return result{asks: true}, c.askBuyer(intent, method, how.back)
	case card.refusal.code != "":
		return c.refuse(intent, method, card.refusal)
	}
	return c.succeed(intent, method, how.checked)
}

// askBuyer leaves the intent waiting for 3-D Secure.
func (c *call) askBuyer(intent, method object, back string) error {
	intent["status"], intent["payment_method"], intent["last_payment_error"] = "requires_action", str(method, "id"), nil
	intent["next_action"] = object{"type": "use_stripe_sdk", "use_stripe_sdk": object{"type": "three_d_secure_redirect", "stripe_js": c.sb.url("/3ds/" + str(intent, "id"))}}
	if back != "" {
		intent["next_action"] = object{"type": "redirect_to_url", "redirect_to_url": object{"return_url": back, "url": c.sb.url("/3ds/" + str(intent, "id"))}}
	}
	intent["_back"] = back
	if err := c.save(str(intent, "id"), intent); err != nil {
		return err
	}
	return c.emit("payment_intent.requires_action", intent)
}

// refuse keeps the failed charge and puts the intent back to where it needs another card.
func (c *call) refuse(intent, method object, why refusal) (result, error) {
	intent["status"], intent["payment_method"], intent["next_action"] = "requires_payment_method", nil, nil
	kind := "card_error"
	if why.code == checkFailed.code {
		kind = "invalid_request_error" // no charge was tried
		intent["last_payment_error"] = lastError(kind, why, "", c.present(method))
	} else {
		charge := c.newCharge(intent, method, false)
		charge["status"], charge["failure_code"], charge["failure_message"] = "failed", why.code, why.message
		charge["outcome"] = object{
			"network_status": "declined_by_network", "reason": orNil(why.decline), "risk_level": "normal", "risk_score": 12,
			"seller_message": "The bank declined the payment.", "type": "issuer_declined",
		}
		intent["latest_charge"] = str(charge, "id")
		intent["last_payment_error"] = lastError(kind, why, str(charge, "id"), c.present(method))
		if err := c.insert(str(charge, "id"), charge); err != nil {
			return result{}, err
		}
		if err := c.emit("charge.failed", charge); err != nil {
			return result{}, err
		}
	}
	if err := c.save(str(intent, "id"), intent); err != nil {
		return result{}, err
	}
	return result{refused: &why}, c.emit("payment_intent.payment_failed", intent)
}

func lastError(kind string, why refusal, charge string, method object) object {
	e := object{"type": kind, "code": why.code, "message": why.message, "payment_method": method, "doc_url": "https://stripe.com/docs/error-codes/" + why.code}
	if why.decline != "" {
		e["decline_code"] = why.decline
	}
	if charge != "" {
		e["charge"] = charge
	}
	return e
}

// failure is the answer of the API to a declined card: the intent with its failed charge stays.
func (why *refusal) failure(c *call, intent, method object) *failure {
	return &failure{
		status: http.StatusPaymentRequired, kind: "card_error", code: why.code, decline: why.decline, message: why.message, commits: true,
		charge: str(intent, "latest_charge"), intent: c.present(intent), method: c.present(method),
	}
}

// succeed books the payment on every account that it touches.
func (c *call) succeed(intent, method object, checked bool) (result, error) {
	charge := c.newCharge(intent, method, checked)
	if err := c.bookCharge(charge); err != nil {
		return result{}, err
	}
	if err := c.insert(str(charge, "id"), charge); err != nil {
		return result{}, err
	}
	if err := c.trouble(charge); err != nil {
		return result{}, err
	}
	before := clone(c.present(charge))
	tail, err := c.passOn(charge, intent)
	if err != nil {
		return result{}, err
	}
	if intent["setup_future_usage"] != nil {
		method["_set_up"] = true
		if err := c.attach(method, str(intent, "customer")); err != nil {
			return result{}, err
		}
	}
	intent["status"], intent["payment_method"], intent["next_action"], intent["last_payment_error"] = "succeeded", str(method, "id"), nil, nil
	intent["latest_charge"], intent["amount_received"] = str(charge, "id"), intent["amount"]
	if err := c.save(str(intent, "id"), intent); err != nil {
		return result{}, err
	}
	if err := c.emit("charge.succeeded", before); err != nil {
		return result{}, err
	}
	if len(tail) > 0 {
		if err := c.save(str(charge, "id"), charge); err != nil {
			return result{}, err
		}
		tail = append(tail, emission{"charge.updated", charge, before})
	}
	return result{tail: tail}, c.emit("payment_intent.succeeded", intent)
}

// trouble plans what the test card draws after the payment.
func (c *call) trouble(charge object) error {
	id, word := str(charge, "id"), testCards[str(charge, "_number")].dispute
	switch {
	case disputes(word):
		return c.later("open dispute", id, c.now+disputeOpens)
	case word == "early_fraud_warning":
		return c.later("warn", id, c.now+warningComes)
	case word == "review":
		return c.later("open review", id, c.now)
	}
	return nil
}
