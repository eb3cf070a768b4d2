package models

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"
)

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

// FanProfiles lists the accounts of a fan, oldest first.
func (s *Store) FanProfiles(ctx context.Context, fan *Fan) ([]FanProfile, error) {
	return list[FanProfile](s.read(ctx).Where("fan_id = ? AND removed_at IS NULL", fan.ID).Order("created_at, id"))
}

// EnterFan gives the fan who has just proven to a network, from the address client, who it is. signedIn is the fan of the
// same browser, or nil: then the account joins that fan. An account that belongs to somebody else already stays theirs
// (Problem profile.taken where signedIn is another). A handle that has moved is taken anew, and written down.
func (s *Store) EnterFan(ctx context.Context, who Identity, signedIn *Fan, language, client string) (*Fan, error) {
	fan, err := s.enterFan(ctx, who, signedIn, language, client)
	if errors.Is(err, gorm.ErrDuplicatedKey) { // two tabs came back at once
		fan, err = s.enterFan(ctx, who, signedIn, language, client)
	}
	return fan, err
}

func (s *Store) enterFan(ctx context.Context, who Identity, signedIn *Fan, language, client string) (*Fan, error) {
	fan, err := s.FanOf(ctx, who)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if err == nil {
		if signedIn != nil && signedIn.ID != fan.ID {
			return nil, Problems{{Field: "network", Code: "profile.taken"}}
		}
		return fan, s.NoteHandle(ctx, fan, who, client)
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
		} else if err := db.consent(fan, "account_added", who.Handle, client, details("network", who.Network, "id", who.RemoteID)); err != nil {
			return err
		}
		return db.Create(&FanProfile{
			ID: newID(), FanID: fan.ID, Network: who.Network, RemoteID: who.RemoteID, Handle: who.Handle, Name: shortened(cleanLine(who.Name), 100), CreatedAt: now,
		}).Error
	})
	return fan, err
}

// NoteHandle takes the handle by which a fan's account goes now, whether a sign-in or a reply shows it; one that has moved
// since the consent is written down there. Whose the account is does not follow from it.
func (s *Store) NoteHandle(ctx context.Context, fan *Fan, who Identity, client string) error {
	known, err := first[FanProfile](s.read(ctx).Where("fan_id = ? AND network = ? AND remote_id = ? AND removed_at IS NULL", fan.ID, who.Network, who.RemoteID))
	if err != nil || who.Handle == "" || strings.EqualFold(known.Handle, who.Handle) && (who.Name == "" || known.Name == who.Name) {
		return found(err)
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		name := shortened(cleanLine(who.Name), 100)
		if name == "" {
			name = known.Name
		}
		err := changed(db.Exec("UPDATE fan_profiles SET handle = ?, name = ? WHERE id = ? AND handle = ? AND removed_at IS NULL", who.Handle, name, known.ID, known.Handle))
		if errors.Is(err, ErrChanged) || err == nil && strings.EqualFold(known.Handle, who.Handle) {
			return nil // somebody else has taken it over just now
		}
		if err != nil {
			return err
		}
		return db.consent(fan, "renamed", who.Handle, client, details("network", who.Network, "id", who.RemoteID, "before", known.Handle))
	})
}

// RemoveFanProfile forgets an account of a fan: its replies buy nothing any more. Problem profile.last where there is no
// other to sign in with.
func (s *Store) RemoveFanProfile(ctx context.Context, fan *Fan, id, handle, client string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		var profiles []FanProfile
		if err := db.Where("fan_id = ? AND removed_at IS NULL", fan.ID).Find(&profiles).Error; err != nil {
			return err
		}
		for _, profile := range profiles {
			if profile.ID != id {
				continue
			}
			if len(profiles) == 1 {
				return Problems{{Field: "network", Code: "profile.last"}}
			}
			if err := changed(db.Exec("UPDATE fan_profiles SET removed_at = ? WHERE id = ? AND removed_at IS NULL", s.now(), id)); err != nil {
				return err
			}
			return db.consent(fan, "account_removed", handle, client, details("network", profile.Network, "id", profile.RemoteID, "handle", profile.Handle))
		}
		return ErrNotFound
	})
}
