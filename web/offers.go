package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listOffers is the merchant's list, narrowed by ?state=.
func (s *Server) listOffers(v *visit) error {
	filter := v.QueryParam("state")
	if !slices.Contains(views.OfferTabs, filter) {
		filter = ""
	}
	page := pageOf(v)
	query := strings.TrimSpace(v.QueryParam("q"))
	offers, err := s.store.Offers(v.ctx(), v.Shop, models.OfferFilter{State: filter, Query: query, Page: page})
	if err != nil {
		return err
	}
	list := views.OfferList{Filter: filter, Query: query, Now: s.store.Now(), MaySell: v.may(models.Sell)}
	shown, newer, older := models.Turn(page, offers)
	list.Offers = shown
	if len(shown) > 0 {
		first, last := shown[0], shown[len(shown)-1]
		list.Newer, list.Older = besides(views.OffersBy(filter, query), newer, older, models.CursorOf(first.CreatedAt, first.ID), models.CursorOf(last.CreatedAt, last.ID))
	}
	return v.render(http.StatusOK, views.OffersPage(v.page("offer.list.heading"), list))
}

// pageOf is the page of a list that the address asks for: the rows ?after= or ?before= a cursor.
func pageOf(v *visit) models.Page {
	if before := v.QueryParam("before"); before != "" {
		return models.Page{Cursor: before, Newer: true}
	}
	return models.Page{Cursor: v.QueryParam("after")}
}

// besides are the addresses of the pages before and after one, "" where there is none.
func besides(path string, newer, older bool, first, last string) (before, after string) {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	if newer {
		before = path + mark + "before=" + first
	}
	if older {
		after = path + mark + "after=" + last
	}
	return before, after
}

// may tells whether the member's role allows a deed.
func (v *visit) may(deed models.Deed) bool { return v.Role.May(deed) }

// shopOffer finds the offer that the address names, among the shop's own.
func (s *Server) shopOffer(v *visit) (*models.OfferView, error) {
	return s.store.OfferIn(v.ctx(), v.Shop, v.Param("slug"))
}

// newOffer is the empty form, or one filled with an example by ?template=.
func (s *Server) newOffer(v *visit) error {
	form := models.OfferForm{Currency: v.Shop.Currency, Fulfilment: "ship", Key: newKey()}
	start := v.QueryParam("template")
	if slices.Contains(views.OfferStarts, start) {
		form = exampleOffer(v, start)
	} else {
		start = ""
	}
	return s.showDesigner(v, http.StatusOK, designed{form: form, start: start, look: lookTyped(v.QueryParams())})
}

// createOffer keeps the first draft. The same form sent twice makes one.
func (s *Server) createOffer(v *visit) error {
	d, err := s.readOffer(v, nil)
	if err != nil {
		return err
	}
	if done, err := s.offerStep(v, d); done || err != nil {
		return err
	}
	if len(d.problems) > 0 {
		return s.showDesigner(v, http.StatusUnprocessableEntity, d)
	}
	offer, err := s.store.CreateOffer(v.ctx(), v.Shop, v.User, d.form)
	if err == nil {
		err = s.sentAgain(v, offer, d.form)
	}
	if errors.As(err, &d.problems) {
		return s.showDesigner(v, http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("offer.done.draft", "Time", v.W.ClockText(s.store.Now())))
	return v.see(afterSave(offer.Slug, d.then))
}

// sentAgain keeps what was changed where somebody went back to the form of a new offer and sent it once more. Once the
// offer has gone on from its first draft, an old form changes nothing.
func (s *Server) sentAgain(v *visit, offer *models.Offer, form models.OfferForm) error {
	view, err := s.store.OfferIn(v.ctx(), v.Shop, offer.Slug)
	if err != nil {
		return err
	}
	if view.State != "draft" || view.Version.Number > 1 || view.Version.State != "draft" {
		return nil
	}
	return s.store.UpdateOffer(v.ctx(), v.Shop, v.User, offer, form)
}

// afterSave is where a save leads, by the button that made it.
func afterSave(slug, then string) string {
	if then == "review" {
		return views.OfferReviewPath(slug)
	}
	return views.ShopOfferPath(slug)
}

// editable finds an offer that may be edited; nil where the visit was sent back to the offer's page.
func (s *Server) editable(v *visit) (*models.OfferView, error) {
	offer, err := s.shopOffer(v)
	if err != nil || offer.State != "taken_down" {
		return offer, err
	}
	v.say(views.ToneWarning, v.W.T("state.offer.taken_down.sentence"))
	return nil, v.see(views.ShopOfferPath(offer.Slug))
}

// editOffer is the form as the offer stands.
func (s *Server) editOffer(v *visit) error {
	offer, err := s.editable(v)
	if err != nil || offer == nil {
		return err
	}
	form := models.FormOf(offer, v.Shop.Zone(), func(m models.Money) string { return v.W.MoneyInput(m) })
	form.Seen = offer.Mark()
	return s.showDesigner(v, http.StatusOK, designed{offer: offer, form: form, picture: offer.Picture, look: lookTyped(v.QueryParams())})
}

// updateOffer keeps an edit, unless somebody else saved another meanwhile.
func (s *Server) updateOffer(v *visit) error {
	offer, err := s.editable(v)
	if err != nil || offer == nil {
		return err
	}
	d, err := s.readOffer(v, offer)
	if err != nil {
		return err
	}
	if done, err := s.offerStep(v, d); done || err != nil {
		return err
	}
	if len(d.problems) == 0 {
		err = s.store.UpdateOffer(v.ctx(), v.Shop, v.User, &offer.Offer, d.form)
	}
	if errors.As(err, &d.problems) || len(d.problems) > 0 {
		return s.showDesigner(v, http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	saved, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T(savedWords(saved), "Time", v.W.ClockText(s.store.Now())))
	return v.see(afterSave(offer.Slug, d.then))
}

// savedWords say what a save did.
func savedWords(offer *models.OfferView) string {
	switch {
	case offer.Approved == nil:
		return "offer.done.draft"
	case offer.Version.State == "draft":
		return "offer.done.change"
	}
	return "offer.done.saved"
}

// previewOffer is the page that fans will see, for the shop's own eyes.
func (s *Server) previewOffer(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	page := v.page("offer.act.preview")
	page.NoIndex = true
	fan := views.FanOffer{Offer: offer, Shop: v.Shop, State: views.FanPreview, Base: s.set.BaseURL}
	if fan.Replies, err = s.replyTo(v, v.Shop, offer); err != nil {
		return err
	}
	return v.renderStill(http.StatusOK, views.OfferPreviewPage(page, fan))
}

// showShopOffer is the merchant's page of one offer.
func (s *Server) showShopOffer(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	return s.showOneOffer(v, http.StatusOK, offer, "")
}

// showOneOffer shows an offer, and why it was not changed where it was not.
func (s *Server) showOneOffer(v *visit, status int, offer *models.OfferView, problem string) error {
	shown := views.ShopOffer{
		Offer: offer, Fans: offer, Now: s.store.Now(), PublicURL: s.set.BaseURL + views.OfferPath(offer.Slug),
		MaySell: v.may(models.Sell), CanSell: v.Shop.CanSell(s.pay.OnBehalfOf()), Problem: problem,
	}
	var err error
	if shown.Review, err = s.decisionOn(v, offer); err != nil {
		return err
	}
	if offer.Approved != nil {
		if shown.Fans, err = s.asFansSee(v, offer); err != nil {
			return err
		}
	}
	if shown.Versions, err = s.store.VersionsOf(v.ctx(), &offer.Offer); err != nil {
		return err
	}
	if shown.Reminders, err = s.store.RemindersOf(v.ctx(), &offer.Offer); err != nil {
		return err
	}
	if shown.Waiting, shown.Offered, err = s.store.WaitlistOf(v.ctx(), &offer.Offer); err != nil {
		return err
	}
	files, err := s.store.FilesOf(v.ctx(), &offer.Offer)
	if err != nil {
		return err
	}
	shown.Files = len(files)
	if shown.Codes, err = s.store.CodeCount(v.ctx(), &offer.Offer); err != nil {
		return err
	}
	posts, err := s.store.Posts(v.ctx(), v.Shop, &offer.Offer, models.Page{Size: 100})
	if err != nil {
		return err
	}
	shown.Posts, _, _ = models.Turn(models.Page{Size: 100}, posts)
	if shown.Fans.Version.Price > 0 {
		_, shown.Keep = s.pay.Keep(shown.Fans.Version.Money())
	}
	page := v.page("")
	page.Title = views.Plain(shown.Fans.Version.Title)
	if problem != "" {
		page.Problems = 1
	}
	return v.render(status, views.ShopOfferPage(page, shown))
}

// decisionOn is the decision on the offer's newest content; nil where there is none.
func (s *Server) decisionOn(v *visit, offer *models.OfferView) (*models.Review, error) {
	review, err := s.store.LatestReview(v.ctx(), &offer.Offer)
	if err != nil || review == nil || review.VersionID != offer.Version.ID {
		return nil, err
	}
	return review, nil
}
