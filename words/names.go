package words

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is the name of a country ("FR": France); what is no country is given back.
func (p *Printer) Country(code string) string {
	if id := "common.country." + code; p.Has(id) {
		return p.T(id)
	}
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	names := display.English.Regions()
	if p.lang == "fr" {
		names = display.French.Regions()
	}
	if name := names.Name(region); name != "" {
		return name
	}
	return code
}

// CurrencyName is the name of a currency ("eur": Euro); one without a name is its code in capitals.
func (p *Printer) CurrencyName(code string) string {
	if id := "common.currency." + strings.ToLower(code); p.Has(id) {
		return p.T(id)
	}
	return strings.ToUpper(code)
}
