package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// The addresses of a shop's accounts on networks.
const (
	NetworksPath   = "/dashboard/settings/networks"
	NetworkCapPath = "/dashboard/settings/network-cap"
	ProfilesPath   = "/dashboard/settings/profiles"
	XWebhookPath   = "/webhooks/x" // where X brings replies
)

// NetworkPath takes the beginning of a sign-in with a network.
func NetworkPath(network string) string { return NetworksPath + "/" + esc(network) }

// NetworkLeavingPath leads on to the pages of a network whose server the merchant named.
func NetworkLeavingPath(network string) string { return NetworkPath(network) + "/leaving" }

// NetworkBackPath is where a network sends people back to.
func NetworkBackPath(network string) string { return NetworkPath(network) + "/callback" }

// NewProfileRemovalPath asks whether an account is to be disconnected.
func NewProfileRemovalPath(id string) string { return ProfileRemovalPath(id) + "/new" }

// ProfileRemovalPath disconnects an account.
func ProfileRemovalPath(id string) string { return ProfilesPath + "/" + esc(id) + "/removal" }

// Networks is the page of a shop's accounts on networks.
type Networks struct {
	Profiles []models.Profile
	Costs    *models.NetworkCosts
	Price    int64 // of a post with its link by X's API
	Offered  map[string]bool
	Open     string // the network whose form was sent
	Server   string
	Handle   string
	Cap      string
	Errors   FieldErrors
	May      bool
	Role     string
	Now      time.Time
}

func (n Networks) of(network string) []models.Profile {
	var list []models.Profile
	for _, profile := range n.Profiles {
		if profile.Network == network {
			list = append(list, profile)
		}
	}
	return list
}

// dollars writes an amount that a network charges; parts of a cent are rounded up.
func dollars(p Page, micros int64) string {
	const cent = models.MicrosPerDollar / 100
	return p.W.Money(models.Money{Amount: (micros + cent - 1) / cent, Currency: "usd"})
}

// accountName is an account as its network writes it; a handle of Mastodon holds its server's name.
func accountName(profile *models.Profile) string { return "@" + profile.Handle }

// AccountName is an account with its network.
func AccountName(p Page, profile *models.Profile) string {
	return p.T("post.network."+profile.Network) + " · " + accountName(profile)
}

func costShare(c *models.NetworkCosts) int64 {
	if c.Cap <= 0 {
		return 100
	}
	return min(c.Micros*100/c.Cap, 100)
}

// ProfileState is whether an account lets us in.
func ProfileState(p Page, state string) State { return stateOf(p, "profile", state) }
