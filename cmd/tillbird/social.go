package main

import (
	"time"

	"github.com/tillbird/tillbird/social"
)

// social says which networks there are: X with keys of its own.
func (s *settings) social(base string, local *localStripe, clock func() time.Time) social.Settings {
	set := social.Settings{Now: clock, Local: local != nil || s.rehearsed(), Agent: "Tillbird/" + version + " (+" + base + ")"}
	if s.XClientID != "" {
		set.X = &social.XSettings{Client: s.XClientID, Secret: s.XClientSecret, ConsumerSecret: s.XConsumerSecret, API: s.XURL, Web: s.XURL}
	}
	return set
}
