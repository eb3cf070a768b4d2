package sandbox

import "sort"

// say is a text of the hosted pages in English or French; a key that is missing shows itself.
func say(lang, key string) string {
	books := []map[string]string{english, xEnglish, mEnglish}
	if lang == "fr" {
		books = []map[string]string{french, xFrench, mFrench, english, xEnglish, mEnglish}
	}
	for _, book := range books {
		if text, ok := book[key]; ok {
			return text
		}
	}
	return key
}

// countryChoice are the countries that an address may be in, by name; all that the sandbox knows when none are given.
func countryChoice(allowed []any, lang string) []country {
	var choice []country
	if allowed == nil {
		for code := range countries {
			choice = append(choice, country{code, countryName(code, lang)})
		}
	}
	for _, value := range allowed {
		code, _ := value.(string)
		choice = append(choice, country{code, countryName(code, lang)})
	}
	sort.Slice(choice, func(i, j int) bool { return choice[i].Name < choice[j].Name })
	return choice
}

func countryName(code, lang string) string {
	names, known := countryNames[code]
	switch {
	case !known:
		return code
	case lang == "fr":
		return names[1]
	}
	return names[0]
}

var countryNames = map[string][2]string{
	"AE": {"United Arab Emirates", "Émirats arabes unis"}, "AT": {"Austria", "Autriche"}, "AU": {"Australia", "Australie"}, "BE": {"Belgium", "Belgique"},
	"BG": {"Bulgaria", "Bulgarie"}, "BR": {"Brazil", "Brésil"}, "CA": {"Canada", "Canada"}, "CH": {"Switzerland", "Suisse"}, "CY": {"Cyprus", "Chypre"},
	"CZ": {"Czechia", "Tchéquie"}, "DE": {"Germany", "Allemagne"}, "DK": {"Denmark", "Danemark"}, "EE": {"Estonia", "Estonie"}, "ES": {"Spain", "Espagne"},
	"FI": {"Finland", "Finlande"}, "FR": {"France", "France"}, "GB": {"United Kingdom", "Royaume-Uni"}, "GI": {"Gibraltar", "Gibraltar"}, "GR": {"Greece", "Grèce"},
	"HK": {"Hong Kong", "Hong Kong"}, "HR": {"Croatia", "Croatie"}, "HU": {"Hungary", "Hongrie"}, "IE": {"Ireland", "Irlande"}, "IT": {"Italy", "Italie"},
	"JP": {"Japan", "Japon"}, "LI": {"Liechtenstein", "Liechtenstein"}, "LT": {"Lithuania", "Lituanie"}, "LU": {"Luxembourg", "Luxembourg"}, "LV": {"Latvia", "Lettonie"},
	"MC": {"Monaco", "Monaco"}, "MT": {"Malta", "Malte"}, "MX": {"Mexico", "Mexique"}, "MY": {"Malaysia", "Malaisie"}, "NL": {"Netherlands", "Pays-Bas"},
	"NO": {"Norway", "Norvège"}, "NZ": {"New Zealand", "Nouvelle-Zélande"}, "PL": {"Poland", "Pologne"}, "PT": {"Portugal", "Portugal"}, "RO": {"Romania", "Roumanie"},
	"SE": {"Sweden", "Suède"}, "SG": {"Singapore", "Singapour"}, "SI": {"Slovenia", "Slovénie"}, "SK": {"Slovakia", "Slovaquie"}, "TH": {"Thailand", "Thaïlande"},
	"US": {"United States", "États-Unis"},
}
