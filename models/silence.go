package models

import (
	"context"
	"time"
)

// Silence is a person on a network whom nobody answers: for good after their own word (of all shops: ShopID is empty), or
// by one shop that took it for abuse. AuthorID is an Identity's RemoteID; the table's server stays empty, as there.
type Silence struct {
	Network, AuthorID, ShopID string
	Handle                    string
	Why                       string // stop, abuse
	ByUser                    *string
	CreatedAt                 time.Time
}

// SilenceOf finds why a person is not answered by a shop, their own word first; nil where they may be.
func (s *Store) SilenceOf(ctx context.Context, shopID string, who Identity) (*Silence, error) {
	rows, err := list[Silence](s.read(ctx).Where("network = ? AND server = '' AND author_id = ? AND shop_id IN ('', ?)", who.Network, who.RemoteID, shopID).Order("shop_id").Limit(1))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}
