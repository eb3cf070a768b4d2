package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// publicPage is how many offers stand on one page of a list: rows of two, three and four come out even.
const publicPage = 24

// listLiveOffers is what fans can buy now, by what they ask for.
func (s *Server) listLiveOffers(v *visit) error { return s.showList(v, s.liveOffers) }

func (s *Server) liveOffers(v *visit) (templ.Component, error) {
	window := views.Window{Search: v.QueryParam("q"), Sort: v.QueryParam("sort"), Currency: v.QueryParam("currency"), From: v.QueryParam("from"), To: v.QueryParam("to"), Errors: views.FieldErrors{}}
	if window.Sort != models.SortEnding && window.Sort != models.SortPopular {
		window.Sort = models.SortNewest
	}
	var err error
	if window.Currencies, err = s.store.ShownCurrencies(v.ctx()); err != nil {
		return nil, err
	}
	if !slices.Contains(window.Currencies, window.Currency) {
		window.Currency = ""
	}
	cursor := v.QueryParam("after")
	asked := models.Window{Search: window.Search, Sort: window.Sort, Cursor: cursor, Size: publicPage}
	readPrices(v, &window, &asked)
	shown, next, err := s.store.Window(v.ctx(), asked)
	if err != nil {
		return nil, err
	}
	window.Tiles = tiles(shown, true)
	if cursor != "" {
		window.Newer = window.Path(window.Sort, "")
	}
	if next != "" {
		window.Older = window.Path(window.Sort, next)
	}
	page := v.page("shops.offers.title")
	page.Description, page.Feed, page.Problems = v.W.T("shops.offers.lead"), views.OffersFeedPath, len(window.Errors)
	page.NoIndex = v.Request().URL.RawQuery != ""
	return views.LiveOffersPage(page, window), nil
}

// readPrices reads between which prices to look. A price is one of a currency: where only one is in use it is that one.
func readPrices(v *visit, window *views.Window, asked *models.Window) {
	asked.Currency = window.Currency
	if window.From == "" && window.To == "" {
		return
	}
	if asked.Currency == "" && len(window.Currencies) == 1 {
		asked.Currency = window.Currencies[0]
	}
	if asked.Currency == "" {
		window.Errors["currency"] = v.W.T("shops.filter.which")
		return
	}
	for _, side := range []struct {
		id, typed string
		into      **int64
	}{{"from", window.From, &asked.From}, {"to", window.To, &asked.To}} {
		if side.typed == "" {
			continue
		}
		price, problem := models.ParseMoney(side.typed, asked.Currency)
		if problem != nil {
			window.Errors[side.id] = v.W.T("problem."+problem.Code, problem.Data...)
			continue
		}
		*side.into = &price.Amount
	}
}

// showShop is a shop's window: who sells, and what. With .atom behind the handle it is its feed.
func (s *Server) showShop(v *visit) error {
	if handle, feed := strings.CutSuffix(v.Param("handle"), ".atom"); feed {
		return s.showShopFeed(v, handle)
	}
	return s.showList(v, s.shopWindow)
}

func (s *Server) shopWindow(v *visit) (templ.Component, error) {
	shop, err := s.store.ShopByHandle(v.ctx(), v.Param("handle"))
	if err != nil {
		return nil, err
	}
	cursor := v.QueryParam("after")
	shown, next, err := s.store.Window(v.ctx(), models.Window{Shop: shop, Cursor: cursor, Size: publicPage})
	if err != nil {
		return nil, err
	}
	profiles, err := s.store.Profiles(v.ctx(), shop)
	if err != nil {
		return nil, err
	}
	profiles = slices.DeleteFunc(profiles, func(p models.Profile) bool { return !p.Live() })
	v.W = v.W.In(shop.Zone())
	page := v.page("")
	page.Title, page.Description, page.NoIndex = shop.Name, views.Excerpt(cmp.Or(shop.Bio, shop.About), 160), shop.Standing == "suspended"
	page.Feed = views.ShopFeedPath(shop.Handle)
	newer, older := "", ""
	if cursor != "" {
		newer = views.ShopPath(shop.Handle)
	}
	if next != "" {
		older = views.ShopPath(shop.Handle) + "?after=" + next
	}
	return views.ShopPage(page, shop, profiles, shop.CanSell(s.pay.OnBehalfOf()), tiles(shown, false), newer, older), nil
}

// tiles are offers as lists show them, with their shops where there are several.
func tiles(shown []models.Shown, shops bool) []views.OfferTile {
	list := make([]views.OfferTile, len(shown))
	for i := range shown {
		list[i] = views.OfferTile{Offer: &shown[i].OfferView, Shop: shown[i].Shop, ShowShop: shops}
	}
	return list
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
	shown := views.FanOffer{Offer: offer, Shop: shop, State: state, Card: s.cardPicture(offer, shop), Base: s.set.BaseURL, Shares: s.shares(v, offer)}
	if state == views.FanLive {
		shown.Replies, err = s.replyTo(v, shop, offer)
	}
	return &fanPage{frame, shown}, err
}

// replyTo are the shop's accounts to whom a reply buys the offer.
func (s *Server) replyTo(v *visit, shop *models.Shop, offer *models.OfferView) (list []views.ReplyTo, err error) {
	if !offer.Replies || offer.Version.Hashtag == "" {
		return nil, nil
	}
	profiles, err := s.store.Profiles(v.ctx(), shop)
	for _, profile := range profiles {
		if profile.Live() {
			list = append(list, views.ReplyTo{Network: profile.Network, Handle: profile.Handle})
		}
	}
	return list, err
}

// shares are the networks whose composer opens the same way for everybody.
func (s *Server) shares(v *visit, offer *models.OfferView) (list []views.Share) {
	link := s.set.BaseURL + views.OfferPath(offer.Slug)
	for _, network := range social.Networks {
		if to := social.ComposeLink(network, views.Plain(offer.Version.Title), link, s.set.XURL); to != "" {
			list = append(list, views.Share{Label: v.W.T("post.network." + network), Href: to})
		}
	}
	return list
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
