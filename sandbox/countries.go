package sandbox

// countries are those whose sellers the sandbox takes, with the currency that their accounts begin with.
var countries = map[string]string{
	"AT": "eur", "BE": "eur", "BG": "eur", "CY": "eur", "DE": "eur", "EE": "eur", "ES": "eur", "FI": "eur", "FR": "eur", "GR": "eur", "HR": "eur",
	"IE": "eur", "IT": "eur", "LT": "eur", "LU": "eur", "LV": "eur", "MT": "eur", "NL": "eur", "PT": "eur", "SI": "eur", "SK": "eur",
	"CH": "chf", "CZ": "czk", "DK": "dkk", "GB": "gbp", "HU": "huf", "LI": "chf", "NO": "nok", "PL": "pln", "RO": "ron", "SE": "sek", "GI": "gbp",
	"US": "usd", "CA": "cad", "AU": "aud", "NZ": "nzd", "JP": "jpy", "SG": "sgd", "HK": "hkd", "MX": "mxn", "BR": "brl", "TH": "thb", "MY": "myr", "AE": "aed",
}
