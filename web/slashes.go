package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// dropSlash leads from an address with slashes at its end to the one without, where that is one of ours. It goes by the
// path alone, and never to a path that begins with two slashes: browsers take those for another site.
func (s *Server) dropSlash(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		path := r.URL.EscapedPath()
		if r.Method != http.MethodGet && r.Method != http.MethodHead || path == "/" || !strings.HasSuffix(path, "/") {
			return next(c)
		}
		to := strings.TrimRight(path, "/")
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") || !s.known(r.Method, to) {
			return next(c)
		}
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		return c.Redirect(http.StatusPermanentRedirect, to)
	}
}

// known tells whether a route of ours answers at a path.
func (s *Server) known(method, path string) bool {
	probe := s.echo.NewContext(nil, nil)
	s.echo.Router().Find(method, path, probe)
	return probe.Path() != "" && !strings.HasSuffix(probe.Path(), "*") && probe.Handler() != nil
}
