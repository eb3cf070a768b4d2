package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// SitemapSize is how many addresses a part of the sitemap holds.
const SitemapSize = 10_000

// sitemapParts bounds the index; half a million offers are more than search engines take.
const sitemapParts = 50

// Listed is what a search engine is told of a public page: its name in the address, and when it last changed.
type Listed struct {
	Name    string
	Changed time.Time
}

// SitemapStarts are the slugs after which the parts of the list of offers begin, the first of them "".
func (s *Store) SitemapStarts(ctx context.Context) ([]string, error) {
	starts := []string{""}
	for len(starts) < sitemapParts {
		var next []string
		err := s.listed(ctx).Select("slug").Where("slug > ?", starts[len(starts)-1]).Order("slug").Offset(SitemapSize - 1).Limit(1).Find(&next).Error
		if err != nil || len(next) == 0 {
			return starts, err
		}
		starts = append(starts, next[0])
	}
	return starts, nil
}

func (s *Store) listed(ctx context.Context) *gorm.DB {
	return s.read(ctx).Model(&Offer{}).Where("state IN ('live', 'scheduled') AND shop_id IN (SELECT id FROM shops WHERE opened_at IS NOT NULL AND standing <> 'suspended')")
}

// SitemapOffers are the offers of the part that begins after a slug.
func (s *Store) SitemapOffers(ctx context.Context, after string) (list []Listed, err error) {
	err = s.listed(ctx).Select("slug AS name, updated_at AS changed").Where("slug > ?", after).Order("slug").Limit(SitemapSize).Find(&list).Error
	return list, err
}

// SitemapShops are the shops that have something to sell, the first SitemapSize by their handles.
func (s *Store) SitemapShops(ctx context.Context) (list []Listed, err error) {
	err = s.read(ctx).Model(&Shop{}).Select("handle AS name, opened_at AS changed").
		Where("opened_at IS NOT NULL AND standing <> 'suspended' AND EXISTS (SELECT 1 FROM offers WHERE offers.shop_id = shops.id AND offers.state IN ('live', 'scheduled'))").
		Order("handle").Limit(SitemapSize).Find(&list).Error
	return list, err
}
