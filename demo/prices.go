package demo

import (
	"context"
	"errors"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// prices sets what a shop's orders cost beside its goods: delivery and discount codes. Gone on with after a stop, the codes
// that are there stay.
func (w *world) prices(ctx context.Context, s *stall) error {
	if s.plan.shipping.Tax != "" {
		if err := w.store.UpdateShipping(ctx, s.shop, s.owner, s.plan.shipping); err != nil {
			return err
		}
	}
	for _, form := range s.plan.codes {
		var there models.Problems
		if _, err := w.store.CreateCode(ctx, s.shop, s.owner, form); err != nil && !errors.As(err, &there) {
			return err
		}
	}
	shop, err := w.store.ShopOf(ctx, s.shop.ID)
	s.shop = shop
	return err
}

// choose fills in what makes the price: where it goes, what a fan gives, now and then a code.
func (w *world) choose(in *payments.Purchase, s *stall, fan fan) {
	if in.Shop.CodesCount > 0 && w.dice.IntN(9) == 0 {
		in.Code = s.plan.codes[w.dice.IntN(len(s.plan.codes))].Code
	}
	version := in.Offer.Approved
	if len(in.Shop.Serves(version)) > 0 {
		in.Country = fan.country
	}
	if version.ChosenPrice {
		in.Amount = []string{"5", "8", "8", "10", "20"}[w.dice.IntN(5)]
		in.Code = ""
	}
}
