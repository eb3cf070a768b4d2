package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// FanCard is a card that a fan keeps with Stripe.
type FanCard struct {
	ID        string
	FanID     string
	Method    string // Stripe's payment method
	Brand     string
	Last4     string
	ExpMonth  int64
	ExpYear   int64
	CardKey   string // digest of the card's fingerprint
	Usual     bool   // the one that replies are charged to
	State     string // kept, removing, removed
	RemovedAt *time.Time
	CreatedAt time.Time
}

// ExpiredAt tells whether the card is over at a time: it is good until the end of its month.
func (c *FanCard) ExpiredAt(now time.Time) bool {
	return !now.Before(time.Date(int(c.ExpYear), time.Month(c.ExpMonth)+1, 1, 0, 0, 0, 0, time.UTC))
}

// ExpiresSoon tells whether it is over within sixty days.
func (c *FanCard) ExpiresSoon(now time.Time) bool { return c.ExpiredAt(now.Add(60 * 24 * time.Hour)) }

// CardSetup is a fan's visit to Stripe to keep a card.
type CardSetup struct {
	ID        string
	FanID     string
	SessionID *string
	State     string // open, kept, over
	CreatedAt time.Time
}

// DetachCards is the work of taking a fan's cards that are to go away from Stripe.
type DetachCards struct {
	FanID string `json:"fan"`
}

// Kind names the job in the queue.
func (DetachCards) Kind() string { return "detach_cards" }

// KeptCard is a card as Stripe has it.
type KeptCard struct {
	Method, Brand, Last4, Fingerprint string
	ExpMonth, ExpYear                 int64
}

// FanCards lists the cards that a fan keeps, the usual one first.
func (s *Store) FanCards(ctx context.Context, fan *Fan) ([]FanCard, error) {
	return list[FanCard](s.read(ctx).Where("fan_id = ? AND state = 'kept'", fan.ID).Order("usual DESC, created_at, id"))
}

// UsualCard is the card that a fan's replies are charged to, or ErrNotFound.
func (s *Store) UsualCard(ctx context.Context, fan *Fan) (*FanCard, error) {
	card, err := first[FanCard](s.read(ctx).Where("fan_id = ? AND usual", fan.ID))
	return &card, found(err)
}

// OpenCardSetup gives the fan's open visit to Stripe, or begins one. A session that Stripe made is good for a day; an
// older visit is over.
func (s *Store) OpenCardSetup(ctx context.Context, fan *Fan) (*CardSetup, error) {
	setup := CardSetup{ID: newID(), FanID: fan.ID, State: "open", CreatedAt: s.now()}
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("UPDATE card_setups SET state = 'over' WHERE fan_id = ? AND state = 'open' AND created_at < ?", fan.ID, s.now().Add(-20*time.Hour)).Error; err != nil {
			return err
		}
		var open CardSetup
		err := db.Where("fan_id = ? AND state = 'open'", fan.ID).Take(&open).Error
		if err == nil {
			setup = open
			return nil
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		return db.Create(&setup).Error
	})
	return &setup, err
}

// RecordSetupSession keeps the session that Stripe made for a visit.
func (s *Store) RecordSetupSession(ctx context.Context, setup *CardSetup, session string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE card_setups SET session_id = ? WHERE id = ? AND (session_id IS NULL OR session_id = ?)", session, setup.ID, session))
	})
}

// CardSetup finds a visit by its id, or ErrNotFound.
func (s *Store) CardSetup(ctx context.Context, id string) (*CardSetup, error) {
	setup, err := first[CardSetup](s.read(ctx).Where("id = ?", id))
	return &setup, found(err)
}

// EndCardSetup notes that a visit ended without a card.
func (s *Store) EndCardSetup(ctx context.Context, setup *CardSetup) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE card_setups SET state = 'over' WHERE id = ? AND state = 'open'", setup.ID).Error
	})
}

// KeepFanCard keeps the card of a visit, once, and makes it the usual one. Where the fan has stopped meanwhile the card
// is kept only to be taken away again.
func (s *Store) KeepFanCard(ctx context.Context, setup *CardSetup, card KeptCard) error {
	key := ""
	if card.Fingerprint != "" {
		key = s.sealer.digest("card", card.Fingerprint)
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		var fan Fan
		if err := db.Where("id = ?", setup.FanID).Take(&fan).Error; err != nil {
			return found(err)
		}
		result := db.Exec("UPDATE card_setups SET state = 'kept' WHERE id = ? AND state <> 'kept'", setup.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		if err := db.Exec("UPDATE fan_cards SET usual = FALSE WHERE fan_id = ?", fan.ID).Error; err != nil {
			return err
		}
		kept := FanCard{
			ID: newID(), FanID: fan.ID, Method: card.Method, Brand: card.Brand, Last4: card.Last4, ExpMonth: card.ExpMonth, ExpYear: card.ExpYear, CardKey: key, Usual: true, State: "kept", CreatedAt: s.now(),
		}
		if err := db.Create(&kept).Error; err != nil {
			return err
		}
		if fan.StoppedAt != nil || fan.DeletedAt != nil {
			return db.removeCards(&fan)
		}
		return db.consent(&fan, "card_kept", "", "", card.Brand+" "+card.Last4)
	})
}

// ChooseCard makes a kept card of the fan the usual one.
func (s *Store) ChooseCard(ctx context.Context, fan *Fan, id string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("UPDATE fan_cards SET usual = FALSE WHERE fan_id = ? AND id <> ?", fan.ID, id).Error; err != nil {
			return err
		}
		return changed(db.Exec("UPDATE fan_cards SET usual = TRUE WHERE id = ? AND fan_id = ? AND state = 'kept'", id, fan.ID))
	})
}

// RemoveFanCard lets a card go: from now on nothing is charged to it, and the job takes it from Stripe. Another kept card
// becomes the usual one where this was it.
func (s *Store) RemoveFanCard(ctx context.Context, fan *Fan, id, handle, client string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		var card FanCard
		if err := db.Where("id = ? AND fan_id = ?", id, fan.ID).Take(&card).Error; err != nil {
			return found(err)
		}
		if err := changed(db.Exec("UPDATE fan_cards SET state = 'removing', usual = FALSE WHERE id = ? AND state = 'kept'", card.ID)); err != nil {
			return err
		}
		if card.Usual {
			if err := db.nextUsual(fan.ID); err != nil {
				return err
			}
		}
		if err := db.consent(fan, "card_removed", handle, client, card.Brand+" "+card.Last4); err != nil {
			return err
		}
		return db.enqueue(DetachCards{FanID: fan.ID})
	})
}

func (t *tx) nextUsual(fanID string) error {
	return t.Exec("UPDATE fan_cards SET usual = TRUE WHERE id = (SELECT id FROM fan_cards WHERE fan_id = ? AND state = 'kept' ORDER BY created_at DESC, id DESC LIMIT 1)", fanID).Error
}

// removeCards lets all of a fan's cards go.
func (t *tx) removeCards(fan *Fan) error {
	if err := t.Exec("UPDATE fan_cards SET state = 'removing', usual = FALSE WHERE fan_id = ? AND state = 'kept'", fan.ID).Error; err != nil {
		return err
	}
	return t.enqueue(DetachCards{FanID: fan.ID})
}

// CardsToDetach lists the cards of a fan that Stripe still has though they are to go.
func (s *Store) CardsToDetach(ctx context.Context, fanID string) ([]FanCard, error) {
	return list[FanCard](s.read(ctx).Where("fan_id = ? AND state = 'removing'", fanID).Order("id"))
}

// RecordDetached notes that Stripe has a payment method no more, whoever took it away; another kept card becomes the usual
// one where it was that.
func (s *Store) RecordDetached(ctx context.Context, method string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		var cards []FanCard
		if err := db.Where("method = ? AND state <> 'removed'", method).Find(&cards).Error; err != nil || len(cards) == 0 {
			return err
		}
		if err := db.Exec("UPDATE fan_cards SET state = 'removed', usual = FALSE, removed_at = ? WHERE id = ?", s.now(), cards[0].ID).Error; err != nil {
			return err
		}
		if !cards[0].Usual {
			return nil
		}
		return db.nextUsual(cards[0].FanID)
	})
}

// RenewCard takes what a bank changed of a kept card: its digits, its expiry.
func (s *Store) RenewCard(ctx context.Context, card KeptCard) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE fan_cards SET brand = ?, last4 = ?, exp_month = ?, exp_year = ? WHERE method = ? AND state = 'kept'", card.Brand, card.Last4, card.ExpMonth, card.ExpYear, card.Method).Error
	})
}
