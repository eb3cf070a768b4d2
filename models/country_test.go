package models

import (
	"testing"
	"time"
)

func TestHomesAreKnown(t *testing.T) {
	for country := range homes {
		if !KnownCurrency(HomeCurrency(country)) {
			t.Errorf("%s: no shop may sell in %q", country, HomeCurrency(country))
		}
		if _, err := time.LoadLocation(HomeZone(country)); err != nil || HomeZone(country) == "" {
			t.Errorf("%s: no zone %q", country, HomeZone(country))
		}
	}
}
