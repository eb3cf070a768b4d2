package models

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
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

// passwordMemory is what a hash costs, in KiB: argon2id at OWASP's second profile, 19 MiB and two passes.
const passwordMemory = 19 * 1024

// hashing makes password hashes. nobody is compared with when there is no such account, so that the answer takes as long.
type hashing struct {
	params *argon2id.Params
	nobody string
}

// newHashing hashes with memory KiB; 0 is passwordMemory, and anything less is for tests.
func newHashing(memory uint32) hashing {
	if memory == 0 {
		memory = passwordMemory
	}
	h := hashing{params: &argon2id.Params{Memory: memory, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}}
	h.nobody = h.ofNobody()
	return h
}

// ofNobody is a hash as any other, of no password: comparing takes as long, and making it takes nothing.
func (h hashing) ofNobody() string {
	random := make([]byte, h.params.SaltLength+h.params.KeyLength)
	_, _ = rand.Read(random) // it never fails
	text := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", h.params.Memory, h.params.Iterations, h.params.Parallelism,
		text.EncodeToString(random[:h.params.SaltLength]), text.EncodeToString(random[h.params.SaltLength:]))
}

func (h hashing) of(password string) (string, error) { return argon2id.CreateHash(password, h.params) }

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
	if err != nil || parsed.Address != email || strings.IndexFunc(email, odd) >= 0 || !strings.Contains(domain, ".") {
		return problem("email.malformed")
	}
	return nil
}

// odd tells whether a rune has no place in an address: it cannot be seen, or mail programs quote it.
func odd(r rune) bool {
	return r == '"' || unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) || unseen(r)
}

func checkPassword(password, email string) *Problem {
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(email, "@")
	switch {
	case utf8.RuneCountInString(password) < passwordLeast:
		return problem("password.short", "Min", passwordLeast)
	case len(password) > passwordMost:
		return problem("password.long", "Max", passwordMost)
	case commonPasswords()[lower] || lower == email || len(local) > 3 && lower == local+local:
		return problem("password.common")
	}
	return nil
}

// CreateUser makes an account and the letter that confirms its address. Where the address already has one, none is
// made, its owner is told by a letter, and the answer is the same but for the user, which is nil then.
func (s *Store) CreateUser(ctx context.Context, in SignUp) (*User, error) {
	var problems Problems
	email := CleanEmail(in.Email)
	problems.take("email", CheckEmail(email))
	problems.take("password", checkPassword(in.Password, email))
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	hash, err := s.hashing.of(in.Password)
	if err != nil {
		return nil, err
	}
	known, err := s.UserByEmail(ctx, email)
	if errors.Is(err, ErrNotFound) {
		known, err = &User{PasswordHash: s.hashing.nobody}, nil
	}
	if err != nil {
		return nil, err
	}
	// Compared for strangers too: how long the answer takes must not tell who has an account.
	same, err := argon2id.ComparePasswordAndHash(in.Password, known.PasswordHash)
	switch {
	case err != nil:
		return nil, err
	case known.ConfirmedAt != nil:
		return nil, s.tellAccountExists(ctx, known)
	case known.ID != "":
		return nil, s.joinAgain(ctx, known, hash, same)
	}
	user := &User{ID: newID(), Email: email, PasswordHash: hash, Language: in.Language, CreatedAt: s.now()}
	err = s.write(ctx, func(db *tx) error {
		if err := db.Create(user).Error; err != nil {
			return err
		}
		return db.linkLetter(user, "confirm_email", confirmLasts)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return nil, nil // the same form, sent twice at once
	}
	if err != nil {
		return nil, err
	}
	return user, nil
}

func (s *Store) tellAccountExists(ctx context.Context, user *User) error {
	return s.write(ctx, func(db *tx) error {
		// At most one such letter a day: the form must not be a way to fill a mailbox.
		return db.letter(Letter{Key: "account_exists-" + user.ID + "-" + s.now().Format(time.DateOnly), Kind: "account_exists", Recipient: user.Email, Language: user.Language, UserID: &user.ID})
	})
}

// joinAgain gives an account that nobody has confirmed the password typed last, and a fresh letter: whoever joined with
// another's address before must not keep a way in. The same form sent again soon changes nothing.
func (s *Store) joinAgain(ctx context.Context, user *User, hash string, same bool) error {
	if same && s.now().Sub(user.CreatedAt) < 2*time.Minute {
		return nil
	}
	if wait, err := s.Allow(ctx, Limit{Name: "join-again", Burst: 5, Every: 10 * time.Minute}, user.ID); err != nil || wait > 0 {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE users SET password_hash = ? WHERE id = ? AND confirmed_at IS NULL", hash, user.ID))
		if err != nil {
			return err
		}
		return db.linkLetter(user, "confirm_email", confirmLasts)
	})
}

// UserByEmail finds an account, or ErrNotFound.
func (s *Store) UserByEmail(ctx context.Context, email string) (*User, error) {
	user, err := first[User](s.read(ctx).Where("email = ?", CleanEmail(email)))
	return &user, found(err)
}

// User finds an account by its id, or ErrNotFound.
func (s *Store) User(ctx context.Context, id string) (*User, error) {
	user, err := first[User](s.read(ctx).Where("id = ?", id))
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
	hash := s.hashing.nobody
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

// ResetPassword ends the link, sets the password and ends every session of the account.
func (s *Store) ResetPassword(ctx context.Context, secret, password string) error {
	if p := checkPassword(password, ""); p != nil {
		p.Field = "password"
		return Problems{*p}
	}
	hash, err := s.hashing.of(password)
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
	hash, err := s.hashing.of(password)
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
	hash, err := s.hashing.of(password)
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
