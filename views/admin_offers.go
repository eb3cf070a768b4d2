package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// AdminOfferStates are the tabs of the admin's list of offers.
var AdminOfferStates = []string{"", "live", "scheduled", "paused", "ended", "draft", "taken_down"}

// AdminOffers is a page of the offers of all shops.
type AdminOffers struct {
	Offers []models.ShopOffer
	State  string // one of AdminOfferStates
	Now    time.Time
	Around Around
}

func (a AdminOffers) tabs(p Page) []Tab {
	var list []Tab
	for _, state := range AdminOfferStates {
		tab := Tab{Href: AdminOffersPath, Label: p.T("admin.tab.all"), Active: state == a.State}
		if state != "" {
			tab.Href, tab.Label = AdminOffersPath+"?state="+esc(state), stateOf(p, "offer", state).Title
		}
		list = append(list, tab)
	}
	return list
}

// AdminOffer is one offer with the form that takes it down.
type AdminOffer struct {
	Offer  *models.ShopOffer
	Now    time.Time
	Reason string
	Errors FieldErrors
}

// public is the address of the page that fans see; empty before the first approval.
func (a AdminOffer) public() string {
	if a.Offer.Approved == nil || a.Offer.State == "draft" {
		return ""
	}
	return OfferPath(a.Offer.Slug)
}
