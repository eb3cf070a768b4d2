package main

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// checkPrices: each order cost what the offer, the code, the shop's rates and Stripe's tax make it cost.
func (k *comparison) checkPrices(shops []*shop) {
	paid, offers, from := map[string]session{}, map[string]*models.OfferView{}, map[string]*shop{}
	for _, session := range k.ledger.Sessions {
		paid[session.PaymentIntent] = session
	}
	for _, s := range shops {
		from[s.ID] = s
		for _, offer := range s.offers {
			offers[offer.ID] = offer
		}
	}
	for i := range k.Orders {
		order := &k.Orders[i]
		s, offer := from[order.ShopID], offers[order.OfferID]
		if s == nil || offer == nil {
			k.differ("order %s is of a shop or an offer that is not here", order.ID)
			continue
		}
		least := offer.Version.Price * order.Quantity
		if order.Items < least || order.Items > least && !offer.Version.ChosenPrice {
			k.differ("order %s is %d for %d of %s at %d", order.ID, order.Items, order.Quantity, offer.Slug, offer.Version.Price)
		}
		if sending := k.sending(s, offer, order); order.Shipping != sending {
			k.differ("order %s pays %d for sending to %q, and the rate is %d", order.ID, order.Shipping, order.ShipTo, sending)
		}
		if order.Items-order.Discount+order.Shipping+order.Tax != order.Total {
			k.differ("order %s does not add up: %d - %d + %d + %d is not %d", order.ID, order.Items, order.Discount, order.Shipping, order.Tax, order.Total)
		}
		if order.PaidAt == nil {
			continue
		}
		if order.ByCard { // a kept card has no session
			continue
		}
		told, tax := paid[*order.PaymentIntentID].Details, order.Tax+order.TaxIncluded
		if told.Discount != order.Discount || told.Shipping != order.Shipping || told.Tax != tax {
			k.differ("order %s has %d off, %d for sending and %d of tax, and Stripe's session %+v", order.ID, order.Discount, order.Shipping, tax, told)
		}
		if order.TaxMode != s.trade.tax || order.Tax > 0 && order.TaxMode != "exclusive" || order.TaxIncluded > 0 && order.TaxMode != "inclusive" {
			k.differ("order %s of a shop with tax %s is %s, with %d on top and %d within", order.ID, s.trade.tax, order.TaxMode, order.Tax, order.TaxIncluded)
		}
	}
}

// sending is what an order has to pay for its parcel.
func (k *comparison) sending(s *shop, offer *models.OfferView, order *models.Order) int64 {
	if len(s.trade.rates) == 0 || offer.Version.Fulfilment != "ship" {
		return 0
	}
	typed := s.trade.rates[1]
	if order.ShipTo == "FR" {
		typed = s.trade.rates[0]
	}
	rate, _ := models.ParsePart(typed, order.Currency)
	free, _ := models.ParsePart(s.trade.freeAbove, order.Currency)
	if order.Items-order.Discount >= free.Amount {
		return 0
	}
	return rate.Amount
}

// checkWaits: whose turn it is has one item set aside and one letter, nobody's turn lasts beyond its time, and nobody
// waits for what is there.
func (k *comparison) checkWaits(now time.Time) {
	told, waiting := map[string]int{}, map[string]bool{}
	for _, letter := range k.Letters {
		if letter.Kind == "freed" {
			told[letter.Key]++
		}
	}
	for _, wait := range k.Waits {
		letters := 1
		switch wait.State {
		case "waiting":
			waiting[wait.OfferID+" "+wait.VariantID] = true
			letters = 0
		case "offered":
			if now.Sub(*wait.OfferedUntil) > time.Hour {
				k.differ("the turn of %s at offer %s was over at %s", wait.ID, wait.OfferID, wait.OfferedUntil)
			}
		case "left": // before their turn came, or after
			letters = min(told["freed-"+wait.ID], 1)
		case "taken":
			if wait.OrderID == nil || k.orders[*wait.OrderID] == nil {
				k.differ("the turn of %s at offer %s was taken by no order", wait.ID, wait.OfferID)
			}
		}
		if told["freed-"+wait.ID] != letters {
			k.differ("%s, who is %s at offer %s, was told %d times", wait.ID, wait.State, wait.OfferID, told["freed-"+wait.ID])
		}
	}
	for _, offer := range k.Offers {
		if waiting[offer.ID+" "] && (offer.Stock == nil || offer.Sold+offer.Held < *offer.Stock) {
			k.differ("somebody waits for offer %s, of which there is some", offer.Slug)
		}
	}
	for _, variant := range k.Variants {
		if waiting[variant.OfferID+" "+variant.ID] && (variant.Stock == nil || variant.Sold+variant.Held < *variant.Stock) {
			k.differ("somebody waits for %s of offer %s, of which there is some", variant.Name, variant.OfferID)
		}
	}
}
