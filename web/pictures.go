package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// showPicture gives a picture by its digest: its bytes never change, so they may be kept for ever.
func (s *Server) showPicture(v *visit) error {
	size, isJPEG := strings.CutSuffix(v.Param("file"), ".jpg")
	if !isJPEG {
		return models.ErrNotFound
	}
	digest := v.Param("digest")
	file, err := s.store.PictureFile(digest, size)
	if err != nil {
		return err
	}
	defer file.Close()
	h := v.Response().Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+digest[:16]+"-"+size+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // Stripe's page and the networks show it too
	http.ServeContent(v.Response(), v.Request(), "", time.Time{}, file)
	return nil
}
