package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listReviews shows the queue, or what was decided.
func (s *Server) listReviews(v *visit) error {
	p, err := v.adminPage("frame.admin.reviews")
	if err != nil {
		return err
	}
	a := views.AdminReviews{Decided: v.QueryParam("tab") == "decided", Waiting: p.Counts.Reviews, Now: s.store.Now()}
	if a.Decided {
		l, err := listOf(v, func(page models.Page) ([]models.ReviewCase, error) {
			return s.store.DecidedReviews(v.ctx(), nil, page)
		}, func(c *models.ReviewCase) (time.Time, string) { return *c.DecidedAt, c.Review.ID })
		if err != nil {
			return err
		}
		a.Cases, a.Around = l.rows, l.around
	} else if a.Cases, err = s.store.ReviewQueue(v.ctx()); err != nil {
		return err
	} else if len(a.Cases) == 0 {
		if a.Last, err = s.lastDecision(v); err != nil {
			return err
		}
	}
	return v.render(http.StatusOK, views.AdminReviewsPage(p, a))
}

// lastDecision is when the newest decision was made; nil before the first.
func (s *Server) lastDecision(v *visit) (*time.Time, error) {
	cases, err := s.store.DecidedReviews(v.ctx(), nil, models.Page{Size: 1})
	if err != nil || len(cases) == 0 {
		return nil, err
	}
	return cases[0].DecidedAt, nil
}

// showReview shows one case, and notes that the admin has it open.
func (s *Server) showReview(v *visit) error {
	c, err := s.store.ReviewCase(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	if c.Review.State == "open" && v.Request().Method == get {
		if err := s.store.ClaimReview(v.ctx(), v.User, &c.Review); err != nil && !errors.Is(err, models.ErrChanged) {
			return err
		}
	}
	return s.renderReview(v, http.StatusOK, views.AdminReview{Case: c})
}

// renderReview completes a case with the queue and the shop's past, and shows it.
func (s *Server) renderReview(v *visit, status int, a views.AdminReview) (err error) {
	a.Now, a.Me = s.store.Now(), v.User.ID
	if a.Queue, err = s.store.ReviewQueue(v.ctx()); err != nil {
		return err
	}
	if a.Earlier, err = s.store.DecidedReviews(v.ctx(), &a.Case.Shop, models.Page{Size: 5}); err != nil {
		return err
	}
	a.Earlier, _, _ = models.Turn(models.Page{Size: 5}, a.Earlier)
	if a.Decider, err = v.nameOf(a.Case.DecidedBy); err != nil {
		return err
	}
	if a.Case.Review.State != "open" {
		a.Next = s.nextReview(v, a.Queue)
	}
	p, err := v.adminPage("")
	if err != nil {
		return err
	}
	p.Title, p.Problems = v.W.T("admin.review.title", "Title", a.Case.Version.Title), len(a.Form.Errors)
	return v.render(status, views.AdminReviewPage(p, a))
}

// nextReview is the address of the oldest case that nobody else has open; empty where there is none.
func (s *Server) nextReview(v *visit, queue []models.ReviewCase) string {
	for _, c := range queue {
		if c.Claimer == "" || c.ClaimedBy != nil && *c.ClaimedBy == v.User.ID {
			return views.ReviewPath(c.Review.ID)
		}
	}
	return ""
}

// createDecision keeps what the admin decided and goes on to the next case. Where another admin was quicker, it says so
// and shows what that one decided.
func (s *Server) createDecision(v *visit) error {
	c, err := s.store.ReviewCase(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	form := views.DecisionForm{Verdict: v.FormValue("verdict"), Reason: v.FormValue("reason"), Note: v.FormValue("note")}
	err = s.store.Decide(v.ctx(), v.User, c, models.Decision{Verdict: form.Verdict, Reason: form.Reason, Note: form.Note})
	var problems models.Problems
	switch {
	case errors.Is(err, models.ErrChanged):
		return s.tooLateForReview(v, c)
	case errors.As(err, &problems):
		form.Errors = v.problems(problems)
		return s.renderReview(v, http.StatusUnprocessableEntity, views.AdminReview{Case: c, Form: form})
	case err != nil:
		return err
	}
	v.say(views.ToneSuccess, v.W.T("admin.review.said."+form.Verdict, "Title", c.Version.Title))
	queue, err := s.store.ReviewQueue(v.ctx())
	if err != nil {
		return err
	}
	if next := s.nextReview(v, queue); next != "" {
		return v.see(next)
	}
	return v.see(views.ReviewsPath)
}

// tooLateForReview shows what was decided meanwhile. The admin's own second press of the button is no conflict.
func (s *Server) tooLateForReview(v *visit, c *models.ReviewCase) error {
	c, err := s.store.ReviewCase(v.ctx(), c.Review.ID)
	if err != nil {
		return err
	}
	if c.DecidedBy != nil && *c.DecidedBy == v.User.ID {
		return v.see(views.ReviewPath(c.Review.ID))
	}
	return s.renderReview(v, http.StatusConflict, views.AdminReview{Case: c, Conflict: true})
}

// previewReview shows the offer of a case as fans will see it.
func (s *Server) previewReview(v *visit) error {
	c, err := s.store.ReviewCase(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	p := v.page("")
	p.W, p.Title, p.NoIndex = v.W.In(c.Shop.Zone()), c.Version.Title, true
	view := &models.OfferView{Offer: c.Offer, Version: c.Version, Picture: c.Picture, Approved: c.Approved}
	return v.render(http.StatusOK, views.PublicOfferPage(p, views.FanOffer{Offer: view, Shop: &c.Shop, State: views.FanPreview, Base: s.set.BaseURL}, views.BuyForm{}))
}
