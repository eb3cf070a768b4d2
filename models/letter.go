package models

import (
	"context"
	"time"
)

// Letter is an e-mail to a person, kept from the moment it is owed. Its key makes it go out once.
type Letter struct {
	ID        string
	Key       string
	Kind      string // one of LetterKinds
	Recipient string
	Language  string
	UserID    *string
	ShopID    *string
	OrderID   *string
	OfferID   *string
	PayoutID  *string
	DisputeID *string
	Secret    string // sealed: what a link in the letter needs
	Detail    string // JSON of what it tells beyond the rows it names; read with Told
	State     string // waiting, sent, failed
	Failure   string // of a failed one: refused (by the mailbox's server, for good), given_up
	Tries     int
	LastError string // as the mail server said it, for admins only
	ClaimedAt *time.Time
	TriedAt   *time.Time
	SentAt    *time.Time
	CreatedAt time.Time
}

// LetterKinds are all kinds of letters, in the order in which a shop meets them.
var LetterKinds = []string{
	"confirm_email", "account_exists", "reset_password", "password_changed",
	"invitation", "member_joined", "member_role", "member_removed", "member_left", "your_role", "your_removed", "your_left",
	"review_decided", "offer_taken_down", "shop_standing",
	"sold", "receipt", "order_links", "shortfall_buyer", "shortfall_shop", "shipped", "delivered", "codes_low", "refunded", "refund_failed_buyer", "refund_failed_shop",
	"withdrawn_buyer", "withdrawn_shop", "waitlist_joined", "freed", "over_limit_buyer", "over_limit_shop", "confirm_order", "pay_link", "fan_email", "fan_moved",
	"reminder_asked", "reminder",
	"dispute_inquiry", "dispute_opened", "dispute_won", "dispute_lost", "inquiry_closed", "fraud_warning", "payout_failed", "requirement_due",
	"profile_expired", "replies_quiet",
}

// letter writes a letter and its job into the transaction; a second one with the same key is no letter, nor is one that
// its recipient does not want.
func (t *tx) letter(letter Letter) error {
	if unwanted, err := t.unwanted(&letter); err != nil || unwanted {
		return err
	}
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
	rows, err := t.exec(`INSERT INTO letters (id, key, kind, recipient, language, user_id, shop_id, order_id, offer_id, payout_id, dispute_id, secret, detail, state, sent_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (key) DO NOTHING`,
		letter.ID, letter.Key, letter.Kind, letter.Recipient, letter.Language, letter.UserID, letter.ShopID, letter.OrderID, letter.OfferID, letter.PayoutID, letter.DisputeID,
		letter.Secret, letter.Detail, letter.State, letter.SentAt, letter.CreatedAt)
	if err != nil || rows == 0 || t.store.quiet {
		return err
	}
	return t.enqueue(SendLetter{LetterID: letter.ID})
}

// ownerLetters writes a letter to each member of a shop who is told of such things, each with a key of its own.
func (t *tx) ownerLetters(shopID string, letter Letter) error {
	letter.ShopID = &shopID
	return t.tellTeam(letter)
}

// Letter gives a letter with its secret opened.
func (s *Store) Letter(ctx context.Context, id string) (*Letter, error) {
	letter, err := first[Letter](s.read(ctx).Where("id = ?", id))
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
	letters, err := list[Letter](s.read(ctx).Where("recipient = ?", CleanEmail(email)).Order("created_at DESC, id DESC").Limit(50))
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

// LatestLetter gives the newest letter of a kind to an address, with its secret opened, or ErrNotFound.
func (s *Store) LatestLetter(ctx context.Context, kind, recipient string) (*Letter, error) {
	letter, err := first[Letter](s.read(ctx).Where("kind = ? AND recipient = ?", kind, CleanEmail(recipient)).Order("created_at DESC, id DESC"))
	if err != nil {
		return nil, found(err)
	}
	return s.Letter(ctx, letter.ID)
}
