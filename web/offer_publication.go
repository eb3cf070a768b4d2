package web

import (
	"errors"
	"net/http"
	"slices"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// createPublication takes an approved offer live.
func (s *Server) createPublication(v *visit) error {
	return s.turn(v, func(offer *models.OfferView) error {
		return s.store.Publish(v.ctx(), v.Shop, v.User, &offer.Offer, s.pay.OnBehalfOf())
	}, views.PublicationRemovalPath, "paused")
}

// deletePublication pauses it.
func (s *Server) deletePublication(v *visit) error {
	return s.turn(v, func(offer *models.OfferView) error {
		return s.store.Pause(v.ctx(), v.Shop, v.User, &offer.Offer)
	}, views.PublicationPath, "live", "scheduled")
}

// createEnding ends the sale.
func (s *Server) createEnding(v *visit) error {
	return s.turn(v, func(offer *models.OfferView) error {
		return s.store.End(v.ctx(), v.Shop, v.User, &offer.Offer)
	}, views.PublicationPath, "live", "scheduled")
}

// turn changes the state of the offer that the address names, and says what it is now. From one of the given states it
// offers the way back, which leads to just that state. What was so already is no mistake: somebody pressed twice.
func (s *Server) turn(v *visit, change func(*models.OfferView) error, back func(slug string) string, from ...string) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	before := offer.StateAt(s.store.Now())
	err = change(offer)
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		return s.showOneOffer(v, http.StatusUnprocessableEntity, offer, v.W.T("problem."+problems[0].Code, problems[0].Data...))
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("state.offer."+before+".sentence"))
		return v.see(views.ShopOfferPath(offer.Slug))
	case err != nil:
		return err
	}
	if offer, err = s.shopOffer(v); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("offer.done."+offer.StateAt(s.store.Now())))
	if slices.Contains(from, before) {
		v.undo(back(offer.Slug))
	}
	return v.see(views.ShopOfferPath(offer.Slug))
}
