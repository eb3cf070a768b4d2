package models

import (
	"context"
	"strings"
	"time"
)

// priceMemory is how far back the law of the European Union looks: an earlier price that is shown beside a reduced one is
// the lowest of the thirty days before (directive 98/6/EC, article 6a).
const priceMemory = 30 * 24 * time.Hour

// Was is what one cost before; nothing where that is not said.
func (v *Version) Was() Money { return Money{v.WasPrice, v.Currency} }

// readWasPrice understands the earlier price. It must be above every price that is asked now.
func (f OfferForm) readWasPrice(v *Version, problems *Problems) {
	if strings.TrimSpace(f.WasPrice) == "" {
		return
	}
	was, p := ParseMoney(f.WasPrice, v.Currency)
	_, high := v.Prices()
	switch {
	case p != nil:
		problems.take("was_price", p)
	case v.ChosenPrice:
		problems.Add("was_price", "was_price.chosen")
	case high.Amount > 0 && was.Amount <= high.Amount:
		problems.Add("was_price", "was_price.not_above", "Price", high)
	default:
		v.WasPrice = was.Amount
	}
}

// LowestBefore is the lowest price above another one at which fans saw the offer in the last thirty days; nothing where
// there was none.
func (s *Store) LowestBefore(ctx context.Context, offer *Offer, price Money) (Money, error) {
	approved, err := list[Version](s.read(ctx).Where("offer_id = ? AND state = 'approved' AND currency = ? AND decided_at IS NOT NULL", offer.ID, price.Currency).Order("number DESC"))
	if err != nil {
		return Money{}, err
	}
	lowest := Money{Currency: price.Currency}
	since := s.now().Add(-priceMemory)
	for _, version := range approved {
		if _, high := version.Prices(); high.Amount > price.Amount && (lowest.Amount == 0 || high.Amount < lowest.Amount) {
			lowest.Amount = high.Amount
		}
		if version.DecidedAt.Before(since) {
			break // what came before it was gone by then
		}
	}
	return lowest, nil
}
