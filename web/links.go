package web

import (
	"net/http"

	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// followLink leads from a post to its offer. A person's click is counted and remembered, so that the sale is the post's;
// a crawler's, a preview's or a prefetch is not.
func (s *Server) followLink(v *visit) error {
	code := v.Param("code")
	clicked := isClick(v.Request())
	visitor := ""
	if clicked {
		visitor = v.RealIP() + "\n" + v.Request().UserAgent()
	}
	slug, err := s.store.FollowLink(v.ctx(), code, visitor)
	if err != nil && slug == "" {
		return err
	}
	if err != nil { // the way is known, only the count is lost
		s.log.Error("click not counted", "id", requestID(v), "error", err.Error())
	}
	if clicked {
		v.keep(s.cookieName(sourceCookie), code, sourceLasts)
	}
	v.Response().Header().Set("Cache-Control", "no-store")
	v.Response().Header().Set("X-Robots-Tag", "noindex")
	return v.Redirect(http.StatusFound, views.OfferPath(slug))
}

func isClick(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return r.Method == http.MethodGet && !social.IsCrawler(r.UserAgent())
}
