package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// showCodes shows how many licence codes of an offer are free, and takes more.
func (s *Server) showCodes(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	return s.answerCodes(v, http.StatusOK, offer, "", nil)
}

func (s *Server) answerCodes(v *visit, status int, offer *models.OfferView, typed string, problems models.Problems) error {
	count, err := s.store.CodeCount(v.ctx(), &offer.Offer)
	if err != nil {
		return err
	}
	p := v.page("")
	p.Title, p.Path, p.Problems = v.W.T("delivery.codes.page", "Title", views.Plain(offer.Version.Title)), views.CodesPath(offer.Slug), len(problems)
	return v.render(status, views.CodesPage(p, views.OfferCodes{Offer: offer, Count: count, Typed: typed, Errors: v.problems(problems)}))
}

// createCodes keeps a list of codes. The same list sent twice is kept once.
func (s *Server) createCodes(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	typed, err := v.typed()
	if err != nil {
		return err
	}
	added, err := s.store.AddCodes(v.ctx(), v.Shop, v.User, &offer.Offer, typed.Get("codes"))
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		return s.answerCodes(v, http.StatusUnprocessableEntity, offer, typed.Get("codes"), problems)
	case err != nil:
		return err
	case added == 0:
		v.say(views.ToneInfo, v.W.T("delivery.codes.same"))
	default:
		v.say(views.ToneSuccess, v.W.N("delivery.codes.done.added", int64(added)))
	}
	return v.see(views.CodesPath(offer.Slug))
}

// newCodesRemoval asks before the free codes go.
func (s *Server) newCodesRemoval(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	count, err := s.store.CodeCount(v.ctx(), &offer.Offer)
	if err != nil {
		return err
	}
	if count.Free == 0 {
		return v.see(views.CodesPath(offer.Slug))
	}
	p := v.page("")
	p.Title = v.W.N("delivery.codes.remove.title", count.Free)
	return v.render(http.StatusOK, views.CodesRemovalPage(p, views.OfferCodes{Offer: offer, Count: count}))
}

// deleteCodes takes the free codes away.
func (s *Server) deleteCodes(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	removed, err := s.store.RemoveFreeCodes(v.ctx(), v.Shop, v.User, &offer.Offer)
	if err != nil {
		return err
	}
	v.say(views.ToneInfo, v.W.N("delivery.codes.done.removed", removed))
	return v.see(views.CodesPath(offer.Slug))
}
