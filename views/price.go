package views

import (
	"slices"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// quote is what the page's sums are counted by: what was typed and understood, else what the page begins with.
func (o FanOffer) quote() models.Quote {
	if o.Quote != nil {
		return *o.Quote
	}
	quote, _ := o.Shop.Usual(&o.Offer.Version)
	return quote
}

// country is the one that the sums are counted for.
func (o FanOffer) country(form BuyForm) string {
	_, usual := o.Shop.Usual(&o.Offer.Version)
	if form.Country != "" && slices.Contains(o.Shop.Serves(&o.Offer.Version), form.Country) {
		return form.Country
	}
	return usual
}

// sum is what a quantity costs in all, but for tax that comes on top.
func (o FanOffer) sum(quantity int64) models.Money {
	price := o.quote().Price(quantity)
	return price.Money(price.Total)
}

// seal is what the form remembers of the price it shows.
func (o FanOffer) seal(form BuyForm) string {
	return o.quote().Seal(&o.Offer.Version, o.country(form))
}

// amountTyped is what stands in the field of a chosen price.
func (o FanOffer) amountTyped(p Page, form BuyForm) string {
	if form.Amount != "" || len(form.Errors) > 0 {
		return form.Amount
	}
	return p.W.MoneyInput(o.Offer.Version.Suggestion())
}

// added says what comes on top of the price above, in words; where nothing does, that.
func (o FanOffer) added(p Page) string {
	sends, tax := len(o.Shop.Serves(&o.Offer.Version)) > 0, o.taxed()
	switch {
	case sends && o.State != FanLive && o.State != FanPreview:
		return "" // "below" is nothing to choose from
	case sends && tax:
		return p.T("price.plus.both")
	case sends:
		return p.T("price.plus.shipping")
	case tax:
		return p.T("price.plus.tax")
	}
	return p.T("buy.all_included")
}

// places are the countries to choose from, with what sending there costs, by their names.
func (o FanOffer) places(p Page) []Option {
	var list []Option
	shipping := o.Shop.Sending()
	for _, country := range o.Shop.Serves(&o.Offer.Version) {
		rate, _ := shipping.RateTo(country)
		cost := p.T("price.free")
		if rate.Amount.Amount > 0 {
			cost = p.W.Money(rate.Amount)
		}
		list = append(list, Option{Value: country, Label: p.T("price.place", "Country", p.W.Country(country), "Cost", cost)})
	}
	slices.SortFunc(list, func(a, b Option) int { return strings.Compare(plainLetters(a.Label), plainLetters(b.Label)) })
	return list
}

// freeAbove says from what on sending is free; "" where never.
func (o FanOffer) freeAbove(p Page) string {
	shipping := o.Shop.Sending()
	if shipping.FreeAbove == 0 {
		return ""
	}
	return p.T("price.free_above", "Sum", models.Money{Amount: shipping.FreeAbove, Currency: shipping.Currency})
}

// parts is what a quantity's price is made of; nothing where it is the offer's price alone.
func (o FanOffer) parts(p Page, form BuyForm, quantity int64) []Fact {
	if o.quote().Code == nil && o.quote().Shipping == nil {
		return nil
	}
	price := o.quote().Price(quantity)
	list := []Fact{{Name: p.T("order.items", "Quantity", quantity, "Each", o.quote().Unit), Value: p.W.Money(price.Money(price.Items))}}
	if o.quote().Code != nil {
		list = append(list, Fact{Name: p.T("price.code", "Code", o.quote().Code.Code), Value: p.W.Money(price.Money(-price.Discount))})
	}
	if o.quote().Shipping != nil {
		list = append(list, Fact{Name: p.T("price.shipping_to", "Country", p.W.Country(o.country(form))), Value: p.W.Money(price.Money(price.Shipping))})
	}
	total := p.T("price.total")
	if o.taxed() {
		total = p.T("price.total.before_tax")
	}
	return append(list, Fact{Name: total, Value: p.W.Money(price.Money(price.Total)), Total: true})
}

// taxed tells whether a tax comes on top of what is shown, counted at payment.
func (o FanOffer) taxed() bool { return o.Shop.Tax == "exclusive" }

// pay is what the button says for a quantity.
func (o FanOffer) pay(p Page, quantity int64) string {
	if o.taxed() {
		return p.T("buy.pay.taxed", "Amount", p.W.Money(o.sum(quantity)))
	}
	return p.T("buy.pay", "Amount", p.W.Money(o.sum(quantity)))
}

// asksCode tells whether the shop has ever made a code to type.
func (o FanOffer) asksCode() bool { return o.Shop.CodesCount > 0 }

// discountName is a discount with the code that it came of, else what id says.
func discountName(p Page, order *models.Order, id string) string {
	if order.Code == "" {
		return p.T(id)
	}
	return p.T("price.code", "Code", order.Code)
}
