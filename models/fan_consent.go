package models

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// FanConsentText names the words that a fan agrees to; whoever changes the words changes the name.
const FanConsentText = "2026-11-23"

// FanConsent is what a fan agreed to, changed or ended. It is written once and never changed.
type FanConsent struct {
	ID        string
	FanID     string
	Kind      string // given, caps, card_kept, card_removed, stopped, resumed, deleted, account_added, account_removed, renamed, address, answers_on
	Text      string // the version of the words
	Handle    string // by which the fan was known just then
	Client    string // the address it came from
	Detail    string // what it says beyond that, such as the caps
	CreatedAt time.Time
}

// Told is one of the details of what was done, or empty.
func (c *FanConsent) Told(name string) string { return (&Letter{Detail: c.Detail}).Told(name) }

// Caps are those that were agreed to, of one order and of a day.
func (c *FanConsent) Caps() (order, day Money) {
	order.Amount, _ = strconv.ParseInt(c.Told("order"), 10, 64)
	day.Amount, _ = strconv.ParseInt(c.Told("day"), 10, 64)
	order.Currency, day.Currency = c.Told("currency"), c.Told("currency")
	return order, day
}

// FanForm is what a fan typed into the consent page.
type FanForm struct {
	Agreed           bool
	Email            string
	Currency         string
	CapOrder, CapDay string // as typed, in Currency
	Name, Address    string
	Country          string
	Language         string
	Handle, Client   string // who signs in, from where
}

// Caps are counted in the least that Stripe charges in a currency, about half a euro.
const (
	capOrderUsual = 100
	capDayUsual   = 300
	capMost       = 10_000 // whoever buys more by one reply had better look
)

// UsualCaps are the caps that the consent page starts with.
func UsualCaps(currency string) (order, day Money) {
	least := leastCharge[currency]
	return Money{capOrderUsual * least, currency}, Money{capDayUsual * least, currency}
}

// check reads the form. Problems: agreed fan.agree, email.…, cap_order and cap_day of money and cap.high, cap.day_below,
// currency.unknown.
func (f FanForm) check() (order, day Money, err error) {
	var problems Problems
	if !f.Agreed {
		problems.Add("agreed", "fan.agree")
	}
	problems.take("email", CheckEmail(f.Email))
	order, day = f.caps(&problems)
	return order, day, problems.orNil()
}

func (f FanForm) caps(problems *Problems) (order, day Money) {
	order = f.oneCap("cap_order", f.CapOrder, problems)
	day = f.oneCap("cap_day", f.CapDay, problems)
	if problems.For("cap_order") == nil && problems.For("cap_day") == nil && day.Amount < order.Amount {
		problems.Add("cap_day", "cap.day_below")
	}
	return order, day
}

func (f FanForm) oneCap(field, typed string, problems *Problems) Money {
	if !KnownCurrency(f.Currency) {
		problems.Add("currency", "currency.unknown")
		return Money{}
	}
	amount, p := ParseMoney(typed, f.Currency)
	if p != nil {
		if p.Code == "price.malformed" || p.Code == "price.blank" { // a cap is no price
			p.Code = "cap.malformed"
		}
		problems.Add(field, p.Code, p.Data...)
		return Money{Currency: f.Currency}
	}
	most := Money{capMost * leastCharge[f.Currency], f.Currency}
	if amount.Amount > most.Amount {
		problems.Add(field, "cap.high", "Most", most)
	}
	return amount
}

// Agree records a fan's consent with its caps, and where to write to; cooling is how long the first purchase has to wait.
// A fan who agrees anew after having stopped goes on. Problems as of the form.
func (s *Store) Agree(ctx context.Context, fan *Fan, form FanForm, cooling time.Duration) error {
	order, day, err := form.check()
	if err != nil {
		return err
	}
	now := s.now()
	email := CleanEmail(form.Email)
	return s.write(ctx, func(db *tx) error {
		db.touches()
		from := now.Add(cooling)
		err := changed(db.Exec(`UPDATE fans SET email = ?, email_key = ?, email_confirmed_at = CASE WHEN email = ? THEN email_confirmed_at END, name = ?, address = ?, country = ?,
			cap_currency = ?, cap_order = ?, cap_day = ?, buys_from = COALESCE(buys_from, ?), stopped_at = NULL, language = ? WHERE id = ? AND deleted_at IS NULL`,
			email, emailKey(email), email, shortened(cleanLine(form.Name), buyerNameMost), shortened(cleanLines(form.Address), addressMost), strings.ToUpper(form.Country),
			order.Currency, order.Amount, day.Amount, from, form.Language, fan.ID))
		if err != nil {
			return err
		}
		if fan.EmailConfirmedAt == nil || fan.Email != email {
			if err := db.moveFanEmail(fan, email, form.Language); err != nil {
				return err
			}
		}
		return db.consent(fan, "given", form.Handle, form.Client, details("currency", order.Currency, "order", itoa(order.Amount), "day", itoa(day.Amount)))
	})
}

// ChangeCaps sets a fan's own caps. Problems as of the form.
func (s *Store) ChangeCaps(ctx context.Context, fan *Fan, form FanForm) error {
	var problems Problems
	order, day := form.caps(&problems)
	if err := problems.orNil(); err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec("UPDATE fans SET cap_currency = ?, cap_order = ?, cap_day = ? WHERE id = ? AND buys_from IS NOT NULL AND deleted_at IS NULL", order.Currency, order.Amount, day.Amount, fan.ID))
		if err != nil {
			return err
		}
		return db.consent(fan, "caps", form.Handle, form.Client, details("currency", order.Currency, "order", itoa(order.Amount), "day", itoa(day.Amount)))
	})
}

// ChangeAddress sets where a fan's letters and parcels go. A new e-mail address has to be confirmed before a reply can buy
// again. Problems: email.….
func (s *Store) ChangeAddress(ctx context.Context, fan *Fan, form FanForm) error {
	var problems Problems
	problems.take("email", CheckEmail(form.Email))
	if err := problems.orNil(); err != nil {
		return err
	}
	email := CleanEmail(form.Email)
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec(`UPDATE fans SET email = ?, email_key = ?, email_confirmed_at = CASE WHEN email = ? THEN email_confirmed_at END, name = ?, address = ?, country = ?
			WHERE id = ? AND buys_from IS NOT NULL AND deleted_at IS NULL`,
			email, emailKey(email), email, shortened(cleanLine(form.Name), buyerNameMost), shortened(cleanLines(form.Address), addressMost), strings.ToUpper(form.Country), fan.ID))
		if err != nil {
			return err
		}
		if fan.Email != email {
			if err := db.moveFanEmail(fan, email, fan.Language); err != nil {
				return err
			}
		}
		return db.consent(fan, "address", form.Handle, form.Client, "")
	})
}

// StopFan ends everything at once: no reply of the fan is answered or charged any more, and the kept cards are taken
// from Stripe. Receipts stay. Done twice it changes nothing.
func (s *Store) StopFan(ctx context.Context, fan *Fan, handle, client string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		result := db.Exec("UPDATE fans SET stopped_at = ? WHERE id = ? AND stopped_at IS NULL AND deleted_at IS NULL", s.now(), fan.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		if err := db.consent(fan, "stopped", handle, client, ""); err != nil {
			return err
		}
		if err := db.stopConfirmations(fan.ID); err != nil {
			return err
		}
		return db.removeCards(fan)
	})
}

// DeleteFan ends everything and forgets who the fan is. What the law wants kept (orders, and what was agreed to) stays
// without the accounts.
func (s *Store) DeleteFan(ctx context.Context, fan *Fan, handle, client string) error {
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.consent(fan, "deleted", handle, client, ""); err != nil {
			return err
		}
		if err := db.stopConfirmations(fan.ID); err != nil {
			return err
		}
		if err := db.removeCards(fan); err != nil {
			return err
		}
		if err := db.Exec("UPDATE fan_profiles SET removed_at = COALESCE(removed_at, ?), remote_id = 'forgotten ' || id, handle = '', name = '' WHERE fan_id = ?", now, fan.ID).Error; err != nil {
			return err
		}
		return changed(db.Exec(`UPDATE fans SET deleted_at = ?, stopped_at = COALESCE(stopped_at, ?), email = '', email_key = '', email_confirmed_at = NULL, name = '', address = '', country = ''
			WHERE id = ? AND deleted_at IS NULL`, now, now, fan.ID))
	})
}

// FanConsents lists what a fan agreed to, newest first.
func (s *Store) FanConsents(ctx context.Context, fan *Fan) ([]FanConsent, error) {
	return list[FanConsent](s.read(ctx).Where("fan_id = ?", fan.ID).Order("created_at DESC, id DESC").Limit(200))
}

func (t *tx) consent(fan *Fan, kind, handle, client, detail string) error {
	switch kind {
	case "given", "caps", "card_kept", "address": // what a reply set aside may be asked about now
		if err := t.enqueue(ClaimReplies{FanID: fan.ID}); err != nil {
			return err
		}
	}
	return t.Create(&FanConsent{
		ID: newID(), FanID: fan.ID, Kind: kind, Text: FanConsentText, Handle: shortened(cleanLine(handle), 200), Client: shortened(client, 100), Detail: detail, CreatedAt: t.store.now(),
	}).Error
}
