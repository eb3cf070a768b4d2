package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

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
	studio.Template, studio.Colours, studio.TitleRoom = d.Template, social.Colours, s.titleRoom(d)
	studio.HasLogo, studio.ShopColour = v.Shop.Logo != "", v.Shop.Colour
	page := v.page("card.heading")
	page.Problems = len(studio.Errors)
	return v.render(status, views.CardStudioPage(page, studio))
}

// cardDraftPath is the address of a card that is not kept yet: it says all that the merchant chose.
func (s *Server) cardDraftPath(offer *models.OfferView, shop *models.Shop, design models.Card) string {
	d := s.cardOf(offer, shop, design)
	query := cardQuery(design)
	query.Set("v", d.key)
	return views.CardDraftPath(offer.Slug, cardKind(d)) + "?" + query.Encode()
}

func cardQuery(c models.Card) url.Values {
	q := url.Values{"template": {c.Template}, "colour": {c.Colour}, "focus": {strconv.Itoa(c.FocusX) + "," + strconv.Itoa(c.FocusY)}}
	for name, on := range map[string]bool{"centred": c.Centred, "price": !c.HidePrice, "dates": !c.HideDates, "shop": !c.HideShop, "logo": !c.HideLogo, "was": !c.HideWas, "stamp": !c.HideStamp} {
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
	return s.sendCard(v, s.cardOf(offer, v.Shop, design), pathKind(v), false)
}

// cardTyped reads the studio's form.
func cardTyped(form url.Values) (models.Card, error) {
	card := models.Card{
		Template: form.Get("template"), Colour: form.Get("colour"), FocusX: 50, FocusY: 50, Centred: form.Get("centred") == "on",
		HidePrice: form.Get("price") != "on", HideDates: form.Get("dates") != "on", HideShop: form.Get("shop") != "on", HideLogo: form.Get("logo") != "on", HideWas: form.Get("was") != "on", HideStamp: form.Get("stamp") != "on",
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
