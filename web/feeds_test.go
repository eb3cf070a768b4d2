package web

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

type atom struct {
	ID      string `xml:"http://www.w3.org/2005/Atom id"`
	Title   string `xml:"http://www.w3.org/2005/Atom title"`
	Updated string `xml:"http://www.w3.org/2005/Atom updated"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
		Type string `xml:"type,attr"`
	} `xml:"http://www.w3.org/2005/Atom link"`
	Entries []atom `xml:"http://www.w3.org/2005/Atom entry"`
}

// check holds a feed to RFC 4287: what must be there once is, ids are addresses and differ, times are times.
func (a atom) check(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for _, part := range append([]atom{a}, a.Entries...) {
		if to, err := url.Parse(part.ID); err != nil || !to.IsAbs() || seen[part.ID] || part.Title == "" {
			t.Errorf("id %q of %q", part.ID, part.Title)
		}
		seen[part.ID] = true
		if _, err := time.Parse(time.RFC3339, part.Updated); err != nil {
			t.Error(err)
		}
		if len(part.Links) == 0 {
			t.Errorf("%s leads nowhere", part.ID)
		}
	}
}

func TestFeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.pictured(models.OfferForm{Title: "Linen apron & <b>", Words: "Two pockets.", Price: "24", Stock: "1"})
	w.advance(time.Minute)
	w.live(models.OfferForm{Title: "Candle", Price: "9"})
	b := newBrowser(t, w)
	for path, entries := range map[string]int{"/offers.atom": 2, "/shops/maisonkestrel.atom": 2, "/offers.atom?q=candle": 1, "/offers.atom?q=none": 0} {
		b.get(path)
		var feed atom
		if err := xml.Unmarshal([]byte(b.body), &feed); err != nil || b.status != 200 || b.head.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
			t.Fatalf("%s: %d %v %v", path, b.status, b.head, err)
		}
		feed.check(t)
		if len(feed.Entries) != entries {
			t.Errorf("%s: %d entries", path, len(feed.Entries))
		}
		if strings.HasPrefix(path, "/shops") {
			last := feed.Entries[1]
			if last.Title != "Linen apron & <b>" || last.ID != w.url+"/o/"+apron.Slug || last.Links[1].Rel != "enclosure" || last.Links[1].Type != "image/jpeg" || !strings.Contains(b.body, "€24.00 · Two pockets.") {
				t.Errorf("%+v", last)
			}
		}
	}
	tag := b.get("/offers.atom").head.Get("Etag")
	b.header.Set("If-None-Match", tag)
	if b.get("/offers.atom"); b.status != http.StatusNotModified || b.body != "" {
		t.Errorf("asked again: %d", b.status)
	}
	w.buy(apron.Slug, "one@example.com")
	if b.get("/offers.atom"); b.status != 200 || !strings.Contains(b.body, "Sold out · €24.00") {
		t.Errorf("after the last sale: %d %s", b.status, b.body)
	}
	b.get("/shops/nobody.atom").want(404)
}

func TestSitemap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/robots.txt").want(200, "Sitemap: "+w.url+"/sitemap.xml", "Twitterbot", "Disallow: /admin")
	b.get("/sitemap.xml").want(200, w.url+"/sitemaps/offers.xml", w.url+"/sitemaps/shops.xml")
	b.get("/sitemaps/offers.xml").want(200, w.url+"/o/"+apron.Slug, "2026-")
	b.get("/sitemaps/offers-zzzz.xml").want(200).without("/o/")
	b.get("/sitemaps/shops.xml").want(200, w.url+"/shops/maisonkestrel")
	b.get("/sitemaps/other.xml").want(404)
	b.get("/sitemaps/offers").want(404)
	w.must(w.store.SetStanding(t.Context(), w.admin, w.shop, "suspended", "fraud"))
	b.get("/sitemaps/offers.xml").want(200).without("/o/")
	b.get("/sitemaps/shops.xml").want(200).without("maisonkestrel")
}

func TestSearchOffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live(models.OfferForm{Title: "Linen apron", Price: "24", Currency: "eur"})
	w.live(models.OfferForm{Title: "Cedar candle", Price: "9,50", Currency: "eur", EndsAt: "2026-10-11T20:00"})
	b := newBrowser(t, w)
	b.get("/offers?q=candle").want(200, "Cedar candle", "Offers with “candle”").without("Linen apron")
	if !strings.Contains(b.body, `content="noindex"`) {
		t.Error("a search is for search engines")
	}
	b.get("/offers?sort=ending").want(200, "Cedar candle", "Ends Sunday 11 October").without("Linen apron")
	b.get("/offers?from=10").want(200, "Linen apron").without("Cedar candle") // one currency: it is that one's
	b.get("/offers?to=10&currency=eur").want(200, "Cedar candle").without("Linen apron")
	b.get("/offers?from=much&currency=eur").want(200, "Linen apron")
	if !strings.Contains(b.body, `value="much"`) || !strings.Contains(b.body, "field-error") {
		t.Error("what was typed is gone, or nothing is said of it")
	}
	b.get("/offers?q=nothing").want(200, "No offer matches", "Show all offers")
	w.live(models.OfferForm{Title: "Dollar", Price: "20", Currency: "usd"})
	b.get("/offers?from=10").want(200, "Choose the currency of the prices")
	b.get("/offers?currency=usd&from=10").want(200, "Dollar").without("Linen apron")
	if b.get("/offers").want(200); strings.Contains(b.body, "noindex") || !strings.Contains(b.body, `type="application/atom+xml"`) {
		t.Error("the list is not for search engines, or has no feed")
	}
	b.get("/offers?q="+url.QueryEscape(`"><script>alert(1)</script>`)).want(200, "No offer matches")
	if strings.Contains(b.body, "<script>alert") {
		t.Error("what was typed is not escaped")
	}
}
