package models

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Letter is an e-mail to a person, kept from the moment it is owed. Its key makes it go out once.
type Letter struct {
	ID        string
	Key       string
	Kind      string // confirm_email, account_exists, reset_password, password_changed, review_decided, sold, receipt, order_links, shortfall_buyer, shortfall_shop, shipped, refunded, withdrawn_buyer, withdrawn_shop, freed, payout_failed, requirement_due
	Recipient string
	Language  string
	UserID    *string
	ShopID    *string
	OrderID   *string
	OfferID   *string
	PayoutID  *string
	Secret    string // sealed: what a link in the letter needs
	State     string // waiting, sent, failed
	Tries     int
	LastError string
	SentAt    *time.Time
	CreatedAt time.Time
}

// letter writes a letter and its job into the transaction; a second one with the same key is no letter.
func (t *tx) letter(letter Letter) error {
	letter.ID, letter.CreatedAt, letter.State = newID(), t.store.now(), "waiting"
	if t.store.quiet {
		letter.State, letter.SentAt = "sent", &letter.CreatedAt
	}
	if letter.Secret != "" {
		sealed, err := t.store.sealer.seal(letter.Secret, "letters", "secret", letter.ID)
		if err != nil {
			return err
		}
		letter.Secret = sealed
	}
	result := t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "key"}}, DoNothing: true}).Create(&letter)
	if result.Error != nil || result.RowsAffected == 0 || t.store.quiet {
		return result.Error
	}
	return t.enqueue(SendLetter{LetterID: letter.ID})
}

// ownerLetters writes a letter to each owner of a shop, each with a key of its own.
func (t *tx) ownerLetters(shopID string, letter Letter) error {
	owners, err := t.ownersOf(shopID)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		own := letter
		own.Key, own.Recipient, own.Language, own.UserID, own.ShopID = letter.Key+"-"+owner.ID, owner.Email, owner.Language, &owner.ID, &shopID
		if err := t.letter(own); err != nil {
			return err
		}
	}
	return nil
}

// Letter gives a letter with its secret opened.
func (s *Store) Letter(ctx context.Context, id string) (*Letter, error) {
	letter, err := gorm.G[Letter](s.read(ctx)).Where("id = ?", id).First(ctx)
	if err != nil {
		return nil, found(err)
	}
	if letter.Secret != "" {
		if letter.Secret, err = s.sealer.open(letter.Secret, "letters", "secret", letter.ID); err != nil {
			return nil, err
		}
	}
	return &letter, nil
}

// LettersTo lists what was written to an address, newest first, with its secrets opened: the demo world and the tests
// read their own mail.
func (s *Store) LettersTo(ctx context.Context, email string) ([]Letter, error) {
	letters, err := gorm.G[Letter](s.read(ctx)).Where("recipient = ?", CleanEmail(email)).Order("created_at DESC, id DESC").Limit(50).Find(ctx)
	if err != nil {
		return nil, err
	}
	for i := range letters {
		if letters[i].Secret == "" {
			continue
		}
		if letters[i].Secret, err = s.sealer.open(letters[i].Secret, "letters", "secret", letters[i].ID); err != nil {
			return nil, err
		}
	}
	return letters, nil
}

// RecordLetter keeps how sending went: cause nil means it was handed over, and its secret is forgotten.
func (s *Store) RecordLetter(ctx context.Context, letter *Letter, cause error) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		set := map[string]any{"tries": gorm.Expr("tries + 1")}
		if cause == nil {
			set["state"], set["sent_at"], set["secret"], set["last_error"] = "sent", s.now(), "", ""
		} else {
			text := cause.Error()
			set["last_error"] = text[:min(len(text), 300)]
		}
		return changed(db.Model(&Letter{}).Where("id = ? AND state = 'waiting'", letter.ID).Updates(set))
	})
}

// LatestLetter gives the newest letter of a kind to an address, with its secret opened, or ErrNotFound.
func (s *Store) LatestLetter(ctx context.Context, kind, recipient string) (*Letter, error) {
	letter, err := gorm.G[Letter](s.read(ctx)).Where("kind = ? AND recipient = ?", kind, CleanEmail(recipient)).Order("created_at DESC, id DESC").First(ctx)
	if err != nil {
		return nil, found(err)
	}
	return s.Letter(ctx, letter.ID)
}
