package sandbox

// The cards that draw a dispute pay and say so in the charge's notes (_number); nothing opens one by itself yet, so
// that these lists are truthfully empty.

func getDispute(c *call) (object, error) { return c.named("dispute", "dispute", c.path("dispute")) }

func listDisputes(c *call) (object, error) {
	return c.page("dispute", c.by("charge", "payment_intent")...)
}
