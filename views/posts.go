package views

import (
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// PostList is what the merchant's list of posts shows.
type PostList struct {
	Failing      []models.PostView // pinned
	Planned      []models.PostView // by their time
	Posts        []models.PostView // the rest, newest first
	Currency     string            // of the shop
	Newer, Older string
	MaySell      bool
}

// PostCount is the length of a text as its network counts it.
type PostCount struct {
	Network            string
	Used, Limit, Over  int
	Fits, Excess, Link string // the text up to the limit, what is too much, and the link that goes out with it
}

func (c PostCount) words(p Page) string {
	network := p.T("post.network." + c.Network)
	if c.Over > 0 {
		return p.N("post.count.over", int64(c.Over), "Network", network)
	}
	return p.T("post.count.used", "Used", c.Used, "Limit", c.Limit, "Network", network)
}

// PostComposer is what the form for a post shows, for a new one and for one that is not out yet.
type PostComposer struct {
	Offer   *models.OfferView
	Shop    *models.Shop
	Action  string
	Key     string
	Network string
	Text    string
	Domain  string // of this Tillbird
	Count   PostCount
	Errors  FieldErrors
	Now     time.Time
	Link    string
	Look    PostLook
	Lint    []Finding
	Tags    []SoldTag

	Profiles []models.Profile // that could publish it
	When     PostWhen
}

func (c PostComposer) live() bool {
	return c.Offer.StateAt(c.Now) == "live" && !c.Offer.SoldOut()
}

// fans is the content that fans see.
func (c PostComposer) fans() *models.Version {
	if c.Offer.Approved != nil {
		return c.Offer.Approved
	}
	return &c.Offer.Version
}

// ShownPost is what the merchant's page of one post shows.
type ShownPost struct {
	Post      *models.PostView
	Compose   string // opens the network's own composer; empty where it has none for everybody
	Whole     string // the text as it goes out, with its link
	Link      string
	Domain    string
	RemoteURL string // as typed
	Errors    FieldErrors
	MaySell   bool
	Now       time.Time
	Composer  PostComposer // to change the text while it is not out
	Currency  string
	Profiles  []models.Profile // that could publish it, or have
	When      PostWhen
}

func (s ShownPost) draft() bool { return s.Post.State == "draft" || s.Post.State == "failed" }

// PostNetworks are the networks of the composer, in its order.
var PostNetworks = []string{"x", "bluesky", "mastodon"}

// networkOptions are the ways out: by hand to each network, and by each connected account.
func networkOptions(p Page, c PostComposer) []Option {
	var list []Option
	for _, profile := range c.Profiles {
		list = append(list, Option{Value: profile.ID, Label: p.T("post.by_account", "Account", AccountName(p, &profile)), Hint: c.When.costHint(p, profile.Network)})
	}
	for _, network := range PostNetworks {
		list = append(list, Option{Value: network, Label: c.handLabel(p, network), Hint: p.T("post.network." + network + ".hint")})
	}
	return list
}

// firstLine is a post's text in a list.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// ShownLink is a link as people read it.
func ShownLink(link string) string {
	link = strings.TrimPrefix(link, "https://")
	return strings.TrimPrefix(link, "http://")
}

func (c PostComposer) handLabel(p Page, network string) string {
	if len(c.Profiles) > 0 {
		return p.T("post.by_hand", "Network", p.T("post.network."+network))
	}
	return p.T("post.network." + network)
}
