package models

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Code is a discount that a buyer types: an amount or a percentage off the items, for a number of uses and a time.
type Code struct {
	ID         string
	ShopID     string
	Slug       string // in the merchant's addresses
	Code       string // upper case, one of its kind in the shop
	Kind       string // amount, percent
	Amount     int64  // off the order, smallest unit of Currency
	Percent    int64  // 1 to 100
	Currency   string // of Amount
	Most       *int64 // uses; nil = as many as are wanted
	Uses       int64  // held or used, not freed
	EachOnce   bool   // one customer, one use
	EveryOffer bool   // else those that CodeOffers name
	StartsAt   *time.Time
	EndsAt     *time.Time
	StoppedAt  *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time // of its terms: a use leaves it as it is
}

// CodeOffer says that a code is good for an offer.
type CodeOffer struct{ CodeID, OfferID string }

// CodeUse is what an order took of a code.
type CodeUse struct {
	OrderID   string
	CodeID    string
	EmailKey  string
	EachOnce  bool
	State     string // held, used, freed
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Off is the amount that a code of the kind "amount" takes off.
func (c *Code) Off() Money { return Money{c.Amount, c.Currency} }

// off is what the code takes off the items: never more than they cost.
func (c *Code) off(items Money) int64 {
	if c.Kind == "percent" {
		return min(portion(items, c.Percent), items.Amount)
	}
	return min(c.Amount, items.Amount)
}

// StateAt is the code's state at a time: stopped, expired, used_up, not_yet, active. What lasts longest comes first.
func (c *Code) StateAt(now time.Time) string {
	switch {
	case c.StoppedAt != nil:
		return "stopped"
	case c.EndsAt != nil && !now.Before(*c.EndsAt):
		return "expired"
	case c.Most != nil && c.Uses >= *c.Most:
		return "used_up"
	case c.StartsAt != nil && now.Before(*c.StartsAt):
		return "not_yet"
	}
	return "active"
}

// CleanCode is a code as we keep it: upper case, without spaces.
func CleanCode(typed string) string {
	return strings.ToUpper(strings.Join(strings.Fields(cleanLine(typed)), ""))
}

// codeNow finds a typed code, with what stands against its use at this time by this buyer; email may be blank where it is
// not known yet. Problems of the field code: code.unknown, .stopped, .expired, .used_up, .not_yet, .other_offer,
// .other_currency, .already.
func codeNow(db *gorm.DB, in Purchase, currency string, now time.Time) (*Code, error) {
	var code Code
	err := db.Where("shop_id = ? AND code = ?", in.Shop.ID, CleanCode(in.Code)).Take(&code).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, codeProblem("code.unknown")
	}
	if err != nil {
		return nil, err
	}
	switch state := code.StateAt(now); {
	case state == "not_yet":
		return nil, codeProblem("code.not_yet", "Start", *code.StartsAt)
	case state == "expired":
		return nil, codeProblem("code.expired", "End", *code.EndsAt)
	case state == "stopped":
		return nil, codeProblem("code.stopped")
	}
	if email := emailKey(in.Email); code.EachOnce && CleanEmail(in.Email) != "" {
		var had int64
		if err := db.Raw("SELECT count(*) FROM code_uses WHERE code_id = ? AND email_key = ? AND state <> 'freed'", code.ID, email).Scan(&had).Error; err != nil {
			return nil, err
		}
		if had > 0 { // said before used_up: a buyer who took the last one should learn that
			return nil, codeProblem("code.already")
		}
	}
	if code.StateAt(now) == "used_up" {
		return nil, codeProblem("code.used_up")
	}
	if !code.EveryOffer {
		var n int64
		if err := db.Raw("SELECT count(*) FROM code_offers WHERE code_id = ? AND offer_id = ?", code.ID, in.Offer.ID).Scan(&n).Error; err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, codeProblem("code.other_offer")
		}
	}
	if code.Kind == "amount" && code.Currency != currency {
		return nil, codeProblem("code.other_offer")
	}
	return &code, nil
}

func codeProblem(code string, data ...any) error {
	return Problems{{Field: "code", Code: code, Data: data}}
}

// takeCode takes one use of the code that an order was priced with, never over its limit. Where that is no longer
// possible it says why, or code.changed where the code's terms are others now.
func (t *tx) takeCode(in Purchase, order *Order, code *Code) error {
	if code == nil {
		return nil
	}
	now := t.store.now()
	result := t.Exec("UPDATE codes SET uses = uses + 1 WHERE id = ? AND updated_at = ? AND stopped_at IS NULL AND (most IS NULL OR uses < most) AND (starts_at IS NULL OR starts_at <= ?) AND (ends_at IS NULL OR ends_at > ?)",
		code.ID, code.UpdatedAt, now, now)
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 0 {
		if _, err := codeNow(t.DB, in, order.Currency, now); err != nil {
			return err
		}
		return codeProblem("code.changed")
	}
	if !code.EachOnce {
		return nil
	}
	// The code's row is held from here: a second order of the same customer sees the first.
	var had int64
	if err := t.Raw("SELECT count(*) FROM code_uses WHERE code_id = ? AND email_key = ? AND state <> 'freed'", code.ID, order.EmailKey).Scan(&had).Error; err != nil {
		return err
	}
	if had > 0 {
		return codeProblem("code.already")
	}
	return nil
}

// keepUse writes down which order took the use.
func (t *tx) keepUse(order *Order, code *Code) error {
	if code == nil {
		return nil
	}
	now := t.store.now()
	return t.Create(&CodeUse{OrderID: order.ID, CodeID: code.ID, EmailKey: order.EmailKey, EachOnce: code.EachOnce, State: "held", CreatedAt: now, UpdatedAt: now}).Error
}

// freeUse gives back the use that an order took, once: the guarded UPDATE of the use decides who does it.
func (t *tx) freeUse(order *Order) error {
	if order.Code == "" {
		return nil
	}
	result := t.Exec("UPDATE code_uses SET state = 'freed', updated_at = ? WHERE order_id = ? AND state <> 'freed'", t.store.now(), order.ID)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	return changed(t.Exec("UPDATE codes SET uses = uses - 1 WHERE id = (SELECT code_id FROM code_uses WHERE order_id = ?) AND uses > 0", order.ID))
}

// freeUseOf gives the use back where all of the order's money went back.
func (t *tx) freeUseOf(order *Order) error {
	if order.Code == "" {
		return nil
	}
	var payment string
	if err := t.Raw("SELECT payment FROM orders WHERE id = ?", order.ID).Scan(&payment).Error; err != nil || payment != "refunded" {
		return err
	}
	return t.freeUse(order)
}

// retakeUse is for an order whose refund failed: its money is in again, and so is its use where one is left. Where none
// is, the use stays free: the limit holds, and the buyer is owed the money in any case.
func (t *tx) retakeUse(order *Order) error {
	_, err := t.useCode(order)
	return err
}

// useCode makes a held use a used one. Where it was given back already, because the checkout was over before the money
// came, it takes one anew; short is true where none is left. Such an order is refunded whole, as one whose goods are gone:
// the merchant set how many may have the price, and the buyer gets every cent back. Dates and a stop do not count: while
// the code was good the buyer agreed to its price.
func (t *tx) useCode(order *Order) (short bool, err error) {
	if order.Code == "" {
		return false, nil
	}
	now := t.store.now()
	result := t.Exec("UPDATE code_uses SET state = 'used', updated_at = ? WHERE order_id = ? AND state = 'held'", now, order.ID)
	if result.Error != nil || result.RowsAffected == 1 {
		return false, result.Error
	}
	var use CodeUse
	if err := t.Where("order_id = ?", order.ID).Take(&use).Error; err != nil || use.State == "used" {
		return false, found(err)
	}
	result = t.Exec("UPDATE codes SET uses = uses + 1 WHERE id = ? AND (most IS NULL OR uses < most)", use.CodeID)
	if result.Error != nil || result.RowsAffected == 0 {
		return true, result.Error
	}
	result = t.Exec(`UPDATE code_uses SET state = 'used', updated_at = ? WHERE order_id = ? AND state = 'freed'
		AND NOT (each_once AND EXISTS (SELECT 1 FROM code_uses AS other WHERE other.code_id = ? AND other.email_key = ? AND other.state <> 'freed'))`, now, order.ID, use.CodeID, use.EmailKey)
	if result.Error != nil || result.RowsAffected == 1 {
		return false, result.Error
	}
	return true, changed(t.Exec("UPDATE codes SET uses = uses - 1 WHERE id = ? AND uses > 0", use.CodeID))
}

// Quote finds what a purchase would cost, without taking anything: the quantity is the caller's to choose. Problems of
// the fields amount, country and code; the quote is good for what has none.
func (s *Store) Quote(ctx context.Context, in Purchase) (Quote, error) {
	version := in.Offer.Approved
	if version == nil {
		version = &in.Offer.Version
	}
	unit, problems := version.Unit(in.Amount, version.Choices.Find(in.Choice))
	rate, more := in.Shop.shippingFor(version, in.Country)
	problems = append(problems, more...)
	_, bad := in.many()
	problems.take("quantity", bad)
	quote := Quote{Unit: unit, Shipping: rate, Tax: in.Shop.Tax}
	if CleanCode(in.Code) == "" {
		return quote, problems.orNil()
	}
	code, err := codeNow(s.read(ctx), in, version.Currency, s.now())
	var refused Problems
	switch {
	case errors.As(err, &refused):
		problems = append(problems, refused...)
	case err != nil:
		return quote, err
	}
	quote.Code = code
	return quote, problems.orNil()
}
