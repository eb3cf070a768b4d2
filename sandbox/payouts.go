package sandbox

// Money that has cleared stays in the balance: nothing pays it out yet, so that these lists are truthfully empty.

func getPayout(c *call) (object, error) { return c.named("payout", "payout", c.path("payout")) }

func listPayouts(c *call) (object, error) {
	return c.page("payout", append(c.by("status", "destination"), arrivalFilters(c.params["arrival_date"])...)...)
}

func arrivalFilters(given any) []filter {
	filters := createdFilters(given)
	for i := range filters {
		filters[i].where = "json_extract(body, '$.arrival_date')" + filters[i].where[len("created"):]
	}
	return filters
}
