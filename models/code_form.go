package models

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"
)

// CodeForm is a code as typed. Dates are "2006-01-02T15:04" in the shop's time zone; blank Most means without limit.
type CodeForm struct {
	Code, Kind, Amount, Percent, Most, EachOnce, Scope, StartsAt, EndsAt string

	Offers []string // slugs, where Scope is "chosen"
}

// codeShape is what can be typed on a phone and read out aloud.
var codeShape = regexp.MustCompile(`^[\p{Lu}\p{Lo}\p{Nd}][\p{Lu}\p{Lo}\p{Nd}_-]{2,29}$`)

// FormOfCode shows a code as it would be typed; offers are those it is good for.
func FormOfCode(code *Code, offers []Offer, zone *time.Location, amount func(Money) string) CodeForm {
	form := CodeForm{Code: code.Code, Kind: code.Kind, Scope: "every"}
	if code.Kind == "amount" {
		form.Amount = amount(code.Off())
	} else {
		form.Percent = itoa(code.Percent)
	}
	if code.Most != nil {
		form.Most = itoa(*code.Most)
	}
	if code.EachOnce {
		form.EachOnce = "on"
	}
	if !code.EveryOffer {
		form.Scope = "chosen"
	}
	for _, offer := range offers {
		form.Offers = append(form.Offers, offer.Slug)
	}
	if code.StartsAt != nil {
		form.StartsAt = code.StartsAt.In(zone).Format(localMinute)
	}
	if code.EndsAt != nil {
		form.EndsAt = code.EndsAt.In(zone).Format(localMinute)
	}
	return form
}

// read understands what was typed. Problems: code code.blank, .malformed; kind kind.unknown; amount price.…, amount.zero;
// percent percent.…; most most.…; starts_at, ends_at; offers offers.none.
func (f CodeForm) read(shop *Shop) (code Code, problems Problems) {
	code.Code, code.Kind, code.Currency = CleanCode(f.Code), f.Kind, shop.Currency
	switch {
	case code.Code == "":
		problems.Add("code", "code.blank")
	case !codeShape.MatchString(code.Code) || len(code.Code) > 60:
		problems.Add("code", "code.malformed")
	}
	switch f.Kind {
	case "amount":
		off, p := ParsePart(f.Amount, shop.Currency)
		problems.take("amount", p)
		if code.Amount = off.Amount; p == nil && code.Amount == 0 {
			problems.Add("amount", "amount.zero")
		}
	case "percent":
		typed := strings.TrimSuffix(strings.TrimSpace(f.Percent), "%")
		n := parseCount(typed, "percent", &problems)
		switch {
		case n == nil && problems.For("percent") == nil:
			problems.Add("percent", "percent.blank")
		case n != nil && (*n < 1 || *n > 100):
			problems.Add("percent", "percent.range")
		case n != nil:
			code.Percent = *n
		}
	default:
		problems.Add("kind", "kind.unknown")
	}
	if code.Most = parseCount(f.Most, "most", &problems); code.Most != nil && (*code.Most < 1 || *code.Most > stockMost) {
		problems.Add("most", "most.range", "Max", stockMost)
	}
	code.EachOnce, code.EveryOffer = f.EachOnce == "on", f.Scope != "chosen"
	if !code.EveryOffer && len(f.Offers) == 0 {
		problems.Add("offers", "offers.none")
	}
	code.StartsAt = parseMinute(f.StartsAt, "starts", "starts_at", shop.Zone(), &problems)
	code.EndsAt = parseMinute(f.EndsAt, "ends", "ends_at", shop.Zone(), &problems)
	if code.StartsAt != nil && code.EndsAt != nil && !code.EndsAt.After(*code.StartsAt) {
		problems.Add("ends_at", "ends.before_start")
	}
	return code, problems
}

// CreateCode makes a discount code. Problems as of the form, and code code.taken; the same form sent twice says that too.
func (s *Store) CreateCode(ctx context.Context, shop *Shop, user *User, form CodeForm) (*Code, error) {
	code, problems := form.read(shop)
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	now := s.now()
	code.ID, code.ShopID, code.Slug, code.CreatedAt, code.UpdatedAt = newID(), shop.ID, newSlug(), now, now
	err := s.write(ctx, func(db *tx) error {
		if err := db.Create(&code).Error; err != nil {
			return err
		}
		if err := db.setCodeOffers(shop, &code, form.Offers); err != nil {
			return err
		}
		if err := changed(db.Exec("UPDATE shops SET codes_count = codes_count + 1 WHERE id = ?", shop.ID)); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "code.created", Object: code.Code})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return nil, codeProblem("code.taken")
	}
	if err != nil {
		return nil, err
	}
	return &code, nil
}

// UpdateCode changes a code's terms. Orders that were placed keep their price. Problems as of the form, code.taken, and
// most most.below_uses.
func (s *Store) UpdateCode(ctx context.Context, shop *Shop, user *User, code *Code, form CodeForm) error {
	next, problems := form.read(shop)
	if err := problems.orNil(); err != nil {
		return err
	}
	err := s.write(ctx, func(db *tx) error {
		query := db.Model(&Code{}).Where("id = ? AND shop_id = ?", code.ID, shop.ID)
		if next.Most != nil {
			query = query.Where("uses <= ?", *next.Most)
		}
		err := changed(query.Updates(map[string]any{
			"code": next.Code, "kind": next.Kind, "amount": next.Amount, "percent": next.Percent, "currency": next.Currency, "most": next.Most,
			"each_once": next.EachOnce, "every_offer": next.EveryOffer, "starts_at": next.StartsAt, "ends_at": next.EndsAt, "updated_at": s.now(),
		}))
		if errors.Is(err, ErrChanged) && next.Most != nil {
			return Problems{{Field: "most", Code: "most.below_uses"}}
		}
		if err != nil {
			return err
		}
		if err := db.setCodeOffers(shop, code, form.Offers); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "code.updated", Object: next.Code})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return codeProblem("code.taken")
	}
	return err
}

// setCodeOffers keeps which of the shop's own offers a code is good for.
func (t *tx) setCodeOffers(shop *Shop, code *Code, slugs []string) error {
	if err := t.Exec("DELETE FROM code_offers WHERE code_id = ?", code.ID).Error; err != nil || len(slugs) == 0 {
		return err
	}
	return t.Exec("INSERT INTO code_offers (code_id, offer_id) SELECT ?, id FROM offers WHERE shop_id = ? AND slug IN ?", code.ID, shop.ID, slugs).Error
}

// StopCode ends a code at once; ResumeCode takes that back. What is in a checkout already keeps its price.
func (s *Store) StopCode(ctx context.Context, shop *Shop, user *User, code *Code) error {
	return s.turnCode(ctx, shop, user, code, "code.stopped", "UPDATE codes SET stopped_at = ?, updated_at = ? WHERE id = ? AND shop_id = ? AND stopped_at IS NULL", s.now(), s.now(), code.ID, shop.ID)
}

// ResumeCode makes a stopped code good again.
func (s *Store) ResumeCode(ctx context.Context, shop *Shop, user *User, code *Code) error {
	return s.turnCode(ctx, shop, user, code, "code.resumed", "UPDATE codes SET stopped_at = NULL, updated_at = ? WHERE id = ? AND shop_id = ? AND stopped_at IS NOT NULL", s.now(), code.ID, shop.ID)
}

// turnCode runs a guarded statement; done twice it changes nothing.
func (s *Store) turnCode(ctx context.Context, shop *Shop, user *User, code *Code, action, statement string, arguments ...any) error {
	return s.write(ctx, func(db *tx) error {
		result := db.Exec(statement, arguments...)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: action, Object: code.Code})
	})
}

// Codes lists the shop's codes, newest first, one more than the page where there are more.
func (s *Store) Codes(ctx context.Context, shop *Shop, page Page) ([]Code, error) {
	var codes []Code
	err := page.apply(s.read(ctx).Where("shop_id = ?", shop.ID), "created_at").Find(&codes).Error
	return codes, err
}

// CodeIn finds the shop's own code by its slug, or ErrNotFound, with the offers it is good for; none where for all.
func (s *Store) CodeIn(ctx context.Context, shop *Shop, slug string) (*Code, []Offer, error) {
	code, err := first[Code](s.read(ctx).Where("shop_id = ? AND slug = ?", shop.ID, slug))
	if err != nil {
		return nil, nil, found(err)
	}
	offers, err := list[Offer](s.read(ctx).Where("shop_id = ? AND id IN (SELECT offer_id FROM code_offers WHERE code_id = ?)", shop.ID, code.ID).Order("created_at DESC, id DESC"))
	return &code, offers, err
}
