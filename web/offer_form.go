package web

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newKey names a form, so that sent twice it does one thing.
func newKey() string { return rand.Text() }

// designed is what came of a form for an offer.
type designed struct {
	offer    *models.OfferView // nil for a new one
	form     models.OfferForm
	picture  *models.Picture
	start    string // the starting point of a new one
	then     string // which button was pressed
	look     views.LookPrefs
	problems models.Problems
}

// showDesigner shows the form with what was typed.
func (s *Server) showDesigner(v *visit, status int, d designed) error {
	designer, err := s.designer(v, d)
	if err != nil {
		return err
	}
	page := v.page("offer.form.new")
	if d.offer != nil {
		page = v.page("offer.form.edit")
	}
	if d.problems.For("offer") != nil {
		// The next save is made knowing of the other one.
		now, err := s.shopOffer(v)
		if err != nil {
			return err
		}
		designer.Changed, designer.Form.Seen = true, now.Mark()
	}
	page.Problems = len(designer.Errors)
	return v.render(status, views.OfferFormPage(page, designer))
}

// designer is the form with what was typed, and how it will look.
func (s *Server) designer(v *visit, d designed) (views.OfferDesigner, error) {
	designer := views.OfferDesigner{Form: d.form, Start: d.start, Keep: s.keepWords(v, d.form), Errors: v.problems(d.problems)}
	if d.offer != nil {
		designer.Slug, designer.Approved, designer.Sold = d.offer.Slug, d.offer.Approved != nil, d.offer.Sold
	}
	var err error
	if designer.Pictures, err = s.store.PicturesTyped(v.ctx(), v.Shop, d.form); err != nil {
		return designer, err
	}
	sketch, err := s.sketch(v, d)
	if err != nil {
		return designer, err
	}
	found, err := s.lintDesigned(v, d, sketch)
	if err != nil {
		return designer, err
	}
	designer.Lint = findings(v, found)
	designer.Looks, err = s.offerLooks(v, d, sketch)
	return designer, err
}

// keepWords say what the merchant receives of the price, where it can be read.
func (s *Server) keepWords(v *visit, form models.OfferForm) string {
	price, problem := models.ParseMoney(form.Price, strings.ToLower(form.Currency))
	if problem != nil {
		return ""
	}
	fee, net := s.pay.Keep(price)
	return v.W.T("offer.form.keep", "Net", net, "Fee", fee)
}

// ownPicture finds a picture of the shop's; nil where the shop has none by that name.
func (s *Server) ownPicture(v *visit, id string) (*models.Picture, error) {
	if id == "" {
		return nil, nil
	}
	picture, err := s.store.PictureIn(v.ctx(), v.Shop, id)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	return picture, err
}

// readOffer reads the form of an offer with its picture. The picture is kept at once, so that it is still there when
// something else in the form has to be mended first.
func (s *Server) readOffer(v *visit, offer *models.OfferView) (designed, error) {
	typed, file, err := readUpload(v.Request(), "picture", models.PictureBytesMost)
	if err != nil {
		return designed{}, err
	}
	d := designed{offer: offer, form: offerTyped(typed), start: startTyped(typed), then: typed.Get("then"), look: lookTyped(typed)}
	if d.picture, err = s.ownPicture(v, d.form.PictureID); err != nil {
		return d, err
	}
	if d.picture == nil && d.form.PictureID != "" {
		d.form.PictureID = ""
		d.problems.Add("picture", "picture.missing")
	}
	if file != nil {
		if err := v.allow(limitUpload, v.Shop.ID); err != nil {
			return d, err
		}
		var wrong models.Problems
		picture, err := s.store.SavePicture(v.ctx(), v.Shop, bytes.NewReader(file.content))
		switch {
		case errors.As(err, &wrong):
			d.problems = wrong
		case err != nil:
			return d, err
		default:
			d.form, d.problems = addPicture(d.form, picture), nil
			if d.picture == nil {
				d.picture = picture
			}
		}
	}
	if len(d.problems) > 0 {
		// Everything that is wrong is said at once.
		d.problems = append(d.problems, d.form.Check(v.Shop)...)
	}
	return d, nil
}

func offerTyped(typed url.Values) models.OfferForm {
	form := models.OfferForm{
		Title: typed.Get("title"), Words: typed.Get("words"), Price: typed.Get("price"), Currency: typed.Get("currency"), Stock: typed.Get("stock"),
		Limit: typed.Get("limit"), StartsAt: typed.Get("starts_at"), EndsAt: typed.Get("ends_at"), Fulfilment: typed.Get("fulfilment"), Withdrawal: typed.Get("withdrawal"),
		ChosenPrice: typed.Get("chosen_price"), Suggested: typed.Get("suggested"), WasPrice: typed.Get("was_price"),
		Hashtag: typed.Get("hashtag"), PictureID: typed.Get("picture_id"), Alt: typed.Get("alt"), Hold: typed.Get("hold"), Keeping: typed.Get("keeping"), Turn: typed.Get("turn"), Reply: typed.Get("reply"), ReplyMinutes: typed.Get("reply_minutes"), Key: typed.Get("key"), Seen: typed.Get("seen"),
	}
	choicesTyped(&form, typed)
	return form
}

func startTyped(typed url.Values) string {
	for _, start := range views.OfferStarts {
		if typed.Get("template") == start {
			return start
		}
	}
	return ""
}

// sentFile is a file of a form, under the name that it has with the person who sends it.
type sentFile struct {
	name    string
	content []byte
}

// readUpload reads a form with one file in the field that is named, nil where none was chosen. Of the file no more than
// most bytes, and one, are kept: the rest is read past, so that the form can be given back with words beside the field.
func readUpload(r *http.Request, field string, most int64) (typed url.Values, file *sentFile, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		if err := r.ParseForm(); err != nil {
			return nil, nil, badForm(err)
		}
		return r.PostForm, nil, nil
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, badForm(err)
	}
	typed = url.Values{}
	room := int64(formMost)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return typed, file, nil
		}
		if err != nil {
			return nil, nil, badForm(err)
		}
		if part.FormName() == field {
			content, err := io.ReadAll(io.LimitReader(part, most+1))
			if err != nil {
				return nil, nil, badForm(err)
			}
			if file = nil; len(content) > 0 || part.FileName() != "" { // else nothing was chosen
				file = &sentFile{part.FileName(), content}
			}
			if _, err := io.Copy(io.Discard, part); err != nil {
				return nil, nil, badForm(err)
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, room+1))
		if err != nil {
			return nil, nil, badForm(err)
		}
		if room -= int64(len(value)); room < 0 {
			return nil, nil, echo.ErrStatusRequestEntityTooLarge
		}
		typed.Add(part.FormName(), string(value))
	}
}

// badForm keeps the error of a body that is too large, and calls anything else the client's mistake.
func badForm(err error) error {
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		return err
	}
	return echo.NewHTTPError(http.StatusBadRequest, "form: "+err.Error())
}
