package sandbox

// openReview has a person look at a payment: reason is rule or manual. The payment stays as it is.
func (c *call) openReview(charge object, reason string) (object, error) {
	if !yes(charge, "paid") {
		return nil, conflicting("charge", "", "Charge %s was not paid.", str(charge, "id"))
	}
	if id := str(charge, "review"); id != "" {
		return nil, conflicting("charge", "", "Charge %s has the review %s.", str(charge, "id"), id)
	}
	id := "prv_1" + random(23)
	review := object{
		"id": id, "object": "review", "billing_zip": nil, "charge": charge["id"], "closed_reason": nil, "created": c.now, "ip_address": nil, "ip_address_location": nil,
		"livemode": false, "open": true, "opened_reason": reason, "reason": reason, "session": nil,
	}
	charge["review"] = id
	if err := c.save(str(charge, "id"), charge); err != nil {
		return nil, err
	}
	if intentID := str(charge, "payment_intent"); intentID != "" {
		review["payment_intent"] = intentID
		intent, err := c.load(intentID)
		if err != nil {
			return nil, err
		}
		intent["review"] = id
		if err := c.save(intentID, intent); err != nil {
			return nil, err
		}
	}
	if err := c.insert(id, review); err != nil {
		return nil, err
	}
	return review, c.emit("review.opened", review)
}

// closeReview ends a review, if there is an open one: reason is approved, refunded, refunded_as_fraud or disputed.
func (c *call) closeReview(id, reason string) error {
	review, err := c.load(id)
	if err != nil || review == nil || !yes(review, "open") {
		return err
	}
	before := clone(review)
	review["open"], review["reason"], review["closed_reason"] = false, reason, reason
	if err := c.save(id, review); err != nil {
		return err
	}
	return c.emitChange("review.closed", review, before)
}

func getReview(c *call) (object, error) { return c.named("review", "review", c.path("review")) }

// listReviews lists what is open, as Stripe does.
func listReviews(c *call) (object, error) {
	return c.page("review", filter{where: "json_extract(body, '$.open')"})
}

func approveReview(c *call) (object, error) {
	review, err := getReview(c)
	if err != nil {
		return nil, err
	}
	if !yes(review, "open") {
		return nil, conflicting("", "", "This review is closed.")
	}
	if err := c.closeReview(str(review, "id"), "approved"); err != nil {
		return nil, err
	}
	return getReview(c)
}

// reviewLater opens the review that a test card draws.
func reviewLater(c *call, id string) error {
	charge, err := c.load(id)
	if err != nil || charge == nil {
		return err
	}
	_, err = c.openReview(charge, "rule")
	return err
}
