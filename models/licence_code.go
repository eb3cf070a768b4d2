package models

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm/clause"
)

// LicenceCode is a code that one buyer gets. It is kept sealed.
type LicenceCode struct {
	ID        string
	ShopID    string
	OfferID   string
	Digest    string // tells a code that is there already
	Sealed    string
	State     string // free, given, void
	OrderID   *string
	GivenAt   *time.Time
	CreatedAt time.Time
}

// The most codes of one list and the longest of them; CodesLow is how few free ones the merchant is warned of.
const (
	CodesMost   = 5000
	codeLongest = 200
	CodesLow    = 5
)

// CodeCount is how many codes of an offer are in each state.
type CodeCount struct{ Free, Given, Void int64 }

// Any tells whether the offer has codes at all.
func (c CodeCount) Any() bool { return c.Free+c.Given+c.Void > 0 }

// AddCodes keeps a list of codes, one a line. added is how many are new: one that the offer has, or had, is not kept
// again. Problems (field "codes"): codes.none, codes.many, codes.long.
func (s *Store) AddCodes(ctx context.Context, shop *Shop, user *User, offer *Offer, typed string) (added int, err error) {
	list, problems := readCodes(typed)
	if err := problems.orNil(); err != nil {
		return 0, err
	}
	now := s.now()
	rows := make([]LicenceCode, 0, len(list))
	for _, text := range list {
		code := LicenceCode{ID: newID(), ShopID: shop.ID, OfferID: offer.ID, Digest: s.sealer.digest("code "+offer.ID, text), State: "free", CreatedAt: now}
		if code.Sealed, err = s.sealer.seal(text, "licence_codes", "sealed", code.ID); err != nil {
			return 0, err
		}
		rows = append(rows, code)
	}
	err = s.write(ctx, func(db *tx) error {
		added = 0
		if err := changed(db.Exec("UPDATE offers SET updated_at = updated_at WHERE id = ? AND shop_id = ?", offer.ID, shop.ID)); err != nil {
			return err
		}
		result := db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "offer_id"}, {Name: "digest"}}, DoNothing: true}).CreateInBatches(rows, 200)
		if result.Error != nil {
			return result.Error
		}
		added = int(result.RowsAffected)
		if added == 0 {
			return nil
		}
		if err := db.countCodes(offer.ID); err != nil {
			return err
		}
		if err := db.offerFreed(offer.ID); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "codes.added", Object: offer.Slug, Detail: itoa(int64(added))})
	})
	return added, err
}

// readCodes takes a list apart, each code once.
func readCodes(typed string) (list []string, problems Problems) {
	seen := map[string]bool{}
	for _, line := range strings.Split(cleanLines(typed), "\n") {
		code := strings.TrimSpace(line)
		switch {
		case code == "" || seen[code]:
			continue
		case utf8.RuneCountInString(code) > codeLongest:
			problems.Add("codes", "codes.long", "Max", codeLongest)
			return nil, problems
		}
		seen[code] = true
		list = append(list, code)
	}
	switch {
	case len(list) == 0:
		problems.Add("codes", "codes.none")
	case len(list) > CodesMost:
		problems.Add("codes", "codes.many", "Max", CodesMost)
	}
	return list, problems
}

// RemoveFreeCodes takes back the codes that nobody has and no open checkout counts on. removed is how many those were.
func (s *Store) RemoveFreeCodes(ctx context.Context, shop *Shop, user *User, offer *Offer) (removed int64, err error) {
	err = s.write(ctx, func(db *tx) error {
		if err := changed(db.Exec("UPDATE offers SET updated_at = updated_at WHERE id = ? AND shop_id = ?", offer.ID, shop.ID)); err != nil {
			return err
		}
		var held Offer
		if err := db.Where("id = ?", offer.ID).Take(&held).Error; err != nil {
			return found(err)
		}
		result := db.Exec(`DELETE FROM licence_codes WHERE state = 'free' AND id IN (SELECT id FROM licence_codes WHERE offer_id = ? AND state = 'free' ORDER BY id DESC LIMIT ?)`,
			offer.ID, max(deref64(held.Codes)-held.Held, 0))
		if removed = result.RowsAffected; result.Error != nil || removed == 0 {
			return result.Error
		}
		if err := db.countCodes(offer.ID); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "codes.removed", Object: offer.Slug, Detail: itoa(removed)})
	})
	return removed, err
}

func deref64(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// countCodes writes down how many codes of an offer are free. The caller holds the offer's row, so that this statement
// sees every change before its own.
func (t *tx) countCodes(offerID string) error {
	return t.Exec(`UPDATE offers SET codes = CASE WHEN EXISTS (SELECT 1 FROM licence_codes WHERE licence_codes.offer_id = offers.id)
		AND (approved_version_id IS NULL OR 'licence_code' = (SELECT fulfilment FROM versions WHERE versions.id = offers.approved_version_id))
		THEN (SELECT count(*) FROM licence_codes WHERE licence_codes.offer_id = offers.id AND state = 'free') END WHERE id = ?`, offerID).Error
}

// giveCodes gives an order its codes, as many as it has items, each to nobody else. given is false where its offer
// hands none over; short is true where too few are free, and then none is given.
func (t *tx) giveCodes(order *Order) (given, short bool, err error) {
	var kind string
	if err := t.Raw("SELECT fulfilment FROM versions WHERE id = ?", order.VersionID).Scan(&kind).Error; err != nil || kind != "licence_code" {
		return false, false, err
	}
	// The offer's row is held from here: one order after the other takes its codes.
	if err := changed(t.Exec("UPDATE offers SET codes = codes WHERE id = ? AND codes IS NOT NULL", order.OfferID)); err != nil {
		if errors.Is(err, ErrChanged) {
			return false, false, nil
		}
		return false, false, err
	}
	var free int64
	if err := t.Raw("SELECT count(*) FROM licence_codes WHERE offer_id = ? AND state = 'free'", order.OfferID).Scan(&free).Error; err != nil || free < order.Quantity {
		return false, err == nil, err
	}
	result := t.Exec(`UPDATE licence_codes SET state = 'given', order_id = ?, given_at = ? WHERE state = 'free'
		AND id IN (SELECT id FROM licence_codes WHERE offer_id = ? AND state = 'free' ORDER BY id LIMIT ?)`, order.ID, t.store.now(), order.OfferID, order.Quantity)
	if result.Error != nil {
		return false, false, result.Error
	}
	if result.RowsAffected != order.Quantity {
		return false, false, ErrChanged // takes the whole payment back, which is told again
	}
	if err := t.countCodes(order.OfferID); err != nil {
		return false, false, err
	}
	if left := free - order.Quantity; left <= CodesLow && free > CodesLow {
		return true, false, t.warnCodes(order)
	}
	return true, false, nil
}

// warnCodes tells the owners that few codes are left, once for each list.
func (t *tx) warnCodes(order *Order) error {
	var all int64
	if err := t.Raw("SELECT count(*) FROM licence_codes WHERE offer_id = ?", order.OfferID).Scan(&all).Error; err != nil {
		return err
	}
	owners, err := t.ownersOf(order.ShopID)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		key := "codes_low-" + order.OfferID + "-" + itoa(all) + "-" + owner.ID
		letter := Letter{Key: key, Kind: "codes_low", Recipient: owner.Email, Language: owner.Language, UserID: &owner.ID, ShopID: &order.ShopID, OfferID: &order.OfferID}
		if err := t.letter(letter); err != nil {
			return err
		}
	}
	return nil
}

// freeCodes takes n codes of an order back to be sold again.
func (t *tx) freeCodes(order *Order, n int64) error {
	result := t.Exec(`UPDATE licence_codes SET state = 'free', order_id = NULL, given_at = NULL WHERE state = 'given'
		AND id IN (SELECT id FROM licence_codes WHERE order_id = ? AND state = 'given' ORDER BY id DESC LIMIT ?)`, order.ID, n)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	if err := changed(t.Exec("UPDATE offers SET codes = codes WHERE id = ?", order.OfferID)); err != nil {
		return err
	}
	return t.countCodes(order.OfferID)
}

// voidCodes marks the codes of an order as void when all of its money is on its way back.
func (t *tx) voidCodes(order *Order) error {
	return t.Exec("UPDATE licence_codes SET state = 'void' WHERE order_id = ? AND state = 'given' AND EXISTS (SELECT 1 FROM orders WHERE orders.id = ? AND orders.refunded = orders.total)", order.ID, order.ID).Error
}

// reviveCodes makes them good again where the money did not arrive.
func (t *tx) reviveCodes(order *Order) error {
	return t.Exec("UPDATE licence_codes SET state = 'given' WHERE order_id = ? AND state = 'void'", order.ID).Error
}

// CodeCount counts an offer's codes.
func (s *Store) CodeCount(ctx context.Context, offer *Offer) (count CodeCount, err error) {
	var rows []struct {
		State string
		N     int64
	}
	err = s.read(ctx).Raw("SELECT state, count(*) AS n FROM licence_codes WHERE offer_id = ? GROUP BY state", offer.ID).Scan(&rows).Error
	for _, row := range rows {
		switch row.State {
		case "free":
			count.Free = row.N
		case "given":
			count.Given = row.N
		default:
			count.Void = row.N
		}
	}
	return count, err
}

// GivenCode is a code of an order, opened.
type GivenCode struct {
	Text  string
	State string // given, void
}

// CodesOf opens the codes of an order.
func (s *Store) CodesOf(ctx context.Context, order *Order) ([]GivenCode, error) {
	rows, err := list[LicenceCode](s.read(ctx).Where("order_id = ?", order.ID).Order("id"))
	if err != nil {
		return nil, err
	}
	codes := make([]GivenCode, 0, len(rows))
	for _, row := range rows {
		text, err := s.sealer.open(row.Sealed, "licence_codes", "sealed", row.ID)
		if err != nil {
			return nil, err
		}
		codes = append(codes, GivenCode{text, row.State})
	}
	return codes, nil
}

// CodesLeft is an offer by its id with the count of its codes, for the letter that warns of few.
func (s *Store) CodesLeft(ctx context.Context, offerID string) (*OfferView, CodeCount, error) {
	offer, err := first[Offer](s.read(ctx).Where("id = ?", offerID))
	if err != nil {
		return nil, CodeCount{}, found(err)
	}
	view, err := s.offerView(ctx, offer, false)
	if err != nil {
		return nil, CodeCount{}, err
	}
	count, err := s.CodeCount(ctx, &offer)
	return view, count, err
}
