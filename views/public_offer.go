package views

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// FanState is whether an offer can be bought now, and why not.
type FanState string

// The states of a public offer. Only a live one has a form.
const (
	FanLive       FanState = "live"
	FanSoldOut    FanState = "sold_out"
	FanPaused     FanState = "paused"
	FanScheduled  FanState = "scheduled"
	FanEnded      FanState = "ended"
	FanTakenDown  FanState = "taken_down"
	FanShopClosed FanState = "shop_closed"
	FanPreview    FanState = "preview" // for the merchant, before it is public
)

// FanOffer is an offer as fans see it.
type FanOffer struct {
	Offer *models.OfferView
	Shop  *models.Shop
	State FanState
	Turn  *Turn         // the place in the waitlist that the page was opened with, nil without one
	Base  string        // the installation's address, for addresses that leave the page
	Quote *models.Quote // what was typed and understood; nil for what the page begins with
	Card  CardPicture

	Shares  []Share   // where the page can be told of
	Replies []ReplyTo // the accounts to whom a reply buys it
}

// ReplyTo is an account of the shop that hears replies.
type ReplyTo struct{ Network, Handle string }

// replyWords are what to reply to an account to buy.
func (o FanOffer) replyWords(to ReplyTo) string {
	return "@" + to.Handle + " #" + o.Offer.Version.Hashtag
}

// Share leads to a network's own composer, with the words and the link in place.
type Share struct{ Label, Href string }

// BuyForm is what was typed to buy, and what is wrong with it.
type BuyForm struct {
	Email, Quantity string
	Wait            string   // the secret of a waitlist's letter
	Choice          []string // the value of each option

	Amount, Code, Country string // what makes the price, where the offer leaves it open

	Consent  bool        // to delivery at once, of digital goods
	Seal     string      // of the price that the page showed
	Repriced bool        // the price is shown again for what was typed
	Errors   FieldErrors // by email, quantity, amount, country, code, consent and offer
	Notice   string      // why it could not be bought now, where nothing typed is wrong
}

// choicesMost is how many quantities there are to choose from.
const choicesMost = 10

// quantities is up to how many can be chosen: no more than are left, than one person may have, and than fit a list.
func (o FanOffer) quantities() int64 {
	most := int64(choicesMost)
	if left, unlimited := o.mostLeft(); !unlimited {
		most = min(most, left)
	}
	if limit := o.Offer.LimitPerBuyer; limit != nil {
		most = min(most, *limit)
	}
	return max(most, 1)
}

// chosen is the quantity that was typed, where the list has it.
func (o FanOffer) chosen(typed string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64)
	if err != nil || n < 1 || n > o.quantities() {
		return 1
	}
	return n
}

// strange is a quantity that was typed and that the list lacks, so that it is not taken for another; "" where there is none.
func (o FanOffer) strange(typed string) string {
	typed = strings.TrimSpace(typed)
	n, err := strconv.ParseInt(typed, 10, 64)
	if typed == "" || err == nil && n >= 1 && n <= o.quantities() {
		return ""
	}
	return typed[:min(len(typed), 20)]
}

// address is the page's own, for those who copy it.
func (o FanOffer) address() string { return o.Base + OfferPath(o.Offer.Slug) }

// smallWidth is how wide the small copy of a picture is: its longer side has no more than models.PictureSmall.
func smallWidth(picture *models.Picture) int {
	long := max(picture.Width, picture.Height)
	if long <= models.PictureSmall {
		return picture.Width
	}
	return max(1, picture.Width*models.PictureSmall/long)
}

// srcset offers the copies of a picture by their widths.
func srcset(picture *models.Picture) string {
	list := PicturePath(picture.Digest, "small") + " " + strconv.Itoa(smallWidth(picture)) + "w, "
	if picture.HasCard() {
		list += PicturePath(picture.Digest, "card") + " " + strconv.Itoa(models.PictureCard) + "w, "
	}
	return list + PicturePath(picture.Digest, "full") + " " + strconv.Itoa(picture.Width) + "w"
}

// stock is how many are left, in words; nothing where they are not counted.
func (o FanOffer) stock(p Page) string {
	left, unlimited := o.Offer.Left()
	if unlimited || left <= 0 || o.State != FanLive && o.State != FanPreview {
		return ""
	}
	of := left + o.Offer.Held + o.Offer.Sold // where codes alone count it
	if o.Offer.Stock != nil {
		of = *o.Offer.Stock
	}
	return p.N("buy.left", left, "Of", p.W.Number(of))
}

// ends tells whether the end is worth saying: there is one, and it has not passed.
func (o FanOffer) ends() bool { return o.Offer.EndsAt != nil && o.State != FanEnded }

// why is what a fan reads where there is no form.
func (o FanOffer) why(p Page) string {
	id := "buy." + string(o.State)
	switch o.State {
	case FanScheduled:
		return p.T(id+".sentence", "Start", p.W.Deadline(*o.Offer.StartsAt))
	case FanEnded:
		if o.Offer.EndsAt != nil {
			return p.T("buy.ended.on", "End", p.W.Deadline(*o.Offer.EndsAt))
		}
	case FanSoldOut:
		if o.Offer.Held > 0 {
			return p.T("buy.sold_out.held")
		}
		return p.N("buy.sold_out.sold", o.Offer.Sold)
	}
	return p.T(id + ".sentence")
}

func (o FanOffer) tone() string {
	switch o.State {
	case FanPaused, FanShopClosed:
		return "notice-warning"
	default:
		return ""
	}
}

// seller is who sells by law: the name given for it, else the shop's.
func seller(shop *models.Shop) string {
	if shop.SellerName != "" {
		return shop.SellerName
	}
	return shop.Name
}

// mark is the letter that stands for a shop.
func mark(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return strings.ToUpper(string(r))
		}
	}
	return "·"
}

// Plain is a merchant's text on one line without the marks that turn the direction of what follows: for titles and for
// the head of a page, where nothing isolates it.
func Plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c:
			return -1
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// Excerpt is the beginning of a text on one line, cut at a word, at most so many characters.
func Excerpt(text string, most int) string {
	runes := []rune(Plain(text))
	if len(runes) <= most {
		return string(runes)
	}
	cut := strings.TrimRight(string(runes[:most-1]), " ")
	if at := strings.LastIndexByte(cut, ' '); at > most/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// iso is a time as machines read it.
func iso(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// plainPrice is an amount as machines read it: 24.00, whatever the language.
func plainPrice(m models.Money) string {
	return strings.ReplaceAll(words.For("en", nil).MoneyInput(m), ",", "")
}

// product is schema.org's word for the offer; encoding/json escapes what could end the script element.
type product struct {
	Context     string       `json:"@context"`
	Type        string       `json:"@type"`
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	Image       []string     `json:"image,omitempty"`
	SKU         string       `json:"sku"`
	Offers      productOffer `json:"offers"`
}

type productOffer struct {
	Type          string `json:"@type"`
	URL           string `json:"url"`
	Price         string `json:"price,omitempty"`
	Low           string `json:"lowPrice,omitempty"`
	High          string `json:"highPrice,omitempty"`
	Count         int    `json:"offerCount,omitempty"`
	PriceCurrency string `json:"priceCurrency"`
	Availability  string `json:"availability"`
	Starts        string `json:"availabilityStarts,omitempty"`
	Ends          string `json:"availabilityEnds,omitempty"`
	Seller        seenBy `json:"seller"`

	Shipping []shippingFacts `json:"shippingDetails,omitempty"`
	Returns  *returnFacts    `json:"hasMerchantReturnPolicy,omitempty"`
}

type seenBy struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

func (o FanOffer) availability() string {
	switch o.State {
	case FanLive:
		return "InStock"
	case FanSoldOut:
		return "SoldOut"
	case FanEnded:
		return "Discontinued"
	default:
		return "OutOfStock"
	}
}

func (o FanOffer) data() product {
	version := o.Offer.Version
	low, high := version.Prices()
	data := product{
		Context: "https://schema.org", Type: "Product", Name: Plain(version.Title), Description: Excerpt(version.Words, 500), SKU: o.Offer.Slug,
		Offers: productOffer{
			Type: "Offer", URL: o.address(), Price: plainPrice(low), PriceCurrency: strings.ToUpper(version.Currency),
			Availability: "https://schema.org/" + o.availability(), Seller: seenBy{"Organization", Plain(seller(o.Shop)), o.Base + ShopPath(o.Shop.Handle)},
		},
	}
	if low != high { // schema.org wants both ends of a range in an offer of another kind
		data.Offers.Type, data.Offers.Price = "AggregateOffer", ""
		data.Offers.Low, data.Offers.High, data.Offers.Count = plainPrice(low), plainPrice(high), len(version.Choices.Combinations)
	}
	data.Offers.Shipping, data.Offers.Returns = o.shippingFacts(), o.returnFacts()
	for _, picture := range o.Offer.Pictures() {
		data.Image = append(data.Image, o.Base+PicturePath(picture.Digest, "full"))
	}
	if o.Offer.StartsAt != nil {
		data.Offers.Starts = iso(*o.Offer.StartsAt)
	}
	if o.Offer.EndsAt != nil {
		data.Offers.Ends = iso(*o.Offer.EndsAt)
	}
	return data
}

// stockWord is availability in the words of product:availability.
func stockWord(state FanState) string {
	if state == FanLive {
		return "instock"
	}
	return "oos"
}

func upper(text string) string { return strings.ToUpper(text) }
