package models

import (
	"context"
)

// ShopOffer is an offer with its shop, as the admin sees it.
type ShopOffer struct {
	OfferView
	Shop Shop
}

// AllOffers lists the offers of every shop shown to the world, newest first, by their state as last written. Drafts that
// were never sent to review are their shop's business and left out.
func (s *Store) AllOffers(ctx context.Context, filter OfferFilter) ([]ShopOffer, error) {
	query := s.read(ctx).Where("shop_id IN (SELECT id FROM shops WHERE opened_at IS NOT NULL) AND id IN (SELECT offer_id FROM reviews)")
	if filter.State != "" {
		query = query.Where("state = ?", filter.State)
	}
	var offers []Offer
	if err := filter.Page.apply(query, "created_at").Find(&offers).Error; err != nil {
		return nil, err
	}
	list := make([]ShopOffer, 0, len(offers))
	for _, offer := range offers {
		item, err := s.shopOffer(ctx, offer)
		if err != nil {
			return nil, err
		}
		list = append(list, *item)
	}
	return list, nil
}

// AnyOffer finds an offer of any shop for the admin, or ErrNotFound.
func (s *Store) AnyOffer(ctx context.Context, slug string) (*ShopOffer, error) {
	offer, err := first[Offer](s.read(ctx).Where("slug = ?", slug))
	if err != nil {
		return nil, found(err)
	}
	return s.shopOffer(ctx, offer)
}

func (s *Store) shopOffer(ctx context.Context, offer Offer) (*ShopOffer, error) {
	view, err := s.offerView(ctx, offer, offer.ApprovedVersionID == nil)
	if err != nil {
		return nil, err
	}
	shop, err := s.ShopOf(ctx, offer.ShopID)
	if err != nil {
		return nil, err
	}
	return &ShopOffer{OfferView: *view, Shop: *shop}, nil
}
