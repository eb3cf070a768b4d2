package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listAllOffers shows the offers of every shop.
func (s *Server) listAllOffers(v *visit) error {
	a := views.AdminOffers{State: oneOf(v.QueryParam("state"), views.AdminOfferStates), Now: s.store.Now()}
	l, err := listOf(v, func(page models.Page) ([]models.ShopOffer, error) {
		return s.store.AllOffers(v.ctx(), models.OfferFilter{State: a.State, Page: page})
	}, func(o *models.ShopOffer) (time.Time, string) { return o.CreatedAt, o.ID })
	if err != nil {
		return err
	}
	a.Offers, a.Around = l.rows, l.around
	p, err := v.adminPage("frame.nav.offers")
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminOffersPage(p, a))
}

// showAdminOffer shows one offer with the form that takes it down.
func (s *Server) showAdminOffer(v *visit) error {
	offer, err := s.store.AnyOffer(v.ctx(), v.Param("slug"))
	if err != nil {
		return err
	}
	return s.renderAdminOffer(v, http.StatusOK, views.AdminOffer{Offer: offer})
}

func (s *Server) renderAdminOffer(v *visit, status int, a views.AdminOffer) error {
	p, err := v.adminPage("")
	if err != nil {
		return err
	}
	p.Title, p.Problems, a.Now = a.Offer.Version.Title, len(a.Errors), s.store.Now()
	return v.render(status, views.AdminOfferPage(p, a))
}

// createTakedown takes an offer down. Pressed twice, the first reason stands.
func (s *Server) createTakedown(v *visit) error {
	offer, err := s.store.AnyOffer(v.ctx(), v.Param("slug"))
	if err != nil {
		return err
	}
	reason := v.FormValue("reason")
	err = s.store.TakeDown(v.ctx(), v.User, &offer.Offer, reason)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.renderAdminOffer(v, http.StatusUnprocessableEntity, views.AdminOffer{Offer: offer, Reason: reason, Errors: v.problems(problems)})
	}
	if err != nil && !errors.Is(err, models.ErrChanged) {
		return err
	}
	if err == nil {
		v.say(views.ToneSuccess, v.W.T("admin.offer.said", "Title", offer.Version.Title))
	}
	return v.see(views.AdminOfferPath(offer.Slug))
}
