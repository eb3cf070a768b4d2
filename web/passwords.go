package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newPasswordReset asks whose password is forgotten, or says that a letter is on its way.
func (s *Server) newPasswordReset(v *visit) error {
	if v.QueryParams().Has("sent") {
		return v.render(http.StatusOK, views.PasswordResetSentPage(v.page("user.reset.sent.title"), s.sessions.GetString(v.ctx(), addressKey)))
	}
	return v.render(http.StatusOK, views.PasswordResetPage(v.page("user.reset.title"), views.AccountForm{}))
}

// createPasswordReset sends the link where there is such an account; the answer does not tell.
func (s *Server) createPasswordReset(v *visit) error {
	form := views.AccountForm{Email: v.FormValue("email")}
	if err := s.sendLetter(v, form.Email, s.store.AskPasswordReset); err != nil {
		return v.again(err, "user.reset.title", func(p views.Page, e views.FieldErrors) templ.Component {
			form.Errors = e
			return views.PasswordResetPage(p, form)
		})
	}
	return v.see(views.PasswordPath + "?sent=1")
}

// sendLetter checks an address, counts the letter against the limits of the client and of the address, and asks for it.
func (s *Server) sendLetter(v *visit, email string, ask func(context.Context, string) error) error {
	if p := models.CheckEmail(email); p != nil {
		p.Field = "email"
		return models.Problems{*p}
	}
	if err := v.allow(limitSignUp, v.RealIP()); err != nil {
		return err
	}
	email = models.CleanEmail(email)
	s.sessions.Put(v.ctx(), addressKey, email)
	if err := v.allow(limitLetter, email); err != nil {
		return err
	}
	return ask(v.ctx(), email)
}

// editPassword asks for the new password where the link is good.
func (s *Server) editPassword(v *visit) error {
	secret := v.Param("secret")
	if err := s.store.CheckLink(v.ctx(), "reset_password", secret); err != nil {
		return v.deadReset(err)
	}
	email, err := s.store.LinkEmail(v.ctx(), "reset_password", secret)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.PasswordEditPage(v.page("user.reset.edit.title"), secret, email, nil))
}

// updatePassword sets the new password. Every session of the account ends, and its owner signs in anew.
func (s *Server) updatePassword(v *visit) error {
	secret := v.Param("secret")
	err := v.allow(limitSignIn, v.RealIP())
	if err == nil {
		err = s.store.ResetPassword(v.ctx(), secret, v.FormValue("password"))
	}
	var problems models.Problems
	if errors.Is(err, models.ErrChanged) || errors.As(err, &problems) && problems.For("link") != nil {
		return v.deadReset(err)
	}
	if err != nil {
		email, unknown := s.store.LinkEmail(v.ctx(), "reset_password", secret)
		if unknown != nil {
			return unknown
		}
		return v.again(err, "user.reset.edit.title", func(p views.Page, e views.FieldErrors) templ.Component {
			return views.PasswordEditPage(p, secret, email, e)
		})
	}
	if err := s.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("user.reset.done"))
	return v.see(views.LoginPath)
}

// deadReset answers for a link that works no more.
func (v *visit) deadReset(err error) error {
	var problems models.Problems
	if errors.Is(err, models.ErrChanged) { // sent twice at once
		problems = models.Problems{{Field: "link", Code: "link.used"}}
	} else if !errors.As(err, &problems) {
		return err
	}
	return v.render(http.StatusGone, views.PasswordDeadPage(v.page("user.reset.dead.title"), v.problems(problems)["link"]))
}

// changePassword sets a new password for somebody who knows the old one. Sessions elsewhere end; this one goes on.
func (s *Server) changePassword(v *visit) error {
	err := v.allow(limitAccount, v.User.ID)
	if err == nil {
		err = s.store.ChangePassword(v.ctx(), v.User, v.FormValue("old"), v.FormValue("password"))
	}
	if err != nil {
		return v.again(err, "user.change.button", views.PasswordChangePage)
	}
	user, err := s.store.User(v.ctx(), v.User.ID)
	if err != nil {
		return err
	}
	if err := s.signIn(v, user); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("user.change.done"))
	return v.see(views.SettingsPath)
}
