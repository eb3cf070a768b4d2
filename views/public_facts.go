package views

import "github.com/tillbird/tillbird/models"

// shippingFacts and returnFacts are what search engines show beside a price, in the words of schema.org.
type shippingFacts struct {
	Type        string `json:"@type"`
	Destination place  `json:"shippingDestination"`
	Rate        sum    `json:"shippingRate"`
}

type place struct {
	Type    string   `json:"@type"`
	Country []string `json:"addressCountry"`
}

type sum struct {
	Type     string `json:"@type"`
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

type returnFacts struct {
	Type     string   `json:"@type"`
	Country  []string `json:"applicableCountry"`
	Category string   `json:"returnPolicyCategory"`
	Days     int      `json:"merchantReturnDays,omitempty"`
}

// withdrawalDays is how long the law of the European Union gives buyers to withdraw.
const withdrawalDays = 14

// shippingFacts say where it is sent and for how much, by the shop's own rates; nothing where it has none, or where
// nothing is sent.
func (o FanOffer) shippingFacts() (list []shippingFacts) {
	if o.Offer.Version.Fulfilment != "ship" {
		return nil
	}
	shipping := o.Shop.Sending()
	for _, zone := range shipping.Zones {
		if len(zone.Countries) == 0 {
			continue
		}
		rate := models.Money{Amount: zone.Rate, Currency: shipping.Currency}
		list = append(list, shippingFacts{"OfferShippingDetails", place{"DefinedRegion", zone.Countries}, sum{"MonetaryAmount", plainPrice(rate), upper(shipping.Currency)}})
	}
	return list
}

// returnFacts say whether buyers may withdraw.
func (o FanOffer) returnFacts() *returnFacts {
	facts := &returnFacts{Type: "MerchantReturnPolicy", Country: []string{o.Shop.Country}, Category: "https://schema.org/MerchantReturnNotPermitted"}
	if withdrawalKind(o.Offer.Version.Withdrawal) == "yes" {
		facts.Category, facts.Days = "https://schema.org/MerchantReturnFiniteReturnWindow", withdrawalDays
	}
	return facts
}
