package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newReview is the check before an offer is sent to a moderator.
func (s *Server) newReview(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	return s.showCheck(v, http.StatusOK, offer, nil)
}

// createReview sends it.
func (s *Server) createReview(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	if offer.Version.State == "in_review" {
		return v.see(views.ShopOfferPath(offer.Slug)) // pressed twice
	}
	err = s.store.SendToReview(v.ctx(), v.Shop, v.User, &offer.Offer)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showCheck(v, http.StatusUnprocessableEntity, offer, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("offer.done.sent"))
	return v.see(views.ShopOfferPath(offer.Slug))
}

func (s *Server) showCheck(v *visit, status int, offer *models.OfferView, refused models.Problems) error {
	review, err := s.decisionOn(v, offer)
	if err != nil {
		return err
	}
	if review == nil {
		// An edit after a decision is still about what was asked for.
		latest, err := s.store.LatestReview(v.ctx(), &offer.Offer)
		if err != nil {
			return err
		}
		if latest != nil && (latest.State == "rejected" || latest.State == "changes_asked") {
			review = latest
		}
	}
	shown := views.OfferReview{
		Offer: offer, Review: review, Now: s.store.Now(), Email: v.User.Email, Changes: offer.Version.Changes(offer.Approved),
		Checks: s.checks(v, offer), Sendable: offer.Version.State == "draft" && offer.State != "taken_down",
	}
	if v.Role != models.Owner {
		shown.Email = ""
	}
	for _, problem := range refused {
		check := views.OfferCheck{Text: v.W.T("problem."+problem.Code, problem.Data...)}
		if problem.Field != "offer" {
			check.Where = views.OfferEditPath(offer.Slug) + "#" + problem.Field
		}
		shown.Refused = append(shown.Refused, check)
	}
	page := v.page("offer.review.heading")
	page.Problems = len(refused)
	return v.render(status, views.OfferReviewPage(page, shown))
}

// checks are what a machine can find out about an offer before a person looks at it. What stops it from being sent is
// asked of models, so that the page and the sending agree.
func (s *Server) checks(v *visit, offer *models.OfferView) (list []views.OfferCheck) {
	wrong := s.store.ReviewProblems(v.Shop, offer)
	edit := func(field string) string { return views.OfferEditPath(offer.Slug) + "#" + field }
	stopped := map[string]bool{}
	for _, problem := range wrong {
		stopped[problem.Field] = true
		list = append(list, views.OfferCheck{Tone: views.ToneError, Text: v.W.T("problem."+problem.Code, problem.Data...) + ".", Act: v.W.T("offer.check.mend"), Where: edit(problem.Field)})
	}
	note := func(name string, good bool, where string) {
		if good {
			list = append(list, views.OfferCheck{Tone: views.ToneSuccess, Text: v.W.T("offer.check." + name + ".success")})
		} else {
			list = append(list, views.OfferCheck{Tone: views.ToneWarning, Text: v.W.T("offer.check." + name + ".warning"), Act: v.W.T("offer.check." + name + ".act"), Where: where})
		}
	}
	version := offer.Version
	for _, field := range []string{"title", "price"} {
		if !stopped[field] {
			note(field, true, "")
		}
	}
	switch {
	case isExample(v, version.Words):
		note("example", false, edit("words"))
	case !stopped["words"]:
		note("words", version.Words != "", edit("words"))
	}
	if !stopped["alt"] {
		note("picture", version.PictureID != nil, edit("picture"))
	}
	if !stopped["starts_at"] && !stopped["ends_at"] {
		note("dates", true, "")
	}
	if !stopped["hashtag"] {
		note("hashtag", version.Hashtag != "", edit("hashtag"))
	}
	note("seller", v.Shop.SellerName != "" && v.Shop.SellerAddress != "", views.SettingsPath+"#seller_name")
	note("returns", v.Shop.ReturnsPolicy != "", views.SettingsPath+"#returns_policy")
	note("stripe", v.Shop.CanSell(s.pay.OnBehalfOf()), views.OnboardingPath)
	return list
}
