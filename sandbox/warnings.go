package sandbox

// warningComes is after how many seconds the warning of a test card comes.
const warningComes = 5

// warnLater sends the early fraud warning that a test card draws.
func warnLater(c *call, id string) error {
	charge, err := c.load(id)
	if err != nil || charge == nil {
		return err
	}
	_, err = c.warn(charge)
	return err
}

// warn says that a card's bank thinks the payment is fraud: nothing is taken, and a refund now spares the dispute.
func (c *call) warn(charge object) (object, error) {
	if !yes(charge, "paid") {
		return nil, conflicting("charge", "", "Charge %s was not paid.", str(charge, "id"))
	}
	known, err := c.warningsOf(str(charge, "id"))
	if err != nil {
		return nil, err
	}
	if len(known) > 0 {
		return nil, conflicting("charge", "", "Charge %s has a warning.", str(charge, "id"))
	}
	id := "issfr_1" + random(23)
	warning := object{
		"id": id, "object": "radar.early_fraud_warning", "actionable": !yes(charge, "refunded") && !yes(charge, "disputed"), "charge": charge["id"], "created": c.now,
		"fraud_type": "made_with_stolen_card", "livemode": false,
	}
	if intent := charge["payment_intent"]; intent != nil {
		warning["payment_intent"] = intent
	}
	if err := c.insert(id, warning); err != nil {
		return nil, err
	}
	return warning, c.emit("radar.early_fraud_warning.created", warning)
}

func (c *call) warningsOf(charge string) ([]object, error) {
	return c.all(`SELECT account, body FROM objects WHERE kind = 'radar.early_fraud_warning' AND json_extract(body, '$.charge') = ?`, charge)
}

// tooLate ends what a warning asks for, because the charge has been refunded whole or disputed.
func (c *call) tooLate(charge object) error {
	warnings, err := c.warningsOf(str(charge, "id"))
	if err != nil {
		return err
	}
	for _, warning := range warnings {
		if !yes(warning, "actionable") {
			continue
		}
		before := clone(warning)
		warning["actionable"] = false
		if err := c.save(str(warning, "id"), warning); err != nil {
			return err
		}
		if err := c.emitChange("radar.early_fraud_warning.updated", warning, before); err != nil {
			return err
		}
	}
	return nil
}

func getWarning(c *call) (object, error) {
	return c.named("radar.early_fraud_warning", "early fraud warning", c.path("early_fraud_warning"))
}

func listWarnings(c *call) (object, error) {
	return c.page("radar.early_fraud_warning", c.by("charge", "payment_intent")...)
}
