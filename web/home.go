package web

import (
	"net/http"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// homeExample is the price that the landing page reckons with: what is left of twenty euros.
var homeExample = models.Money{Amount: 2000, Currency: "eur"}

// showHome says what Tillbird is, with an offer that can be bought just now where there is one.
func (s *Server) showHome(v *visit) error {
	page := v.page("")
	page.Description = v.W.T("home.description")
	fee, net := s.pay.Keep(homeExample)
	return v.render(http.StatusOK, views.HomePage(page, views.Home{Card: s.homeCard(v), Price: homeExample, Fee: fee, Net: net, Host: s.host()}))
}

// host is the name of this installation as networks show it below a picture.
func (s *Server) host() string {
	_, host, _ := strings.Cut(s.set.BaseURL, "://")
	return host
}

// homeCard is the newest offer that looks its best in a post: with a picture, and something left. The page is there
// without it too.
func (s *Server) homeCard(v *visit) *views.OfferTile {
	shown, _, err := s.store.Window(v.ctx(), models.Window{Size: 12})
	if err != nil {
		s.log.Warn("home without an offer", "id", requestID(v), "error", err.Error())
		return nil
	}
	for _, tile := range tiles(shown, true) {
		if tile.Offer.Picture != nil && !tile.Offer.SoldOut() {
			return &tile
		}
	}
	return nil
}
