package payments

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// accountChanged fetches the account as it is now: what the event says may be older than what we have.
func (r *round) accountChanged(ctx context.Context, n news) (models.EventResult, error) {
	if n.shop.Selling == "closed" {
		return models.EventResult{Ignored: true, ShopID: &n.shop.ID, Outcome: "the account left before"}, nil
	}
	shop := r.fetched[n.Account]
	if shop == nil {
		fresh, err := r.fetchAccount(ctx, n.Account)
		if err != nil {
			return models.EventResult{}, err
		}
		r.fetched[n.Account], shop = fresh, fresh
	}
	return models.EventResult{ShopID: &shop.ID, Outcome: "selling is " + shop.Selling}, nil
}

// accountLeft closes the shop's account. Stripe may never send this for Express accounts.
func (r *round) accountLeft(ctx context.Context, n news) (models.EventResult, error) {
	return models.EventResult{ShopID: &n.shop.ID, Outcome: "the account left"}, r.store.CloseAccount(ctx, n.Account)
}
