package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// updatePreferences keeps the language or the theme that a person chose, and leads back.
func (s *Server) updatePreferences(v *visit) error {
	form, err := v.typed()
	if err != nil {
		return err
	}
	if lang := form.Get("lang"); slices.Contains(words.Languages, lang) {
		v.keep(languageCookie, lang, choiceLasts)
		if v.User != nil && v.User.Language != lang {
			if err := s.store.SetLanguage(v.ctx(), v.User, lang); err != nil {
				return err
			}
		}
	}
	switch theme := form.Get("theme"); theme {
	case "light", "dark":
		v.keep(themeCookie, theme, choiceLasts)
	case "system":
		v.keep(themeCookie, "", -1)
	}
	return v.see(cmp.Or(localPath(form.Get("return")), views.HomePath))
}

// formError says of a form that could not be read whether it was too large or garbled.
func formError(err error) error {
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		return err
	}
	return echo.NewHTTPError(http.StatusBadRequest, "a form that cannot be read").SetInternal(err)
}
