package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Profile is an account of a shop on a network, with what it lets us do kept sealed.
type Profile struct {
	ID              string
	ShopID          string
	Network         string // x, bluesky, mastodon
	Server          string // the address of the account's server, "" where there is but one
	Account         string // the network's own id of the account: handles move, this does not
	Handle          string // without the @
	Name            string
	GrantSealed     string
	Version         int64  // counts the grants that there were
	State           string // connected, expired, revoked
	Reason          string // of an expired one: refused (the network ended it), lost (a crash swallowed its renewal)
	ExpiresAt       *time.Time
	RefreshingUntil *time.Time
	Doubtful        bool // a renewal may have been made whose answer we never saw
	ConnectedBy     string
	ConnectedAt     time.Time
	UpdatedAt       time.Time
	CreatedAt       time.Time
}

// Live tells whether the account lets us post.
func (p *Profile) Live() bool { return p.State == "connected" }

// ErrDisconnected says that an account does not let us in any more: somebody has to sign in again.
var ErrDisconnected = errors.New("models: the account has to be connected again")

// ErrUnsure says that what was asked of a network may have been done, or not.
var ErrUnsure = errors.New("models: it may have been done")

// Connection is an account as its owner has just let us in. Grant is what social makes of it, in its own writing.
type Connection struct {
	Network, Server, Account, Handle, Name, Grant string
	Expires                                       time.Time // zero where it does not run out
}

// DisconnectProfile asks social to give a grant back.
type DisconnectProfile struct {
	ProfileID string `json:"profile_id"`
}

// Kind names the job in the queue.
func (DisconnectProfile) Kind() string { return "disconnect_profile" }

// Connect keeps an account that its owner let us into, anew where it was there before.
func (s *Store) Connect(ctx context.Context, shop *Shop, user *User, in Connection) (*Profile, error) {
	now := s.now()
	var profile Profile
	err := s.write(ctx, func(db *tx) error {
		profile = Profile{}
		err := db.Where("shop_id = ? AND network = ? AND account = ?", shop.ID, in.Network, in.Account).Take(&profile).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			profile = Profile{ID: newID(), ShopID: shop.ID, Network: in.Network, Account: in.Account, Version: 0, CreatedAt: now}
		} else if err != nil {
			return err
		}
		there := profile.Version
		profile.Server, profile.Handle, profile.Name, profile.State, profile.Reason, profile.Doubtful = in.Server, in.Handle, in.Name, "connected", "", false
		profile.Version, profile.ConnectedBy, profile.ConnectedAt, profile.UpdatedAt, profile.ExpiresAt, profile.RefreshingUntil = there+1, user.ID, now, now, orNever(in.Expires), nil
		if profile.GrantSealed, err = s.sealGrant(&profile, in.Grant); err != nil {
			return err
		}
		if there == 0 {
			err = db.Create(&profile).Error
		} else {
			err = changed(db.Model(&profile).Where("version = ?", there).Select("*").Updates(&profile))
		}
		if err != nil {
			return err
		}
		if err := db.listenTo(profile.ID); err != nil {
			return err
		}
		if err := db.hearAnew(&profile); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "profile.connected", Object: in.Network, Detail: in.Handle})
	})
	return &profile, err
}

func orNever(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC().Truncate(time.Microsecond)
	return &at
}

func (s *Store) sealGrant(profile *Profile, grant string) (string, error) {
	return s.sealer.seal(grant, "profiles", "grant", profile.ID)
}

// Profiles lists the shop's accounts, those that let us in first.
func (s *Store) Profiles(ctx context.Context, shop *Shop) ([]Profile, error) {
	return list[Profile](s.read(ctx).Where("shop_id = ? AND state <> 'revoked'", shop.ID).Order("CASE state WHEN 'connected' THEN 0 ELSE 1 END, network, handle, id"))
}

// ProfileIn finds the shop's own account by its id, also one that was disconnected, or ErrNotFound.
func (s *Store) ProfileIn(ctx context.Context, shop *Shop, id string) (*Profile, error) {
	profile, err := first[Profile](s.read(ctx).Where("id = ? AND shop_id = ?", id, shop.ID))
	return &profile, found(err)
}

// Profile finds an account for the jobs that work for it.
func (s *Store) Profile(ctx context.Context, id string) (*Profile, error) {
	profile, err := first[Profile](s.read(ctx).Where("id = ?", id))
	return &profile, found(err)
}

// Disconnect ends what an account lets us do. Its posts that waited become drafts again; the grant is given back by a job.
func (s *Store) Disconnect(ctx context.Context, shop *Shop, user *User, profile *Profile) error {
	return s.write(ctx, func(db *tx) error {
		now := s.now()
		err := changed(db.Exec("UPDATE profiles SET state = 'revoked', version = version + 1, refreshing_until = NULL, updated_at = ? WHERE id = ? AND shop_id = ? AND state <> 'revoked'", now, profile.ID, shop.ID))
		if err != nil {
			return err
		}
		err = db.Exec("UPDATE posts SET state = 'draft', failure = 'disconnected', failure_detail = '', scheduled_at = NULL, try_at = NULL WHERE profile_id = ? AND state = 'scheduled'", profile.ID).Error
		if err != nil {
			return err
		}
		if err := db.Exec("UPDATE posts SET profile_id = NULL WHERE profile_id = ? AND state = 'draft'", profile.ID).Error; err != nil {
			return err
		}
		if err := db.Exec("UPDATE posts SET measure_at = NULL WHERE profile_id = ?", profile.ID).Error; err != nil {
			return err
		}
		if err := db.Exec("DELETE FROM reply_cursors WHERE profile_id = ?", profile.ID).Error; err != nil {
			return err
		}
		if err := db.enqueue(DisconnectProfile{ProfileID: profile.ID}); err != nil {
			return err
		}
		if err := db.hearAnew(profile); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "profile.disconnected", Object: profile.Network, Detail: profile.Handle})
	})
}

// GrantToRevoke opens the grant of an account that was disconnected, "" where it was given back already.
func (s *Store) GrantToRevoke(ctx context.Context, profile *Profile) (string, error) {
	if profile.State != "revoked" || profile.GrantSealed == "" {
		return "", nil
	}
	return s.sealer.open(profile.GrantSealed, "profiles", "grant", profile.ID)
}

// ForgetGrant drops the grant of an account that was disconnected, once it is given back.
func (s *Store) ForgetGrant(ctx context.Context, profile *Profile) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE profiles SET grant_sealed = '', updated_at = ? WHERE id = ? AND state = 'revoked' AND version = ?", s.now(), profile.ID, profile.Version).Error
	})
}

// Expire notes that an account does not let us in any more, and tells the owners once.
func (s *Store) Expire(ctx context.Context, profile *Profile, reason string) error {
	err := s.write(ctx, func(db *tx) error {
		return db.expire(profile, reason)
	})
	if errors.Is(err, ErrChanged) {
		return nil // somebody has signed in again, or has disconnected it
	}
	return err
}

func (t *tx) expire(profile *Profile, reason string) error {
	err := changed(t.Exec("UPDATE profiles SET state = 'expired', reason = ?, grant_sealed = '', refreshing_until = NULL, updated_at = ? WHERE id = ? AND version = ? AND state = 'connected'",
		reason, t.store.now(), profile.ID, profile.Version))
	if err != nil {
		return err
	}
	if err := t.Exec("UPDATE posts SET measure_at = NULL WHERE profile_id = ?", profile.ID).Error; err != nil {
		return err
	}
	if err := t.hearAnew(profile); err != nil {
		return err
	}
	if err := t.audit(Audit{ShopID: &profile.ShopID, Action: "profile.expired", Object: profile.Network, Detail: profile.Handle}); err != nil {
		return err
	}
	key := "profile_expired-" + profile.ID + "-" + itoa(profile.Version)
	return t.ownerLetters(profile.ShopID, Letter{Key: key, Kind: "profile_expired", Detail: details("network", profile.Network, "handle", profile.Handle, "reason", reason)})
}

// PlannedBy counts the posts that wait to go out by an account.
func (s *Store) PlannedBy(ctx context.Context, profile *Profile) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM posts WHERE profile_id = ? AND state = 'scheduled'", profile.ID).Scan(&n).Error
	return n, err
}
