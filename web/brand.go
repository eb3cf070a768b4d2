package web

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// editBrand shows what the shop's cards begin with.
func (s *Server) editBrand(v *visit) error {
	return s.showBrand(v, http.StatusOK, v.Shop.Colour, nil)
}

func (s *Server) showBrand(v *visit, status int, colour string, problems models.Problems) error {
	page := v.page("brand.title")
	page.Problems = len(problems)
	return v.render(status, views.BrandPage(page, views.Brand{Logo: v.Shop.Logo, Colour: colour, Errors: v.problems(problems), May: v.may(models.Govern), Role: page.Shop.Role}))
}

// updateBrand keeps the colour and the logo, which goes the way of every picture: decoded, and encoded anew.
func (s *Server) updateBrand(v *visit) error {
	typed, file, err := readUpload(v.Request(), "picture", models.PictureBytesMost)
	if err != nil {
		return err
	}
	form := models.BrandForm{Colour: typed.Get("colour"), WithoutLogo: typed.Get("without_logo") == "on"}
	var problems models.Problems
	if file != nil {
		if err := v.allow(limitUpload, v.Shop.ID); err != nil {
			return err
		}
		form.Logo, err = s.store.SavePicture(v.ctx(), v.Shop, bytes.NewReader(file.content))
		if errors.As(err, &problems) {
			return s.showBrand(v, http.StatusUnprocessableEntity, form.Colour, problems)
		}
		if err != nil {
			return err
		}
	}
	err = s.store.UpdateBrand(v.ctx(), v.Shop, v.User, form)
	if errors.As(err, &problems) {
		return s.showBrand(v, http.StatusUnprocessableEntity, form.Colour, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("brand.saved"))
	return v.see(views.BrandPath)
}
