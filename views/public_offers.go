package views

import "github.com/tillbird/tillbird/models"

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
