package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Wait is somebody's place in the waitlist of an offer. It ends taken, passed or left; in the state offered one item is
// set aside for them until OfferedUntil, which the offer's held counts beside its holds.
type Wait struct {
	ID           string
	ShopID       string
	OfferID      string
	VariantID    string // "" is the offer itself
	Email        string
	EmailKey     string
	Language     string
	State        string  // waiting, offered, taken, passed, left
	JoinHash     *string // of the link in the first letter
	TokenHash    *string // of the link in the letter of the turn
	OfferedUntil *time.Time
	OrderID      *string // whose hold the item became
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Open tells whether an item is set aside for this place at a time.
func (w *Wait) Open(now time.Time) bool {
	return w != nil && w.State == "offered" && now.Before(*w.OfferedUntil)
}

// JoinWaitlist puts an address at the end of an offer's waitlist, once, and writes a letter to it that says so; whether
// it stood there already is not told. Who wanted no more letters of waitlists wants them again.
// variant is the combination that is wanted, in its words, "" where there is nothing to choose. Problems: email.…,
// waitlist.closed, waitlist.not_sold_out, waitlist.variant, not_live.
func (s *Store) JoinWaitlist(ctx context.Context, offer *OfferView, variant, email, language string) error {
	var problems Problems
	problems.take("email", CheckEmail(email))
	now := s.now()
	switch {
	case offer.StateAt(now) != "live":
		problems.Add("offer", "not_live")
	case !offer.Waitlist:
		problems.Add("offer", "waitlist.closed")
	}
	variantID := ""
	for _, v := range offer.Variants {
		if v.Name == variant && v.OnSale {
			variantID = v.ID
		}
	}
	if len(offer.Variants) > 0 && variantID == "" {
		problems.Add("variant", "waitlist.variant")
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		// An UPDATE that changes nothing locks the row: an item that is freed at this moment finds the new place, or is
		// found free here.
		result := db.Exec(`UPDATE offers SET held = held WHERE id = ? AND waitlist AND (? = '' AND (stock IS NOT NULL AND held + sold >= stock OR codes IS NOT NULL AND held >= codes)
			OR EXISTS (SELECT 1 FROM variants WHERE variants.id = ? AND variants.stock IS NOT NULL AND variants.held + variants.sold >= variants.stock))`, offer.ID, variantID, variantID)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return Problems{{Field: "offer", Code: "waitlist.not_sold_out"}}
		}
		var there int64
		if err := db.Raw("SELECT count(*) FROM waits WHERE offer_id = ? AND variant_id = ? AND email_key = ? AND state IN ('waiting', 'offered')", offer.ID, variantID, emailKey(email)).Scan(&there).Error; err != nil || there > 0 {
			return err
		}
		token := newSecret()
		hash := s.sealer.digest("wait", token)
		wait := &Wait{
			ID: newID(), ShopID: offer.ShopID, OfferID: offer.ID, VariantID: variantID, Email: CleanEmail(email), EmailKey: emailKey(email), Language: language, State: "waiting", JoinHash: &hash, CreatedAt: now, UpdatedAt: now,
		}
		if err := db.Create(wait).Error; err != nil {
			return err
		}
		if err := db.choose(wait.Email, wait.ShopID, TopicWaitlist, true); err != nil {
			return err
		}
		return db.letter(Letter{Key: "waitlist-joined-" + wait.ID, Kind: "waitlist_joined", Recipient: wait.Email, Language: language, ShopID: &wait.ShopID, OfferID: &wait.OfferID, Secret: token})
	})
}

// WaitByToken finds a place in a waitlist by the secret of one of its letters, or ErrNotFound.
func (s *Store) WaitByToken(ctx context.Context, token string) (*Wait, error) {
	hash := s.sealer.digest("wait", token)
	wait, err := first[Wait](s.read(ctx).Where("token_hash = ? OR join_hash = ?", hash, hash))
	return &wait, found(err)
}

// OfferSlug is the public name of an offer.
func (s *Store) OfferSlug(ctx context.Context, id string) (string, error) {
	offer, err := first[Offer](s.read(ctx).Select("slug").Where("id = ?", id))
	return offer.Slug, found(err)
}

// LeaveWaitlist gives a place up for good; what was set aside for it goes to the next. The address is forgotten.
func (s *Store) LeaveWaitlist(ctx context.Context, wait *Wait) error {
	return s.write(ctx, func(db *tx) error { return db.leave(wait) })
}

func (t *tx) leave(wait *Wait) error {
	if err := t.lockOffer(wait.OfferID); err != nil {
		return err
	}
	const left = "UPDATE waits SET state = 'left', email = '', email_key = '', updated_at = ? WHERE id = ? AND state = ?"
	if err := t.Exec(left, t.store.now(), wait.ID, "waiting").Error; err != nil {
		return err
	}
	result := t.Exec(left, t.store.now(), wait.ID, "offered")
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	return t.endTurn(wait)
}

// leaveAll gives up all places of an address in a shop's waitlists: who wants no letters cannot be told of a turn.
func (t *tx) leaveAll(shopID, email string) error {
	var waits []Wait
	if err := t.Where("shop_id = ? AND email = ? AND state IN ('waiting', 'offered')", shopID, email).Order("offer_id, id").Find(&waits).Error; err != nil {
		return err
	}
	for i := range waits {
		if err := t.leave(&waits[i]); err != nil {
			return err
		}
	}
	return nil
}

// WaitlistOf counts who waits for an offer, and for how many an item is set aside now.
func (s *Store) WaitlistOf(ctx context.Context, offer *Offer) (waiting, offered int64, err error) {
	var counts struct{ Waiting, Offered int64 }
	err = s.read(ctx).Raw(`SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS waiting, COALESCE(SUM(CASE WHEN state = 'offered' THEN 1 ELSE 0 END), 0) AS offered
		FROM waits WHERE offer_id = ? AND state IN ('waiting', 'offered')`, offer.ID).Scan(&counts).Error
	return counts.Waiting, counts.Offered, err
}

// SetWaitlist lets an offer's waitlist take addresses, or no more; who stands on it keeps the place.
func (s *Store) SetWaitlist(ctx context.Context, shop *Shop, user *User, offer *Offer, open bool) error {
	return s.write(ctx, func(db *tx) error {
		if err := changed(db.Exec("UPDATE offers SET waitlist = ?, updated_at = ? WHERE id = ? AND shop_id = ?", open, s.now(), offer.ID, shop.ID)); err != nil {
			return err
		}
		action := "waitlist.closed"
		if open {
			action = "waitlist.opened"
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: action, Object: offer.Slug})
	})
}

// turnsAtOnce is how many places a transaction gives an item to; the next minute goes on.
const turnsAtOnce = 200

// offerFreed sets what is free of an offer aside for those who wait for it, in turn, each with one letter. It runs in
// the transaction that freed something, so that nobody else takes it and nobody is written to twice.
func (t *tx) offerFreed(offerID string) error {
	var variants []string
	if err := t.Raw("SELECT DISTINCT variant_id FROM waits WHERE offer_id = ? AND state = 'waiting' ORDER BY variant_id", offerID).Scan(&variants).Error; err != nil {
		return err
	}
	for _, variant := range variants {
		if err := t.freed(offerID, variant); err != nil {
			return err
		}
	}
	return nil
}

// freed is offerFreed for one variant, or the offer itself. The stock of an offer with variants is theirs.
func (t *tx) freed(offerID, variantID string) error {
	for range turnsAtOnce {
		now := t.store.now()
		// The guard takes the item and the row's lock; who comes first is read after that.
		result := t.Exec(`UPDATE offers SET held = held + 1 WHERE id = ? AND state IN ('live', 'scheduled') AND approved_version_id IS NOT NULL
			AND (starts_at IS NULL OR starts_at <= ?) AND (ends_at IS NULL OR ends_at > ?) AND (stock IS NULL OR held + sold + 1 <= stock) AND (codes IS NULL OR held + 1 <= codes)
			AND (? <> '' OR NOT EXISTS (SELECT 1 FROM variants WHERE variants.offer_id = offers.id AND variants.on_sale))
			AND EXISTS (SELECT 1 FROM waits WHERE waits.offer_id = offers.id AND waits.variant_id = ? AND waits.state = 'waiting')
			AND shop_id IN (SELECT id FROM shops WHERE standing <> 'suspended')`, offerID, now, now, variantID, variantID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		if variantID != "" {
			result = t.Exec("UPDATE variants SET held = held + 1 WHERE id = ? AND on_sale AND (stock IS NULL OR held + sold + 1 <= stock)", variantID)
			if result.Error != nil {
				return result.Error
			}
			if result.RowsAffected == 0 {
				return changed(t.Exec("UPDATE offers SET held = held - 1 WHERE id = ?", offerID))
			}
		}
		given, err := t.nextTurn(offerID, variantID)
		if err != nil {
			return err
		}
		if !given {
			return t.putBack(offerID, variantID)
		}
	}
	return nil
}

// putBack gives one item back that was set aside for a place.
func (t *tx) putBack(offerID, variantID string) error {
	if variantID != "" {
		if err := changed(t.Exec("UPDATE variants SET held = held - 1 WHERE id = ?", variantID)); err != nil {
			return err
		}
	}
	return changed(t.Exec("UPDATE offers SET held = held - 1 WHERE id = ?", offerID))
}

// nextTurn gives the item that was just set aside to the first in turn; false where nobody waits any more.
func (t *tx) nextTurn(offerID, variantID string) (bool, error) {
	var wait Wait
	err := t.Where("offer_id = ? AND variant_id = ? AND state = 'waiting'", offerID, variantID).Order("created_at, id").Take(&wait).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var minutes int64
	if err := t.Raw("SELECT turn_minutes FROM offers WHERE id = ?", offerID).Scan(&minutes).Error; err != nil {
		return false, err
	}
	now, token := t.store.now(), newSecret()
	err = changed(t.Exec("UPDATE waits SET state = 'offered', token_hash = ?, offered_until = ?, updated_at = ? WHERE id = ? AND state = 'waiting'",
		t.store.sealer.digest("wait", token), now.Add(time.Duration(minutes)*time.Minute), now, wait.ID))
	if err != nil {
		return false, err
	}
	return true, t.letter(Letter{Key: "freed-" + wait.ID, Kind: "freed", Recipient: wait.Email, Language: wait.Language, ShopID: &wait.ShopID, OfferID: &wait.OfferID, Secret: token})
}

// endTurn gives back what was set aside for a place, to the next in turn.
func (t *tx) endTurn(wait *Wait) error {
	if err := t.putBack(wait.OfferID, wait.VariantID); err != nil {
		return err
	}
	return t.offerFreed(wait.OfferID)
}

// TurnWaits ends the turns whose time is over, and gives what is free to those who wait: the safety net of what each
// change does by itself, and what comes free by the clock alone.
func (s *Store) TurnWaits(ctx context.Context) error {
	for {
		ended, err := s.endTurns(ctx)
		if err != nil {
			return err
		}
		if ended < turnsAtOnce {
			break
		}
	}
	var offers []string
	err := s.read(ctx).Raw(`SELECT id FROM offers WHERE state IN ('live', 'scheduled') AND EXISTS (SELECT 1 FROM waits WHERE waits.offer_id = offers.id AND waits.state = 'waiting'
		AND (waits.variant_id = '' AND (offers.stock IS NULL OR offers.held + offers.sold < offers.stock) AND (offers.codes IS NULL OR offers.held < offers.codes)
			OR waits.variant_id IN (SELECT id FROM variants WHERE on_sale AND (stock IS NULL OR held + sold < stock)))) LIMIT 200`).Scan(&offers).Error
	if err != nil {
		return err
	}
	for _, id := range offers {
		if err := s.write(ctx, func(db *tx) error { return db.offerFreed(id) }); err != nil {
			return err
		}
	}
	return nil
}

// endTurns ends some of the turns whose time is over and tells how many.
func (s *Store) endTurns(ctx context.Context) (int, error) {
	over, err := list[Wait](s.read(ctx).Where("state = 'offered' AND offered_until <= ?", s.now()).Order("offered_until").Limit(turnsAtOnce))
	if err != nil {
		return 0, err
	}
	for _, wait := range over {
		err := s.write(ctx, func(db *tx) error {
			if err := db.lockOffer(wait.OfferID); err != nil {
				return err
			}
			result := db.Exec("UPDATE waits SET state = 'passed', updated_at = ? WHERE id = ? AND state = 'offered' AND offered_until <= ?", s.now(), wait.ID, s.now())
			if result.Error != nil || result.RowsAffected == 0 {
				return result.Error
			}
			return db.endTurn(&wait)
		})
		if err != nil {
			return 0, err
		}
	}
	return len(over), nil
}

// lockOffer makes others who change the offer's stock wait: every change locks the offer first and places after it.
func (t *tx) lockOffer(id string) error {
	return changed(t.Exec("UPDATE offers SET held = held WHERE id = ?", id))
}

// turnOf finds the place whose secret came with a purchase; nil where there is none, its time is over, or another
// variant is bought.
func (t *tx) turnOf(offer *OfferView, token, variant string) (*Wait, error) {
	if token == "" {
		return nil, nil
	}
	var wait Wait
	hash := t.store.sealer.digest("wait", token)
	err := t.Where("(token_hash = ? OR join_hash = ?) AND offer_id = ? AND state = 'offered' AND offered_until > ?", hash, hash, offer.ID, t.store.now()).
		Where("variant_id = COALESCE((SELECT id FROM variants WHERE offer_id = ? AND name = ?), '')", offer.ID, variant).Take(&wait).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &wait, err
}

// takeTurn makes the item that is set aside for a place the order's.
func (t *tx) takeTurn(wait *Wait, order *Order) error {
	return changed(t.Exec("UPDATE waits SET state = 'taken', order_id = ?, updated_at = ? WHERE id = ? AND state = 'offered' AND offered_until > ?", order.ID, t.store.now(), wait.ID, t.store.now()))
}

// returnTurn gives the item of an order that ended back to the place it came from while its time is not over; false
// where there is none.
func (t *tx) returnTurn(order *Order) (bool, error) {
	result := t.Exec("UPDATE waits SET state = 'offered', order_id = NULL, updated_at = ? WHERE order_id = ? AND state = 'taken' AND offered_until > ?", t.store.now(), order.ID, t.store.now())
	return result.RowsAffected == 1, result.Error
}
