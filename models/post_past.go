package models

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// EarlierTexts are the texts of the shop's newest posts on a network, without the one of a code.
func (s *Store) EarlierTexts(ctx context.Context, shop *Shop, network, code string) (texts []string, err error) {
	err = s.read(ctx).Raw("SELECT text FROM posts WHERE shop_id = ? AND network = ? AND code <> ? ORDER BY created_at DESC, id DESC LIMIT 100", shop.ID, network, code).Scan(&texts).Error
	return texts, err
}

// HashtagsBeside are the hashtags of the shop's other offers that are not over.
func (s *Store) HashtagsBeside(ctx context.Context, shop *Shop, offer *Offer) (tags []string, err error) {
	err = s.read(ctx).Raw(`SELECT DISTINCT versions.hashtag FROM offers JOIN versions ON versions.id = offers.latest_version_id
		WHERE offers.shop_id = ? AND offers.id <> ? AND offers.state NOT IN ('ended', 'taken_down') AND versions.hashtag <> '' ORDER BY versions.hashtag LIMIT 500`, shop.ID, offer.ID).Scan(&tags).Error
	return tags, err
}

// SoldTag is a hashtag of the shop's past with what its posts brought.
type SoldTag struct {
	Tag    string
	Orders int64
	Gross  Money
}

// SoldTags are the hashtags that stood in the shop's posts, with what those sold in its currency, best first. find takes a
// text's hashtags out of it.
func (s *Store) SoldTags(ctx context.Context, shop *Shop, most int, find func(text string) []string) ([]SoldTag, error) {
	var posts []soldPost
	err := s.read(ctx).Raw(`SELECT posts.text, post_sales.orders, post_sales.gross FROM posts JOIN post_sales ON post_sales.post_id = posts.id
		WHERE posts.shop_id = ? AND post_sales.currency = ? AND post_sales.orders > 0 ORDER BY post_sales.gross DESC, posts.id LIMIT 200`, shop.ID, shop.Currency).Scan(&posts).Error
	if err != nil {
		return nil, err
	}
	return soldTags(posts, shop.Currency, most, find), nil
}

type soldPost struct {
	Text          string
	Orders, Gross int64
}

// soldTags adds up what posts with the same hashtag sold, whatever its capitals; the spelling of the best one stands.
func soldTags(posts []soldPost, currency string, most int, find func(text string) []string) []SoldTag {
	var list []SoldTag
	at := map[string]int{}
	for _, post := range posts {
		seen := map[string]bool{}
		for _, tag := range find(post.Text) {
			key := strings.ToLower(tag)
			if seen[key] {
				continue
			}
			seen[key] = true
			i, known := at[key]
			if !known {
				i = len(list)
				at[key] = i
				list = append(list, SoldTag{Tag: tag, Gross: Money{Currency: currency}})
			}
			list[i].Orders += post.Orders
			list[i].Gross.Amount += post.Gross
		}
	}
	slices.SortStableFunc(list, func(a, b SoldTag) int { return cmp.Compare(b.Gross.Amount, a.Gross.Amount) })
	return list[:min(len(list), most)]
}
