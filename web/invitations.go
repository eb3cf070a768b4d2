package web

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// showInvitation asks somebody whether to join. Opening the link changes nothing, since mail programs open links too.
func (s *Server) showInvitation(v *visit) error {
	in, err := s.store.InvitationBySecret(v.ctx(), v.Param("secret"))
	if err != nil {
		return s.deadInvitation(v, err)
	}
	return s.renderInvitation(v, http.StatusOK, in, nil)
}

func (s *Server) invitationPage(v *visit, in *models.Invited, e views.FieldErrors) func(views.Page) templ.Component {
	page := views.Invitation{Invited: in, Secret: v.Param("secret"), Errors: e}
	if v.isIn() {
		page.Reader = v.User.Email
	}
	return func(p views.Page) templ.Component {
		p.Title, p.NoIndex = v.W.T("team.join.title", "Shop", in.Shop.Name), true
		return views.InvitationPage(p, page)
	}
}

func (s *Server) renderInvitation(v *visit, status int, in *models.Invited, e views.FieldErrors) error {
	return v.render(status, s.invitationPage(v, in, e)(v.page("")))
}

// acceptInvitation joins: somebody who is signed in by a press of the button, somebody new with a password. Whoever has
// an account signs in first.
func (s *Server) acceptInvitation(v *visit) error {
	in, err := s.store.InvitationBySecret(v.ctx(), v.Param("secret"))
	if err != nil {
		return s.deadInvitation(v, err)
	}
	user := v.User
	switch {
	case v.isIn() && v.User.Email != in.Email:
		return s.renderInvitation(v, http.StatusConflict, in, nil)
	case v.isIn():
		err = s.store.AcceptInvitation(v.ctx(), in, v.User)
	case in.Known:
		return v.see(views.InvitationLoginPath(v.Param("secret")))
	default:
		if err = v.allow(limitSignUp, v.RealIP()); err == nil {
			user, err = s.store.JoinByInvitation(v.ctx(), in, v.FormValue("password"), v.W.Lang())
		}
	}
	if errors.Is(err, models.ErrChanged) {
		return s.deadInvitation(v, models.Problems{{Field: "link", Code: "link.used"}})
	}
	if err != nil {
		return v.again(err, "team.join.button", func(p views.Page, e views.FieldErrors) templ.Component {
			return s.invitationPage(v, in, e)(p)
		})
	}
	if !v.isIn() {
		if err := s.signIn(v, user); err != nil {
			return err
		}
	}
	s.sessions.Put(v.ctx(), shopKey, in.ShopID)
	v.say(views.ToneSuccess, v.W.T("team.joined", "Shop", in.Shop.Name))
	return v.see(views.DashboardPath)
}

// deadInvitation answers for a link that works no more; a second press of the button goes on instead.
func (s *Server) deadInvitation(v *visit, err error) error {
	var problems models.Problems
	if !errors.As(err, &problems) {
		return err
	}
	if p := problems.For("link"); p != nil && p.Code == "link.used" && v.isIn() {
		return v.see(views.DashboardPath)
	}
	return v.render(http.StatusGone, views.InvitationDeadPage(v.page("team.join.dead.title"), v.problems(problems)["link"]))
}
