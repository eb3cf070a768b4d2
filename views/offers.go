package views

import (
	"net/url"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// OfferTabs are the views of the merchant's list, by the filter that each is.
var OfferTabs = []string{"", "live", "draft", "in_review", "paused", "sold_out", "ended"}

// OfferList is what the merchant's list of offers shows.
type OfferList struct {
	Offers       []models.OfferView
	Filter       string // one of OfferTabs
	Query        string // what is looked for
	Now          time.Time
	Newer, Older string // addresses of the pages beside this one
	MaySell      bool
}

// none tells whether the shop has no offers at all, rather than none that match.
func (l OfferList) none() bool {
	return len(l.Offers) == 0 && l.Filter == "" && l.Query == "" && l.Newer == ""
}

func (l OfferList) tabs(p Page) []Tab {
	var list []Tab
	for _, filter := range OfferTabs {
		tab := Tab{Href: OffersBy(filter, l.Query), Label: p.T("offer.tab.all"), Active: filter == l.Filter}
		if filter != "" {
			tab.Label = p.T("offer.tab." + filter)
		}
		list = append(list, tab)
	}
	return list
}

// OffersBy is the merchant's list narrowed to a state and to what is looked for.
func OffersBy(filter, query string) string {
	q := url.Values{}
	if filter != "" {
		q.Set("state", filter)
	}
	if query != "" {
		q.Set("q", query)
	}
	if len(q) == 0 {
		return ShopOffersPath
	}
	return ShopOffersPath + "?" + q.Encode()
}

// offerStand is where an offer stands for its merchant: in review before the first approval, on sale after.
func offerStand(p Page, o *models.OfferView, now time.Time) State {
	switch {
	case o.StateAt(now) != "draft":
		return OfferState(p, &o.Offer, now)
	case o.Approved == nil:
		return VersionState(p, o.Version.State)
	}
	state := VersionState(p, "approved")
	state.Sentence = p.T("offer.approved.sentence")
	return state
}

// editWaits tells whether there is newer content than fans see.
func editWaits(o *models.OfferView) bool {
	return o.Approved != nil && o.Version.ID != o.Approved.ID
}

func priceText(p Page, v *models.Version) string {
	if v.Price == 0 {
		return p.T("offer.price.none")
	}
	if v.ChosenPrice {
		return p.T("price.from", "Least", v.Money())
	}
	if v.PricesDiffer() {
		low, _ := v.Prices()
		return p.T("variant.from", "Least", low)
	}
	low, _ := v.Prices()
	return p.W.Money(low)
}

// CardPrice is a price as the picture of a post says it; nothing where there is none yet.
func CardPrice(w *words.Printer, v *models.Version) string {
	if v.Price == 0 {
		return ""
	}
	return priceText(Page{W: w}, v)
}

func titleText(p Page, v *models.Version) string {
	if v.Title == "" {
		return p.T("offer.title.none")
	}
	return v.Title
}

// stockText is how many are left of how many.
func stockText(p Page, o *models.Offer) string {
	left, unlimited := o.Left()
	if unlimited {
		return p.T("common.unlimited")
	}
	if o.Stock == nil { // codes alone count it
		return p.W.Number(max(left, 0))
	}
	return p.T("offer.stock.of", "Left", max(left, 0), "Stock", *o.Stock)
}

func pictureSmall(picture *models.Picture) string {
	if picture == nil {
		return ""
	}
	return PicturePath(picture.Digest, "small")
}

func momentText(p Page, at *time.Time, none string) string {
	if at == nil {
		return none
	}
	return p.W.DateTime(*at)
}

// moneys is a list of amounts of different currencies, or the nothing of one.
func moneys(p Page, list []models.Money, currency string) string {
	var texts []string
	for _, m := range list {
		texts = append(texts, p.W.Money(m))
	}
	if len(texts) == 0 {
		return p.W.Money(models.Money{Currency: currency})
	}
	return p.W.List(texts)
}

// ShopOffer is what the merchant's page of one offer shows.
type ShopOffer struct {
	Offer     *models.OfferView // with the newest content
	Fans      *models.OfferView // with the content that fans see; the newest where they see none yet
	Review    *models.Review    // the latest decision, where it is about the newest content
	Versions  []models.Version
	Posts     []models.PostView
	Files     int // that buyers get
	Codes     models.CodeCount
	Now       time.Time
	PublicURL string
	Keep      models.Money // what the merchant receives of the price fans pay
	MaySell   bool
	CanSell   bool   // the shop can take money
	Problem   string // why the last change was not made

	Reminders        int64 // how many want to be told when it begins
	Waiting, Offered int64 // how many stand on the waitlist, and for how many of them one is set aside
}

func (o ShopOffer) state() string {
	state := o.Offer.StateAt(o.Now)
	if state == "live" && o.Offer.SoldOut() {
		return "sold_out"
	}
	return state
}

// next is the one thing to do now; an empty label where there is only to wait.
func (o ShopOffer) next(p Page) (act Button, post bool) {
	slug := o.Offer.Slug
	take := Button{Kind: "primary", Icon: "play", Label: p.T("offer.act.publish")}
	if o.Offer.State != "draft" {
		take.Label = p.T("offer.act.resume")
	}
	share := Button{Kind: "primary", Icon: "megaphone", Label: p.T("offer.act.post"), Href: NewPostPath(slug)}
	switch state := o.state(); {
	case state == "taken_down" || !o.MaySell:
		return Button{}, false
	case o.Offer.Approved == nil:
		return o.nextInReview(p), false
	case state == "sold_out":
		return Button{Kind: "primary", Icon: "plus", Label: p.T("offer.act.add_stock"), Href: OfferEditPath(slug) + "#stock"}, false
	case state == "live" || state == "scheduled":
		return share, false
	case o.Offer.EndsAt != nil && !o.Now.Before(*o.Offer.EndsAt):
		return Button{Kind: "primary", Icon: "calendar", Label: p.T("offer.act.new_end"), Href: OfferEditPath(slug) + "#ends_at"}, false
	case !o.CanSell:
		return Button{Kind: "primary", Label: p.T("offer.act.connect"), Href: OnboardingPath}, false
	}
	return take, true
}

func (o ShopOffer) nextInReview(p Page) Button {
	switch o.Offer.Version.State {
	case "draft":
		return Button{Kind: "primary", Icon: "send", Label: p.T("offer.act.check"), Href: OfferReviewPath(o.Offer.Slug)}
	case "in_review":
		return Button{}
	}
	return Button{Kind: "primary", Icon: "pencil", Label: p.T("offer.act.fix"), Href: OfferEditPath(o.Offer.Slug)}
}

// changed names what the newest content changes of what fans see.
func (o ShopOffer) changed(p Page) string {
	var names []string
	for _, name := range o.Offer.Version.Changes(o.Offer.Approved) {
		names = append(names, p.T("offer.changed."+name))
	}
	return p.W.List(names)
}

// mayPause and mayEnd tell which other changes of state there are.
func (o ShopOffer) mayPause() bool {
	state := o.Offer.StateAt(o.Now)
	return o.MaySell && (state == "live" || state == "scheduled")
}

func (o ShopOffer) mayEnd() bool { return o.mayPause() || o.MaySell && o.state() == "paused" }

func (o ShopOffer) facts(p Page) []Fact {
	v, never := o.Fans.Version, p.T("offer.end.none")
	limit := p.T("offer.limit.none")
	if o.Offer.LimitPerBuyer != nil {
		limit = p.W.Number(*o.Offer.LimitPerBuyer)
	}
	tag := p.T("common.none")
	if v.Hashtag != "" {
		tag = "#" + v.Hashtag
	}
	list := []Fact{{Name: p.T("offer.fact.price"), Value: priceText(p, &v)}}
	if o.Keep.Amount > 0 {
		list = append(list, Fact{Name: p.T("offer.fact.keep"), Value: p.W.Money(o.Keep)})
	}
	list = append(list, Fact{Name: p.T("offer.fact.left"), Value: stockText(p, &o.Offer.Offer)},
		Fact{Name: p.T("offer.fact.sold"), Value: p.W.Number(o.Offer.Sold)})
	if o.Offer.Held > 0 {
		list = append(list, Fact{Name: p.T("offer.fact.held"), Value: p.W.Number(o.Offer.Held)})
	}
	if o.Offer.Stock != nil {
		list = append(list, Fact{Name: p.T("offer.fact.keeping"), Value: keepingText(p, &o.Offer.Offer)})
	}
	return append(list,
		Fact{Name: p.T("offer.fact.limit"), Value: limit},
		Fact{Name: p.T("offer.fact.starts"), Value: momentText(p, o.Offer.StartsAt, p.T("offer.start.none"))},
		Fact{Name: p.T("offer.fact.ends"), Value: momentText(p, o.Offer.EndsAt, never)},
		Fact{Name: p.T("offer.fact.zone"), Value: p.W.City()},
		Fact{Name: p.T("offer.fact.fulfilment"), Value: p.T("offer.fulfilment." + v.Fulfilment + ".name")},
		Fact{Name: p.T("offer.fact.withdrawal"), Value: p.T("withdrawal.kind." + v.Withdrawal)},
		Fact{Name: p.T("offer.fact.hashtag"), Value: tag},
		Fact{Name: p.T("offer.fact.reply"), Value: replyText(p, o.Fans)})
}

func versionMoments(p Page, list []models.Version) []Moment {
	var moments []Moment
	for _, v := range list {
		state := VersionState(p, v.State)
		at := v.CreatedAt
		if v.SubmittedAt != nil {
			at = *v.SubmittedAt
		}
		if v.DecidedAt != nil {
			at = *v.DecidedAt
		}
		moments = append(moments, Moment{
			Tone: state.Tone, Icon: state.Icon, Title: p.T("offer.version.line", "Number", v.Number, "State", state.Title),
			When: p.W.DateTime(at), ISO: iso(at), Text: p.T("offer.version.what", "Title", titleText(p, &v), "Price", priceText(p, &v)),
		})
	}
	return moments
}
