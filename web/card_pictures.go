package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/static"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// showCard is the picture of an offer's posts, for the networks and everybody else. Its address may say which version it
// means; the newest is given all the same, for the link of a post that is out cannot change.
func (s *Server) showCard(v *visit) error {
	offer, shop, err := s.store.PublicOffer(v.ctx(), v.Param("slug"))
	if err != nil {
		return err
	}
	if offer.StateAt(s.store.Now()) == "taken_down" {
		return models.ErrNotFound
	}
	card := s.cardOf(offer, shop, offer.CardDesign())
	return s.sendCard(v, card, pathKind(v), true)
}

// pathKind is what sort of picture the address asks for: "png" or "jpg".
func pathKind(v *visit) string { return v.Path()[strings.LastIndex(v.Path(), ".")+1:] }

// drawing is a card with the file of its photo and the name of the picture that comes of both.
type drawing struct {
	social.Card
	picture *models.Picture
	logo    string // digest of the shop's sign, "" for none
	key     string
}

// drawnBy counts up when the painter draws the same card in another way.
const drawnBy = "3"

// cardOf says what an offer's card shows now, in the language of its shop. Never a count: networks keep cards for days.
func (s *Server) cardOf(offer *models.OfferView, shop *models.Shop, design models.Card) drawing {
	w := words.For(shop.Language, shop.Zone())
	now := s.store.Now()
	card := social.Card{
		Template: design.Template, Colour: design.Colour, Title: views.Plain(offer.Version.Title), Price: views.CardPrice(w, &offer.Version), Shop: shop.Name,
		Centred: design.Centred, FocusX: design.FocusX, FocusY: design.FocusY,
	}
	if card.Template == "" {
		card.Template = social.TemplatePhoto
	}
	if card.Colour == "" {
		card.Colour = cmp.Or(shop.Colour, social.Colours[0])
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
	if offer.Version.WasPrice > 0 && !design.HideWas {
		card.WasPrice = w.Money(offer.Version.Was())
	}
	if design.HidePrice {
		card.Price, card.WasPrice = "", ""
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
	if !design.HideLogo {
		d.logo = shop.Logo
	}
	text, _ := json.Marshal(card) // of plain words and numbers
	sum := sha256.New()
	sum.Write([]byte(drawnBy))
	sum.Write(text)
	if d.picture != nil {
		sum.Write([]byte(d.picture.Digest))
	}
	sum.Write([]byte("/" + d.logo))
	d.key = hex.EncodeToString(sum.Sum(nil)[:16])
	return d
}

// sendCard answers with a card. One that fans' networks fetch is kept; what a merchant only tries is not.
func (s *Server) sendCard(v *visit, d drawing, kind string, public bool) error {
	whose := "private"
	if public {
		whose = "public"
	}
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
	data, err := s.drawnCard(d, kind, public)
	if err != nil {
		return err
	}
	contentType := "image/png"
	if kind == "jpg" {
		contentType = "image/jpeg"
	}
	return v.Blob(http.StatusOK, contentType, data)
}

// easels are where cards are drawn: the same card once for all who ask at the same time, and one card after another,
// because a photo and its card take memory and all of a processor.
type easels struct {
	making singleflight.Group
	turn   sync.Mutex
}

// drawnCard gives a card that was drawn before, or draws it, to be kept or not.
func (s *Server) drawnCard(d drawing, kind string, keep bool) ([]byte, error) {
	data, err := s.store.DrawnCard(d.key, kind)
	if !errors.Is(err, models.ErrNotFound) {
		return data, err
	}
	made, err, _ := s.easels.making.Do(d.key+kind, func() (any, error) { return s.drawCard(d, kind) })
	if err != nil {
		return nil, err
	}
	data = made.([]byte)
	if keep {
		if err := s.store.KeepCard(d.key, kind, data); err != nil {
			s.log.Warn("a card was drawn and could not be kept", "error", err.Error()) // a full disk: it is drawn again next time
		}
	}
	return data, nil
}

// drawCard opens the photo and draws, when it is its turn.
func (s *Server) drawCard(d drawing, kind string) ([]byte, error) {
	s.easels.turn.Lock()
	defer s.easels.turn.Unlock()
	var err error
	if d.picture != nil {
		if d.Photo, err = s.photo(d.picture.Digest, "card"); err != nil {
			return nil, err
		}
	}
	if d.logo != "" {
		if d.Logo, err = s.photo(d.logo, "small"); err != nil {
			return nil, err
		}
	}
	picture, _ := s.painter.Draw(d.Card)
	if kind == "jpg" {
		return social.EncodeJPEG(picture)
	}
	return social.EncodePNG(picture)
}

// photo opens a picture as cards need it.
func (s *Server) photo(digest, size string) (image.Image, error) {
	file, err := s.store.PictureFile(digest, size)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return jpeg.Decode(file)
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

// titleRoom is how many letters of a card's title are drawn where it is cut; 0 where all of it is.
func (s *Server) titleRoom(d drawing) int {
	if len(d.Title) < titleAlways {
		return 0
	}
	card := d.Card
	if d.picture != nil {
		card.Photo = image.NewRGBA(image.Rect(0, 0, 8, 4)) // in its place
	}
	if d.logo != "" {
		card.Logo = image.NewRGBA(image.Rect(0, 0, 8, 8))
	}
	if _, notes := s.painter.Draw(card); notes.TitleCut {
		return notes.TitleFits
	}
	return 0
}

// titleAlways is how long a title may be, in bytes, that every template has room for.
const titleAlways = 24
