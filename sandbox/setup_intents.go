package sandbox

// Setup intents are made by Checkout in setup mode, which the sandbox does not simulate yet; the addresses answer truthfully.

func getSetupIntent(c *call) (object, error) {
	return c.named("setup_intent", "setupintent", c.path("intent"))
}

func listSetupIntents(c *call) (object, error) { return c.page("setup_intent", c.by("customer")...) }
