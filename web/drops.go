package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// teaserAhead is how long before the start a teaser goes out, where there is time.
const teaserAhead = 24 * time.Hour

// newDrop is the form for the posts of an offer that starts at a time: before it, at it, and when it is over.
func (s *Server) newDrop(v *visit) error {
	offer, err := s.dropOffer(v)
	if err != nil || offer == nil {
		return err
	}
	w := v.W.In(v.Shop.Zone())
	title, start := offer.Approved.Title, w.Deadline(*offer.StartsAt)
	at := offer.StartsAt.Add(-teaserAhead)
	if soon := s.store.Now().Add(time.Hour); at.Before(soon) {
		at = soon
	}
	d := views.Drop{Key: newKey(), Network: social.X, TeaserAt: at.In(v.Shop.Zone()).Format("2006-01-02T15:04"), Text: map[string]string{
		"teaser": v.W.T("post.drop.first.teaser", "Title", title, "Start", start), "live": s.draft(v, offer), "ended": v.W.T("post.drop.first.ended", "Title", title, "Shop", v.Shop.Name),
	}}
	if accounts := s.accounts(v, v.Shop.ID); len(accounts) > 0 {
		d.Network = accounts[0].ID
	}
	return s.showDrop(v, http.StatusOK, offer, d, nil)
}

// dropOffer finds an approved offer whose start is to come; nil where the visit was sent back.
func (s *Server) dropOffer(v *visit) (*models.OfferView, error) {
	offer, err := s.approvedOffer(v)
	if err != nil || offer == nil {
		return nil, err
	}
	if offer.StartsAt == nil || !s.store.Now().Before(*offer.StartsAt) {
		v.say(views.ToneInfo, v.W.T("post.drop.no_start"))
		return nil, v.see(views.ShopOfferPath(offer.Slug))
	}
	return offer, nil
}

func (s *Server) showDrop(v *visit, status int, offer *models.OfferView, d views.Drop, problems models.Problems) error {
	d.Offer, d.Errors = offer, v.problems(problems)
	d.Composer = views.PostComposer{Profiles: s.accounts(v, v.Shop.ID), When: s.when(v, typedPost{}, false)}
	p := v.page("post.drop.heading")
	p.Problems = len(problems)
	return v.render(status, views.DropPage(p, d))
}

// createDrop makes the posts of the plan: planned where an account takes them out, drafts with their time where not.
func (s *Server) createDrop(v *visit) error {
	offer, err := s.dropOffer(v)
	if err != nil || offer == nil {
		return err
	}
	d := views.Drop{Key: v.FormValue("key"), Network: v.FormValue("network"), TeaserAt: v.FormValue("teaser_at"), Text: map[string]string{}}
	for _, phase := range views.DropPhases {
		d.Text[phase] = strings.ReplaceAll(v.FormValue(phase), "\r\n", "\n")
	}
	profile, err := s.wayOut(v, &typedPost{network: d.Network})
	if err != nil {
		return err
	}
	if d.Key == "" {
		return echo.ErrBadRequest
	}
	network := networkOf(d.Network, profile)
	teaser, _, err := s.store.ParsePostTime(v.Shop, d.TeaserAt)
	var problems models.Problems
	if errors.As(err, &problems) {
		problems[0].Field = "teaser_at"
	} else if err != nil {
		return err
	} else if !teaser.Before(*offer.StartsAt) {
		problems.Add("teaser_at", "post.time.after_start")
	}
	for _, phase := range views.DropPhases {
		if count := social.Measure(network, d.Text[phase], s.shortLink(s.store.PostCode(v.Shop, d.Key+phase))); count.Over > 0 {
			problems.Add(phase, "post.long", "Over", count.Over)
		}
	}
	if len(problems) > 0 {
		return s.showDrop(v, http.StatusUnprocessableEntity, offer, d, problems)
	}
	times := map[string]*time.Time{"teaser": teaser, "live": offer.StartsAt, "ended": offer.EndsAt}
	for _, phase := range views.DropPhases {
		if strings.TrimSpace(d.Text[phase]) == "" {
			continue // a post that is not wanted
		}
		form := models.PostForm{Key: d.Key + phase, Network: network, Text: d.Text[phase], Profile: profile, Phase: phase, At: times[phase]}
		post, err := s.store.CreatePostOf(v.ctx(), v.Shop, v.User, &offer.Offer, form)
		if err != nil {
			return err
		}
		if profile == nil {
			continue
		}
		if times[phase] == nil {
			err = s.store.PlanWhenOver(v.ctx(), v.Shop, v.User, post, &offer.Offer)
		} else {
			err = s.store.PlanPost(v.ctx(), v.Shop, v.User, post, times[phase])
		}
		if errors.As(err, &problems) {
			v.say(views.ToneWarning, v.W.T("problem."+problems[0].Code, problems[0].Data...))
			return v.see(views.PostPath(post.Code))
		}
		if err != nil && !errors.Is(err, models.ErrChanged) {
			return err
		}
	}
	v.say(views.ToneSuccess, v.W.T("post.drop.done"))
	return v.see(views.PostsPath)
}
