package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// steps are the buttons of the designer that change the form and show it again; nothing is saved by them, nothing typed
// is lost.
func (s *Server) offerStep(v *visit, d designed) (done bool, err error) {
	switch {
	case d.then == "combinations":
		if d.problems = append(d.problems, d.form.OptionProblems()...); len(d.problems) == 0 {
			d.form = d.form.Combined()
		}
	case d.then == "pictures", d.then == "preview":
	case strings.HasPrefix(d.then, "mend-"):
		if err := s.mendOffer(v, &d); err != nil {
			return false, err
		}
	case strings.HasPrefix(d.then, "picture-"):
		d.form = movePicture(d.form, strings.TrimPrefix(d.then, "picture-"))
	default:
		return false, nil
	}
	status := http.StatusOK
	if len(d.problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return true, s.showDesigner(v, status, d)
}

// movePicture does what a button below a picture says: up-2, down-0, remove-1.
func movePicture(form models.OfferForm, act string) models.OfferForm {
	act, number, _ := strings.Cut(act, "-")
	i, err := strconv.Atoi(number)
	pictures := picturesOf(form)
	if err != nil || i < 0 || i >= len(pictures) {
		return form
	}
	switch {
	case act == "up" && i > 0:
		pictures[i-1], pictures[i] = pictures[i], pictures[i-1]
	case act == "down" && i+1 < len(pictures):
		pictures[i+1], pictures[i] = pictures[i], pictures[i+1]
	case act == "remove":
		pictures = append(pictures[:i], pictures[i+1:]...)
	}
	return withPictures(form, pictures)
}

// picturesOf are all pictures of a form, the main one first.
func picturesOf(form models.OfferForm) []models.PictureTyped {
	if form.PictureID == "" {
		return nil
	}
	return append([]models.PictureTyped{{ID: form.PictureID, Alt: form.Alt}}, form.More...)
}

func withPictures(form models.OfferForm, pictures []models.PictureTyped) models.OfferForm {
	form.PictureID, form.Alt, form.More = "", "", nil
	if len(pictures) > 0 {
		form.PictureID, form.Alt, form.More = pictures[0].ID, pictures[0].Alt, pictures[1:]
	}
	return form
}

// addPicture puts an upload behind the others; one that is there already stays where it is.
func addPicture(form models.OfferForm, picture *models.Picture) models.OfferForm {
	pictures := picturesOf(form)
	for _, there := range pictures {
		if there.ID == picture.ID {
			return form
		}
	}
	added := models.PictureTyped{ID: picture.ID}
	if len(pictures) == 0 {
		added.Alt = form.Alt // its words may have come with it
	}
	return withPictures(form, append(pictures, added))
}

// choicesTyped reads what the designer asks about options, combinations and further pictures.
func choicesTyped(form *models.OfferForm, typed url.Values) {
	at := func(name string, i int) string {
		if list := typed[name]; i < len(list) {
			return list[i]
		}
		return ""
	}
	for i := range min(len(typed["option_name"]), models.OptionsMost) {
		form.Options = append(form.Options, models.OptionTyped{Name: at("option_name", i), Values: at("option_values", i)})
	}
	for len(form.Options) > 0 && form.Options[len(form.Options)-1] == (models.OptionTyped{}) {
		form.Options = form.Options[:len(form.Options)-1]
	}
	if len(form.Options) > 0 { // without options the table means nothing
		for i, name := range typed["variant_name"] {
			form.Variants = append(form.Variants, models.VariantTyped{Name: name, Stock: at("variant_stock", i), Extra: at("variant_extra", i), SKU: at("variant_sku", i)})
		}
	}
	for i, id := range typed["more_id"] {
		form.More = append(form.More, models.PictureTyped{ID: id, Alt: at("more_alt", i)})
	}
}
