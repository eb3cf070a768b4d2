package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"time"
)

// The cookies besides the session's, each needed for what it is named after; none follows anybody around.
const (
	buyerCookie    = "buyer"  // tells a second click on Pay from a second purchase
	sourceCookie   = "source" // the short link that led here, so that the sale is the post's
	languageCookie = "lang"
	themeCookie    = "theme"

	buyerLasts  = 90 * 24 * time.Hour
	sourceLasts = 7 * 24 * time.Hour
	choiceLasts = 365 * 24 * time.Hour
)

// keep sets a cookie; a lasts below zero takes it away.
func (v *visit) keep(name, value string, lasts time.Duration) {
	v.SetCookie(v.server.cookie(name, value, lasts))
}

func (s *Server) cookie(name, value string, lasts time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(lasts / time.Second),
		HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteLaxMode,
	}
}

// kept is a cookie's value, or "".
func (v *visit) kept(name string) string {
	cookie, err := v.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// buyer is the random id of this browser, made and kept where there is none yet.
func (v *visit) buyer() string {
	name := v.server.cookieName(buyerCookie)
	if id := v.kept(name); buyerID(id) {
		return id
	}
	id := rand.Text()
	v.keep(name, id, buyerLasts)
	return id
}

// typed is what a form sent, of the body alone: what stands in the address is not part of a form.
func (v *visit) typed() (url.Values, error) {
	if err := v.Request().ParseForm(); err != nil {
		return nil, formError(err)
	}
	return v.Request().PostForm, nil
}

// buyerID tells whether a cookie holds what buyer made.
func buyerID(id string) bool { return len(id) >= 20 && len(id) <= 64 }
