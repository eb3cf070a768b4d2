package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// xCookie keeps who somebody is on X. Cookies know no ports, so its name is its own.
const xCookie = "sandbox_x_person"

// xPage is what every page of X knows: who looks, and as whom they could.
type xPage struct {
	page
	Me     *xPerson
	People []xPerson
	Here   string // the address of this page, to come back to
	Now    time.Time
}

// xMessage is a page that says one thing.
type xMessage struct {
	xPage
	Text string
}

func (x *X) open(r *http.Request, titleKey string) (xPage, error) {
	lang := language(r, "")
	v := xPage{page: page{lang, say(lang, titleKey)}, Here: r.URL.RequestURI(), Now: x.sb.Now()}
	handle := ""
	if cookie, err := r.Cookie(xCookie); err == nil {
		handle = cookie.Value
	}
	err := x.look(r.Context(), func(c *xcall) (err error) {
		if v.People, err = c.people(); err != nil {
			return err
		}
		if handle != "" {
			v.Me, err = c.called(handle)
		}
		return err
	})
	return v, err
}

// Visit is the part of a page that its posts need.
func (v xPage) Visit() xPage { return v }

// Shops are the people who sell.
func (v xPage) Shops() []xPerson { return v.only(true) }

// Fans are the people who buy.
func (v xPage) Fans() []xPerson { return v.only(false) }

func (v xPage) only(merchants bool) []xPerson {
	return slices.DeleteFunc(slices.Clone(v.People), func(p xPerson) bool { return p.Merchant() != merchants })
}

// Ago is how long ago a time is, as briefly as it can be said.
func (v xPage) Ago(at int64) string {
	gone := v.Now.Sub(time.UnixMilli(at))
	say := func(key string, n time.Duration) string { return v.F(key, "n", strconv.Itoa(int(n))) }
	switch {
	case gone < time.Minute:
		return v.T("x.now")
	case gone < time.Hour:
		return say("x.minutes", gone/time.Minute)
	case gone < 24*time.Hour:
		return say("x.hours", gone/time.Hour)
	case gone < 7*24*time.Hour:
		return say("x.days", gone/(24*time.Hour))
	}
	return v.Day(at)
}

// Day is a date.
func (v xPage) Day(at int64) string {
	t := time.UnixMilli(at).UTC()
	if v.Lang == "fr" {
		return strconv.Itoa(t.Day()) + " " + frenchMonths[t.Month()-1] + " " + strconv.Itoa(t.Year())
	}
	return t.Format("2 Jan 2006")
}

// Moment is a time in full.
func (v xPage) Moment(at int64) string {
	return v.Day(at) + ", " + time.UnixMilli(at).UTC().Format("15:04") + " UTC"
}

// ISO is a time for machines.
func (v xPage) ISO(at int64) string { return xTime(at) }

var frenchMonths = []string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}

// feedPost is a post with all that its place on a page shows.
type feedPost struct {
	*xPost
	Who, By       *xPerson // By reposted it
	Names         []string // whom it answers
	Words         []word
	Pictures      []feedPicture
	Card          *xCard
	Quoted        *feedPost
	Gone          bool // the quoted one, deleted
	N             counts
	Liked, Shared bool
	Deep          bool   // stands below another reply
	Key           string // names its place on a page
}

type feedPicture struct {
	ID, Width, Height int64
	Alt               string
}

// word is a part of a post's text: plain, or with an address behind it.
type word struct{ Text, Link, Kind string }

// Path is where the post has a page of its own.
func (p *feedPost) Path() string { return "/" + p.Who.Handle + "/status/" + idText(p.ID) }

// feed makes what a page shows of some posts.
func (c *xcall) feed(me *xPerson, posts []*xPost) ([]*feedPost, error) {
	var made []*feedPost
	for _, p := range posts {
		var by *xPerson
		key := "p" + idText(p.ID)
		if p.Reposts != 0 {
			original, err := c.post(p.Reposts)
			if err != nil {
				return nil, err
			}
			if original == nil {
				continue
			}
			if by, err = c.person(p.Author); err != nil {
				return nil, err
			}
			p, key = original, "r"+idText(p.ID)
		}
		one, err := c.feedOne(me, p, true)
		if err != nil {
			return nil, err
		}
		one.By, one.Key = by, key
		made = append(made, one)
	}
	return made, nil
}

func (c *xcall) feedOne(me *xPerson, p *xPost, whole bool) (f *feedPost, err error) {
	f = &feedPost{xPost: p, Key: "p" + idText(p.ID)}
	if f.Who, err = c.person(p.Author); err != nil {
		return nil, err
	}
	if f.N, err = c.counts(p.ID); err != nil {
		return nil, err
	}
	for _, piece := range pieces(p.Head) {
		f.Names = append(f.Names, piece.value)
	}
	if p.Answers != 0 && len(f.Names) == 0 {
		f.Names = []string{f.Who.Handle}
	}
	if me != nil {
		var mine [2]int64
		for i, query := range []string{`SELECT 1 FROM x_likes WHERE post = ? AND person = ?`, `SELECT 1 FROM x_posts WHERE reposts = ? AND author = ? AND deleted = 0`} {
			if mine[i], err = c.number(query, p.ID, me.ID); err != nil {
				return nil, err
			}
		}
		f.Liked, f.Shared = mine[0] == 1, mine[1] == 1
	}
	for _, id := range p.Media {
		m := feedPicture{ID: id}
		if err := c.db.QueryRowContext(c.ctx, `SELECT width, height, alt FROM x_media WHERE id = ?`, id).Scan(&m.Width, &m.Height, &m.Alt); err != nil {
			return nil, err
		}
		f.Pictures = append(f.Pictures, m)
	}
	if err := c.addText(f); err != nil {
		return nil, err
	}
	if p.Quotes == 0 || !whole {
		return f, nil
	}
	quoted, err := c.post(p.Quotes)
	if err != nil {
		return nil, err
	}
	if quoted == nil {
		f.Gone = true
		return f, nil
	}
	f.Quoted, err = c.feedOne(me, quoted, false)
	return f, err
}

// addText cuts the text into words, and finds the card of the last link; a large card takes the link's place at the end.
func (c *xcall) addText(f *feedPost) error {
	at, last := 0, -1
	for _, piece := range pieces(f.Written) {
		if piece.from > at {
			f.Words = append(f.Words, word{Text: f.Written[at:piece.from]})
		}
		w := word{Text: f.Written[piece.from:piece.to], Kind: piece.kind}
		switch piece.kind {
		case "url":
			w.Link, w.Text = piece.value, shownAddress(piece.value)
			card, _, err := c.card(piece.value)
			if err != nil {
				return err
			}
			if card != nil && card.Kind != "" {
				f.Card, last = card, len(f.Words)
			}
		case "mention":
			known, err := c.called(piece.value)
			if err != nil {
				return err
			}
			if known != nil {
				w.Link = "/" + known.Handle
			}
		case "hashtag":
			w.Link = "/?q=" + url.QueryEscape("#"+piece.value)
		}
		f.Words, at = append(f.Words, w), piece.to
	}
	if at < len(f.Written) {
		f.Words = append(f.Words, word{Text: f.Written[at:]})
	}
	if f.Card != nil && f.Card.Large() && last == len(f.Words)-1 {
		f.Words = f.Words[:last]
		if last > 0 {
			f.Words[last-1].Text = strings.TrimRight(f.Words[last-1].Text, " \n")
		}
	}
	if len(f.Pictures) > 0 {
		f.Card = nil // X shows pictures or a card
	}
	return nil
}

// linksOf are the addresses in some posts, those quoted or reposted as well.
func (c *xcall) linksOf(posts []*xPost) ([]string, error) {
	var links []string
	for _, p := range posts {
		for _, id := range []int64{p.Quotes, p.Reposts} {
			other, err := c.post(id)
			if err != nil {
				return nil, err
			}
			if other != nil {
				links = appendLinks(links, other.Written)
			}
		}
		links = appendLinks(links, p.Written)
	}
	return links, nil
}

func appendLinks(links []string, text string) []string {
	for _, link := range addressesIn(text) {
		links = append(links, link.value)
	}
	return links
}

// back is the page that a form came from, where it is one of ours.
func back(r *http.Request) string {
	here := r.PostFormValue("back")
	if !strings.HasPrefix(here, "/") || strings.HasPrefix(here, "//") || strings.Contains(here, "\\") || !utf8.ValidString(here) {
		return "/"
	}
	return here
}
