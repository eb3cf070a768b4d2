package web

import (
	"context"

	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// previewMost is how many characters of an offer's words stand below its link.
const previewMost = 200

// LinkCard is the preview of an offer's link, with the very bytes that other networks fetch from the offer's page.
func (s *Server) LinkCard(ctx context.Context, slug string) (*social.LinkCard, error) {
	offer, shop, err := s.store.PublicOffer(ctx, slug)
	if err != nil {
		return nil, err
	}
	d := s.cardOf(offer, shop, offer.CardDesign())
	image, err := s.drawnCard(d, "jpg", true)
	if err != nil {
		return nil, err
	}
	w := words.For(shop.Language, shop.Zone())
	about := views.Plain(offer.Version.Words)
	if letters := []rune(about); len(letters) > previewMost {
		about = string(letters[:previewMost-1]) + "…"
	}
	if about == "" {
		about = w.Money(offer.Version.Money()) + " · " + shop.Name
	}
	return &social.LinkCard{
		URL: s.set.BaseURL + views.OfferPath(slug), Title: views.Plain(offer.Version.Title), Description: about, Alt: cardAlt(d), Image: image, ImageType: "image/jpeg",
	}, nil
}
