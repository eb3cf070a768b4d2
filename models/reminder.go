package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Reminder is somebody's wish for one letter when an offer begins: asked until the address says yes by the link it was
// sent, then confirmed. With the letter, or when it is given up, the address is forgotten.
type Reminder struct {
	ID        string
	ShopID    string
	OfferID   string
	Email     string
	EmailKey  string
	Language  string
	State     string // asked, confirmed, sent, left
	TokenHash string
	Asked     int64 // how often, each with a letter of its own
	CreatedAt time.Time
	UpdatedAt time.Time
}

const (
	// askedMost is how often an address that does not answer is asked about one offer.
	askedMost = 3
	// askedLasts is how long an address that does not answer is kept.
	askedLasts = 48 * time.Hour
	// remindedAtOnce is how many letters a transaction writes; the next minute goes on.
	remindedAtOnce = 200
)

// RemindMe asks an address by letter whether it wants to be told when an offer begins. Whether it was asked before, or
// said yes, is not told. Problems: email.…, offer reminder.begun.
func (s *Store) RemindMe(ctx context.Context, offer *Offer, email, language string) error {
	var problems Problems
	problems.take("email", CheckEmail(email))
	if offer.StateAt(s.now()) != "scheduled" {
		problems.Add("offer", "reminder.begun")
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	now, token := s.now(), newSecret()
	hash := s.sealer.digest("reminder", token)
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.lockOffer(offer.ID); err != nil { // two at once are one
			return err
		}
		var there Reminder
		err := db.Where("offer_id = ? AND email_key = ? AND state IN ('asked', 'confirmed')", offer.ID, emailKey(email)).Take(&there).Error
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound):
			there = Reminder{ID: newID(), ShopID: offer.ShopID, OfferID: offer.ID, Email: CleanEmail(email), EmailKey: emailKey(email), Language: language, State: "asked", TokenHash: hash, Asked: 1, CreatedAt: now, UpdatedAt: now}
			err = db.Create(&there).Error
		case err == nil && there.State == "asked" && there.Asked < askedMost:
			there.Asked++
			err = changed(db.Exec("UPDATE reminders SET token_hash = ?, asked = ?, language = ?, updated_at = ? WHERE id = ?", hash, there.Asked, language, now, there.ID))
		case err == nil:
			return nil
		}
		if err != nil {
			return err
		}
		return db.letter(Letter{Key: "reminder_asked-" + there.ID + "-" + itoa(there.Asked), Kind: "reminder_asked", Recipient: there.Email, Language: language, ShopID: &there.ShopID, OfferID: &there.OfferID, Secret: token})
	})
}

// ReminderByToken finds a wish by the secret of its letter, or ErrNotFound.
func (s *Store) ReminderByToken(ctx context.Context, token string) (*Reminder, error) {
	reminder, err := first[Reminder](s.read(ctx).Where("token_hash = ?", s.sealer.digest("reminder", token)))
	return &reminder, found(err)
}

// ConfirmReminder says yes for the address that got the letter. Twice is once.
func (s *Store) ConfirmReminder(ctx context.Context, reminder *Reminder) error {
	return s.writeOne(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE reminders SET state = 'confirmed', updated_at = ? WHERE id = ? AND state = 'asked'", s.now(), reminder.ID).Error
	})
}

// LeaveReminder gives a wish up; the address is forgotten.
func (s *Store) LeaveReminder(ctx context.Context, reminder *Reminder) error {
	return s.writeOne(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE reminders SET state = 'left', email = '', email_key = '', updated_at = ? WHERE id = ? AND state IN ('asked', 'confirmed')", s.now(), reminder.ID).Error
	})
}

// RemindersOf counts who wants to be told when an offer begins, and said yes.
func (s *Store) RemindersOf(ctx context.Context, offer *Offer) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM reminders WHERE offer_id = ? AND state = 'confirmed'", offer.ID).Scan(&n).Error
	return n, err
}

// Remind writes to those who said yes once their offer is on sale, and forgets who never answered.
func (s *Store) Remind(ctx context.Context) error {
	for {
		var due []Reminder
		now := s.now()
		err := s.read(ctx).Where(`state = 'confirmed' AND offer_id IN (SELECT id FROM offers WHERE state IN ('live', 'scheduled') AND (starts_at IS NULL OR starts_at <= ?) AND (ends_at IS NULL OR ends_at > ?)
			AND shop_id IN (SELECT id FROM shops WHERE standing <> 'suspended' AND charges_enabled))`, now, now).Order("created_at, id").Limit(remindedAtOnce).Find(&due).Error
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return s.forgetReminders(ctx)
		}
		if err := s.write(ctx, func(db *tx) error { return db.remind(due) }); err != nil {
			return err
		}
	}
}

func (t *tx) remind(due []Reminder) error {
	t.touches()
	for i := range due {
		r := &due[i]
		result := t.Exec("UPDATE reminders SET state = 'sent', email = '', email_key = '', updated_at = ? WHERE id = ? AND state = 'confirmed'", t.store.now(), r.ID)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 { // given up, or another instance was faster
			continue
		}
		err := t.letter(Letter{Key: "reminder-" + r.ID, Kind: "reminder", Recipient: r.Email, Language: r.Language, ShopID: &r.ShopID, OfferID: &r.OfferID})
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetReminders takes away who did not answer, and what was waited for in vain: an offer that ended or was taken down.
func (s *Store) forgetReminders(ctx context.Context) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		now := s.now()
		return db.Exec(`DELETE FROM reminders WHERE state = 'asked' AND updated_at < ? OR state IN ('sent', 'left') AND updated_at < ?
			OR offer_id IN (SELECT id FROM offers WHERE state IN ('ended', 'taken_down') AND updated_at < ?)`, now.Add(-askedLasts), now.Add(-30*24*time.Hour), now.Add(-askedLasts)).Error
	})
}
