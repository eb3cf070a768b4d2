package web

import (
	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// examplePrices are the prices of the starting points, in euros and the like.
var examplePrices = map[string]int64{"handmade": 42, "print": 25, "ticket": 35, "digital": 9}

// exampleUnits is about how many units of a currency make one of the above, where that is not about one.
var exampleUnits = map[string]int64{"jpy": 150, "krw": 1500, "huf": 400, "czk": 25, "sek": 11, "nok": 11, "dkk": 7, "hkd": 8, "pln": 4, "ron": 5}

// exampleOffer fills the form from a starting point, in the merchant's language and the shop's currency. Nothing of it
// is kept before it is sent.
func exampleOffer(v *visit, start string) models.OfferForm {
	amount := examplePrices[start] * max(exampleUnits[v.Shop.Currency], 1)
	for range models.Exponent(v.Shop.Currency) {
		amount *= 10
	}
	ways := map[string]string{"handmade": "ship", "print": "ship", "ticket": "nothing", "digital": "file"}
	form := models.OfferForm{
		Title: v.W.T("offer.start." + start + ".title"), Words: v.W.T("offer.start." + start + ".words"), Hashtag: v.W.T("offer.start." + start + ".hashtag"),
		Price: v.W.MoneyInput(models.Money{Amount: amount, Currency: v.Shop.Currency}), Currency: v.Shop.Currency, Fulfilment: ways[start], Key: newKey(),
	}
	switch start {
	case "handmade":
		form.Stock, form.Limit = "12", "2"
	case "print":
		form.Stock = "40"
	case "ticket":
		form.Stock, form.Limit = "8", "2"
	}
	return form
}

// isExample tells whether words are still those of a starting point.
func isExample(v *visit, words string) bool {
	for _, start := range views.OfferStarts {
		if words == v.W.T("offer.start."+start+".words") {
			return true
		}
	}
	return false
}
