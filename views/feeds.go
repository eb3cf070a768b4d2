package views

import (
	"encoding/xml"
	"time"

	"github.com/tillbird/tillbird/models"
)

// Feed is a list of offers for feed readers.
type Feed struct {
	Title, Lead string
	Base        string // the installation's address
	Self, Page  string // the feed's path, and that of the page with the same
	Shown       []models.Shown
	Made        time.Time // when nothing is in it
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Lead    string      `xml:"subtitle,omitempty"`
	Updated string      `xml:"updated"`
	Icon    string      `xml:"icon"`
	Links   []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel   string `xml:"rel,attr"`
	Type  string `xml:"type,attr,omitempty"`
	Href  string `xml:"href,attr"`
	Title string `xml:"title,attr,omitempty"`
}

type atomAuthor struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Links     []atomLink `xml:"link"`
	Author    atomAuthor `xml:"author"`
	Summary   string     `xml:"summary"`
}

// XML is the feed as Atom (RFC 4287). An offer's address is its id: it never changes and is never given again.
func (f Feed) XML(p Page) ([]byte, error) {
	out := atomFeed{
		Lang: p.W.Lang(), ID: f.Base + f.Self, Title: xmlText(f.Title), Lead: xmlText(f.Lead), Updated: iso(f.updated()), Icon: f.Base + asset("bird-180.png"),
		Links:  []atomLink{{Rel: "self", Type: "application/atom+xml", Href: f.Base + f.Self}, {Rel: "alternate", Type: "text/html", Href: f.Base + f.Page}},
		Author: atomAuthor{Name: "Tillbird", URI: f.Base + "/"},
	}
	for i := range f.Shown {
		shown := &f.Shown[i]
		entry := atomEntry{
			ID: f.Base + OfferPath(shown.Slug), Title: xmlText(Plain(shown.Version.Title)), Published: iso(since(shown)), Updated: iso(changedAt(shown)),
			Links:   []atomLink{{Rel: "alternate", Type: "text/html", Href: f.Base + OfferPath(shown.Slug)}},
			Author:  atomAuthor{Name: xmlText(Plain(shown.Shop.Name)), URI: f.Base + ShopPath(shown.Shop.Handle)},
			Summary: xmlText(f.summary(p, shown)),
		}
		if shown.Picture != nil {
			entry.Links = append(entry.Links, atomLink{Rel: "enclosure", Type: "image/jpeg", Href: f.Base + PicturePath(shown.Picture.Digest, "full"), Title: xmlText(shown.Version.Alt)})
		}
		out.Entries = append(out.Entries, entry)
	}
	body, err := xml.MarshalIndent(out, "", " ")
	return append([]byte(xml.Header), append(body, '\n')...), err
}

func (f Feed) summary(p Page, shown *models.Shown) string {
	text := priceText(p, &shown.Version)
	if words := Excerpt(shown.Version.Words, 300); words != "" {
		text += " · " + words
	}
	if shown.SoldOut() {
		text = p.T("state.offer.sold_out.title") + " · " + text
	}
	return text
}

// updated is when the newest change of what is in the feed was made.
func (f Feed) updated() time.Time {
	at := time.Time{}
	for i := range f.Shown {
		if changed := changedAt(&f.Shown[i]); changed.After(at) {
			at = changed
		}
	}
	if at.IsZero() {
		return f.Made
	}
	return at
}

func since(shown *models.Shown) time.Time {
	if shown.ShownAt != nil {
		return *shown.ShownAt
	}
	return shown.CreatedAt
}

// changedAt is when fans last saw another content of the offer.
func changedAt(shown *models.Shown) time.Time {
	at := since(shown)
	if decided := shown.Version.DecidedAt; decided != nil && decided.After(at) {
		at = *decided
	}
	return at
}

// xmlText leaves out what XML cannot hold.
func xmlText(text string) string {
	runes := []rune(text)
	kept := runes[:0]
	for _, r := range runes {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

// Sitemap lists addresses for search engines; an index lists sitemaps.
type Sitemap struct {
	Index   bool
	Entries []Location
}

// Location is an address with the day of its last change, "" where that says nothing.
type Location struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// XML is the sitemap by the protocol of sitemaps.org.
func (m Sitemap) XML() ([]byte, error) {
	type set struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Entries []Location `xml:"url"`
	}
	type index struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
		Entries []Location `xml:"sitemap"`
	}
	var what any = set{Entries: m.Entries}
	if m.Index {
		what = index{Entries: m.Entries}
	}
	body, err := xml.MarshalIndent(what, "", " ")
	return append([]byte(xml.Header), append(body, '\n')...), err
}

// LastMod is a time as sitemaps write it.
func LastMod(at time.Time) string { return iso(at) }
