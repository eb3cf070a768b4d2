package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/static"
	"github.com/tillbird/tillbird/views"
)

// feedSize is how many offers a feed holds.
const feedSize = 30

// showFeed is the newest offers for feed readers, of what somebody searches for if they like.
func (s *Server) showFeed(v *visit) error {
	search := v.QueryParam("q")
	shown, _, err := s.store.Window(v.ctx(), models.Window{Search: search, Size: feedSize})
	if err != nil {
		return err
	}
	feed := views.Feed{Title: v.W.T("shops.offers.title") + " · Tillbird", Lead: v.W.T("shops.offers.lead"), Self: v.Request().URL.RequestURI(), Page: views.Window{Search: search}.Path("", ""), Shown: shown}
	return s.answerFeed(v, feed)
}

// showShopFeed is the newest offers of a shop.
func (s *Server) showShopFeed(v *visit, handle string) error {
	shop, err := s.store.ShopByHandle(v.ctx(), handle)
	if err != nil {
		return err
	}
	shown, _, err := s.store.Window(v.ctx(), models.Window{Shop: shop, Size: feedSize})
	if err != nil {
		return err
	}
	return s.answerFeed(v, views.Feed{Title: shop.Name, Lead: views.Excerpt(shop.Bio, models.BioMost), Self: views.ShopFeedPath(shop.Handle), Page: views.ShopPath(shop.Handle), Shown: shown, Made: shop.CreatedAt})
}

func (s *Server) answerFeed(v *visit, feed views.Feed) error {
	feed.Base = s.set.BaseURL
	body, err := feed.XML(v.page(""))
	if err != nil {
		return err
	}
	v.Response().Header().Set("Vary", "Accept-Language, Cookie")
	return v.forMachines("application/atom+xml; charset=utf-8", body)
}

// forMachines answers with what programs ask for again and again: they may keep it for some minutes, and are told when
// they have it.
func (v *visit) forMachines(kind string, body []byte) error {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := v.Response().Header()
	h.Set("Etag", tag)
	h.Set("Cache-Control", "private, max-age=300")
	if static.Matches(v.Request().Header.Get("If-None-Match"), tag) {
		return v.NoContent(http.StatusNotModified)
	}
	return v.Blob(http.StatusOK, kind, body)
}

const (
	sitemapType  = "application/xml; charset=utf-8"
	sitemapShops = "shops.xml"
	sitemapFirst = "offers"
)

// showSitemap is the index: the parts of the list of offers each begin after a slug that stands in their address.
func (s *Server) showSitemap(v *visit) error {
	starts, err := s.store.SitemapStarts(v.ctx())
	if err != nil {
		return err
	}
	m := views.Sitemap{Index: true, Entries: []views.Location{{Loc: s.set.BaseURL + views.SitemapPath(sitemapShops)}}}
	for _, start := range starts {
		name := sitemapFirst
		if start != "" {
			name += "-" + start
		}
		m.Entries = append(m.Entries, views.Location{Loc: s.set.BaseURL + views.SitemapPath(name+".xml")})
	}
	return v.answerSitemap(m)
}

// showSitemapPart is one part of it.
func (s *Server) showSitemapPart(v *visit) error {
	m, part := views.Sitemap{}, v.Param("part")
	if part == sitemapShops {
		shops, err := s.store.SitemapShops(v.ctx())
		if err != nil {
			return err
		}
		for _, path := range []string{views.HomePath, views.OffersPath} {
			m.Entries = append(m.Entries, views.Location{Loc: s.set.BaseURL + path})
		}
		for _, shop := range shops {
			m.Entries = append(m.Entries, views.Location{Loc: s.set.BaseURL + views.ShopPath(shop.Name), LastMod: views.LastMod(shop.Changed)})
		}
		return v.answerSitemap(m)
	}
	start, offers := strings.CutPrefix(strings.TrimSuffix(part, ".xml"), sitemapFirst)
	if !offers || !strings.HasSuffix(part, ".xml") || start != "" && !strings.HasPrefix(start, "-") {
		return echo.ErrNotFound
	}
	list, err := s.store.SitemapOffers(v.ctx(), strings.TrimPrefix(start, "-"))
	if err != nil {
		return err
	}
	for _, offer := range list {
		m.Entries = append(m.Entries, views.Location{Loc: s.set.BaseURL + views.OfferPath(offer.Name), LastMod: views.LastMod(offer.Changed)})
	}
	return v.answerSitemap(m)
}

func (v *visit) answerSitemap(m views.Sitemap) error {
	body, err := m.XML()
	if err != nil {
		return err
	}
	return v.forMachines(sitemapType, body)
}

// showRobots tells crawlers where not to go, and where the list of pages is.
func (s *Server) showRobots(v *visit) error {
	return v.forMachines("text/plain; charset=utf-8", []byte(string(static.Bytes("robots.txt"))+"\nSitemap: "+s.set.BaseURL+views.SitemapIndexPath+"\n"))
}
