package words

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"":                                      "en",
		"fr":                                    "fr",
		"fr-CA":                                 "fr",
		"fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7":   "fr",
		"en-GB,en;q=0.9,fr;q=0.8":               "en",
		"en;q=0.3,fr;q=0.8":                     "fr",
		"de,fr;q=0.5,en;q=0.4":                  "fr",
		"de-DE,de;q=0.9":                        "en",
		"fr;q=0,en;q=0.1":                       "en",
		"fr;q=0":                                "en",
		"*":                                     "en",
		"not a header; at all,,;;q":             "en",
		"fr" + strings.Repeat(",xx;q=0.1", 500): "en",
	} {
		if got := Match(header); got != want {
			t.Errorf("%.60q: %s, want %s", header, got, want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("fr-FR,fr;q=0.9,en;q=0.7")
	f.Fuzz(func(t *testing.T, header string) {
		if lang := Match(header); lang != "en" && lang != "fr" {
			t.Errorf("%q", lang)
		}
	})
}

func TestFor(t *testing.T) {
	for lang, want := range map[string]string{"en": "en", "fr": "fr", "fr-CA": "fr", "de": "en", "": "en"} {
		p := For(lang, nil)
		if p.Lang() != want || p.Zone().String() != "UTC" {
			t.Errorf("%q: %s in %s", lang, p.Lang(), p.Zone())
		}
	}
}
