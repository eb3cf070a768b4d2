package views

import (
	"slices"
	"time"

	"github.com/tillbird/tillbird/models"
)

// The addresses of a shop's accounts on networks.
const (
	NetworksPath   = "/dashboard/settings/networks"
	NetworkCapPath = "/dashboard/settings/network-cap"
	ProfilesPath   = "/dashboard/settings/profiles"
	XWebhookPath   = "/webhooks/x" // where X delivers replies
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
	Event    int64 // of a reply that X delivers
	Read     int64 // of a reply that is read on X
	Cursors  map[string]models.ReplyCursor
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

// hearing says how an account learns of replies, and why it is no faster.
func (n Networks) hearing(p Page, profile *models.Profile) (says []string) {
	c, there := n.Cursors[profile.ID]
	if !there || !profile.Live() {
		return nil
	}
	if c.Failure == "cap" && !c.Delivers() {
		return []string{p.T("profile.replies.cap")}
	}
	switch {
	case c.Delivers():
		says = append(says, p.T("profile.replies."+c.Push), p.T("profile.replies.net.x"))
	case c.Minutes == 0:
		says = append(says, p.T("profile.replies.first"))
	default:
		says = append(says, p.N("profile.replies.every", c.Minutes))
		switch c.Minutes {
		case models.PollIdle:
			says = append(says, p.T("profile.replies.idle"))
		case models.PollNoPost:
			says = append(says, p.T("profile.replies.no_post"))
		}
	}
	if c.Push == models.PushOff {
		says = append(says, p.T("profile.replies.off."+known(c.PushFailure, "no_key", "limit", "cap")))
	}
	if c.Failure != "" && c.Failure != "cap" {
		says = append(says, p.T("profile.replies.failed."+known(c.Failure, "rate_limited", "temporary"), "Network", p.T("post.network."+profile.Network), "Time", p.W.Clock(c.DueAt)))
	}
	if c.PolledAt != nil {
		says = append(says, p.T("profile.replies.last", "Time", p.W.Clock(*c.PolledAt)))
	}
	return says
}

// known is a code where it is one of those that have words of their own, else other.
func known(code string, codes ...string) string {
	if slices.Contains(codes, code) {
		return code
	}
	return "other"
}

// automated is the live account of X whose owner has to say that it answers by itself, nil where there is none.
func (n Networks) automated() *models.Profile {
	for _, profile := range n.of("x") {
		if profile.Live() {
			return &profile
		}
	}
	return nil
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
