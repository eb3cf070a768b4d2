package web

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// publicPage is how many offers stand on one page of a list: rows of two, three and four come out even.
const publicPage = 24

// listLiveOffers is what fans can buy now, newest first.
func (s *Server) listLiveOffers(v *visit) error {
	cursor := v.QueryParam("after")
	offers, err := s.store.LiveOffers(v.ctx(), nil, models.Page{Cursor: cursor, Size: publicPage})
	if err != nil {
		return err
	}
	page := v.page("shops.offers.title")
	page.Description = v.W.T("shops.offers.lead")
	list, err := s.tiles(v, offers, nil)
	if err != nil {
		return err
	}
	newer, older := around(views.OffersPath, cursor, offers)
	return v.render(http.StatusOK, views.LiveOffersPage(page, list, newer, older))
}

// showShop is a shop's window: who sells, and what.
func (s *Server) showShop(v *visit) error {
	shop, err := s.store.ShopByHandle(v.ctx(), v.Param("handle"))
	if err != nil {
		return err
	}
	cursor := v.QueryParam("after")
	offers, err := s.store.LiveOffers(v.ctx(), shop, models.Page{Cursor: cursor, Size: publicPage})
	if err != nil {
		return err
	}
	v.W = v.W.In(shop.Zone())
	page := v.page("")
	page.Title, page.Description, page.NoIndex = shop.Name, views.Excerpt(shop.About, 160), shop.Standing == "suspended"
	list, err := s.tiles(v, offers, shop)
	if err != nil {
		return err
	}
	newer, older := around(views.ShopPath(shop.Handle), cursor, offers)
	return v.render(http.StatusOK, views.ShopPage(page, shop, shop.CanSell(s.pay.OnBehalfOf()), list, newer, older))
}

// around are the addresses of the pages before and after one of a list, "" where there is none.
func around(path, cursor string, offers []models.OfferView) (newer, older string) {
	if cursor != "" {
		newer = path
	}
	if len(offers) > publicPage {
		last := offers[publicPage-1]
		older = path + "?after=" + models.CursorOf(last.CreatedAt, last.ID)
	}
	return newer, older
}

// tiles are offers with their shops, as lists show them; shop nil means that each has its own.
func (s *Server) tiles(v *visit, offers []models.OfferView, shop *models.Shop) ([]views.OfferTile, error) {
	shops := map[string]*models.Shop{}
	list := make([]views.OfferTile, 0, publicPage)
	for i := range offers[:min(len(offers), publicPage)] {
		offer := &offers[i]
		seller := shop
		if seller == nil && shops[offer.ShopID] == nil {
			found, err := s.store.ShopOf(v.ctx(), offer.ShopID)
			if err != nil {
				return nil, err
			}
			shops[offer.ShopID] = found
		}
		if seller == nil {
			seller = shops[offer.ShopID]
		}
		list = append(list, views.OfferTile{Offer: offer, Shop: seller, ShowShop: shop == nil})
	}
	return list, nil
}

// showOffer is the page that a post leads to. All that is of this one visitor is in the headers: the page itself is the
// same for everybody who reads its language.
func (s *Server) showOffer(v *visit) error {
	page, err := s.stillOf(v, v.Param("slug"))
	if err != nil {
		return err
	}
	v.buyer()
	return page.answer(v)
}

// fanPage is an offer with the page that shows it.
type fanPage struct {
	frame views.Page
	offer views.FanOffer
}

// fanPage finds an offer as fans see it, in the time of its shop.
func (s *Server) fanPage(v *visit, slug string) (*fanPage, error) {
	offer, shop, err := s.store.PublicOffer(v.ctx(), slug)
	if err != nil {
		return nil, err
	}
	v.W = v.W.In(shop.Zone())
	state := fanState(offer, shop, s.store.Now(), s.pay.OnBehalfOf())
	frame := v.page("")
	frame.Path = views.OfferPath(slug)
	frame.Title, frame.Description = views.Plain(offer.Version.Title), views.Excerpt(offer.Version.Words, 200)
	if state == views.FanTakenDown {
		frame.Title, frame.Description = v.W.T("buy.taken_down.title"), ""
	}
	frame.NoIndex = state == views.FanTakenDown || state == views.FanEnded || shop.Standing == "suspended"
	return &fanPage{frame, views.FanOffer{Offer: offer, Shop: shop, State: state, Card: s.cardPicture(offer, shop), Base: s.set.BaseURL}}, nil
}

// status: an offer that moderators took down was here and is gone for good, which crawlers should learn. In every other
// state the page is there, and says that nothing is sold now.
func (f *fanPage) status() int {
	if f.offer.State == views.FanTakenDown {
		return http.StatusGone
	}
	return http.StatusOK
}

// show answers with the page and what was typed into its form.
func (f *fanPage) show(v *visit, status int, typed views.BuyForm) error {
	f.frame.Problems = len(typed.Errors)
	return v.renderStill(status, views.PublicOfferPage(f.frame, f.offer, typed))
}

// renderStill answers with a page that has no script: the policy allows none.
func (v *visit) renderStill(status int, page templ.Component) error {
	h := v.Response().Header()
	h.Set("Content-Security-Policy", v.server.policy.still)
	h.Set("Cache-Control", "private, no-store")
	return v.render(status, page)
}

// fanState says why an offer is or is not for sale at a time, the reason that lasts longest first.
func fanState(offer *models.OfferView, shop *models.Shop, now time.Time, onBehalfOf bool) views.FanState {
	switch state := offer.StateAt(now); {
	case state == "taken_down":
		return views.FanTakenDown
	case state == "ended":
		return views.FanEnded
	case state == "paused":
		return views.FanPaused
	case !shop.CanSell(onBehalfOf):
		return views.FanShopClosed
	case state == "scheduled":
		return views.FanScheduled
	case offer.SoldOut():
		return views.FanSoldOut
	}
	return views.FanLive
}
