package views

import (
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// OfferCheck is one of the automatic checks before review.
type OfferCheck struct {
	Tone  Tone   // success, warning (can be sent all the same) or error (cannot)
	Text  string // what was found
	Act   string // what mends it; empty where nothing is to be done
	Where string // the address where it is mended
}

// OfferReview is what the check page shows.
type OfferReview struct {
	Offer    *models.OfferView
	Review   *models.Review // the decision that asked for changes, if there was one
	Checks   []OfferCheck
	Now      time.Time
	Email    string // where the decision is written to; empty where that is another member
	Changes  []string
	Refused  []OfferCheck // why it was not sent just now
	Sendable bool         // the newest content is a draft
}

// stopped tells whether a check stands in the way.
func (r OfferReview) stopped() bool {
	for _, check := range r.Checks {
		if check.Tone == ToneError {
			return true
		}
	}
	return false
}

func (r OfferReview) edit(field string) string { return OfferEditPath(r.Offer.Slug) + "#" + field }

func (r OfferReview) words(p Page) string {
	if strings.TrimSpace(r.Offer.Version.Words) == "" {
		return p.T("common.not_provided")
	}
	return r.Offer.Version.Words
}

func (r OfferReview) limit(p Page) string {
	if r.Offer.LimitPerBuyer == nil {
		return p.T("offer.limit.none")
	}
	return p.W.Number(*r.Offer.LimitPerBuyer)
}

func (r OfferReview) stock(p Page) string {
	if r.Offer.Stock == nil {
		return p.T("common.unlimited")
	}
	return p.W.Number(*r.Offer.Stock)
}

func (r OfferReview) hashtag(p Page) string {
	if r.Offer.Version.Hashtag == "" {
		return p.T("common.not_provided")
	}
	return "#" + r.Offer.Version.Hashtag
}

// changed names in the reader's words what an edit changes.
func (r OfferReview) changed(p Page) string {
	var names []string
	for _, name := range r.Changes {
		names = append(names, p.T("offer.changed."+name))
	}
	return p.W.List(names)
}
