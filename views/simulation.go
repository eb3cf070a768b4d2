package views

import "github.com/tillbird/tillbird/models"

// Simulation is a reply that a merchant tries out, with what would come of it.
type Simulation struct {
	Offer       *models.OfferView
	Handle, Tag string // of the shop's account, and of the offer
	Text        string
	Network     string
	Below       string // offer, none
	Author      string // synced, new
	Mentions    bool
	Result      *ReplyRow // nil before anything is typed
	Understood  []Fact
}

func (s Simulation) networks(p Page) []Option {
	var list []Option
	for _, network := range []string{"x", "bluesky", "mastodon"} {
		list = append(list, Option{Value: network, Label: p.T("post.network." + network)})
	}
	return list
}

func (s Simulation) places(p Page) []Option {
	return []Option{{Value: "offer", Label: p.T("reply.sim.below.offer")}, {Value: "none", Label: p.T("reply.sim.below.none")}}
}

func (s Simulation) authors(p Page) []Option {
	return []Option{{Value: "synced", Label: p.T("reply.sim.author.synced")}, {Value: "new", Label: p.T("reply.sim.author.new")}}
}

// example is a reply that buys.
func (s Simulation) example() string { return "@" + s.Handle + " #" + s.Tag }

// hold says what would be set aside, and for how long.
func (s Simulation) hold(p Page) string {
	o := s.Result.Order
	switch {
	case o == nil:
		return p.T("reply.sim.hold.none")
	case o.FirstPaid:
		return p.T("reply.sim.hold.first_paid")
	}
	return p.N("reply.sim.hold", o.Quantity, "Until", p.W.DateTimeText(o.OpenUntil))
}

// charge is what a confirmation would charge, part by part.
func (s Simulation) charge(p Page) []Fact {
	list := saleSums(p, s.Result.Order)
	for i := range list {
		if list[i].Name == p.T("sale.sum.total") { // there it is paid
			list[i].Name, list[i].Total = p.T("reply.order.total"), true
		}
	}
	return list
}
