package models

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// letterClaim is how long one process has a letter to itself: longer than a talk with the server lasts.
const letterClaim = time.Minute

// ErrRefused, wrapped in the cause, says that the mailbox's server refuses a letter for good.
var ErrRefused = errors.New("models: the letter is refused for good")

// details writes what a letter tells beyond the rows it names.
func details(pairs ...string) string {
	told := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		told[pairs[i]] = pairs[i+1]
	}
	text, _ := json.Marshal(told)
	return string(text)
}

// Told is one of the letter's details, or empty.
func (l *Letter) Told(name string) string {
	var told map[string]string
	_ = json.Unmarshal([]byte(l.Detail), &told)
	return told[name]
}

// ClaimLetter takes a waiting letter for sending: ErrChanged where it does not wait or another has it just now.
func (s *Store) ClaimLetter(ctx context.Context, letter *Letter) error {
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE letters SET claimed_at = ? WHERE id = ? AND state = 'waiting' AND (claimed_at IS NULL OR claimed_at <= ?)", now, letter.ID, now.Add(-letterClaim)))
	})
}

// RecordLetter keeps how sending went: cause nil means it was handed over, and its secret is forgotten. One that was
// refused for good, or tried as often as a job may be, has failed.
func (s *Store) RecordLetter(ctx context.Context, letter *Letter, cause error) error {
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		set := map[string]any{"tries": gorm.Expr("tries + 1"), "tried_at": now, "claimed_at": nil}
		if cause == nil {
			set["state"], set["sent_at"], set["secret"], set["last_error"] = "sent", now, "", ""
		} else {
			text := cause.Error()
			set["last_error"] = text[:min(len(text), 300)]
			switch {
			case errors.Is(cause, ErrRefused):
				set["state"], set["failure"] = "failed", "refused"
			case letter.Tries+1 >= jobAttempts:
				set["state"], set["failure"] = "failed", "given_up"
			}
		}
		return changed(db.Model(&Letter{}).Where("id = ? AND state = 'waiting'", letter.ID).Updates(set))
	})
}

// RetryLetter sends a letter that waits or failed as soon as may be. ErrChanged where it was sent meanwhile.
func (s *Store) RetryLetter(ctx context.Context, admin *User, letter *Letter) error {
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE letters SET state = 'waiting', failure = '', tries = CASE WHEN state = 'failed' THEN 0 ELSE tries END WHERE id = ? AND state <> 'sent'", letter.ID))
		if err != nil {
			return err
		}
		if err := db.enqueue(SendLetter{LetterID: letter.ID}); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &admin.ID, ShopID: letter.ShopID, Action: "letter.retried", Object: letter.ID, Detail: letter.Kind})
	})
}

// OfAccount tells whether letters of a kind are about somebody's account, in no shop.
func OfAccount(kind string) bool {
	switch kind {
	case "confirm_email", "account_exists", "reset_password", "password_changed", "order_links":
		return true
	}
	return false
}

// LetterFilter narrows a list of letters; blank fields do not count.
type LetterFilter struct {
	Shop      *Shop
	Order     *Order
	Recipient string // a part of the address
	Kind      string
	State     string // waiting, failing (waits and was tried), sent, failed
	Page      Page
}

// Letters lists letters, newest first, without what their links need.
func (s *Store) Letters(ctx context.Context, filter LetterFilter) ([]Letter, error) {
	query := s.read(ctx).Omit("secret", "detail")
	if filter.Shop != nil {
		query = query.Where("shop_id = ?", filter.Shop.ID)
	}
	if filter.Order != nil {
		query = query.Where("order_id = ?", filter.Order.ID)
	}
	if filter.Recipient != "" {
		query = query.Where(`recipient LIKE ? ESCAPE '!'`, "%"+likely(CleanEmail(filter.Recipient))+"%")
	}
	if filter.Kind != "" {
		query = query.Where("kind = ?", filter.Kind)
	}
	switch filter.State {
	case "":
	case "failing":
		query = query.Where("state = 'waiting' AND tries > 0")
	case "waiting":
		query = query.Where("state = 'waiting' AND tries = 0")
	default:
		query = query.Where("state = ?", filter.State)
	}
	var letters []Letter
	err := filter.Page.apply(query, "created_at").Find(&letters).Error
	return letters, err
}

// likely is what was typed as a LIKE takes it literally.
func likely(typed string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(typed)
}

// LettersLeft counts the letters that cannot be delivered as it stands, up to a thousand: failed, or tried in vain.
func (s *Store) LettersLeft(ctx context.Context) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM letters WHERE state <> 'sent' AND tries > 0 LIMIT 1000) AS l").Scan(&n).Error
	return n, err
}

// BuyerLetters lists what was written to the buyer of an order, newest first.
func (s *Store) BuyerLetters(ctx context.Context, order *Order) ([]Letter, error) {
	var letters []Letter
	err := s.read(ctx).Omit("secret", "detail").Where("order_id = ? AND user_id IS NULL", order.ID).Order("created_at DESC, id DESC").Limit(50).Find(&letters).Error
	return letters, err
}

// SendReceiptAgain writes the receipt of a paid order once more. seen is how many receipts whoever asks has seen: two
// presses of one button are one letter.
func (s *Store) SendReceiptAgain(ctx context.Context, shop *Shop, user *User, order *Order, seen int) error {
	if order.PaidAt == nil || order.ShopID != shop.ID {
		return ErrChanged
	}
	return s.write(ctx, func(db *tx) error {
		var n int64
		if err := db.Raw("SELECT count(*) FROM letters WHERE order_id = ? AND kind = 'receipt'", order.ID).Scan(&n).Error; err != nil {
			return err
		}
		if int64(seen) != n {
			return ErrChanged
		}
		key := "receipt-" + order.ID + "-" + strconv.FormatInt(n, 10)
		err := db.letter(Letter{Key: key, Kind: "receipt", Recipient: order.Email, Language: order.Language, ShopID: &order.ShopID, OrderID: &order.ID})
		if err != nil {
			return err
		}
		return db.changeBy(order, "receipt_sent", "", user)
	})
}

// LetterWithoutSecret finds a letter for the admin, without what its links need, or ErrNotFound.
func (s *Store) LetterWithoutSecret(ctx context.Context, id string) (*Letter, error) {
	var letters []Letter
	err := s.read(ctx).Omit("secret", "detail").Where("id = ?", id).Limit(1).Find(&letters).Error
	if err != nil || len(letters) == 0 {
		return nil, found(orMissing(err))
	}
	return &letters[0], nil
}
