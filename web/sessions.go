package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// shopKey is where a session keeps which of the user's shops it is in; without it, or where access has ended, it is the
// oldest of them.
const shopKey = "shop"

// sessionClock keeps sessions by the store's clock: scs reads the wall clock, which the sandbox's may be far ahead of.
type sessionClock struct {
	models.Sessions
	now func() time.Time
}

// CommitCtx keeps a session for as long as scs means it to last.
func (sc sessionClock) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return sc.Sessions.CommitCtx(ctx, token, data, sc.now().Add(time.Until(expiry)))
}

func (s *Server) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = sessionClock{s.store.Sessions(), s.store.Now}
	m.Lifetime, m.IdleTimeout = 14*24*time.Hour, 3*24*time.Hour
	m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Path = true, http.SameSiteLaxMode, "/"
	m.Cookie.Name, m.Cookie.Secure = s.cookieName("session"), s.https()
	return m
}

// cookieName binds a cookie to this host where TLS allows the prefix.
func (s *Server) cookieName(name string) string {
	if s.https() {
		return "__Host-" + name
	}
	return "tillbird_" + name
}

// admit lets a request in by its route's access, and gives the handler its visit.
func (s *Server) admit(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := &visit{Context: c, server: s, W: words.For(languageOf(c.Request(), nil), nil)}
		c.Set(visitKey, v)
		if r.access == anyone {
			return r.handle(v)
		}
		return s.withSession(v, func() error {
			if err := s.recognize(v); err != nil {
				return err
			}
			if in, err := s.admitted(v, r); err != nil || !in {
				return err
			}
			return r.handle(v)
		})
	}
}

// admitted decides whether the visit may go on; false with a nil error means that it was sent elsewhere.
func (s *Server) admitted(v *visit, r route) (bool, error) {
	switch {
	case r.access == visitor:
		return true, nil
	case v.User == nil:
		if r.method == get {
			return false, v.see(views.LoginPath + "?to=" + url.QueryEscape(v.Request().URL.RequestURI()))
		}
		return false, v.see(views.LoginPath)
	case v.User.ConfirmedAt == nil:
		return false, v.see(views.ConfirmationAsk)
	case r.access == admin && !v.User.IsAdmin:
		s.log.Warn("not an admin", "id", requestID(v), "user", v.User.ID, "route", v.Path())
		return false, echo.ErrNotFound // that there is an admin's page is nobody else's business
	case r.access != member:
		return true, nil
	}
	return s.enterShop(v, r)
}

// enterShop is the only place that yields a shop: one of those the signed-in user is a member of.
func (s *Server) enterShop(v *visit, r route) (bool, error) {
	memberships, err := s.store.Memberships(v.ctx(), v.User)
	if err != nil {
		return false, err
	}
	if len(memberships) == 0 {
		if v.User.IsAdmin {
			return false, v.see(views.ReviewsPath)
		}
		return false, v.see(views.NewShopPath)
	}
	m := memberships[0]
	for _, other := range memberships {
		if other.Shop.ID == s.sessions.GetString(v.ctx(), shopKey) {
			m = other
		}
	}
	v.shops = memberships
	v.Shop, v.Role = &m.Shop, m.Role
	v.W = v.W.In(m.Shop.Zone())
	if !m.Role.May(r.deed) {
		s.log.Warn("role forbids", "id", requestID(v), "user", v.User.ID, "role", m.Role, "route", v.Path())
		return false, echo.ErrForbidden
	}
	if m.Shop.OpenedAt == nil {
		return false, s.showPreparing(v)
	}
	return true, nil
}

// withSession loads the session, and writes it before the first byte of the answer.
func (s *Server) withSession(v *visit, next func() error) error {
	token := ""
	if cookie, err := v.Cookie(s.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.sessions.Load(v.ctx(), token)
	if err != nil {
		return err
	}
	v.SetRequest(v.Request().WithContext(ctx))
	var failed error
	v.Response().Before(func() { failed = s.keepSession(v) })
	if err := next(); err != nil {
		// The error's page is written inside, so that it too carries the session.
		s.answerError(err, v.Context)
	}
	return failed
}

func (s *Server) keepSession(v *visit) error {
	switch s.sessions.Status(v.ctx()) {
	case scs.Modified:
		token, expiry, err := s.sessions.Commit(v.ctx())
		if err != nil {
			return err
		}
		s.sessions.WriteSessionCookie(v.ctx(), v.Response(), token, expiry)
	case scs.Destroyed:
		s.sessions.WriteSessionCookie(v.ctx(), v.Response(), "", time.Time{})
	}
	return nil
}

// recognize finds who is signed in. A session of an older epoch (password changed, access ended) is over.
func (s *Server) recognize(v *visit) error {
	if id := s.sessions.GetString(v.ctx(), "user"); id != "" {
		user, err := s.store.User(v.ctx(), id)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		if err == nil && user.SessionEpoch == s.sessions.GetInt64(v.ctx(), "epoch") {
			v.User = user
			v.W = words.For(languageOf(v.Request(), user), nil)
		} else if err := s.sessions.Destroy(v.ctx()); err != nil {
			return err
		}
	}
	if v.Request().Method == get && s.sessions.Exists(v.ctx(), "flash_text") {
		v.flash = views.Flash{Tone: views.Tone(s.sessions.PopString(v.ctx(), "flash_tone")), Text: s.sessions.PopString(v.ctx(), "flash_text"), Undo: s.sessions.PopString(v.ctx(), "flash_undo")}
	}
	return nil
}

// signIn begins a session under a new token.
func (s *Server) signIn(v *visit, user *models.User) error {
	if err := s.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	s.sessions.Remove(v.ctx(), addressKey)
	s.sessions.Remove(v.ctx(), joinedKey)
	s.sessions.Put(v.ctx(), "user", user.ID)
	s.sessions.Put(v.ctx(), "epoch", user.SessionEpoch)
	return nil
}
