package models

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"gorm.io/gorm"
)

// User is a person who can sign in: a member of shops, an admin of the installation, or both.
type User struct {
	ID           string
	Email        string
	PasswordHash string
	Language     string
	IsAdmin      bool
	ConfirmedAt  *time.Time
	SessionEpoch int64 // sessions of another epoch are over
	CreatedAt    time.Time
}

// SignUp is what somebody types to join.
type SignUp struct{ Email, Password, Language string }

const (
	passwordLeast = 10
	passwordMost  = 200
	confirmLasts  = 48 * time.Hour
	resetLasts    = time.Hour
)

// hashing is argon2id at OWASP's second profile (19 MiB, two passes).
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// noPassword is compared with when there is no such account, so that the answer takes as long.
var noPassword, _ = argon2id.CreateHash("nobody has this", hashing)

// CleanEmail is the address as we keep it: trimmed and lower case.
func CleanEmail(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

// emailKey tells one mailbox from another: without the +alias and, at Gmail, without dots.
func emailKey(email string) string {
	local, domain, _ := strings.Cut(CleanEmail(email), "@")
	local, _, _ = strings.Cut(local, "+")
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}

// CheckEmail finds what is wrong with an address: email.blank, email.long, email.malformed.
func CheckEmail(typed string) *Problem {
	email := CleanEmail(typed)
	switch {
	case email == "":
		return problem("email.blank")
	case len(email) > 254:
		return problem("email.long")
	}
	parsed, err := mail.ParseAddress(email)
	_, domain, _ := strings.Cut(email, "@")
	if err != nil || parsed.Address != email || strings.ContainsAny(email, "\r\n \"") || !strings.Contains(domain, ".") {
		return problem("email.malformed")
	}
	return nil
}

func checkPassword(password, email string) *Problem {
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(email, "@")
	switch {
	case utf8.RuneCountInString(password) < passwordLeast:
		return problem("password.short", "Min", passwordLeast)
	case len(password) > passwordMost:
		return problem("password.long", "Max", passwordMost)
	case commonPasswords[lower] || lower == email || len(local) > 3 && lower == local+local:
		return problem("password.common")
	}
	return nil
}

// CreateUser makes an account and the letter that confirms its address. Where the address already has one, nothing is
// made, its owner is told by a letter, and the answer is the same: nil user, nil error.
func (s *Store) CreateUser(ctx context.Context, in SignUp) (*User, error) {
	var problems Problems
	email := CleanEmail(in.Email)
	problems.take("email", CheckEmail(email))
	problems.take("password", checkPassword(in.Password, email))
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	hash, err := argon2id.CreateHash(in.Password, hashing)
	if err != nil {
		return nil, err
	}
	user := &User{ID: newID(), Email: email, PasswordHash: hash, Language: in.Language, CreatedAt: s.now()}
	err = s.write(ctx, func(db *tx) error {
		if err := db.Create(user).Error; err != nil {
			return err
		}
		return db.linkLetter(user, "confirm_email", confirmLasts)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return nil, s.tellAccountExists(ctx, email)
	}
	if err != nil {
		return nil, err
	}
	return user, nil
}

func (s *Store) tellAccountExists(ctx context.Context, email string) error {
	user, err := s.UserByEmail(ctx, email)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		// At most one such letter a day: the form must not be a way to fill a mailbox.
		return db.letter(Letter{Key: "account_exists-" + user.ID + "-" + s.now().Format(time.DateOnly), Kind: "account_exists", Recipient: user.Email, Language: user.Language, UserID: &user.ID})
	})
}

// UserByEmail finds an account, or ErrNotFound.
func (s *Store) UserByEmail(ctx context.Context, email string) (*User, error) {
	user, err := gorm.G[User](s.read(ctx)).Where("email = ?", CleanEmail(email)).First(ctx)
	return &user, found(err)
}

// User finds an account by its id, or ErrNotFound.
func (s *Store) User(ctx context.Context, id string) (*User, error) {
	user, err := gorm.G[User](s.read(ctx)).Where("id = ?", id).First(ctx)
	return &user, found(err)
}

// SignIn finds the account with this address and password; a Problem sign_in.wrong says neither which is wrong nor,
// by the time it takes, whether there is such an account.
func (s *Store) SignIn(ctx context.Context, email, password string) (*User, error) {
	wrong := Problems{{Field: "email", Code: "sign_in.wrong"}}
	user, err := s.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	hash := noPassword
	if err == nil {
		hash = user.PasswordHash
	}
	if len(password) > passwordMost {
		password = ""
	}
	match, compareErr := argon2id.ComparePasswordAndHash(password, hash)
	if compareErr != nil {
		return nil, compareErr
	}
	if err != nil || !match {
		return nil, wrong
	}
	return user, nil
}

// linkLetter makes a one-use link and the letter that carries it. Older links of the purpose end.
func (t *tx) linkLetter(user *User, purpose string, lasts time.Duration) error {
	now := t.store.now()
	if err := t.Exec("UPDATE user_links SET used_at = ? WHERE user_id = ? AND purpose = ? AND used_at IS NULL", now, user.ID, purpose).Error; err != nil {
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

// ResetPassword ends the link, sets the password and ends every session of the account.
func (s *Store) ResetPassword(ctx context.Context, secret, password string) error {
	if p := checkPassword(password, ""); p != nil {
		p.Field = "password"
		return Problems{*p}
	}
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		userID, err := db.useLink("reset_password", secret)
		if err != nil {
			return err
		}
		// Whoever could read the letter owns the address.
		return db.setPassword(userID, hash, true)
	})
}

func (t *tx) setPassword(userID, hash string, confirmed bool) error {
	now := t.store.now()
	set := map[string]any{"password_hash": hash, "session_epoch": gorm.Expr("session_epoch + 1")}
	if confirmed {
		set["confirmed_at"] = gorm.Expr("COALESCE(confirmed_at, ?)", now)
	}
	if err := changed(t.Model(&User{}).Where("id = ?", userID).Updates(set)); err != nil {
		return err
	}
	if err := t.audit(Audit{UserID: &userID, Action: "password.changed"}); err != nil {
		return err
	}
	var user User
	if err := t.Where("id = ?", userID).Take(&user).Error; err != nil {
		return err
	}
	return t.letter(Letter{Key: "password_changed-" + userID + "-" + newSlug(), Kind: "password_changed", Recipient: user.Email, Language: user.Language, UserID: &userID})
}

// ChangePassword sets a new password for somebody who knows the old one, and ends every session, also this one.
func (s *Store) ChangePassword(ctx context.Context, user *User, old, password string) error {
	var problems Problems
	if match, err := argon2id.ComparePasswordAndHash(old, user.PasswordHash); err != nil {
		return err
	} else if !match {
		problems.Add("old", "password.wrong")
	}
	problems.take("password", checkPassword(password, user.Email))
	if err := problems.orNil(); err != nil {
		return err
	}
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error { return db.setPassword(user.ID, hash, false) })
}

// SetLanguage keeps the language a person chose.
func (s *Store) SetLanguage(ctx context.Context, user *User, language string) error {
	return s.write(ctx, func(db *tx) error {
		return changed(db.Exec("UPDATE users SET language = ? WHERE id = ?", language, user.ID))
	})
}

// EndSessions ends every session of an account, at once.
func (s *Store) EndSessions(ctx context.Context, user *User) error {
	return s.write(ctx, func(db *tx) error {
		return changed(db.Exec("UPDATE users SET session_epoch = session_epoch + 1 WHERE id = ?", user.ID))
	})
}

// CreateAdmin makes an admin of this installation, or makes an existing account one and sets its password.
func (s *Store) CreateAdmin(ctx context.Context, email, password, language string) (*User, error) {
	email = CleanEmail(email)
	var problems Problems
	problems.take("email", CheckEmail(email))
	problems.take("password", checkPassword(password, email))
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return nil, err
	}
	now := s.now()
	user := &User{ID: newID(), Email: email, PasswordHash: hash, Language: language, IsAdmin: true, ConfirmedAt: &now, CreatedAt: now}
	err = s.write(ctx, func(db *tx) error {
		var known User
		err := db.Where("email = ?", email).Take(&known).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			if err := db.Create(user).Error; err != nil {
				return err
			}
			return db.audit(Audit{UserID: &user.ID, Action: "admin.created", Object: email})
		}
		if err != nil {
			return err
		}
		user.ID = known.ID
		err = changed(db.Exec("UPDATE users SET is_admin = TRUE, password_hash = ?, session_epoch = session_epoch + 1, confirmed_at = COALESCE(confirmed_at, ?) WHERE id = ?", hash, now, known.ID))
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, Action: "admin.created", Object: email})
	})
	return user, err
}
