package social

import (
	"maps"
	"net/http"
	"time"
)

// Settings say how the networks are reached. A network that is left empty is not available.
type Settings struct {
	X        *XSettings
	Bluesky  *BlueskySettings
	Mastodon *MastodonSettings
	// Local is for the sandbox and the tests: servers that people name are on this machine, and nowhere else.
	Local bool
	// Agent is who we say that we are, as in Tillbird/1.2 (+https://till.example.com).
	Agent string
	Now   func() time.Time
}

// Social holds the networks that this installation can speak to.
type Social struct{ networks map[string]Network }

// New makes the networks' clients; it calls nobody.
func New(set Settings) *Social {
	s := &Social{networks: map[string]Network{}}
	if set.Agent == "" {
		set.Agent = "Tillbird"
	}
	named := publicOnly
	if set.Local {
		named = localOnly
	}
	wireTo := func(network string, far reach, own *http.Client) *wire {
		if own == nil {
			own = newClient(far)
		}
		return &wire{network: network, agent: set.Agent, client: own, now: set.Now}
	}
	if set.X != nil && set.X.Client != "" {
		s.networks[X] = newX(*set.X, wireTo(X, anywhere, set.X.HTTP))
	}
	if set.Bluesky != nil {
		s.networks[Bluesky] = newBluesky(*set.Bluesky, wireTo(Bluesky, named, nil), set.Local)
	}
	if set.Mastodon != nil {
		s.networks[Mastodon] = newMastodon(*set.Mastodon, wireTo(Mastodon, named, nil), set.Local)
	}
	return s
}

// All are the networks that are available here, by name.
func (s *Social) All() map[string]Network { return maps.Clone(s.networks) }

// Network finds a network by its name; false where it is not available here.
func (s *Social) Network(name string) (Network, bool) {
	network, there := s.networks[name]
	return network, there
}

// Available lists the networks that can be connected here, in the order of Networks.
func (s *Social) Available() []string {
	var names []string
	for _, name := range Networks {
		if s.networks[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// X is the client of X for what other networks do not have, nil where it is not available.
func (s *Social) X() *XClient {
	client, _ := s.networks[X].(*XClient)
	return client
}
