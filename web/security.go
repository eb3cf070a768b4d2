package web

import (
	"maps"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/views"
)

// policies are the content security policies: of pages with our script, and of those without any.
type policies struct{ page, still string }

func (s *Server) newPolicies() policies {
	// Browsers apply form-action to redirects too, and ours lead to Stripe's pages.
	forms := strings.Join(append([]string{"form-action", "'self'"}, s.set.FormOrigins...), " ")
	common := "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; " + forms
	return policies{
		page:  common + "; script-src 'self'; connect-src 'self'",
		still: common + "; require-trusted-types-for 'script'",
	}
}

// commonHeaders are what every answer carries.
func (s *Server) commonHeaders() http.Header {
	common := http.Header{}
	common.Set("Content-Security-Policy", s.policy.page)
	common.Set("X-Content-Type-Options", "nosniff")
	common.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	common.Set("Cross-Origin-Opener-Policy", "same-origin")
	common.Set("Cross-Origin-Resource-Policy", "same-site")
	common.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()")
	if s.https() {
		common.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return common
}

// secureHeaders sets them. The lists are shared between answers: Set replaces, and nobody may Add.
func (s *Server) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		maps.Copy(c.Response().Header(), s.common)
		return next(c)
	}
}

// refuseCrossSite refuses posts that another site makes a browser send. Stripe's are signed instead and carry no Origin.
func (s *Server) refuseCrossSite(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	_ = guard.AddTrustedOrigin(s.set.BaseURL)
	// A mailbox's own button may post from its page; the signed name in the address is all it takes, no cookie is read.
	guard.AddInsecureBypassPattern("POST /unsubscriptions/{token}")
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := s.echo.NewContext(r, w)
		c.Response().Header().Set("Content-Security-Policy", s.policy.page)
		s.answerError(echo.NewHTTPError(http.StatusForbidden, "cross-site post"), c)
	}))
	return guard.Handler(next)
}

// The most a request may bring.
const (
	formMost    = 256 << 10
	webhookMost = 2 << 20
	// uploadMost is more than a picture may have: one that is too large is read past, so that the rest of the form can
	// be given back with words beside the field.
	uploadMost = 64 << 20
	// filesMost bounds an upload of files, which go to the disk as they come.
	filesMost = 1 << 30
)

// limitBody bounds what is read of a request: an offer's form brings a picture, a webhook one event, any other little.
func (s *Server) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		most := int64(formMost)
		switch path := c.Path(); {
		case strings.HasPrefix(path, "/webhooks/"):
			most = webhookMost
		case path == "/dashboard/offers" || path == "/dashboard/offers/:slug" || path == "/dashboard/offers/imports" || path == "/dashboard/disputes/:slug/answer" || path == views.BrandPath:
			most = uploadMost
		case path == "/dashboard/offers/:slug/files":
			most = filesMost
		case path == "/dashboard/offers/:slug/codes":
			most = webhookMost
		}
		r := c.Request()
		if r.Body == http.NoBody {
			return next(c)
		}
		if r.ContentLength > most {
			return echo.NewHTTPError(http.StatusRequestEntityTooLarge, "body too large")
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
		return next(c)
	}
}
