package models_test

import (
	"errors"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestModerationClosesCheckouts: what a moderator stops takes no more money, also from those who are paying.
func TestModerationClosesCheckouts(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*models.Store, *models.User, *models.Shop, *models.OfferView) error{
		"taken down": func(s *models.Store, admin *models.User, _ *models.Shop, o *models.OfferView) error {
			return s.TakeDown(t.Context(), admin, &o.Offer, "Not what it says.")
		},
		"suspended": func(s *models.Store, admin *models.User, shop *models.Shop, _ *models.OfferView) error {
			return s.SetStanding(t.Context(), admin, shop, "suspended", "Not what it says.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, _ := storetest.Open(t)
			ctx := t.Context()
			shop, user, offer := seller(t, store, "3")
			order, _, err := store.PlaceOrder(ctx, purchase(shop, offer, "fan@example.com", "a"))
			must(t, err)
			admin, err := store.UserByEmail(ctx, "admin@example.com")
			must(t, err)
			must(t, stop(store, admin, shop, offer))
			timeline, err := store.Timeline(ctx, order)
			must(t, err)
			if last := timeline[len(timeline)-1]; last.Kind != "cancel_asked" {
				t.Errorf("the open checkout goes on: %+v", last)
			}
			fresh, err := store.ShopOf(ctx, shop.ID)
			must(t, err)
			var problems models.Problems
			if err := store.Publish(ctx, fresh, user, &offer.Offer, true); name == "suspended" && (!errors.As(err, &problems) || problems[0].Code != "shop.suspended") {
				t.Errorf("a suspended shop publishes: %v", err)
			}
		})
	}
}
