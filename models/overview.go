package models

import (
	"context"
	"strings"
)

// Setup is how far a shop is on the way to its first sale.
type Setup struct {
	Offer    *OfferView // the newest that waits for its merchant or for review, nil where an approved one is there
	Sent     bool       // an offer was sent to review, now or before
	Approved bool       // an offer has been approved
	Slug     string     // of the newest approved offer
	Posted   bool       // a post is out
	PostCode string     // of the newest post that is not out yet
}

// Setup looks at what the shop has made so far.
func (s *Store) Setup(ctx context.Context, shop *Shop) (*Setup, error) {
	setup := &Setup{}
	var offers []Offer
	if err := s.read(ctx).Where("shop_id = ? AND approved_version_id IS NOT NULL AND state <> 'taken_down'", shop.ID).Order("created_at DESC, id DESC").Limit(1).Find(&offers).Error; err != nil {
		return nil, err
	}
	if len(offers) == 1 {
		setup.Approved, setup.Sent, setup.Slug = true, true, offers[0].Slug
	} else {
		offers, err := s.Offers(ctx, shop, OfferFilter{Page: Page{Size: 1}})
		if err != nil {
			return nil, err
		}
		if len(offers) > 0 {
			setup.Offer, setup.Sent = &offers[0], offers[0].Version.State != "draft"
		}
	}
	newest := func(state string) (string, error) {
		var codes []string
		err := s.read(ctx).Raw("SELECT code FROM posts WHERE shop_id = ? AND state = ? ORDER BY created_at DESC, id DESC LIMIT 1", shop.ID, state).Scan(&codes).Error
		return strings.Join(codes, ""), err
	}
	posted, err := newest("posted")
	if err != nil {
		return nil, err
	}
	setup.Posted = posted != ""
	setup.PostCode, err = newest("draft")
	return setup, err
}

// FailedRefunds lists orders whose refund the bank did not take, oldest first.
func (s *Store) FailedRefunds(ctx context.Context, shop *Shop, most int) ([]Order, error) {
	var orders []Order
	// A later refund of the same order that went through mends it.
	err := s.read(ctx).Raw(`SELECT orders.* FROM refunds JOIN orders ON orders.id = refunds.order_id WHERE refunds.shop_id = ? AND refunds.state = 'failed'
		AND NOT EXISTS (SELECT 1 FROM refunds AS later WHERE later.order_id = refunds.order_id AND later.created_at > refunds.created_at)
		ORDER BY refunds.created_at, refunds.id LIMIT ?`, shop.ID, most).Scan(&orders).Error
	return orders, err
}

// TurnedBack lists offers whose latest version the admin did not approve, oldest decision first.
func (s *Store) TurnedBack(ctx context.Context, shop *Shop, most int) ([]OfferView, error) {
	var offers []Offer
	err := s.read(ctx).Raw(`SELECT offers.* FROM offers JOIN versions ON versions.id = offers.latest_version_id WHERE offers.shop_id = ? AND offers.state NOT IN ('ended', 'taken_down')
		AND versions.state IN ('changes_asked', 'rejected') ORDER BY versions.decided_at, offers.id LIMIT ?`, shop.ID, most).Scan(&offers).Error
	if err != nil {
		return nil, err
	}
	return s.offerViews(ctx, offers, true)
}

// ToSend counts the orders that a buyer waits for, up to a thousand.
func (s *Store) ToSend(ctx context.Context, shop *Shop) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM orders WHERE shop_id = ? AND fulfilment = 'to_do' AND payment IN ('paid', 'partly_refunded') LIMIT 1000) AS waiting", shop.ID).Scan(&n).Error
	return n, err
}
