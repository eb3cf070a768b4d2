package views

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// radiosMost is how many values of an option are shown side by side; more become a list to open.
const radiosMost = 12

// optionID names the field of an option.
func optionID(i int) string { return "choice_" + strconv.Itoa(i) }

// optionValueID names a value of an option; the first has the option's own name, where a problem leads.
func optionValueID(i, j int) string {
	if j == 0 {
		return optionID(i)
	}
	return optionID(i) + "_" + strconv.Itoa(j)
}

// choice is what was chosen of an option.
func (f BuyForm) choice(i int) string {
	if i < len(f.Choice) {
		return f.Choice[i]
	}
	return ""
}

// chosen tells whether the form names one of the offer's combinations.
func (f BuyForm) chosen(o FanOffer) bool {
	return o.Offer.Version.Choices.Find(f.Choice) != nil
}

// with are the combinations that have a value of an option.
func (o FanOffer) with(i int, value string) (list []models.VariantView) {
	for _, variant := range o.Offer.Variants {
		if i < len(variant.Values) && variant.Values[i] == value {
			list = append(list, variant)
		}
	}
	return list
}

// gone tells whether every combination with a value is sold out.
func (o FanOffer) gone(i int, value string) bool {
	for _, variant := range o.with(i, value) {
		if !variant.SoldOut() {
			return false
		}
	}
	return true
}

// valueAbout says what stands beside a value: that it is sold out, what it costs where prices differ, how many are left
// where it alone makes a combination.
func (o FanOffer) valueAbout(p Page, i int, value string) string {
	variants := slices.DeleteFunc(o.with(i, value), func(variant models.VariantView) bool { return variant.SoldOut() })
	if len(variants) == 0 {
		return p.T("variant.sold_out")
	}
	var parts []string
	if o.pricesDiffer() {
		low, high := variants[0].Price, variants[0].Price
		for _, variant := range variants {
			if variant.Price.Amount < low.Amount {
				low = variant.Price
			}
			if variant.Price.Amount > high.Amount {
				high = variant.Price
			}
		}
		if low == high {
			parts = append(parts, p.W.Money(low))
		} else {
			parts = append(parts, p.T("variant.from", "Least", low))
		}
	}
	if left, unlimited := variants[0].Left(); len(o.Offer.Version.Choices.Options) == 1 && !unlimited {
		parts = append(parts, p.N("buy.left.few", left))
	}
	return strings.Join(parts, " · ")
}

// valueLine is a value with what stands beside it, on one line.
func (o FanOffer) valueLine(p Page, i int, value string) string {
	if about := o.valueAbout(p, i, value); about != "" {
		return value + " · " + about
	}
	return value
}

// variantLine says what a combination costs and how many are left.
func (o FanOffer) variantLine(p Page, variant models.VariantView) string {
	price := p.W.Money(variant.Price)
	left, unlimited := variant.Left()
	switch {
	case variant.SoldOut():
		return p.T("variant.sold_out")
	case unlimited:
		return price
	}
	return price + " · " + p.N("buy.left.few", left)
}

// goneWords names the combinations that are sold out, where some are and some are not; the list below has them all.
func (o FanOffer) goneWords(p Page) string {
	var gone []string
	for _, variant := range o.Offer.Variants {
		if variant.SoldOut() {
			gone = append(gone, variant.Name)
		}
	}
	const most = 8
	if len(gone) == 0 || len(gone) == len(o.Offer.Variants) || len(gone) > most {
		return ""
	}
	return p.T("variant.gone", "Names", strings.Join(gone, ", "))
}

// pricesDiffer tells whether what is chosen makes the price.
func (o FanOffer) pricesDiffer() bool { return o.Offer.Version.PricesDiffer() }

// least is the lowest price that can be chosen.
func (o FanOffer) least() models.Money {
	low, _ := o.Offer.Version.Prices()
	return low
}

// quantityLine is a quantity with its sum, where the choice that makes it is known.
func (o FanOffer) quantityLine(p Page, form BuyForm, n int64) string {
	if o.pricesDiffer() && !form.chosen(o) {
		return p.W.Number(n)
	}
	return p.T("buy.quantity.option", "Quantity", p.W.Number(n), "Amount", p.W.Money(o.sum(n)))
}

// mostLeft is how many of one combination can be bought at once; unlimited where one is not counted.
func (o FanOffer) mostLeft() (most int64, unlimited bool) {
	if len(o.Offer.Variants) == 0 {
		return o.Offer.Left()
	}
	for _, variant := range o.Offer.Variants {
		left, uncounted := variant.Left()
		if uncounted {
			return 0, true
		}
		most = max(most, left)
	}
	return most, false
}
