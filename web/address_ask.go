package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// addressAsk is a form on an offer's page that takes an e-mail address: of a waitlist, of a reminder.
type addressAsk struct {
	name  string // wait, reminder: of the limit, and before the names of its fields
	limit models.Limit
	also  string // another limit by the address alone, "" for none
	keep  func(v *visit, offer *models.OfferView, form url.Values) error
	path  func(slug string) string // where the answer stands
}

// take keeps the address that was typed. The answer does not tell whether it was there before.
func (a addressAsk) take(s *Server, v *visit) error {
	form, err := v.typed()
	if err != nil {
		return err
	}
	fan, err := s.fanPage(v, v.Param("slug"))
	if err != nil {
		return err
	}
	address := models.CleanEmail(form.Get("email"))
	who := []string{"client " + v.RealIP(), a.name + " " + fan.offer.Offer.ID + " " + address}
	if a.also != "" {
		who = append(who, a.also+" "+address)
	}
	for _, one := range who {
		if err := v.allow(a.limit, one); err != nil {
			return err
		}
	}
	err = a.keep(v, fan.offer.Offer, form)
	var problems models.Problems
	if errors.As(err, &problems) {
		for i := range problems {
			if field := problems[i].Field; field == "email" || field == "variant" {
				problems[i].Field = a.name + "_" + field
			}
		}
		return s.showBuyProblems(v, fan, views.BuyForm{Email: form.Get("email")}, problems)
	}
	if err != nil {
		return err
	}
	return v.see(a.path(fan.offer.Offer.Slug))
}

// shown is the page that says what comes of it, whoever asks.
func (a addressAsk) shown(s *Server, v *visit, title string, page func(views.Page, views.FanOffer) templ.Component) error {
	fan, err := s.fanPage(v, v.Param("slug"))
	if err != nil {
		return err
	}
	if fan.offer.State == views.FanTakenDown {
		return fan.show(v, fan.status(), views.BuyForm{})
	}
	fan.frame.Path, fan.frame.NoIndex, fan.frame.Title = a.path(fan.offer.Offer.Slug), true, v.W.T(title)
	return v.renderStill(http.StatusOK, page(fan.frame, fan.offer))
}
