package models

import (
	"context"
	"time"
)

// Fan is a person who may buy by replying: known by network accounts, with recorded consent, caps and kept cards.
type Fan struct {
	ID               string
	Email            string
	EmailKey         string
	EmailConfirmedAt *time.Time
	EmailHash        string // of the link that confirms it
	Language         string
	Name             string  // on parcels
	Address          string  // lines
	Country          string  // of Address
	Customer         *string // at Stripe, the one for every shop
	CapCurrency      string
	CapOrder         int64 // the most of one order, in the smallest unit of CapCurrency
	CapDay           int64 // the most of all orders of 24 hours
	BuysFrom         *time.Time
	StoppedAt        *time.Time
	DeletedAt        *time.Time
	CreatedAt        time.Time
}

// Cap puts the fan's currency beside one of the caps.
func (f *Fan) Cap(amount int64) Money { return Money{amount, f.CapCurrency} }

// Agreed tells whether the fan has consented to be charged for replies.
func (f *Fan) Agreed() bool { return f.BuysFrom != nil }

// Identity is who a network says that somebody is. RemoteID holds for good and is the same wherever it is seen from: X's
// number, Bluesky's DID, Mastodon's name@domain in lower case (a name cannot be changed there, and the numbers differ from
// server to server). So no server belongs to it: a fan signs in at their own, and is read at the shop's. Handle and Name
// move; nobody is found by them. The author of a reply is Reply.Author.
type Identity struct{ Network, RemoteID, Handle, Name string }

// FanOf finds the fan who is known by an account on a network, or ErrNotFound. Who was deleted is not found.
func (s *Store) FanOf(ctx context.Context, who Identity) (*Fan, error) {
	var fan Fan
	err := s.read(ctx).Joins("JOIN fan_profiles p ON p.fan_id = fans.id").
		Where("p.network = ? AND p.server = '' AND p.remote_id = ? AND p.removed_at IS NULL AND fans.deleted_at IS NULL", who.Network, who.RemoteID).Take(&fan).Error
	return &fan, found(err)
}

// Fan finds a fan by its id, or ErrNotFound.
func (s *Store) Fan(ctx context.Context, id string) (*Fan, error) {
	fan, err := first[Fan](s.read(ctx).Where("id = ? AND deleted_at IS NULL", id))
	return &fan, found(err)
}

// FanEver is Fan for one who may have been deleted since.
func (s *Store) FanEver(ctx context.Context, id string) (*Fan, error) {
	fan, err := first[Fan](s.read(ctx).Where("id = ?", id))
	return &fan, found(err)
}

// RecordCustomer keeps the one customer that Stripe has of a fan; done twice it changes nothing.
func (s *Store) RecordCustomer(ctx context.Context, fan *Fan, customer string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE fans SET customer = ? WHERE id = ? AND (customer IS NULL OR customer = ?)", customer, fan.ID, customer))
	})
}

// ChargingOf tells whether a confirmed order of a fan is still being charged.
func (s *Store) ChargingOf(ctx context.Context, fan *Fan) (bool, error) {
	var n int64
	err := s.read(ctx).Raw("SELECT count(*) FROM confirmations WHERE fan_id = ? AND state = 'confirmed'", fan.ID).Scan(&n).Error
	return n > 0, err
}

// ForgetCustomer notes that Stripe has forgotten a fan who deleted the wallet.
func (s *Store) ForgetCustomer(ctx context.Context, fan *Fan) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE fans SET customer = NULL WHERE id = ? AND deleted_at IS NOT NULL", fan.ID).Error
	})
}
