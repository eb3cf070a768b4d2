package models

import (
	"context"
	"time"
)

// Silence is a person on a network whom nobody answers: for good after their own word (of all shops: ShopID is empty), or
// by one shop that took it for abuse.
type Silence struct {
	Network, Server, AuthorID, ShopID string
	Handle                            string
	Why                               string // stop, abuse
	ByUser                            *string
	CreatedAt                         time.Time
}

// SilenceOf finds why a person is not answered by a shop, their own word first; nil where they may be.
func (s *Store) SilenceOf(ctx context.Context, shopID, network, server, authorID string) (*Silence, error) {
	rows, err := list[Silence](s.read(ctx).Where("network = ? AND server = ? AND author_id = ? AND shop_id IN ('', ?)", network, server, authorID, shopID).Order("shop_id").Limit(1))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}
