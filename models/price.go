package models

import "strings"

// Quote is what one purchase is priced by: the same arithmetic makes the offer page, the order and the test of both.
type Quote struct {
	Unit     Money // of one: the version's price, or what the buyer chose, with the variant's difference
	Code     *Code // nil where none was typed
	Shipping *Rate // nil where nothing is sent, or sending is free
	Tax      string
}

// Price is what a purchase costs, in the smallest unit of one currency. Tax that comes on top is not in it: Stripe tells
// it when the buyer pays.
type Price struct {
	Currency                         string
	Items, Discount, Shipping, Total int64
}

// Money puts the price's currency beside one of its amounts.
func (p Price) Money(amount int64) Money { return Money{amount, p.Currency} }

// Price adds up for a quantity: a code takes off the items, never the shipping, and sending is free by what is left.
func (q Quote) Price(quantity int64) Price {
	p := Price{Currency: q.Unit.Currency, Items: q.Unit.Amount * quantity}
	if q.Code != nil {
		p.Discount = q.Code.off(p.Money(p.Items))
	}
	if q.Shipping != nil {
		p.Shipping = q.Shipping.of(p.Items - p.Discount)
	}
	p.Total = p.Items - p.Discount + p.Shipping
	return p
}

// Check finds what Stripe would refuse to charge. Problems: code code.below_least, quantity total.too_large.
func (p Price) Check() Problems {
	var problems Problems
	least := leastCharge[p.Currency]
	switch {
	case p.Total < least && p.Discount > 0:
		problems.Add("code", "code.below_least", "Total", p.Money(p.Total), "Least", p.Money(least))
	case p.Total < least:
		problems.Add("amount", "price.too_small", "Min", p.Money(least))
	case p.Total > mostCharge:
		problems.Add("quantity", "total.too_large", "Max", p.Money(mostCharge))
	}
	return problems
}

// grain is the smallest step in which Stripe charges a currency: three-decimal amounts end in zero.
func grain(currency string) int64 {
	if Exponent(currency) == 3 {
		return 10
	}
	return 1
}

// portion is percent of an amount, rounded half up to what can be charged.
func portion(amount Money, percent int64) int64 {
	step := grain(amount.Currency)
	return (amount.Amount*percent + 50*step) / (100 * step) * step
}

// Unit finds what one costs: the price of what was chosen (nil where there is no choice), or, where the buyer chooses the
// price, what was typed. Problems of the field amount: price.…, amount.below_min.
func (v *Version) Unit(typed string, chosen *Combination) (Money, Problems) {
	unit := v.Money()
	if chosen != nil {
		unit = v.PriceOf(*chosen)
	}
	if !v.ChosenPrice {
		return unit, nil
	}
	var problems Problems
	paid, p := ParseMoney(typed, v.Currency)
	switch {
	case p != nil && p.Code == "price.too_small", p == nil && paid.Amount < unit.Amount:
		problems.Add("amount", "amount.below_min", "Min", unit)
	case p != nil && p.Code == "price.blank":
		problems.Add("amount", "amount.blank", "Min", unit)
	case p != nil:
		problems.take("amount", p)
	default:
		return paid, nil
	}
	return unit, problems
}

// Suggestion is what stands in the buyer's field beforehand: what the merchant suggests, else the least.
func (v *Version) Suggestion() Money {
	return Money{max(v.Suggested, v.Price), v.Currency}
}

// Usual is the quote that an offer's page begins with, and the country it counts with: the shop's own where it is served.
func (s *Shop) Usual(version *Version) (quote Quote, country string) {
	quote = Quote{Unit: version.Money(), Tax: s.Tax}
	if version.ChosenPrice {
		quote.Unit = version.Suggestion()
	}
	served := s.Serves(version)
	if len(served) == 0 {
		return quote, ""
	}
	if country = s.Country; !contains(served, country) {
		country = served[0]
	}
	quote.Shipping, _ = s.Sending().RateTo(country)
	return quote, country
}

// Seal names all that a price is made of but the quantity: a page carries it, and who pays by another one than the page
// showed is shown the new price first. It is "" where nothing but the offer's own price counts.
func (q Quote) Seal(version *Version, country string) string {
	var parts []string
	if version.ChosenPrice || version.PricesDiffer() {
		parts = append(parts, itoa(q.Unit.Amount))
	}
	if q.Shipping != nil {
		parts = append(parts, country, itoa(q.Shipping.Amount.Amount), itoa(q.Shipping.FreeAbove))
	}
	if q.Code != nil {
		parts = append(parts, q.Code.Code, q.Code.Kind, itoa(q.Code.Amount), itoa(q.Code.Percent))
	}
	return strings.Join(parts, " ")
}
