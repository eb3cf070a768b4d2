package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
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

// FanProfile is an account of a fan on a network. The network's id is who it is: handles move.
type FanProfile struct {
	ID        string
	FanID     string
	Network   string
	RemoteID  string // as of Identity
	Handle    string
	Name      string
	RemovedAt *time.Time
	CreatedAt time.Time
}

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

// FanProfiles lists the accounts of a fan, oldest first.
func (s *Store) FanProfiles(ctx context.Context, fan *Fan) ([]FanProfile, error) {
	return list[FanProfile](s.read(ctx).Where("fan_id = ? AND removed_at IS NULL", fan.ID).Order("created_at, id"))
}

// EnterFan gives the fan who has just proven to a network who it is. signedIn is the fan of the same browser, or nil: then
// the account joins that fan. An account that belongs to somebody else already stays theirs (Problem profile.taken where
// signedIn is another). The handle is taken anew each time.
func (s *Store) EnterFan(ctx context.Context, who Identity, signedIn *Fan, language string) (*Fan, error) {
	fan, err := s.enterFan(ctx, who, signedIn, language)
	if errors.Is(err, gorm.ErrDuplicatedKey) { // two tabs came back at once
		fan, err = s.enterFan(ctx, who, signedIn, language)
	}
	return fan, err
}

func (s *Store) enterFan(ctx context.Context, who Identity, signedIn *Fan, language string) (*Fan, error) {
	fan, err := s.FanOf(ctx, who)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if err == nil {
		if signedIn != nil && signedIn.ID != fan.ID {
			return nil, Problems{{Field: "network", Code: "profile.taken"}}
		}
		return fan, s.write(ctx, func(db *tx) error {
			db.touches()
			return db.Exec("UPDATE fan_profiles SET handle = ?, name = ? WHERE network = ? AND server = '' AND remote_id = ? AND removed_at IS NULL",
				who.Handle, shortened(cleanLine(who.Name), 100), who.Network, who.RemoteID).Error
		})
	}
	now := s.now()
	if fan = signedIn; fan == nil {
		fan = &Fan{ID: newID(), Language: language, CreatedAt: now}
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		if signedIn == nil {
			if err := db.Create(fan).Error; err != nil {
				return err
			}
		}
		return db.Create(&FanProfile{
			ID: newID(), FanID: fan.ID, Network: who.Network, RemoteID: who.RemoteID, Handle: who.Handle, Name: shortened(cleanLine(who.Name), 100), CreatedAt: now,
		}).Error
	})
	return fan, err
}

// RemoveFanProfile forgets an account of a fan: its replies buy nothing any more.
func (s *Store) RemoveFanProfile(ctx context.Context, fan *Fan, id string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE fan_profiles SET removed_at = ? WHERE id = ? AND fan_id = ? AND removed_at IS NULL", s.now(), id, fan.ID))
	})
}

// RecordCustomer keeps the one customer that Stripe has of a fan; done twice it changes nothing.
func (s *Store) RecordCustomer(ctx context.Context, fan *Fan, customer string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE fans SET customer = ? WHERE id = ? AND (customer IS NULL OR customer = ?)", customer, fan.ID, customer))
	})
}
