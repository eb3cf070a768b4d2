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

// FanSilences lists the accounts of a fan that are answered no more because they said so.
func (s *Store) FanSilences(ctx context.Context, fan *Fan) ([]Silence, error) {
	return list[Silence](s.read(ctx).Where(ownSilences, fan.ID).Order("network, author_id"))
}

// AnswerAgain ends what STOP began, for all accounts of a fan who asks for it here. What shops took for abuse stays.
func (s *Store) AnswerAgain(ctx context.Context, fan *Fan, handle, client string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		result := db.Exec("DELETE FROM silences WHERE "+ownSilences, fan.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return db.consent(fan, "answers_on", handle, client, "")
	})
}

const ownSilences = `shop_id = '' AND EXISTS (SELECT 1 FROM fan_profiles p WHERE p.network = silences.network AND p.remote_id = silences.author_id AND p.fan_id = ? AND p.removed_at IS NULL)`
