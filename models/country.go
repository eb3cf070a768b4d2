package models

// home is what a shop in a country usually has.
type home struct{ currency, zone string }

var homes = map[string]home{
	"AE": {"usd", "Asia/Dubai"}, "AT": {"eur", "Europe/Vienna"}, "AU": {"aud", "Australia/Sydney"}, "BE": {"eur", "Europe/Brussels"},
	"BG": {"eur", "Europe/Sofia"}, "BR": {"usd", "America/Sao_Paulo"}, "CA": {"cad", "America/Toronto"}, "CH": {"chf", "Europe/Zurich"},
	"CY": {"eur", "Asia/Nicosia"}, "CZ": {"czk", "Europe/Prague"}, "DE": {"eur", "Europe/Berlin"}, "DK": {"dkk", "Europe/Copenhagen"},
	"EE": {"eur", "Europe/Tallinn"}, "ES": {"eur", "Europe/Madrid"}, "FI": {"eur", "Europe/Helsinki"}, "FR": {"eur", "Europe/Paris"},
	"GB": {"gbp", "Europe/London"}, "GI": {"gbp", "Europe/Gibraltar"}, "GR": {"eur", "Europe/Athens"}, "HK": {"hkd", "Asia/Hong_Kong"},
	"HR": {"eur", "Europe/Zagreb"}, "HU": {"huf", "Europe/Budapest"}, "IE": {"eur", "Europe/Dublin"}, "IT": {"eur", "Europe/Rome"},
	"JP": {"jpy", "Asia/Tokyo"}, "LI": {"chf", "Europe/Vaduz"}, "LT": {"eur", "Europe/Vilnius"}, "LU": {"eur", "Europe/Luxembourg"},
	"LV": {"eur", "Europe/Riga"}, "MT": {"eur", "Europe/Malta"}, "MX": {"usd", "America/Mexico_City"}, "MY": {"usd", "Asia/Kuala_Lumpur"},
	"NL": {"eur", "Europe/Amsterdam"}, "NO": {"nok", "Europe/Oslo"}, "NZ": {"nzd", "Pacific/Auckland"}, "PL": {"pln", "Europe/Warsaw"},
	"PT": {"eur", "Europe/Lisbon"}, "RO": {"ron", "Europe/Bucharest"}, "SE": {"sek", "Europe/Stockholm"}, "SG": {"sgd", "Asia/Singapore"},
	"SI": {"eur", "Europe/Ljubljana"}, "SK": {"eur", "Europe/Bratislava"}, "TH": {"usd", "Asia/Bangkok"}, "US": {"usd", "America/New_York"},
}

// HomeCurrency is the currency that a shop in the country starts with; blank where we know none.
func HomeCurrency(country string) string { return homes[country].currency }

// HomeZone is the time zone that a shop in the country starts with; blank where we know none.
func HomeZone(country string) string { return homes[country].zone }
