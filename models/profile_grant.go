package models

import (
	"context"
	"errors"
	"time"
)

// Grants that run out are renewed this long before they do; a renewal that takes longer than refreshLasts was cut off.
const (
	refreshAhead = 5 * time.Minute
	refreshLasts = time.Minute
	refreshLook  = 150 * time.Millisecond
)

// Renew uses a grant up for a fresh one. Its error is ErrDisconnected where the network knows the grant no more, and wraps
// ErrUnsure where the answer was lost.
type Renew func(ctx context.Context, grant string) (fresh string, expires time.Time, err error)

// FreshGrant opens an account's grant, renewed before if it is about to run out. One renews it at a time, in whichever
// process: a token that is used up twice may end the whole sign-in. ErrDisconnected where the account does not let us in.
func (s *Store) FreshGrant(ctx context.Context, profileID string, renew Renew) (string, error) {
	return s.freshGrant(ctx, profileID, refreshAhead, renew)
}

// RenewedGrant is FreshGrant for a grant that the network refused although it should last: version is that of the one
// refused, and another that is there by now is given as it is.
func (s *Store) RenewedGrant(ctx context.Context, profile *Profile, renew Renew) (string, error) {
	now, err := s.Profile(ctx, profile.ID)
	if err != nil {
		return "", err
	}
	if now.Version != profile.Version {
		return s.FreshGrant(ctx, profile.ID, renew)
	}
	return s.freshGrant(ctx, profile.ID, 100*365*24*time.Hour, renew)
}

func (s *Store) freshGrant(ctx context.Context, profileID string, ahead time.Duration, renew Renew) (string, error) {
	var first int64
	for {
		profile, err := s.Profile(ctx, profileID)
		if err != nil {
			return "", err
		}
		if !profile.Live() {
			return "", ErrDisconnected
		}
		if first == 0 {
			first = profile.Version
		}
		// Whoever waited while somebody else renewed it takes what came of that.
		if profile.ExpiresAt == nil || s.now().Before(profile.ExpiresAt.Add(-ahead)) || profile.Version != first {
			return s.sealer.open(profile.GrantSealed, "profiles", "grant", profile.ID)
		}
		held, err := s.holdRefresh(ctx, profile)
		if err == nil {
			return s.refresh(ctx, held, renew)
		}
		if !errors.Is(err, ErrChanged) {
			return "", err
		}
		wait := time.NewTimer(refreshLook)
		select {
		case <-ctx.Done():
			wait.Stop()
			return "", ctx.Err()
		case <-wait.C:
		}
	}
}

// holdRefresh takes the right to renew a grant: ErrChanged where somebody has it. One that ran out was cut off between
// the network's answer and our note of it, so the grant is doubtful from then on.
func (s *Store) holdRefresh(ctx context.Context, profile *Profile) (*Profile, error) {
	now := s.now()
	held := *profile
	until := now.Add(refreshLasts)
	held.RefreshingUntil = &until
	held.Doubtful = profile.Doubtful || profile.RefreshingUntil != nil
	return &held, s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec(`UPDATE profiles SET doubtful = (doubtful OR refreshing_until IS NOT NULL), refreshing_until = ?
			WHERE id = ? AND version = ? AND state = 'connected' AND (refreshing_until IS NULL OR refreshing_until <= ?)`, until, profile.ID, profile.Version, now))
	})
}

// refresh asks the network and keeps the answer, whether or not who asked is still there.
func (s *Store) refresh(ctx context.Context, held *Profile, renew Renew) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshLasts-10*time.Second)
	defer cancel()
	grant, err := s.sealer.open(held.GrantSealed, "profiles", "grant", held.ID)
	if err != nil {
		return "", err
	}
	fresh, expires, err := renew(ctx, grant)
	switch {
	case errors.Is(err, ErrDisconnected):
		reason := "refused"
		if held.Doubtful {
			reason = "lost"
		}
		if failed := s.Expire(ctx, held, reason); failed != nil {
			return "", failed
		}
		return "", ErrDisconnected
	case err != nil:
		unsure := errors.Is(err, ErrUnsure)
		failed := s.write(ctx, func(db *tx) error {
			db.touches()
			return db.Exec("UPDATE profiles SET refreshing_until = NULL, doubtful = (doubtful OR ?) WHERE id = ? AND version = ? AND refreshing_until = ?", unsure, held.ID, held.Version, *held.RefreshingUntil).Error
		})
		return "", errors.Join(err, failed)
	}
	sealed, err := s.sealGrant(held, fresh)
	if err != nil {
		return "", err
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE profiles SET grant_sealed = ?, expires_at = ?, version = version + 1, refreshing_until = NULL, doubtful = ?, updated_at = ? WHERE id = ? AND version = ? AND state = 'connected'",
			sealed, orNever(expires), false, s.now(), held.ID, held.Version))
	})
	if errors.Is(err, ErrChanged) {
		err = ErrDisconnected
	}
	return fresh, err
}
