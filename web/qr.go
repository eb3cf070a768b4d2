package web

import (
	"net/http"
	"strings"

	"github.com/tillbird/tillbird/social"
)

// showQR is the code of a post's link, to be printed.
func (s *Server) showQR(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	draw, kind := social.QRPicture, "image/png"
	if strings.HasSuffix(v.Path(), ".svg") {
		draw, kind = social.QRDrawing, "image/svg+xml"
	}
	data, err := draw(s.shortLink(post.Code))
	if err != nil {
		return err
	}
	h := v.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("Cache-Control", "private, max-age=86400")
	return v.Blob(http.StatusOK, kind, data)
}
