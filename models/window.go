package models

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// The orders in which the shop window can be looked at.
const (
	SortNewest  = ""
	SortEnding  = "ending"  // what ends, the next first
	SortPopular = "popular" // by paid orders of the last days
)

// popularDays is how far back an order counts for the popular ones.
const popularDays = 14

// Window asks for offers on sale. What is sold out comes after all the rest.
type Window struct {
	Shop     *Shop // nil = of every shop
	Search   string
	Sort     string
	Currency string
	From, To *int64 // of the least price, in the currency
	Cursor   string
	Size     int
}

// Shown is an offer as lists show it, with its shop. Its variants and its pictures after the first are not read.
type Shown struct {
	OfferView
	Shop *Shop
}

// Window lists what fans can buy now. next is the cursor of what follows, "" at the end.
func (s *Store) Window(ctx context.Context, w Window) (list []Shown, next string, err error) {
	size := Page{Size: w.Size}.Limit()
	at := readSpot(w.Cursor)
	var offers []Offer
	for ; at.soldOut <= 1 && len(offers) <= size; at = (spot{soldOut: at.soldOut + 1}) {
		var some []Offer
		if err := w.query(s.read(ctx), s.now(), at).Limit(size + 1 - len(offers)).Find(&some).Error; err != nil {
			return nil, "", err
		}
		offers = append(offers, some...)
	}
	if len(offers) > size {
		next, offers = w.spotOf(&offers[size-1]).String(), offers[:size]
	}
	list, err = s.shown(ctx, offers)
	return list, next, err
}

// soldOutNow is Offer.SoldOut for the database.
const soldOutNow = "(stock IS NOT NULL AND held + sold >= stock OR codes IS NOT NULL AND held >= codes)"

func (w Window) query(db *gorm.DB, now time.Time, at spot) *gorm.DB {
	db = db.Where(`state IN ('live', 'scheduled') AND (starts_at IS NULL OR starts_at <= ?) AND (ends_at IS NULL OR ends_at > ?)
		AND shop_id IN (SELECT id FROM shops WHERE opened_at IS NOT NULL AND standing <> 'suspended' AND charges_enabled)`, now, now)
	if at.soldOut == 0 {
		db = db.Where("NOT " + soldOutNow)
	} else {
		db = db.Where(soldOutNow)
	}
	if w.Shop != nil {
		db = db.Where("shop_id = ?", w.Shop.ID)
	}
	if w.Currency != "" {
		db = db.Where("shown_currency = ?", w.Currency)
	}
	if w.From != nil {
		db = db.Where("shown_price >= ?", *w.From)
	}
	if w.To != nil {
		db = db.Where("shown_price <= ?", *w.To)
	}
	for _, term := range searchWords(termsMost, w.Search) {
		from, to := []byte(term), append([]byte(term), 0xff)
		if len(term) == 1 { // one letter is a word, not the beginning of half of all words
			to = append([]byte(term), 0)
		}
		db = db.Where(`(approved_version_id IN (SELECT version_id FROM version_words WHERE word >= ? AND word < ?) OR shop_id IN (SELECT shop_id FROM shop_words WHERE word >= ? AND word < ?))`, from, to, from, to)
	}
	switch w.Sort {
	case SortEnding:
		db = db.Where("ends_at IS NOT NULL").Order("ends_at, id")
		if at.known() {
			db = db.Where("(ends_at > ? OR ends_at = ? AND id > ?)", at.time, at.time, at.id)
		}
	case SortPopular:
		db = db.Order("recent_orders DESC, id DESC")
		if at.known() {
			db = db.Where("(recent_orders < ? OR recent_orders = ? AND id < ?)", at.number, at.number, at.id)
		}
	default:
		db = db.Order("shown_at DESC, id DESC")
		if at.known() {
			db = db.Where("(shown_at < ? OR shown_at = ? AND id < ?)", at.time, at.time, at.id)
		}
	}
	return db
}

// spot is where in the window a page ended.
type spot struct {
	soldOut int // 1 where what is sold out has begun
	time    time.Time
	number  int64
	id      string
}

func (p spot) known() bool { return p.id != "" }

// String is the spot as a cursor.
func (p spot) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{strconv.Itoa(p.soldOut), p.time.UTC().Format(time.RFC3339Nano), itoa(p.number), p.id}, " ")))
}

// readSpot is the beginning for a cursor that is not ours.
func readSpot(cursor string) spot {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(raw), " ")
	if err != nil || len(parts) != 4 {
		return spot{}
	}
	at, timeErr := time.Parse(time.RFC3339Nano, parts[1])
	number, numberErr := strconv.ParseInt(parts[2], 10, 64)
	if timeErr != nil || numberErr != nil || parts[0] != "0" && parts[0] != "1" || len(parts[3]) > 64 || strings.ContainsRune(parts[3], 0) {
		return spot{}
	}
	return spot{soldOut: int(parts[0][0] - '0'), time: at, number: number, id: parts[3]}
}

func (w Window) spotOf(offer *Offer) spot {
	p := spot{id: offer.ID}
	if offer.SoldOut() {
		p.soldOut = 1
	}
	switch {
	case w.Sort == SortPopular:
		p.number = offer.RecentOrders
	case w.Sort == SortEnding && offer.EndsAt != nil:
		p.time = *offer.EndsAt
	case offer.ShownAt != nil:
		p.time = *offer.ShownAt
	}
	return p
}

// shown reads what lists show of offers, in one question for each kind of row.
func (s *Store) shown(ctx context.Context, offers []Offer) ([]Shown, error) {
	versions, shops, pictures := map[string]*Version{}, map[string]*Shop{}, map[string]*Picture{}
	var versionIDs, shopIDs, pictureIDs []string
	for i := range offers {
		versionIDs, shopIDs = append(versionIDs, deref(offers[i].ApprovedVersionID)), append(shopIDs, offers[i].ShopID)
	}
	var foundVersions []Version
	var foundShops []Shop
	if err := s.read(ctx).Where("id IN ?", versionIDs).Find(&foundVersions).Error; err != nil {
		return nil, err
	}
	if err := s.read(ctx).Where("id IN ?", shopIDs).Find(&foundShops).Error; err != nil {
		return nil, err
	}
	for i := range foundVersions {
		versions[foundVersions[i].ID] = &foundVersions[i]
		if id := foundVersions[i].PictureID; id != nil {
			pictureIDs = append(pictureIDs, *id)
		}
	}
	for i := range foundShops {
		shops[foundShops[i].ID] = &foundShops[i]
	}
	var foundPictures []Picture
	if err := s.read(ctx).Where("id IN ?", pictureIDs).Find(&foundPictures).Error; err != nil {
		return nil, err
	}
	for i := range foundPictures {
		pictures[foundPictures[i].ID] = &foundPictures[i]
	}
	list := make([]Shown, 0, len(offers))
	for _, offer := range offers {
		version, shop := versions[deref(offer.ApprovedVersionID)], shops[offer.ShopID]
		if version == nil || shop == nil {
			continue
		}
		list = append(list, Shown{OfferView{Offer: offer, Version: *version, Approved: version, Picture: pictures[deref(version.PictureID)]}, shop})
	}
	return list, nil
}

// ShownCurrencies are the currencies that something is on sale in.
func (s *Store) ShownCurrencies(ctx context.Context) ([]string, error) {
	var some, list []string
	// A loose scan of the index: one step for each currency, however many offers there are.
	for last := ""; ; last = some[0] {
		some = nil
		err := s.read(ctx).Raw("SELECT shown_currency FROM offers WHERE state IN ('live', 'scheduled') AND shown_currency > ? ORDER BY shown_currency LIMIT 1", last).Scan(&some).Error
		if err != nil || len(some) == 0 {
			return list, err
		}
		list = append(list, some[0])
	}
}

// countOffer adds a paid order to the day of its offer, in the transaction of the payment.
func (t *tx) countOffer(order *Order) error {
	return t.Exec("INSERT INTO offer_days (day, offer_id, orders) VALUES (?, ?, 1) ON CONFLICT (day, offer_id) DO UPDATE SET orders = offer_days.orders + 1",
		order.PaidAt.UTC().Format(time.DateOnly), order.OfferID).Error
}

// CountPopular asks for the orders of the last days to be counted anew.
type CountPopular struct{}

// Kind names the job in the queue.
func (CountPopular) Kind() string { return "count_popular" }

// CountPopular keeps how many orders of the last days each offer has, from the figures by day.
func (s *Store) CountPopular(ctx context.Context) error {
	first := s.now().AddDate(0, 0, -popularDays).Format(time.DateOnly)
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec(`UPDATE offers SET recent_orders = COALESCE((SELECT SUM(orders) FROM offer_days WHERE offer_id = offers.id AND day >= ?), 0)
			WHERE (recent_orders > 0 OR id IN (SELECT offer_id FROM offer_days WHERE day >= ?))
			AND recent_orders <> COALESCE((SELECT SUM(orders) FROM offer_days WHERE offer_id = offers.id AND day >= ?), 0)`, first, first, first).Error
	})
}
