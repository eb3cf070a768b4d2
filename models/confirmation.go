package models

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Confirmation is what a fan was asked about an order by reply, and what came of it. Only a confirmed one is charged.
type Confirmation struct {
	OrderID     string `gorm:"primaryKey"`
	ShopID      string
	FanID       string
	CardID      string
	ReplyID     *string
	CodeDigest  string
	Tries       int64  // wrong codes
	State       string // asked, confirmed, paid, linked, expired, cancelled
	Why         string // it was linked or cancelled: a code for words
	AskedAt     time.Time
	Until       time.Time
	ConfirmedAt *time.Time
	ConfirmedBy string // reply, wallet, letter
	IntentID    *string
	EndedAt     *time.Time
}

// Word is a fan's word for an order, as it goes along with the payment that was made on it.
type Word struct {
	By string // reply, wallet, letter
	At time.Time
}

// Said is the word as one line.
func (w Word) Said() string { return w.By + " " + w.At.UTC().Format(time.RFC3339Nano) }

// ReadWord reads such a line, nil where it is none.
func ReadWord(said string) *Word {
	by, at, _ := strings.Cut(said, " ")
	when, err := time.Parse(time.RFC3339Nano, at)
	if err != nil || !contains([]string{"reply", "wallet", "letter"}, by) {
		return nil
	}
	return &Word{By: by, At: when.UTC()}
}

// The bounds of confirming.
const (
	ConfirmWithin  = 15 * time.Minute // by the network's rules and ours
	confirmTries   = 5
	confirmLetters = 4
	holdsOfFan     = 3         // questions that one fan leaves open at a time
	linkedOpen     = time.Hour // of the private link after a bank's question
	linkedLasts    = 2 * time.Hour
)

// ByCard is how an order by reply is paid: by a fan, with a card that is kept. Without a fan it waits for its author to sync
// one.
type ByCard struct {
	Fan     *Fan
	Card    *FanCard
	ReplyID string
	Code    string // by which the fan confirms
	Author  Identity
	Waited  bool // the fan synced the card for this very order
}

// ChargeConfirmed is the work of charging a confirmed order.
type ChargeConfirmed struct {
	OrderID string `json:"order"`
}

// Kind names the job in the queue.
func (ChargeConfirmed) Kind() string { return "charge_confirmed" }

// OpenLink is the work of making the private checkout of an order that its bank or card stood against.
type OpenLink struct {
	OrderID string `json:"order"`
}

// Kind names the job in the queue.
func (OpenLink) Kind() string { return "open_link" }

// NewConfirmCode is a code that a fan can type from a phone: four letters and digits that cannot be taken for others.
func NewConfirmCode() string { return randomFrom(confirmAlphabet, confirmLetters) }

const confirmAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// ask keeps the question about an order by reply, in the transaction that places it. Problems: offer fan.stopped,
// fan.agree, fan.email, fan.cooling, fan.card, fan.holds, cap.currency, cap.order, cap.day.
func (t *tx) ask(by *ByCard, order *Order) error {
	if by == nil || by.Fan == nil {
		return nil
	}
	// The row is held on PostgreSQL too: of two replies of one fan at once, the later sees the earlier.
	if err := changed(t.Exec("UPDATE fans SET language = language WHERE id = ? AND stopped_at IS NULL AND deleted_at IS NULL", by.Fan.ID)); err != nil {
		if errors.Is(err, ErrChanged) {
			return Problems{{Field: "offer", Code: "fan.stopped"}}
		}
		return err
	}
	var fan Fan
	if err := t.Where("id = ?", by.Fan.ID).Take(&fan).Error; err != nil {
		return found(err)
	}
	if err := t.checkCaps(&fan, by, order); err != nil {
		return err
	}
	confirmation := Confirmation{
		OrderID: order.ID, ShopID: order.ShopID, FanID: fan.ID, CardID: by.Card.ID, State: "asked", AskedAt: order.CreatedAt, Until: order.OpenUntil,
		CodeDigest: t.store.confirmDigest(fan.ID, order.ID, by.Code),
	}
	if by.ReplyID != "" {
		confirmation.ReplyID = &by.ReplyID
	}
	return t.Create(&confirmation).Error
}

// checkCaps says whether the fan's own caps, and ours, let the order be asked about.
func (t *tx) checkCaps(fan *Fan, by *ByCard, order *Order) error {
	now, card := t.store.now(), by.Card
	refuse := func(code string, data ...any) error {
		return Problems{{Field: "offer", Code: code, Data: data}}
	}
	switch {
	case !fan.Agreed():
		return refuse("fan.agree")
	case fan.EmailConfirmedAt == nil:
		return refuse("fan.email")
	case now.Before(*fan.BuysFrom) && !by.Waited:
		return refuse("fan.cooling")
	case card.FanID != fan.ID || card.State != "kept" || card.ExpiredAt(now):
		return refuse("fan.card")
	case order.Currency != fan.CapCurrency:
		return refuse("cap.currency")
	case order.Total > fan.CapOrder:
		return refuse("cap.order", "Cap", fan.Cap(fan.CapOrder))
	}
	var spent, open int64
	err := t.Raw(`SELECT COALESCE(SUM(CASE WHEN c.asked_at > ? THEN o.total END), 0), COALESCE(SUM(CASE WHEN c.state = 'asked' THEN 1 ELSE 0 END), 0)
		FROM confirmations c JOIN orders o ON o.id = c.order_id WHERE c.fan_id = ? AND c.state IN ('asked', 'confirmed', 'paid', 'linked') AND o.payment IN ('pending', 'paid', 'partly_refunded')`,
		now.Add(-24*time.Hour), fan.ID).Row().Scan(&spent, &open)
	switch {
	case err != nil:
		return err
	case spent+order.Total > fan.CapDay:
		return refuse("cap.day", "Cap", fan.Cap(fan.CapDay))
	case open >= holdsOfFan:
		return refuse("fan.holds")
	}
	return nil
}

func (s *Store) confirmDigest(fanID, orderID, code string) string {
	return s.sealer.digest("confirm", string(place(fanID, orderID, code)))
}

// Confirmation finds what was asked about an order, or ErrNotFound.
func (s *Store) Confirmation(ctx context.Context, orderID string) (*Confirmation, error) {
	c, err := first[Confirmation](s.read(ctx).Where("order_id = ?", orderID))
	return &c, found(err)
}

// OpenConfirmations lists what a fan has been asked and not answered, newest first.
func (s *Store) OpenConfirmations(ctx context.Context, fan *Fan) ([]Confirmation, error) {
	return list[Confirmation](s.read(ctx).Where("fan_id = ? AND state = 'asked' AND until > ?", fan.ID, s.now()).Order("asked_at DESC, order_id").Limit(20))
}

// ConfirmByLetter takes a fan's word given on the order's private page, whose address only the letter has. Problems as of
// Confirm.
func (s *Store) ConfirmByLetter(ctx context.Context, order *Order) error {
	c, err := s.Confirmation(ctx, order.ID)
	if err == nil {
		_, err = s.confirm(ctx, c, "letter")
	}
	return err
}

// Confirm takes a fan's word given on the wallet's page (by "wallet"). Problems: confirm.late where the time is over. Given
// twice, it is one charge.
func (s *Store) Confirm(ctx context.Context, fan *Fan, orderID, by string) (*Order, error) {
	c, err := s.Confirmation(ctx, orderID)
	if err != nil || c.FanID != fan.ID {
		return nil, errors.Join(err, ErrNotFound)
	}
	return s.confirm(ctx, c, by)
}

func (s *Store) confirm(ctx context.Context, c *Confirmation, by string) (*Order, error) {
	order, err := s.Order(ctx, c.OrderID)
	if err != nil {
		return nil, err
	}
	return order, s.write(ctx, func(db *tx) error {
		db.touches()
		return db.confirm(order, by)
	})
}

// confirm marks a question as answered with yes, and leaves the charge as work.
func (t *tx) confirm(order *Order, by string) error {
	now := t.store.now()
	result := t.Exec(`UPDATE confirmations SET state = 'confirmed', confirmed_at = ?, confirmed_by = ? WHERE order_id = ? AND state = 'asked' AND until > ?
		AND EXISTS (SELECT 1 FROM fans WHERE fans.id = confirmations.fan_id AND fans.stopped_at IS NULL AND fans.deleted_at IS NULL)`, now, by, order.ID, now)
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 0 {
		var fresh Confirmation
		if err := t.Where("order_id = ?", order.ID).Take(&fresh).Error; err != nil {
			return err
		}
		if fresh.ConfirmedAt != nil {
			return nil // said twice
		}
		return Problems{{Field: "code", Code: "confirm.late"}}
	}
	if err := t.change(order, "confirmed", by, nil); err != nil {
		return err
	}
	if err := t.careless(order.ID); err != nil {
		return err
	}
	return t.enqueue(ChargeConfirmed{OrderID: order.ID})
}

// CancelConfirmation lets an unconfirmed order go, and gives its stock back. why is fan, shop, moderation, stopped or sold_out.
// It does nothing to one that was confirmed: the charge decides.
func (s *Store) CancelConfirmation(ctx context.Context, orderID, why string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.letGo(orderID, why)
	})
}

// ExpireConfirmations ends the questions whose time is over, and what was set aside for somebody who synced no card.
func (s *Store) ExpireConfirmations(ctx context.Context) error {
	if err := s.expireUnclaimed(ctx); err != nil {
		return err
	}
	var over []Confirmation
	if err := s.read(ctx).Where("state = 'asked' AND until <= ?", s.now()).Order("until").Limit(200).Find(&over).Error; err != nil {
		return err
	}
	for _, c := range over {
		if err := s.write(ctx, func(db *tx) error { return db.endConfirmation(c.OrderID, "expired", "") }); err != nil {
			return err
		}
	}
	return nil
}

// endConfirmation ends an unconfirmed question with its order.
func (t *tx) endConfirmation(orderID, state, why string) error {
	t.touches()
	result := t.Exec("UPDATE confirmations SET state = ?, why = ?, ended_at = ? WHERE order_id = ? AND state = 'asked'", state, why, t.store.now(), orderID)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	if err := t.careless(orderID); err != nil {
		return err
	}
	var order Order
	if err := t.Where("id = ?", orderID).Take(&order).Error; err != nil {
		return found(err)
	}
	t.touches(order.OfferID)
	return t.endPending(&order, state, why, nil, "by_card")
}

// stopConfirmations lets everything go that a fan has not confirmed.
func (t *tx) stopConfirmations(fanID string) error {
	var open []Confirmation
	if err := t.Where("fan_id = ? AND state = 'asked'", fanID).Find(&open).Error; err != nil {
		return err
	}
	for _, c := range open {
		if err := t.endConfirmation(c.OrderID, "cancelled", "stopped"); err != nil {
			return err
		}
	}
	return nil
}

// RecordIntent keeps the payment that Stripe made of a confirmed order. Another one is ErrChanged.
func (s *Store) RecordIntent(ctx context.Context, orderID, intent string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE confirmations SET intent_id = ? WHERE order_id = ? AND confirmed_at IS NOT NULL AND (intent_id IS NULL OR intent_id = ?)", intent, orderID, intent))
	})
}

// TurnToLink makes an order whose card was refused, or whose bank asks, one that is paid on a page: Stripe has confirmed
// that its charge cannot happen any more. Its fan gets the private address by letter. why is a code for words: check (the
// bank asks), declined, gone.
func (s *Store) TurnToLink(ctx context.Context, order *Order, why string) error {
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		result := db.Exec("UPDATE confirmations SET state = 'linked', why = ?, ended_at = ? WHERE order_id = ? AND state = 'confirmed'", why, now, order.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		err := changed(db.Exec("UPDATE orders SET by_card = FALSE, open_until = ?, expires_at = ? WHERE id = ? AND by_card AND payment = 'pending'", now.Add(linkedOpen), now.Add(linkedLasts), order.ID))
		if err != nil {
			return err
		}
		if err := db.change(order, "linked", why, nil); err != nil {
			return err
		}
		if err := db.orderLetter(order, "pay_link"); err != nil {
			return err
		}
		if err := db.enqueue(ThankReply{OrderID: order.ID}); err != nil {
			return err
		}
		return db.enqueue(OpenLink{OrderID: order.ID})
	})
}

// EndConfirmed lets a confirmed order go for which Stripe has no payment, because its fan stopped everything meanwhile.
func (s *Store) EndConfirmed(ctx context.Context, order *Order) error {
	return s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		result := db.Exec("UPDATE confirmations SET state = 'cancelled', why = 'stopped', ended_at = ? WHERE order_id = ? AND state = 'confirmed' AND intent_id IS NULL", s.now(), order.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return db.endPending(order, "cancelled", "stopped", nil, "by_card")
	})
}

// UnchargedOrders lists confirmed orders whose charge nobody has heard the end of, confirmed before a time.
func (s *Store) UnchargedOrders(ctx context.Context, before time.Time) ([]Confirmation, error) {
	return list[Confirmation](s.read(ctx).Where("state = 'confirmed' AND confirmed_at < ?", before).Order("confirmed_at").Limit(200))
}

// FanCard finds a card by its id, in whatever state, or ErrNotFound.
func (s *Store) FanCard(ctx context.Context, id string) (*FanCard, error) {
	card, err := first[FanCard](s.read(ctx).Where("id = ?", id))
	return &card, found(err)
}
