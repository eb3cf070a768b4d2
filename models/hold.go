package models

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm/clause"
)

// Hold is stock set aside for an order until it is paid or Stripe has confirmed that it cannot be paid any more.
type Hold struct {
	ID        string
	OfferID   string
	OrderID   string
	Quantity  int64
	State     string // held, sold, released
	CreatedAt time.Time
	UpdatedAt time.Time
}

// How long stock can be set aside for a checkout, in minutes, and how a payment that is under way at the end is waited
// for: Extension at a time, extensionsMost times.
const (
	HoldUsual      = 30
	TurnUsual      = 60
	Extension      = 5 * time.Minute
	extensionsMost = 3
)

// HoldChoices are the minutes that stock can be set aside for a checkout.
var HoldChoices = []int64{5, 10, 15, 30, 60, 120, 360, 720, 1440}

// TurnChoices are the minutes that a freed item can be set aside for the next of a waitlist.
var TurnChoices = []int64{30, 60, 180, 720, 1440}

// Keepings are the ways stock is kept while somebody pays.
var Keepings = []string{"held", "first_paid"}

// readHolds understands how stock is kept. Any whole number of minutes between five and a day will do.
func (f OfferForm) readHolds(fields *offerFields, problems *Problems) {
	fields.holdMinutes = readMinutes(f.Hold, HoldUsual, "hold", problems)
	fields.turnMinutes = readMinutes(f.Turn, TurnUsual, "turn", problems)
	switch f.Keeping {
	case "first_paid":
		fields.firstPaid = true
	case "", "held":
	default:
		problems.Add("keeping", "keeping.unknown")
	}
}

func readMinutes(typed string, usual int64, field string, problems *Problems) int64 {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return usual
	}
	minutes, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || minutes < 5 || minutes > 1440 {
		problems.Add(field, "minutes.unknown")
		return usual
	}
	return minutes
}

// takeHold sets stock aside, or says why not: sold_out, quantity.above_stock, not_live. That a thing is sold out is a
// value, not a failure of the database. One item of a purchase that answers a waitlist's letter is set aside already.
// aside is false where the offer is first paid, first served: then it only looks whether there is enough.
func (t *tx) takeHold(offer *OfferView, quantity int64, turn *Wait) (aside bool, err error) {
	now := t.store.now()
	more, take := quantity, quantity
	if turn != nil {
		more, take = quantity-1, quantity-1
	} else if offer.FirstPaid {
		take = 0
	}
	// Who comes too late is refused by a read: it needs neither the row's lock nor a savepoint.
	if err := t.refusal(offer, more, turn, now); err != nil {
		return false, err
	}
	rows, err := t.exec(`UPDATE offers SET held = held + $1 WHERE id = $2 AND state IN ('live', 'scheduled') AND approved_version_id = $3 AND first_paid = $4
		AND (starts_at IS NULL OR starts_at <= $5) AND (ends_at IS NULL OR ends_at > $5) AND (stock IS NULL OR held + sold + $6 <= stock) AND (codes IS NULL OR held + $6 <= codes)`,
		take, offer.ID, offer.Approved.ID, offer.FirstPaid, now, more)
	if err != nil {
		return false, err
	}
	if rows == 0 { // between the read and this somebody was faster
		if err := t.refusal(offer, more, turn, now); err != nil {
			return false, err
		}
		return false, Problems{{Field: "offer", Code: "changed_meanwhile"}}
	}
	return turn != nil || !offer.FirstPaid, nil
}

// refusal says why so many more of an offer cannot be had now; nil where they can.
func (t *tx) refusal(offer *OfferView, more int64, turn *Wait, now time.Time) error {
	var fresh Offer
	err := t.row("SELECT state, approved_version_id, first_paid, starts_at, ends_at, stock, codes, held, sold FROM offers WHERE id = $1", offer.ID).
		Scan(&fresh.State, &fresh.ApprovedVersionID, &fresh.FirstPaid, &fresh.StartsAt, &fresh.EndsAt, &fresh.Stock, &fresh.Codes, &fresh.Held, &fresh.Sold)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	left, unlimited := fresh.Left()
	switch {
	case deref(fresh.ApprovedVersionID) != offer.Approved.ID || fresh.FirstPaid != offer.FirstPaid:
		return Problems{{Field: "offer", Code: "changed_meanwhile"}}
	case fresh.StateAt(now) != "live":
		return Problems{{Field: "offer", Code: "not_live"}}
	case unlimited || left >= more:
		return nil
	}
	if turn != nil {
		left++
	}
	if left <= 0 {
		return Problems{{Field: "offer", Code: "sold_out"}}
	}
	return Problems{{Field: "quantity", Code: "quantity.above_stock", Data: []any{"Left", left}}}
}

// sellHold turns an order's hold into a sale. Where there is no hold, or it was given back already, it takes stock anew;
// short is true where there is none left.
func (t *tx) sellHold(order *Order) (short bool, err error) {
	now := t.store.now()
	result := t.Exec("UPDATE holds SET state = 'sold', updated_at = ? WHERE order_id = ? AND state = 'held'", now, order.ID)
	if result.Error != nil {
		return false, result.Error
	}
	if result.RowsAffected == 1 {
		if err := changed(t.Exec("UPDATE offers SET held = held - ?, sold = sold + ? WHERE id = ?", order.Quantity, order.Quantity, order.OfferID)); err != nil {
			return false, err
		}
		return false, t.moveVariant(order, -order.Quantity, order.Quantity)
	}
	result = t.Exec("UPDATE offers SET sold = sold + ? WHERE id = ? AND (stock IS NULL OR held + sold + ? <= stock)", order.Quantity, order.OfferID, order.Quantity)
	if result.Error != nil {
		return false, result.Error
	}
	if result.RowsAffected == 0 {
		return true, nil
	}
	if short, err = t.sellVariantAnew(order); err != nil {
		return false, err
	}
	if short {
		return true, changed(t.Exec("UPDATE offers SET sold = sold - ? WHERE id = ?", order.Quantity, order.OfferID))
	}
	sold := Hold{ID: newID(), OfferID: order.OfferID, OrderID: order.ID, Quantity: order.Quantity, State: "sold", CreatedAt: now, UpdatedAt: now}
	result = t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "order_id"}}, DoUpdates: clause.Assignments(map[string]any{"state": "sold", "updated_at": now})}).Create(&sold)
	if result.Error != nil {
		return false, result.Error
	}
	return false, t.closeHopeless(order.OfferID)
}

// closeHopeless leaves work to close the open checkouts for which nothing is set aside and not enough is left.
func (t *tx) closeHopeless(offerID string) error {
	var n int64
	err := t.Raw("SELECT count(*) FROM orders JOIN offers ON offers.id = orders.offer_id WHERE "+hopeless, offerID).Scan(&n).Error
	if err != nil || n == 0 {
		return err
	}
	return t.enqueue(CloseHopeless{OfferID: offerID})
}

const hopeless = `offers.id = ? AND orders.payment = 'pending' AND orders.first_paid AND (offers.stock IS NOT NULL AND offers.held + offers.sold + orders.quantity > offers.stock
		OR EXISTS (SELECT 1 FROM variants WHERE variants.id = orders.variant_id AND variants.held + variants.sold + orders.quantity > variants.stock))
	AND NOT EXISTS (SELECT 1 FROM order_changes WHERE order_changes.order_id = orders.id AND order_changes.kind = 'cancel_asked')`

// HopelessOrders lists the open checkouts of an offer for which nothing is set aside and not enough is left, and which
// nobody has asked to close yet.
func (s *Store) HopelessOrders(ctx context.Context, offerID string) ([]Order, error) {
	var orders []Order
	err := s.read(ctx).Raw("SELECT orders.* FROM orders JOIN offers ON offers.id = orders.offer_id WHERE "+hopeless+" ORDER BY orders.id LIMIT 200", offerID).Scan(&orders).Error
	return orders, err
}

// AskClosing notes that an order's checkout is closed because the goods are gone, and leaves the closing as work.
func (s *Store) AskClosing(ctx context.Context, order *Order) error {
	return s.write(ctx, func(db *tx) error { return db.askCancellation(order, "sold_out") })
}

// ExtendHold puts the end of a pending order off because its payment is under way; false where it was put off as often
// as may be, or where Stripe's own end comes first.
func (s *Store) ExtendHold(ctx context.Context, order *Order) (extended bool, err error) {
	until := s.now().Add(Extension)
	if until.After(order.ExpiresAt) {
		until = order.ExpiresAt
	}
	if !until.After(s.now()) {
		return false, nil
	}
	err = s.write(ctx, func(db *tx) error {
		result := db.Exec("UPDATE orders SET open_until = ?, extended = extended + 1 WHERE id = ? AND payment = 'pending' AND extended = ? AND extended < ? AND open_until < ?", until, order.ID, order.Extended, extensionsMost, until)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		extended = true
		return db.change(order, "extended", "", nil)
	})
	return extended, err
}

// releaseHold gives an order's stock back, once: to the place of the waitlist that it came from while its time is not
// over, else to whoever comes next.
func (t *tx) releaseHold(order *Order) error {
	result := t.Exec("UPDATE holds SET state = 'released', updated_at = ? WHERE order_id = ? AND state = 'held'", t.store.now(), order.ID)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	if err := t.lockOffer(order.OfferID); err != nil {
		return err
	}
	back := order.Quantity
	kept, err := t.returnTurn(order)
	if err != nil {
		return err
	}
	if kept {
		back--
	}
	if err := changed(t.Exec("UPDATE offers SET held = held - ? WHERE id = ?", back, order.OfferID)); err != nil {
		return err
	}
	if err := t.moveVariant(order, -back, 0); err != nil {
		return err
	}
	return t.offerFreed(order.OfferID)
}
