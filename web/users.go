package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// What the session keeps of somebody who is not signed in: the address that a letter went to, and the address of whom
// this browser has seen the password.
const (
	addressKey = "address"
	joinedKey  = "joined"
)

// newUser shows the form to join.
func (s *Server) newUser(v *visit) error {
	if v.isIn() {
		return v.see(views.DashboardPath)
	}
	return v.render(http.StatusOK, views.SignUpPage(v.page("user.sign_up.title"), views.AccountForm{}))
}

// createUser makes an account. The answer is the same whether or not the address has one already.
func (s *Server) createUser(v *visit) error {
	form := views.AccountForm{Email: v.FormValue("email")}
	err := v.allow(limitSignUp, v.RealIP())
	if err == nil {
		_, err = s.store.CreateUser(v.ctx(), models.SignUp{Email: form.Email, Password: v.FormValue("password"), Language: v.W.Lang()})
	}
	if err != nil {
		return v.again(err, "user.sign_up.title", func(p views.Page, e views.FieldErrors) templ.Component {
			form.Errors = e
			return views.SignUpPage(p, form)
		})
	}
	s.sessions.Put(v.ctx(), addressKey, models.CleanEmail(form.Email))
	s.sessions.Put(v.ctx(), joinedKey, models.CleanEmail(form.Email))
	return v.see(views.ConfirmationAsk)
}

// awaitConfirmation says that a letter is on its way, or asks where to send one.
func (s *Server) awaitConfirmation(v *visit) error {
	if v.isIn() {
		return v.see(views.DashboardPath)
	}
	form := views.AccountForm{Email: s.awaited(v)}
	if form.Email == "" {
		return v.render(http.StatusOK, views.ConfirmationAskPage(v.page("user.confirm.ask.title"), form))
	}
	return v.render(http.StatusOK, views.ConfirmationSentPage(v.page("user.confirm.sent.title"), form))
}

// awaited is the address whose confirmation this browser waits for.
func (s *Server) awaited(v *visit) string {
	if v.User != nil {
		return v.User.Email
	}
	return s.sessions.GetString(v.ctx(), addressKey)
}

// createConfirmation sends the letter again, or says so: whether the address waits for one is not told.
func (s *Server) createConfirmation(v *visit) error {
	form := views.AccountForm{Email: v.FormValue("email")}
	if form.Email == "" {
		form.Email = s.awaited(v)
	}
	if err := s.sendLetter(v, form.Email, s.store.AskConfirmation); err != nil {
		return v.again(err, "user.confirm.ask.title", func(p views.Page, e views.FieldErrors) templ.Component {
			form.Errors = e
			return views.ConfirmationAskPage(p, form)
		})
	}
	v.say(views.ToneInfo, v.W.T("user.confirm.sent.said"))
	return v.see(views.ConfirmationAsk)
}

// showConfirmation shows the button that confirms; opening the link changes nothing, since mail programs open links too.
func (s *Server) showConfirmation(v *visit) error {
	secret := v.Param("secret")
	if err := s.store.CheckLink(v.ctx(), "confirm_email", secret); err != nil {
		return s.deadConfirmation(v, err)
	}
	return v.render(http.StatusOK, views.ConfirmationPage(v.page("user.confirm.title"), secret))
}

// updateConfirmation confirms the address. The browser that joined is signed in; any other signs in with the password,
// so that a letter opened by somebody else gives nobody an account of which another knows the password.
func (s *Server) updateConfirmation(v *visit) error {
	id, err := s.store.ConfirmEmail(v.ctx(), v.Param("secret"))
	if err != nil {
		return s.deadConfirmation(v, err)
	}
	user, err := s.store.User(v.ctx(), id)
	if err != nil {
		return err
	}
	if s.sessions.GetString(v.ctx(), joinedKey) != user.Email {
		v.say(views.ToneSuccess, v.W.T("user.confirm.done_elsewhere"))
		return v.see(views.LoginPath)
	}
	if err := s.signIn(v, user); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("user.confirm.done"))
	return v.see(views.DashboardPath)
}

// deadConfirmation answers for a link that works no more; a second press of the button goes on instead.
func (s *Server) deadConfirmation(v *visit, err error) error {
	var problems models.Problems
	switch {
	case errors.Is(err, models.ErrChanged): // pressed twice at once
		problems = models.Problems{{Field: "link", Code: "link.used"}}
	case !errors.As(err, &problems):
		return err
	}
	if v.isIn() {
		return v.see(views.DashboardPath)
	}
	why := v.problems(problems)["link"]
	return v.render(http.StatusGone, views.ConfirmationDeadPage(v.page("user.confirm.dead.title"), why, views.AccountForm{Email: s.awaited(v)}))
}

// newSession shows the form to sign in.
func (s *Server) newSession(v *visit) error {
	to := localPath(v.QueryParam("to"))
	if v.isIn() {
		return v.see(landing(to))
	}
	return v.render(http.StatusOK, views.SignInPage(v.page("user.sign_in.title"), views.AccountForm{To: to}))
}

// createSession signs somebody in.
func (s *Server) createSession(v *visit) error {
	form := views.AccountForm{Email: v.FormValue("email"), To: localPath(v.FormValue("to"))}
	user, err := s.knownUser(v, form.Email, v.FormValue("password"))
	if err != nil {
		return v.again(err, "user.sign_in.title", func(p views.Page, e views.FieldErrors) templ.Component {
			form.Errors = e
			return views.SignInPage(p, form)
		})
	}
	if user.ConfirmedAt == nil {
		return s.remindOfConfirmation(v, user)
	}
	if err := s.signIn(v, user); err != nil {
		return err
	}
	return v.see(landing(form.To))
}

func (s *Server) knownUser(v *visit, email, password string) (*models.User, error) {
	if err := v.allow(limitSignIn, v.RealIP()); err != nil {
		return nil, err
	}
	if err := v.allow(limitAccount, models.CleanEmail(email)); err != nil {
		return nil, err
	}
	return s.store.SignIn(v.ctx(), email, password)
}

// remindOfConfirmation sends a fresh letter to somebody who signs in before confirming. Where too many went out
// already, one of them will do.
func (s *Server) remindOfConfirmation(v *visit, user *models.User) error {
	s.sessions.Put(v.ctx(), joinedKey, user.Email)
	var limit *tooMany
	if err := s.sendLetter(v, user.Email, s.store.AskConfirmation); err != nil && !errors.As(err, &limit) {
		return err
	}
	return v.see(views.ConfirmationAsk)
}

// deleteSession signs out.
func (s *Server) deleteSession(v *visit) error {
	if err := s.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	return v.see(views.HomePath)
}

// isIn tells whether somebody is signed in and may go on.
func (v *visit) isIn() bool { return v.User != nil && v.User.ConfirmedAt != nil }

// landing is where signing in leads. The dashboard knows the way of those who have no shop.
func landing(to string) string {
	if to != "" {
		return to
	}
	return views.DashboardPath
}

// localPath is the path if it leads to a page of ours, else empty.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return ""
	}
	return to
}
