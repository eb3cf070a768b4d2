package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// accounts are the shop's accounts that can publish here. Where they cannot be read, a post still goes out by hand.
func (s *Server) accounts(v *visit, shopID string) []models.Profile {
	if v.Shop == nil || v.Shop.ID != shopID || s.set.Publisher == nil {
		return nil
	}
	all, err := s.store.Profiles(v.ctx(), v.Shop)
	if err != nil {
		s.log.Error("accounts not read", "id", requestID(v), "error", err.Error())
		return nil
	}
	return slices.DeleteFunc(all, func(p models.Profile) bool { return !p.Live() || s.network(p.Network) == nil })
}

// wayOut finds the account that was chosen in a form, nil for by hand.
func (s *Server) wayOut(v *visit, typed *typedPost) (*models.Profile, error) {
	if social.Known(typed.network) {
		return nil, nil
	}
	profiles := s.accounts(v, v.Shop.ID)
	for i := range profiles {
		if profiles[i].ID == typed.network {
			return &profiles[i], nil
		}
	}
	return nil, echo.ErrBadRequest
}

// networkOf is the network of a way out.
func networkOf(chosen string, profile *models.Profile) string {
	if profile != nil {
		return profile.Network
	}
	return chosen
}

// when is the choice of a time with what was typed.
func (s *Server) when(v *visit, typed typedPost, draft bool) views.PostWhen {
	w := views.PostWhen{Choice: typed.when, At: typed.at, Prices: map[string]int64{}, Draft: draft}
	if w.Choice == "" {
		w.Choice = "now"
		if draft {
			w.Choice = "draft"
		}
	}
	for _, network := range social.Networks {
		w.Prices[network] = s.price(network)
	}
	if v.Shop != nil {
		w.Slot, _ = s.store.NextSlot(v.ctx(), v.Shop) // a choice less, where it cannot be read
	}
	return w
}

// timeTyped reads the choice of a time: nil for now, and for a draft.
func (s *Server) timeTyped(v *visit, when, typed string) (*time.Time, models.Shift, error) {
	switch when {
	case "slot":
		at, err := s.store.NextSlot(v.ctx(), v.Shop)
		return &at, "", err
	case "time":
		return s.store.ParsePostTime(v.Shop, typed)
	case "", "draft", "now":
		return nil, "", nil
	}
	return nil, "", echo.ErrBadRequest
}

// madePost plans a post that was just made, where a time was chosen for it.
func (s *Server) madePost(v *visit, post *models.Post, when string, at *time.Time, shift models.Shift) error {
	if post.ProfileID == nil || when == "" || when == "draft" {
		v.say(views.ToneSuccess, v.W.T("post.done.made"))
		return v.see(views.PostPath(post.Code))
	}
	return s.planned(v, post, s.store.PlanPost(v.ctx(), v.Shop, v.User, post, at), at, shift)
}

// planned goes to a post's page with words on when it goes out, or on why it does not.
func (s *Server) planned(v *visit, post *models.Post, err error, at *time.Time, shift models.Shift) error {
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		v.say(views.ToneWarning, v.W.T("problem."+problems[0].Code, problems[0].Data...))
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("post.changed"))
	case err != nil:
		return err
	case at == nil:
		v.say(views.ToneSuccess, v.W.T("post.done.sent"))
	default:
		text := v.W.T("post.done.planned", "When", v.W.Deadline(*at))
		if shift != models.ShiftNone {
			text += ". " + v.W.T("post.shift."+string(shift), "Time", v.W.ClockText(*at))
		}
		v.say(views.ToneSuccess, text)
	}
	return v.see(views.PostPath(post.Code))
}

// createPostPublication lets an account publish a post, now or at a time; also one that failed, once more.
func (s *Server) createPostPublication(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	typed := typedPost{network: v.FormValue("profile"), text: post.Text, when: v.FormValue("when"), at: v.FormValue("at")}
	if typed.network == "" {
		return s.planned(v, &post.Post, models.Problems{{Field: "post", Code: "post.by_hand"}}, nil, "")
	}
	profile, err := s.wayOut(v, &typed)
	if err != nil {
		return err
	}
	if profile == nil {
		return echo.ErrBadRequest
	}
	at, shift, err := s.timeTyped(v, typed.when, typed.at)
	if err == nil {
		if count := social.Measure(profile.Network, post.Text, s.shortLink(post.Code)); count.Over > 0 {
			err = models.Problems{{Field: "text", Code: "post.long", Data: []any{"Over", count.Over}}}
		}
	}
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showOnePost(v, http.StatusUnprocessableEntity, post, typed, post.RemoteURL, problems)
	}
	if err != nil {
		return err
	}
	chosen := post.Post
	if chosen.ProfileID == nil || *chosen.ProfileID != profile.ID {
		if err := s.store.GiveToAccount(v.ctx(), v.Shop, &chosen, profile); err != nil {
			return s.planned(v, &chosen, err, at, shift)
		}
		chosen.ProfileID, chosen.Network = &profile.ID, profile.Network
	}
	return s.planned(v, &chosen, s.store.PlanPost(v.ctx(), v.Shop, v.User, &chosen, at), at, shift)
}

// deletePostPublication takes a planned post back.
func (s *Server) deletePostPublication(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	err = s.store.UnplanPost(v.ctx(), v.Shop, v.User, &post.Post)
	switch {
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("post.changed"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("post.done.unplanned"))
	}
	return v.see(views.PostPath(post.Code))
}

// newPostRemoval asks whether a post is to be deleted.
func (s *Server) newPostRemoval(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	p := v.page("post.remove.title")
	return v.render(http.StatusOK, views.PostRemovalPage(p, views.ShownPost{Post: post, MaySell: true}))
}

// deletePost drops a draft, and deletes a post that is out from its network.
func (s *Server) deletePost(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	err = s.store.DeletePost(v.ctx(), v.Shop, v.User, &post.Post)
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		v.say(views.ToneWarning, v.W.T("problem."+problems[0].Code))
		return v.see(views.PostPath(post.Code))
	case err != nil:
		return err
	case post.Open():
		v.say(views.ToneSuccess, v.W.T("post.done.dropped"))
		return v.see(views.PostsPath)
	}
	return v.see(views.PostPath(post.Code))
}
