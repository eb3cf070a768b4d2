package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// linkLetter makes a one-use link and the letter that carries it. Older links of the purpose end.
func (t *tx) linkLetter(user *User, purpose string, lasts time.Duration) error {
	now := t.store.now()
	if err := t.Exec("UPDATE user_links SET expires_at = ? WHERE user_id = ? AND purpose = ? AND used_at IS NULL", now, user.ID, purpose).Error; err != nil {
		return err
	}
	secret := newSecret()
	hash := t.store.sealer.digest(purpose, secret)
	err := t.Exec("INSERT INTO user_links (hash, user_id, purpose, expires_at, created_at) VALUES (?, ?, ?, ?, ?)", hash, user.ID, purpose, now.Add(lasts), now).Error
	if err != nil {
		return err
	}
	return t.letter(Letter{Key: purpose + "-" + hash[:32], Kind: purpose, Recipient: user.Email, Language: user.Language, UserID: &user.ID, Secret: secret})
}

// useLink ends a link and tells whose it was; link.expired or link.used as a Problem where it is not good any more.
func (t *tx) useLink(purpose, secret string) (userID string, err error) {
	var link struct {
		UserID    string
		ExpiresAt time.Time
		UsedAt    *time.Time
	}
	hash := t.store.sealer.digest(purpose, secret)
	if err := t.Table("user_links").Where("hash = ? AND purpose = ?", hash, purpose).Take(&link).Error; err != nil {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return "", Problems{{Field: "link", Code: "link.expired"}}
		}
		return "", err
	}
	if link.UsedAt != nil {
		return "", Problems{{Field: "link", Code: "link.used"}}
	}
	if !t.store.now().Before(link.ExpiresAt) {
		return "", Problems{{Field: "link", Code: "link.expired"}}
	}
	err = changed(t.Exec("UPDATE user_links SET used_at = ? WHERE hash = ? AND used_at IS NULL", t.store.now(), hash))
	return link.UserID, err
}

// ConfirmEmail ends the link and marks its account's address as confirmed.
func (s *Store) ConfirmEmail(ctx context.Context, secret string) (userID string, err error) {
	err = s.write(ctx, func(db *tx) error {
		if userID, err = db.useLink("confirm_email", secret); err != nil {
			return err
		}
		return db.Exec("UPDATE users SET confirmed_at = COALESCE(confirmed_at, ?) WHERE id = ?", s.now(), userID).Error
	})
	return userID, err
}

// CheckLink tells, without ending it, whether a link is good: Problems link.expired or link.used where it is not.
func (s *Store) CheckLink(ctx context.Context, purpose, secret string) error {
	var links []struct {
		ExpiresAt time.Time
		UsedAt    *time.Time
	}
	err := s.read(ctx).Table("user_links").Where("hash = ? AND purpose = ?", s.sealer.digest(purpose, secret), purpose).Limit(1).Find(&links).Error
	switch {
	case err != nil:
		return err
	case len(links) == 1 && links[0].UsedAt != nil:
		return Problems{{Field: "link", Code: "link.used"}}
	case len(links) == 0 || !s.now().Before(links[0].ExpiresAt):
		return Problems{{Field: "link", Code: "link.expired"}}
	}
	return nil
}

// LinkEmail is the address of the account that a link is for, or empty: a browser's keeper of passwords wants to know it.
func (s *Store) LinkEmail(ctx context.Context, purpose, secret string) (email string, err error) {
	err = s.read(ctx).Table("user_links AS l").Joins("JOIN users u ON u.id = l.user_id").Where("l.hash = ? AND l.purpose = ?", s.sealer.digest(purpose, secret), purpose).
		Limit(1).Pluck("u.email", &email).Error
	return email, err
}

// AskConfirmation sends the confirming letter again where the address has an account that waits for it; the answer is
// the same where it has none.
func (s *Store) AskConfirmation(ctx context.Context, email string) error {
	return s.askLink(ctx, email, "confirm_email", confirmLasts, func(user *User) bool { return user.ConfirmedAt == nil })
}

// AskPasswordReset sends a reset link where the address has an account; the answer is the same where it has none.
func (s *Store) AskPasswordReset(ctx context.Context, email string) error {
	return s.askLink(ctx, email, "reset_password", resetLasts, func(*User) bool { return true })
}

func (s *Store) askLink(ctx context.Context, email, purpose string, lasts time.Duration, due func(*User) bool) error {
	user, err := s.UserByEmail(ctx, email)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && !due(user):
		// A row is written here too: how long the answer takes must not tell who has an account.
		_, err = s.Allow(ctx, Limit{Name: "nobody", Burst: 1, Every: time.Second}, email)
		return err
	case err != nil:
		return err
	}
	return s.write(ctx, func(db *tx) error { return db.linkLetter(user, purpose, lasts) })
}
