package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// Around are the addresses of the pages before and after one page of a list; empty where there is none.
type Around struct{ Newer, Older string }

// inZoneOf puts a page's moments into a shop's time zone and its name into the frame's parts, for what fans see of it.
func inZoneOf(p Page, shop *models.Shop) Page {
	p.W = p.W.In(shop.Zone())
	p.Shop.Name = shop.Name
	return p
}

// age is how long ago a moment was.
func age(p Page, at, now time.Time) string { return p.W.Duration(now.Sub(at)) }

func handleText(shop *models.Shop) string { return "@" + shop.Handle }

// DecisionForm is what an admin typed to decide.
type DecisionForm struct {
	Verdict, Reason, Note string
	Errors                FieldErrors
}

// seenView is the version of a case as the offer's page would show it.
func seenView(c *models.ReviewCase) *models.OfferView {
	return &models.OfferView{Offer: c.Offer, Version: c.Version, Picture: c.Picture, Approved: c.Approved}
}

// AdminReviews is the queue, or the cases decided.
type AdminReviews struct {
	Cases   []models.ReviewCase
	Decided bool // the tab
	Waiting int
	Last    *time.Time // when the last decision was made
	Now     time.Time
	Around  Around
}

func (a AdminReviews) tabs(p Page) []Tab {
	return []Tab{
		{Href: ReviewsPath, Label: p.T("admin.tab.waiting"), Count: a.Waiting, Active: !a.Decided},
		{Href: ReviewsPath + "?tab=decided", Label: p.T("admin.tab.decided"), Active: a.Decided},
	}
}

func (a AdminReviews) lead(p Page) string {
	if a.Decided || len(a.Cases) == 0 {
		return ""
	}
	return p.N("admin.reviews.lead", int64(a.Waiting), "Age", age(p, a.Cases[0].CreatedAt, a.Now))
}

func (a AdminReviews) emptyText(p Page) string {
	switch {
	case a.Decided:
		return p.T("admin.reviews.none_decided")
	case a.Last == nil:
		return p.T("admin.reviews.empty.never")
	}
	return p.T("admin.reviews.empty.last", "Age", age(p, *a.Last, a.Now))
}

// AdminReview is one case with all that helps to decide it.
type AdminReview struct {
	Case     *models.ReviewCase
	Queue    []models.ReviewCase
	Earlier  []models.ReviewCase // decisions on the shop
	Decider  string              // who decided, once it is
	Me       string              // the id of the admin who looks
	Conflict bool                // another decided while this one was deciding
	Next     string              // address of the next case, once this one is decided
	Now      time.Time
	Form     DecisionForm
}

// claimedByAnother tells whether somebody else has the case open.
func (a AdminReview) claimedByAnother() bool {
	c := a.Case
	return c.Review.State == "open" && c.Claimer != "" && c.ClaimedBy != nil && *c.ClaimedBy != a.Me
}

// changedText names what a case changes.
func changedText(p Page, c *models.ReviewCase) string {
	if c.Approved == nil || c.Version.Number == 1 {
		return p.T("admin.review.first")
	}
	var names []string
	for _, name := range c.Changes() {
		names = append(names, p.T("offer.changed."+name))
	}
	return p.T("admin.review.changed", "Names", p.W.List(names))
}

// fieldText is one field of a version in words, for comparing two of them.
func fieldText(p Page, v *models.Version, name string) string {
	text := ""
	switch name {
	case "title":
		text = v.Title
	case "words":
		text = v.Words
	case "price":
		text = priceText(p, v)
	case "chosen_price":
		text = p.T("offer.chosen.off")
		if v.ChosenPrice {
			text = p.T("offer.chosen.on", "Suggested", p.W.Money(v.Suggestion()))
		}
	case "was_price":
		if v.WasPrice > 0 {
			text = p.W.Money(v.Was())
		}
	case "picture":
		text = v.Alt
	case "fulfilment":
		text = p.T("offer.fulfilment." + v.Fulfilment + ".name")
	case "withdrawal":
		text = p.T("withdrawal.kind." + withdrawalKind(v.Withdrawal))
	case "hashtag":
		if v.Hashtag != "" {
			text = "#" + v.Hashtag
		}
	}
	if text == "" {
		return p.T("admin.review.nothing")
	}
	return text
}

// pictureNote says whether the picture itself is another.
func pictureNote(p Page, c *models.ReviewCase) string {
	if c.Approved.PictureID != nil && c.Version.PictureID != nil && *c.Approved.PictureID == *c.Version.PictureID {
		return p.T("admin.review.picture_same")
	}
	return p.T("admin.review.picture_new")
}

func reasonOptions(p Page) []Option {
	list := []Option{{Label: p.T("admin.review.reason.prompt")}}
	for _, code := range models.ReviewReasons {
		list = append(list, Option{Value: code, Label: p.T("offer.reason." + code)})
	}
	return list
}

func earlierMoments(p Page, cases []models.ReviewCase) []Moment {
	var list []Moment
	for _, c := range cases {
		state := ReviewState(p, c.Review.State)
		m := Moment{Tone: state.Tone, Icon: state.Icon, Title: state.Title + " · " + titleText(p, &c.Version)}
		if c.Reason != "" {
			m.Text = p.T("offer.reason." + c.Reason)
		}
		if c.DecidedAt != nil {
			m.When, m.ISO = p.W.Date(*c.DecidedAt), iso(*c.DecidedAt)
		}
		list = append(list, m)
	}
	return list
}

// seenFacts are the facts that an offer's page shows in small print.
func seenFacts(p Page, o *models.OfferView, shop *models.Shop) []Fact {
	limit := p.T("common.none")
	if o.LimitPerBuyer != nil {
		limit = p.W.Number(*o.LimitPerBuyer)
	}
	who := seller(shop)
	if shop.SellerAddress != "" {
		who += "\n" + shop.SellerAddress
	}
	var list []Fact
	if o.Stock == nil { // counted stock stands above, as fans see it
		list = append(list, Fact{Name: p.T("offer.fact.left"), Value: p.T("common.unlimited")})
	}
	return append(list, []Fact{
		{Name: p.T("offer.fact.fulfilment"), Value: p.T("offer.fulfilment." + o.Version.Fulfilment + ".name")},
		{Name: p.T("offer.fact.limit"), Value: limit},
		{Name: p.T("offer.fact.starts"), Value: momentText(p, o.StartsAt, p.T("admin.review.starts"))},
		{Name: p.T("offer.fact.ends"), Value: momentText(p, o.EndsAt, p.T("admin.review.ends"))},
		{Name: p.T("offer.fact.zone"), Value: p.W.City()},
		{Name: p.T("offer.fact.withdrawal"), Value: fieldText(p, &o.Version, "withdrawal")},
		{Name: p.T("offer.fact.hashtag"), Value: fieldText(p, &o.Version, "hashtag")},
		{Name: p.T("admin.shop.seller"), Value: who},
	}...)
}
