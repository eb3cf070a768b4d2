package main

import (
	"time"

	"github.com/tillbird/tillbird/social"
)

// social says which networks there are: X by the operator's keys, or the sandbox's own; Bluesky and Mastodon, whose
// servers the shops name. In the sandbox all of them are on this machine, or are not there.
func (s *settings) social(base string, local *localStripe, clock func() time.Time) social.Settings {
	set := social.Settings{Now: clock, Local: local != nil || s.rehearsed(), Agent: "Tillbird/" + version + " (+" + base + ")"}
	if local != nil {
		keys := local.X().Keys()
		set.X = &social.XSettings{Client: keys.ClientID, Secret: keys.ClientSecret, ConsumerSecret: keys.ConsumerSecret, Bearer: keys.Bearer, API: local.xBase, Web: local.xBase}
	} else if s.XClientID != "" {
		set.X = &social.XSettings{Client: s.XClientID, Secret: s.XClientSecret, ConsumerSecret: s.XConsumerSecret, Bearer: s.XBearer, API: s.XURL, Web: s.XURL}
	}
	if local == nil || s.BlueskyServer != "" {
		set.Bluesky = &social.BlueskySettings{Server: s.BlueskyServer, Directory: s.BlueskyDirectory}
	}
	set.Mastodon = &social.MastodonSettings{Name: "Tillbird", Website: base}
	return set
}
