package models

import (
	"context"
	"maps"
	"slices"
)

// Push is what a network delivers of what is written to an account: see PushAll and the like, and why where it is nothing.
type Push struct{ State, Failure string }

// HearNetworks is the work of having the networks deliver by themselves what is written to the accounts.
type HearNetworks struct{}

// Kind names the job in the queue.
func (HearNetworks) Kind() string { return "hear_networks" }

// hearAnew has a network that can deliver asked anew for what it delivers, after an account came or went.
func (t *tx) hearAnew(profile *Profile) error {
	if profile.Network != "x" {
		return nil
	}
	return t.enqueue(HearNetworks{})
}

// PushAccounts are the accounts on a network that let us in, each with whether all shops that have it would pass their cap
// by one more event.
func (s *Store) PushAccounts(ctx context.Context, network string, price int64) (map[string]bool, error) {
	var rows []struct {
		Account string
		Full    bool
	}
	err := s.read(ctx).Raw(`SELECT profiles.account, COALESCE(network_costs.micros, 0) + ? > COALESCE(network_caps.micros, ?) AS "full" FROM profiles
		LEFT JOIN network_costs ON network_costs.shop_id = profiles.shop_id AND network_costs.month = ?
		LEFT JOIN network_caps ON network_caps.shop_id = profiles.shop_id WHERE profiles.network = ? AND profiles.state = 'connected'`, price, UsualCap, s.month(), network).Scan(&rows).Error
	accounts := map[string]bool{}
	for _, row := range rows {
		known, there := accounts[row.Account]
		accounts[row.Account] = row.Full && (known || !there)
	}
	return accounts, err
}

// RecordPush notes what a network delivers of what is written to accounts. One that delivers no more is asked at once.
func (s *Store) RecordPush(ctx context.Context, network string, got map[string]Push) error {
	if len(got) == 0 {
		return nil
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		now := s.now()
		for _, account := range slices.Sorted(maps.Keys(got)) {
			push := got[account]
			err := db.Exec(`UPDATE reply_cursors SET due_at = CASE WHEN push IN ('all', 'mentions') AND ? = 'off' THEN ? ELSE due_at END, push = ?, push_failure = ?, push_at = ?
				WHERE profile_id IN (SELECT id FROM profiles WHERE network = ? AND account = ? AND state = 'connected')`, push.State, now, push.State, push.Failure, now, network, account).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}
