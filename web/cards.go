package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image/jpeg"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/static"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// showCard is the picture of an offer's posts, for the networks and everybody else. Its address may say which version it
// means; the newest is given all the same, for the link of a post that is out cannot change.
func (s *Server) showCard(v *visit) error {
	kind := strings.TrimPrefix(v.Path()[strings.LastIndex(v.Path(), "."):], ".")
	offer, shop, err := s.store.PublicOffer(v.ctx(), v.Param("slug"))
	if err != nil {
		return err
	}
	if offer.StateAt(s.store.Now()) == "taken_down" {
		return models.ErrNotFound
	}
	card := s.cardOf(offer, shop, offer.CardDesign())
	return s.sendCard(v, card, kind, "public")
}

// drawing is a card with the file of its photo and the name of the picture that comes of both.
type drawing struct {
	social.Card
	picture *models.Picture
	key     string
}

// drawnBy counts up when the painter draws the same card in another way.
const drawnBy = "1"

// cardOf says what an offer's card shows now, in the language of its shop. Never a count: networks keep cards for days.
func (s *Server) cardOf(offer *models.OfferView, shop *models.Shop, design models.Card) drawing {
	w := words.For(shop.Language, shop.Zone())
	now := s.store.Now()
	card := social.Card{
		Template: design.Template, Colour: design.Colour, Title: views.Plain(offer.Version.Title), Price: w.Money(offer.Version.Money()), Shop: shop.Name,
		Centred: design.Centred, FocusX: design.FocusX, FocusY: design.FocusY,
	}
	if card.Template == "" {
		card.Template = social.TemplatePhoto
	}
	if card.Colour == "" {
		card.Colour = social.Colours[0]
	}
	at := offer.StartsAt
	switch state := offer.StateAt(now); {
	case state == "ended":
		card.Stamp = w.T("card.ended")
	case state == "live" && offer.SoldOut():
		card.Stamp = w.T("card.sold_out")
	case state == "scheduled":
		card.Facts = []string{w.T("card.starts", "When", w.Deadline(*offer.StartsAt))}
	case offer.EndsAt != nil && state != "paused":
		card.Facts, at = []string{w.T("card.ends", "When", w.Deadline(*offer.EndsAt))}, offer.EndsAt
	}
	if at == nil {
		at = offer.EndsAt
	}
	if at != nil {
		card.Day, card.Month, card.Time = strconv.Itoa(at.In(shop.Zone()).Day()), w.MonthName(*at), w.ClockText(*at)
	} else if card.Template == social.TemplateDrop {
		card.Template = social.TemplateType // there is no day to show
	}
	if design.HidePrice {
		card.Price = ""
	}
	if design.HideDates {
		card.Facts = nil
	}
	if design.HideShop {
		card.Shop = ""
	}
	if design.HideStamp {
		card.Stamp = ""
	}
	d := drawing{Card: card, picture: offer.Picture}
	text, _ := json.Marshal(card) // of plain words and numbers
	sum := sha256.New()
	sum.Write([]byte(drawnBy))
	sum.Write(text)
	if d.picture != nil {
		sum.Write([]byte(d.picture.Digest))
	}
	d.key = hex.EncodeToString(sum.Sum(nil)[:16])
	return d
}

// sendCard answers with a card, drawn now or before.
func (s *Server) sendCard(v *visit, d drawing, kind, whose string) error {
	h := v.Response().Header()
	tag := `"` + d.key + "-" + kind + `"`
	h.Set("ETag", tag)
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", whose+", max-age=300")
	if v.QueryParam("v") == d.key {
		h.Set("Cache-Control", whose+", max-age=31536000, immutable")
	}
	if static.Matches(v.Request().Header.Get("If-None-Match"), tag) {
		return v.NoContent(http.StatusNotModified)
	}
	data, err := s.drawnCard(d, kind)
	if err != nil {
		return err
	}
	contentType := "image/png"
	if kind == "jpg" {
		contentType = "image/jpeg"
	}
	return v.Blob(http.StatusOK, contentType, data)
}

// drawnCard draws a card once, however many ask for it at the same time.
func (s *Server) drawnCard(d drawing, kind string) ([]byte, error) {
	data, err := s.store.DrawnCard(d.key, kind)
	if !errors.Is(err, models.ErrNotFound) {
		return data, err
	}
	made, err, _ := s.stills.making.Do("card "+d.key+kind, func() (any, error) {
		if d.picture != nil {
			file, err := s.store.PictureFile(d.picture.Digest, "full")
			if err != nil {
				return nil, err
			}
			defer file.Close()
			if d.Photo, err = jpeg.Decode(file); err != nil {
				return nil, err
			}
		}
		picture, _ := s.painter.Draw(d.Card)
		encode := social.EncodePNG
		if kind == "jpg" {
			encode = social.EncodeJPEG
		}
		data, err := encode(picture)
		if err != nil {
			return nil, err
		}
		if err := s.store.KeepCard(d.key, kind, data); err != nil {
			s.log.Warn("a card was drawn and could not be kept", "error", err.Error()) // a full disk: it is drawn again next time
		}
		return data, nil
	})
	if err != nil {
		return nil, err
	}
	return bytes.Clone(made.([]byte)), nil
}

// cardKind is the encoding that makes the smaller file: photos as JPEG, words on colour as PNG.
func cardKind(d drawing) string {
	if d.picture != nil && (d.Template == social.TemplatePhoto || d.Template == social.TemplateSplit || d.Template == social.TemplateProduct || d.Template == social.TemplateDrop) {
		return "jpg"
	}
	return "png"
}

// cardPicture is the address of an offer's card as fans' networks get it.
func (s *Server) cardPicture(offer *models.OfferView, shop *models.Shop) views.CardPicture {
	d := s.cardOf(offer, shop, offer.CardDesign())
	return views.CardPicture{Path: views.CardPath(offer.Slug, cardKind(d), d.key), Alt: cardAlt(d)}
}

// cardAlt says in words what the picture shows.
func cardAlt(d drawing) string {
	parts := []string{d.Title, d.Price, d.Shop, d.Stamp}
	parts = append(parts, d.Facts...)
	return strings.Join(nonBlank(parts), " · ")
}

func nonBlank(list []string) (out []string) {
	for _, text := range list {
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}

// editCard is the studio: the card as designed, or as the address proposes without keeping it.
func (s *Server) editCard(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	design := offer.CardDesign()
	if v.QueryParams().Has("template") {
		if design, err = cardTyped(v.QueryParams()); err != nil {
			return s.showStudio(v, http.StatusUnprocessableEntity, offer, design, err)
		}
	}
	return s.showStudio(v, http.StatusOK, offer, design, nil)
}

// updateCard keeps the design.
func (s *Server) updateCard(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	form, err := v.typed()
	if err != nil {
		return err
	}
	design, err := cardTyped(form)
	if err != nil {
		return s.showStudio(v, http.StatusUnprocessableEntity, offer, design, err)
	}
	if err := s.store.DesignCard(v.ctx(), v.Shop, v.User, &offer.Offer, design); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("card.done"))
	return v.see(views.CardStudioPath(offer.Slug))
}

func (s *Server) showStudio(v *visit, status int, offer *models.OfferView, design models.Card, refused error) error {
	studio := views.CardStudio{Offer: offer, Design: design}
	var problems models.Problems
	if errors.As(refused, &problems) {
		studio.Errors = v.problems(problems)
	} else if refused != nil {
		return refused
	}
	for _, template := range social.Templates {
		choice := design
		choice.Template = template
		studio.Looks = append(studio.Looks, views.CardLook{Template: template, Path: s.cardDraftPath(offer, v.Shop, choice)})
	}
	d := s.cardOf(offer, v.Shop, design)
	studio.Shown = views.CardPicture{Path: s.cardDraftPath(offer, v.Shop, design), Alt: cardAlt(d)}
	studio.Template, studio.Colours = d.Template, social.Colours
	page := v.page("card.heading")
	page.Problems = len(studio.Errors)
	return v.render(status, views.CardStudioPage(page, studio))
}

// cardDraftPath is the address of a card that is not kept yet: it says all that the merchant chose.
func (s *Server) cardDraftPath(offer *models.OfferView, shop *models.Shop, design models.Card) string {
	d := s.cardOf(offer, shop, design)
	query := cardQuery(design)
	query.Set("v", d.key)
	return views.CardDraftPath(offer.Slug) + "?" + query.Encode()
}

func cardQuery(c models.Card) url.Values {
	q := url.Values{"template": {c.Template}, "colour": {c.Colour}, "focus": {strconv.Itoa(c.FocusX) + "," + strconv.Itoa(c.FocusY)}}
	for name, on := range map[string]bool{"centred": c.Centred, "price": !c.HidePrice, "dates": !c.HideDates, "shop": !c.HideShop, "stamp": !c.HideStamp} {
		if on {
			q.Set(name, "on")
		}
	}
	return q
}

// showCardDraft draws a card as the studio proposes it, for members of the shop.
func (s *Server) showCardDraft(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	design, err := cardTyped(v.QueryParams())
	if err != nil {
		return err
	}
	return s.sendCard(v, s.cardOf(offer, v.Shop, design), "jpg", "private")
}

// cardTyped reads the studio's form.
func cardTyped(form url.Values) (models.Card, error) {
	card := models.Card{
		Template: form.Get("template"), Colour: form.Get("colour"), FocusX: 50, FocusY: 50, Centred: form.Get("centred") == "on",
		HidePrice: form.Get("price") != "on", HideDates: form.Get("dates") != "on", HideShop: form.Get("shop") != "on", HideStamp: form.Get("stamp") != "on",
	}
	var problems models.Problems
	if own := strings.TrimSpace(form.Get("own_colour")); card.Colour == "own" {
		card.Colour = "#" + strings.ToLower(strings.TrimPrefix(own, "#"))
		if !social.ColourKnown(card.Colour) {
			problems.Add("own_colour", "card.colour")
			card.Colour = own
		}
	} else if card.Colour != "" && !social.ColourKnown(card.Colour) {
		problems.Add("own_colour", "card.colour")
	}
	known := card.Template == ""
	for _, template := range social.Templates {
		known = known || template == card.Template
	}
	if !known {
		problems.Add("template", "card.template")
	}
	if across, down, ok := strings.Cut(form.Get("focus"), ","); ok {
		x, errX := strconv.Atoi(across)
		y, errY := strconv.Atoi(down)
		if errX == nil && errY == nil {
			card.FocusX, card.FocusY = min(max(x, 0), 100), min(max(y, 0), 100)
		}
	}
	if len(problems) > 0 {
		return card, problems
	}
	return card, nil
}
