package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newReport asks what is wrong with an offer.
func (s *Server) newReport(v *visit) error {
	offer, shop, err := s.store.PublicOffer(v.ctx(), v.Param("slug"))
	if err != nil {
		return err
	}
	if offer.State == "taken_down" {
		return v.see(views.OfferPath(offer.Slug)) // it is done already, and nothing of it is shown any more
	}
	return s.answerReport(v, http.StatusOK, offer, shop, views.ReportForm{Sent: v.QueryParam("sent") != ""})
}

// createReport keeps a complaint for the admins.
func (s *Server) createReport(v *visit) error {
	form, err := v.typed()
	if err != nil {
		return err
	}
	offer, shop, err := s.store.PublicOffer(v.ctx(), v.Param("slug"))
	if err != nil {
		return err
	}
	if offer.State == "taken_down" {
		return v.see(views.OfferPath(offer.Slug))
	}
	typed := views.ReportForm{Reason: form.Get("reason"), Words: form.Get("words"), Email: form.Get("email")}
	if err := v.allow(limitReport, v.RealIP()); err != nil {
		var limit *tooMany
		if !errors.As(err, &limit) {
			return err
		}
		typed.Errors = views.FieldErrors{"form": v.W.T("problem.too_many", "Wait", v.W.Duration(limit.wait))}
		return s.answerReport(v, http.StatusTooManyRequests, offer, shop, typed)
	}
	err = s.store.ReportOffer(v.ctx(), &offer.Offer, typed.Reason, typed.Words, typed.Email)
	var problems models.Problems
	if errors.As(err, &problems) {
		typed.Errors = v.problems(problems)
		return s.answerReport(v, http.StatusUnprocessableEntity, offer, shop, typed)
	}
	if err != nil {
		return err
	}
	return v.see(views.OfferReportPath(offer.Slug) + "?sent=1")
}

func (s *Server) answerReport(v *visit, status int, offer *models.OfferView, shop *models.Shop, form views.ReportForm) error {
	page := v.page("report.title")
	page.Path, page.NoIndex, page.Problems = views.OfferReportPath(offer.Slug), true, len(form.Errors)
	return v.renderStill(status, views.NewReportPage(page, offer, shop, form))
}
