package models

import "testing"

func TestSuggestHandle(t *testing.T) {
	for name, want := range map[string]string{
		"Maison Kestrel":                    "maison-kestrel",
		"Maison Élan & Fils":                "maison-elan-fils",
		"L’Œuf d'or":                        "loeuf-dor",
		"  Łódź -- Straße  ":                "lodz-strasse",
		"متجر":                              "",
		"ab":                                "",
		"A name that goes on and on and on": "a-name-that-goes-on-and-on",
	} {
		got := SuggestHandle(name)
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		if got != "" && checkHandle(got) != nil {
			t.Errorf("%q: %q is no handle", name, got)
		}
	}
}
