package models

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// Shipping is where a shop sends goods and for how much. Without zones it sends everywhere, and the price includes it.
type Shipping struct {
	Zones     []Zone `json:"zones"`
	FreeAbove int64  `json:"free_above,omitempty"` // what is left of the items after a discount; 0 = never free
	Currency  string `json:"currency"`
}

// Zone is a list of countries with one rate.
type Zone struct {
	Countries []string `json:"countries"` // ISO 3166, upper case
	Rate      int64    `json:"rate"`
}

// Rate is what sending one order costs.
type Rate struct {
	Amount    Money
	FreeAbove int64
}

// of is the rate for goods of a value.
func (r *Rate) of(goods int64) int64 {
	if r.FreeAbove > 0 && goods >= r.FreeAbove {
		return 0
	}
	return r.Amount.Amount
}

// ShipCountries are those that a parcel can go to: the ones Checkout takes an address in here.
var ShipCountries = strings.Fields("AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HK HR HU IE IS IT JP KR LI LT LU LV MC MT NL NO NZ PL PT RO SE SG SI SK SM US VA")

// Sending is the shop's shipping as it is kept.
func (s *Shop) Sending() Shipping {
	var shipping Shipping
	if s.Shipping != "" {
		_ = json.Unmarshal([]byte(s.Shipping), &shipping)
	}
	return shipping
}

// Countries are those that the zones serve, in the order of the zones.
func (s Shipping) Countries() []string {
	var list []string
	for _, zone := range s.Zones {
		list = append(list, zone.Countries...)
	}
	return list
}

// RateTo is the rate to a country; ok is false where the shop does not send there.
func (s Shipping) RateTo(country string) (rate *Rate, ok bool) {
	for _, zone := range s.Zones {
		if slices.Contains(zone.Countries, country) {
			return &Rate{Money{zone.Rate, s.Currency}, s.FreeAbove}, true
		}
	}
	return nil, false
}

// Serves is where a version goes: the countries to choose from; none where nothing is sent or every country is free.
// The rates are in one currency, so an offer in another one is sent without a charge.
func (s *Shop) Serves(version *Version) []string {
	if version.Fulfilment != "ship" {
		return nil
	}
	shipping := s.Sending()
	if shipping.Currency != version.Currency {
		return nil
	}
	return shipping.Countries()
}

// shippingFor is the rate of a version to the country that was chosen. Problems: country.missing, country.not_served.
func (s *Shop) shippingFor(version *Version, country string) (*Rate, Problems) {
	served := s.Serves(version)
	if len(served) == 0 {
		return nil, nil
	}
	if country == "" {
		return nil, Problems{{Field: "country", Code: "ship_to.missing"}}
	}
	rate, ok := s.Sending().RateTo(country)
	if !ok {
		return nil, Problems{{Field: "country", Code: "ship_to.not_served"}}
	}
	return rate, nil
}

// ZonesMost is how many zones a shop may have.
const ZonesMost = 4

// ShippingForm is a shop's shipping and tax as typed: the rates of the zones, which zone a country is in ("1" is the
// first, "" none), from what sum on it is free, and one of TaxModes.
type ShippingForm struct {
	Rates          [ZonesMost]string
	Zone           map[string]string
	FreeAbove, Tax string
}

// FormOfShipping shows the shop's shipping as it would be typed.
func FormOfShipping(shop *Shop, amount func(Money) string) ShippingForm {
	form := ShippingForm{Zone: map[string]string{}, Tax: shop.Tax}
	shipping := shop.Sending()
	for i, zone := range shipping.Zones[:min(len(shipping.Zones), ZonesMost)] {
		form.Rates[i] = amount(Money{zone.Rate, shipping.Currency})
		for _, country := range zone.Countries {
			form.Zone[country] = itoa(int64(i + 1))
		}
	}
	if shipping.FreeAbove > 0 {
		form.FreeAbove = amount(Money{shipping.FreeAbove, shipping.Currency})
	}
	return form
}

// read understands what was typed. Problems: rate_N price.…, zone.no_rate, zone.no_country; free_above price.…; tax
// tax.unknown.
func (f ShippingForm) read(shop *Shop) (shipping Shipping, problems Problems) {
	shipping.Currency = shop.Currency
	for i, typed := range f.Rates {
		number, field := itoa(int64(i+1)), "rate_"+itoa(int64(i+1))
		var zone Zone
		for _, country := range ShipCountries {
			if f.Zone[country] == number {
				zone.Countries = append(zone.Countries, country)
			}
		}
		blank := strings.TrimSpace(typed) == ""
		switch {
		case blank && len(zone.Countries) > 0:
			problems.Add(field, "zone.no_rate")
		case blank:
		case len(zone.Countries) == 0:
			problems.Add(field, "zone.no_country")
		default:
			rate, p := ParsePart(typed, shop.Currency)
			problems.take(field, p)
			zone.Rate = rate.Amount
			shipping.Zones = append(shipping.Zones, zone)
		}
	}
	if strings.TrimSpace(f.FreeAbove) != "" {
		above, p := ParsePart(f.FreeAbove, shop.Currency)
		problems.take("free_above", p)
		shipping.FreeAbove = above.Amount
	}
	if !slices.Contains(TaxModes, f.Tax) {
		problems.Add("tax", "tax.unknown")
	}
	return shipping, problems
}

// TaxModes are how a shop takes tax: not at all, within its prices, or on top of them.
var TaxModes = []string{"off", "inclusive", "exclusive"}

// UpdateShipping keeps where the shop sends and for how much, and how it takes tax. Orders that wait keep their price.
// Problems as of read.
func (s *Store) UpdateShipping(ctx context.Context, shop *Shop, user *User, form ShippingForm) error {
	shipping, problems := form.read(shop)
	if err := problems.orNil(); err != nil {
		return err
	}
	kept := ""
	if len(shipping.Zones) > 0 {
		text, err := json.Marshal(shipping)
		if err != nil {
			return err
		}
		kept = string(text)
	}
	return s.write(ctx, func(db *tx) error {
		if err := changed(db.Exec("UPDATE shops SET shipping = ?, tax = ? WHERE id = ?", kept, form.Tax, shop.ID)); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "shop.updated", Object: shop.Handle, Detail: "shipping, tax " + form.Tax})
	})
}
