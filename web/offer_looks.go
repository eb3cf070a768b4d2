package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// offerLooks are what the designer shows beside the form: the post on each network, and the page it leads to, of the offer
// as typed so far.
func (s *Server) offerLooks(v *visit, d designed, sketch *models.OfferView) (views.OfferLooks, error) {
	text, link, err := s.typedPostOf(v, d.offer, sketch)
	if err != nil {
		return views.OfferLooks{}, err
	}
	design := models.Card{FocusX: 50, FocusY: 50}
	if d.offer != nil {
		design = d.offer.CardDesign()
	}
	card := s.cardOf(sketch, v.Shop, design)
	picture := views.CardPicture{Path: views.FormCardPath(cardKind(card)) + "?" + formCardQuery(d, card.key).Encode(), Alt: cardAlt(card)}
	at := lookedAt{shop: v.Shop, version: &sketch.Version, text: text, link: link, card: picture}
	looks := views.OfferLooks{Prefs: d.look, Posts: s.looks(v, at)}
	looks.Page, err = s.offerPage(v, sketch)
	return looks, err
}

// typedPostOf is the text that the looks show: the newest draft of a post, else the one that a first post would begin with.
func (s *Server) typedPostOf(v *visit, offer, sketch *models.OfferView) (text, link string, err error) {
	if offer != nil {
		draft, err := s.store.NewestDraft(v.ctx(), v.Shop, &offer.Offer)
		if err != nil {
			return "", "", err
		}
		if draft != nil {
			return draft.Text, s.shortLink(draft.Code), nil
		}
	}
	if sketch.Version.Title == "" || sketch.Version.Price == 0 {
		return "", "", nil
	}
	return s.draft(v, sketch), "", nil
}

// offerPage is the page that fans will see, whole, to be shown inside another.
func (s *Server) offerPage(v *visit, sketch *models.OfferView) (string, error) {
	shown := *sketch
	if shown.Version.Title == "" {
		shown.Version.Title = v.W.T("offer.title.none")
	}
	page := v.page("")
	page.Title, page.NoIndex, page.Sandbox = views.Plain(shown.Version.Title), true, false
	var out bytes.Buffer
	err := views.OfferSketchPage(page, views.FanOffer{Offer: &shown, Shop: v.Shop, State: views.FanPreview, Base: s.set.BaseURL}).Render(v.ctx(), &out)
	return out.String(), err
}

// formCardQuery is what the card of an offer as typed is drawn from.
func formCardQuery(d designed, key string) url.Values {
	q := url.Values{"v": {key}}
	for name, value := range map[string]string{
		"title": d.form.Title, "price": d.form.Price, "currency": d.form.Currency, "was_price": d.form.WasPrice, "chosen_price": d.form.ChosenPrice, "stock": d.form.Stock,
		"starts_at": d.form.StartsAt, "ends_at": d.form.EndsAt, "fulfilment": d.form.Fulfilment, "picture_id": d.form.PictureID,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if d.offer != nil {
		q.Set("slug", d.offer.Slug)
	}
	return q
}

// showFormCard draws the card of an offer as typed, for members of the shop; it is not kept.
func (s *Server) showFormCard(v *visit) error {
	typed := v.QueryParams()
	d := designed{form: offerTyped(typed)}
	if err := s.findDesigned(v, &d, typed.Get("slug")); err != nil {
		return err
	}
	sketch, err := s.sketch(v, d)
	if err != nil {
		return err
	}
	design := models.Card{FocusX: 50, FocusY: 50}
	if d.offer != nil {
		design = d.offer.CardDesign()
	}
	return s.sendCard(v, s.cardOf(sketch, v.Shop, design), pathKind(v), false)
}

// createCard draws the looks beside the form while the merchant types, and says what a sale brings.
func (s *Server) createCard(v *visit) error {
	typed, err := v.FormParams()
	if err != nil {
		return echo.ErrBadRequest
	}
	d := designed{form: offerTyped(typed), start: startTyped(typed), look: lookTyped(typed)}
	if err := s.findDesigned(v, &d, typed.Get("slug")); err != nil {
		return err
	}
	designer, err := s.designer(v, d)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.OfferLooksPart(v.page(""), designer))
}

func lookTyped(typed url.Values) views.LookPrefs {
	return views.LookPrefs{Network: typed.Get("look"), Width: typed.Get("look_width"), Theme: typed.Get("look_theme")}
}

// findDesigned finds the saved offer that a form is about, where there is one.
func (s *Server) findDesigned(v *visit, d *designed, slug string) (err error) {
	if strings.TrimSpace(slug) == "" {
		return nil
	}
	d.offer, err = s.store.OfferIn(v.ctx(), v.Shop, slug)
	return err
}

// sketch is the offer as typed, with its picture, as if it were on sale: what its pictures will say depends on its dates.
func (s *Server) sketch(v *visit, d designed) (*models.OfferView, error) {
	sketch := d.form.Sketch(v.Shop, d.offer)
	sketch.State = "live"
	if d.offer != nil {
		sketch.Slug = d.offer.Slug
	}
	var err error
	if sketch.Picture, err = s.ownPicture(v, d.form.PictureID); err != nil {
		return nil, err
	}
	sketch.More, err = s.store.PicturesTyped(v.ctx(), v.Shop, d.form)
	if len(sketch.More) > 0 {
		sketch.More = sketch.More[1:]
	}
	return sketch, err
}
