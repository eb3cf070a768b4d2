package models

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// OfferForm is an offer as typed. Dates are "2006-01-02T15:04" in the shop's time zone; blank stock means unlimited,
// blank limit none.
type OfferForm struct {
	Title, Words, Price, Currency, Stock, Limit, StartsAt, EndsAt, Fulfilment, Withdrawal, Hashtag, PictureID, Alt string
	ChosenPrice, Suggested                                                                                         string // "on" where the buyer chooses the price; what the field begins with
	WasPrice                                                                                                       string // what it cost before; blank where that is not said

	Hold    string // minutes that stock is set aside for a checkout; blank is HoldUsual
	Keeping string // how stock is kept while somebody pays, one of Keepings; blank is "held"
	Turn    string // minutes that a freed item is set aside for the next of the waitlist; blank is TurnUsual

	Reply        string // how it can be bought by reply, one of ReplyWays; blank is the first
	ReplyMinutes string // minutes that a reply sets stock aside; blank is ReplyMinutesUsual

	Options  []OptionTyped  // what fans choose, up to three
	Variants []VariantTyped // a line for each combination of them
	More     []PictureTyped // the pictures after the first

	Key  string // of a form for a new offer: sent twice, it makes one offer; blank makes one each time
	Seen string // the Mark of what an edit began with; blank keeps the edit whatever happened meanwhile
}

// Most lengths and counts of an offer.
const (
	TitleMost   = 120
	WordsMost   = 5000
	AltMost     = 500
	stockMost   = 1_000_000
	localMinute = "2006-01-02T15:04"
)

// Fulfilments are the ways a buyer gets what was bought.
var Fulfilments = []string{"ship", "file", "licence_code", "nothing"}

// hashtagForm: what every network links: letters, digits and underscores of any script.
var hashtagForm = regexp.MustCompile(`^[\p{L}\p{M}\p{Nd}_]{2,50}$`)

// offerFields is a form that was understood.
type offerFields struct {
	version          Version
	variants         []Variant // in the order of the version's combinations
	stock, limit     *int64
	startsAt, endsAt *time.Time

	holdMinutes, turnMinutes int64
	firstPaid                bool
	reply                    replyFields
}

// FormOf shows an offer as it would be typed.
func FormOf(view *OfferView, zone *time.Location, price func(Money) string) OfferForm {
	v := view.Version
	form := OfferForm{Title: v.Title, Words: v.Words, Currency: v.Currency, Fulfilment: v.Fulfilment, Withdrawal: v.Withdrawal, Hashtag: v.Hashtag, Alt: v.Alt}
	form.Hold, form.Turn, form.Keeping = itoa(view.HoldMinutes), itoa(view.TurnMinutes), "held"
	if view.FirstPaid {
		form.Keeping = "first_paid"
	}
	form.Reply, form.ReplyMinutes = view.ReplyWay(), itoa(view.ReplyMinutes)
	if v.Price > 0 {
		form.Price = price(v.Money())
	}
	if v.ChosenPrice {
		form.ChosenPrice = "on"
	}
	if v.Suggested > 0 {
		form.Suggested = price(Money{v.Suggested, v.Currency})
	}
	if v.WasPrice > 0 {
		form.WasPrice = price(Money{v.WasPrice, v.Currency})
	}
	if v.PictureID != nil {
		form.PictureID = *v.PictureID
	}
	form.Options, form.Variants = typedChoices(view, price)
	for _, more := range v.Gallery {
		form.More = append(form.More, PictureTyped(more))
	}
	if view.Stock != nil && !v.Choices.Any() {
		form.Stock = strconv.FormatInt(*view.Stock, 10)
	}
	if view.LimitPerBuyer != nil {
		form.Limit = strconv.FormatInt(*view.LimitPerBuyer, 10)
	}
	if view.StartsAt != nil {
		form.StartsAt = view.StartsAt.In(zone).Format(localMinute)
	}
	if view.EndsAt != nil {
		form.EndsAt = view.EndsAt.In(zone).Format(localMinute)
	}
	return form
}

// Check finds what is wrong with a draft as typed, without keeping it.
func (f OfferForm) Check(shop *Shop) Problems {
	_, problems := f.read(shop, false)
	return problems
}

// Sketch is the offer as typed so far, for a preview: what cannot be read yet is left out. It has sold what the saved
// offer has; nil where there is none.
func (f OfferForm) Sketch(shop *Shop, saved *OfferView) *OfferView {
	fields, _ := f.read(shop, false)
	view := &OfferView{Version: fields.version}
	sold := map[string]VariantView{}
	if saved != nil {
		view.Held, view.Sold = saved.Held, saved.Sold
		for _, variant := range saved.Variants {
			sold[variant.Name] = variant
		}
	}
	fields.onOffer(&view.Offer)
	rows := map[string]Variant{}
	for _, row := range fields.variants {
		row.Held, row.Sold = sold[row.Name].Held, sold[row.Name].Sold
		rows[row.Name] = row
	}
	view.showVariants(rows)
	return view
}

// read understands what was typed. A draft may leave the price blank; whole wants everything a review needs.
func (f OfferForm) read(shop *Shop, whole bool) (fields offerFields, problems Problems) {
	v := &fields.version
	v.Title, v.Words, v.Alt = cleanLine(f.Title), cleanLines(f.Words), cleanLine(f.Alt)
	problems.take("title", checkText(v.Title, "title", TitleMost, false))
	problems.take("words", checkText(v.Words, "words", WordsMost, true))
	v.Currency = strings.ToLower(f.Currency)
	if !KnownCurrency(v.Currency) {
		problems.Add("currency", "currency.unknown")
		v.Currency = shop.Currency
	}
	if whole || strings.TrimSpace(f.Price) != "" {
		money, p := ParseMoney(f.Price, v.Currency)
		problems.take("price", p)
		v.Price = money.Amount
	}
	if v.ChosenPrice = f.ChosenPrice == "on"; v.ChosenPrice && strings.TrimSpace(f.Suggested) != "" {
		suggested, p := ParseMoney(f.Suggested, v.Currency)
		problems.take("suggested", p)
		if v.Suggested = suggested.Amount; p == nil && v.Suggested < v.Price {
			problems.Add("suggested", "suggested.below_min", "Min", v.Money())
		}
	}
	if fields.variants = f.readVariants(v, &problems); v.Choices.Any() {
		f.Stock = "" // each combination has its own
	}
	f.readWasPrice(v, &problems)
	if fields.stock = parseCount(f.Stock, "stock", &problems); fields.stock != nil && *fields.stock > stockMost {
		problems.Add("stock", "stock.too_large", "Max", stockMost)
	}
	if fields.limit = parseCount(f.Limit, "limit", &problems); fields.limit != nil && *fields.limit == 0 {
		fields.limit = nil
	}
	if fields.limit != nil && fields.stock != nil && *fields.limit > *fields.stock && *fields.stock > 0 {
		problems.Add("limit", "limit.above_stock")
	}
	fields.startsAt = parseMinute(f.StartsAt, "starts", "starts_at", shop.Zone(), &problems)
	fields.endsAt = parseMinute(f.EndsAt, "ends", "ends_at", shop.Zone(), &problems)
	if fields.startsAt != nil && fields.endsAt != nil && !fields.endsAt.After(*fields.startsAt) {
		problems.Add("ends_at", "ends.before_start")
	}
	f.readHolds(&fields, &problems)
	fields.reply = f.readReplies(&problems)
	v.Fulfilment = f.Fulfilment
	if !contains(Fulfilments, v.Fulfilment) {
		problems.Add("fulfilment", "fulfilment.unknown")
	}
	if v.Withdrawal = f.Withdrawal; v.Withdrawal == "" {
		v.Withdrawal = WithdrawalFor(v.Fulfilment)
	} else if !contains(Withdrawals, v.Withdrawal) {
		problems.Add("withdrawal", "withdrawal.unknown")
	}
	v.Hashtag = strings.TrimLeft(strings.TrimSpace(f.Hashtag), "#＃")
	if v.Hashtag != "" {
		if !hashtagForm.MatchString(v.Hashtag) {
			problems.Add("hashtag", "hashtag.malformed")
		} else if strings.IndexFunc(v.Hashtag, unicode.IsLetter) < 0 {
			problems.Add("hashtag", "hashtag.digits")
		}
	}
	if f.PictureID != "" {
		v.PictureID = &f.PictureID
		problems.take("alt", checkText(v.Alt, "alt", AltMost, !whole))
	}
	for i, typed := range f.More {
		picture := GalleryPicture{typed.ID, cleanLine(typed.Alt)}
		v.Gallery = append(v.Gallery, picture)
		problems.take("alt_"+itoa(int64(i)+1), checkText(picture.Alt, "alt", AltMost, !whole))
	}
	if len(f.More) >= PicturesMost {
		problems.Add("picture", "picture.too_many", "Max", PicturesMost)
	}
	return fields, problems
}

// parseCount reads a whole number of any script's digits; nil where blank.
func parseCount(typed, noun string, problems *Problems) *int64 {
	text := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case unicode.IsDigit(r):
			return rune('0' + digitValue(r))
		}
		return r
	}, typed)
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && len(text) > 12 && strings.Trim(text, "0123456789") == "":
		problems.Add(noun, noun+".too_large", "Max", stockMost)
		return nil
	case err != nil:
		problems.Add(noun, noun+".malformed")
		return nil
	case n < 0:
		problems.Add(noun, noun+".negative")
		return nil
	}
	return &n
}

func parseMinute(typed, noun, field string, zone *time.Location, problems *Problems) *time.Time {
	if strings.TrimSpace(typed) == "" {
		return nil
	}
	at, err := time.ParseInLocation(localMinute, strings.TrimSpace(typed), zone)
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		problems.Add(field, noun+".malformed")
		return nil
	}
	at = at.UTC()
	return &at
}

// onOffer puts what needs no review on the offer.
func (f offerFields) onOffer(o *Offer) {
	o.Stock, o.LimitPerBuyer, o.StartsAt, o.EndsAt = f.stock, f.limit, f.startsAt, f.endsAt
	o.HoldMinutes, o.FirstPaid, o.TurnMinutes = f.holdMinutes, f.firstPaid, f.turnMinutes
	f.reply.onOffer(o)
}

// checkFields finds what only the database knows: another offer with the hashtag, a picture of another shop.
func (t *tx) checkFields(shop *Shop, offer *Offer, f offerFields) error {
	var problems Problems
	if f.version.Hashtag != "" {
		var n int64
		err := t.Raw(`SELECT count(*) FROM (SELECT 1 FROM offers JOIN versions ON versions.id = offers.latest_version_id
			WHERE offers.shop_id = ? AND offers.id <> ? AND offers.state NOT IN ('ended', 'taken_down') AND lower(versions.hashtag) = lower(?) LIMIT 1) AS taken`,
			shop.ID, offer.ID, f.version.Hashtag).Scan(&n).Error
		if err != nil {
			return err
		}
		if n > 0 {
			problems.Add("hashtag", "hashtag.taken")
		}
	}
	pictures := map[string]bool{}
	if f.version.PictureID != nil {
		pictures[*f.version.PictureID] = true
	}
	for _, more := range f.version.Gallery {
		pictures[more.ID] = true
	}
	if len(pictures) > 0 {
		var n int64
		if err := t.Raw("SELECT count(*) FROM pictures WHERE id IN ? AND shop_id = ?", slices.Collect(maps.Keys(pictures)), shop.ID).Scan(&n).Error; err != nil {
			return err
		}
		if n < int64(len(pictures)) {
			problems.Add("picture", "picture.missing")
		}
	}
	return problems.orNil()
}
