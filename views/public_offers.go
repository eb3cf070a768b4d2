package views

import (
	"net/url"

	"github.com/tillbird/tillbird/models"
)

// Window is what fans look for, as it was typed, and what there is.
type Window struct {
	Search, Sort, Currency, From, To string

	Currencies   []string // that something is on sale in
	Errors       FieldErrors
	Tiles        []OfferTile
	Newer, Older string
}

// priced tells whether the list is narrowed by what things cost.
func (w Window) priced() bool { return w.Currency != "" || w.From != "" || w.To != "" }

func (w Window) narrow() bool { return w.Search != "" || w.priced() }

// Path is the address of the list in an order, from a cursor on.
func (w Window) Path(sort, after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": w.Search, "sort": sort, "currency": w.Currency, "from": w.From, "to": w.To, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return OffersPath
	}
	return OffersPath + "?" + q.Encode()
}

// feed is the address of the same words for feed readers.
func (w Window) feed() string {
	if w.Search == "" {
		return OffersFeedPath
	}
	return OffersFeedPath + "?" + url.Values{"q": {w.Search}}.Encode()
}

func (w Window) sorts(p Page) (list []Tab) {
	for _, sort := range []string{models.SortNewest, models.SortEnding, models.SortPopular} {
		id := "shops.sort.newest"
		if sort != "" {
			id = "shops.sort." + sort
		}
		list = append(list, Tab{Href: w.Path(sort, ""), Label: p.T(id), Active: sort == w.Sort})
	}
	return list
}

func (w Window) currencies(p Page) []Option {
	list := []Option{{Label: p.T("shops.filter.any")}}
	for _, currency := range w.Currencies {
		list = append(list, Option{Value: currency, Label: upper(currency)})
	}
	return list
}

// OfferTile is an offer in a list for fans.
type OfferTile struct {
	Offer    *models.OfferView
	Shop     *models.Shop
	ShowShop bool // where the list is of more than one shop
}

// word is what a fan must know before opening the offer: that it is sold out, or nearly.
func (t OfferTile) word(p Page) string {
	left, unlimited := t.Offer.Left()
	switch {
	case unlimited:
		return ""
	case left <= 0:
		return p.T("state.offer.sold_out.title")
	case left <= fewLeft:
		return p.N("buy.left.few", left)
	}
	return ""
}

// fewLeft is from how many on a list says how many are left.
const fewLeft = 5

// soldOutLast keeps the order of a list but for what is sold out, which comes at its end.
func soldOutLast(tiles []OfferTile) []OfferTile {
	sorted := make([]OfferTile, 0, len(tiles))
	for _, soldOut := range []bool{false, true} {
		for _, tile := range tiles {
			if tile.Offer.SoldOut() == soldOut {
				sorted = append(sorted, tile)
			}
		}
	}
	return sorted
}

func openNow(tiles []OfferTile) (n int64) {
	for _, tile := range tiles {
		if !tile.Offer.SoldOut() {
			n++
		}
	}
	return n
}
