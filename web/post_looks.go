package web

import (
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// lookedAt is what a post's look is made of: the offer's content, the text and link that go out with it, and its card. Link
// is "" where the post has none yet.
type lookedAt struct {
	shop    *models.Shop
	version *models.Version
	text    string
	link    string
	card    views.CardPicture
}

// looks are a post as each network shows it.
func (s *Server) looks(v *visit, at lookedAt) []views.PostLook {
	list := make([]views.PostLook, 0, len(social.Networks))
	for _, network := range social.Networks {
		list = append(list, s.look(v, network, at))
	}
	return list
}

// look is a post as one network shows it.
func (s *Server) look(v *visit, network string, at lookedAt) views.PostLook {
	link, shown := at.link, views.ShownLink(at.link)
	if link == "" {
		link, shown = s.shortLink(strings.Repeat("x", models.PostCodeLength)), s.domain()+"/p/…" // as long as it will be
	}
	title := views.Plain(at.version.Title)
	if title == "" {
		title = v.W.T("offer.title.none")
	}
	look := views.PostLook{
		Network: network, Name: at.shop.Name, Handle: "@" + at.shop.Handle, Card: at.card, Domain: s.domain(),
		Title: title, About: views.Excerpt(at.version.Words, 200), Count: postCount(network, at.text, link),
	}
	fits := strings.TrimSpace(look.Count.Fits)
	switch {
	case network == social.X:
		// X draws the card of a link at the end and leaves its address out.
		fits = strings.TrimSpace(strings.TrimSuffix(fits, link))
	case !strings.Contains(at.text, link):
		look.Link = shown
	}
	for _, part := range social.Parts(fits) {
		look.Parts = append(look.Parts, views.LookPart{Text: part.Text, Linked: part.Linked})
	}
	if look.Count.Excess != "" {
		look.Parts = append(look.Parts, views.LookPart{Text: look.Count.Excess, Excess: true})
	}
	return look
}

// postCount is the length of a text with its link, as a network counts it, and where it is cut.
func postCount(network, text, link string) views.PostCount {
	count := social.Measure(network, text, link)
	fits, excess := social.Fitting(network, text, link)
	return views.PostCount{Network: network, Used: count.Used, Limit: count.Limit, Over: count.Over, Fits: fits, Excess: excess}
}
