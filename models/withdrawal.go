package models

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Withdrawal is a buyer's word that they withdraw from the contract.
type Withdrawal struct {
	ID        string
	ShopID    string
	OrderID   string
	State     string // received, refunded
	Name      string // as the buyer wrote it
	Words     string // what the buyer added; nothing has to be
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Withdrawals say of an offer whether buyers may withdraw: yes, or by which of the law's exceptions they may not.
var Withdrawals = []string{"yes", "digital_opened", "made_to_measure", "date_bound", "perishable", "sealed"}

// WithdrawalFor is what a new offer begins with.
func WithdrawalFor(fulfilment string) string {
	if fulfilment == "file" || fulfilment == "licence_code" {
		return "digital_opened"
	}
	return "yes"
}

// How long a buyer may withdraw: 14 days from the day that the goods arrive. That day is not known here, so a week for
// the post is added to the day on which they were sent. The seller gives the money back within 14 days.
const (
	withdrawalDays = 14
	postDays       = 7
)

// WithdrawalRight is whether a buyer may withdraw from a contract now.
type WithdrawalRight struct {
	State string     // open, over, exempt, or none where there is nothing to withdraw from
	Until *time.Time // the last moment, nil while the goods have not been sent
}

// RightAt tells whether the buyer may withdraw at a moment. Days end in the shop's zone.
func (v *OrderView) RightAt(now time.Time, shipment *Shipment, zone *time.Location) WithdrawalRight {
	if v.PaidAt == nil || v.Payment == "refunded" || v.Shortfall {
		return WithdrawalRight{State: "none"}
	}
	switch v.Version.Withdrawal {
	case "made_to_measure", "date_bound", "perishable":
		return WithdrawalRight{State: "exempt"}
	case "digital_opened":
		opened := v.OpenedAt != nil || shipment != nil || v.Version.Fulfilment == "nothing" && v.Fulfilment == "done"
		if opened && v.ConsentAt != nil {
			return WithdrawalRight{State: "exempt"}
		}
	}
	from, days := *v.PaidAt, withdrawalDays
	if v.Version.Fulfilment == "ship" {
		if shipment == nil {
			return WithdrawalRight{State: "open"}
		}
		from, days = shipment.SentAt, withdrawalDays+postDays
	}
	y, m, d := from.In(zone).Date()
	until := time.Date(y, m, d+days, 23, 59, 59, 0, zone).UTC()
	if now.After(until) {
		return WithdrawalRight{State: "over", Until: &until}
	}
	return WithdrawalRight{State: "open", Until: &until}
}

// RefundBy is when the seller must have given the money back.
func (w *Withdrawal) RefundBy() time.Time { return w.CreatedAt.AddDate(0, 0, withdrawalDays) }

// WithdrawalOf is the withdrawal from an order's contract, nil where there is none.
func (s *Store) WithdrawalOf(ctx context.Context, order *Order) (*Withdrawal, error) {
	withdrawal, err := first[Withdrawal](s.read(ctx).Where("order_id = ?", order.ID))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &withdrawal, err
}

// Withdraw keeps a buyer's withdrawal, once, with its dated receipt to the buyer and the news to the seller. Problem
// withdrawal.over where the law gives no right to it (any more).
func (s *Store) Withdraw(ctx context.Context, view *OrderView, shop *Shop, name, words string) error {
	name, words = strings.Join(strings.Fields(name), " "), strings.TrimSpace(strings.ReplaceAll(words, "\r\n", "\n"))
	var problems Problems
	problems.take("name", checkText(name, "name", 200, false))
	problems.take("words", checkText(words, "words", 2000, true))
	if err := problems.orNil(); err != nil {
		return err
	}
	shipment, err := s.ShipmentOf(ctx, &view.Order)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		// The order is held from here: pressed twice, the second finds the first.
		if err := changed(db.Exec("UPDATE orders SET refunded = refunded WHERE id = ?", view.ID)); err != nil {
			return err
		}
		var n int64
		if err := db.Raw("SELECT count(*) FROM withdrawals WHERE order_id = ?", view.ID).Scan(&n).Error; err != nil || n > 0 {
			return err
		}
		// What was opened since the page was shown counts.
		var fresh Order
		if err := db.Where("id = ?", view.ID).Take(&fresh).Error; err != nil {
			return found(err)
		}
		view.Order = fresh
		if view.RightAt(s.now(), shipment, shop.Zone()).State != "open" {
			return Problems{{Field: "withdrawal", Code: "withdrawal.over"}}
		}
		now := s.now()
		if err := db.Create(&Withdrawal{ID: newID(), ShopID: view.ShopID, OrderID: view.ID, State: "received", Name: name, Words: words, CreatedAt: now, UpdatedAt: now}).Error; err != nil {
			return err
		}
		if err := db.change(&view.Order, "withdrawn", "", nil); err != nil {
			return err
		}
		if err := db.orderLetter(&view.Order, "withdrawn_buyer"); err != nil {
			return err
		}
		return db.shopLetters(&view.Order, "withdrawn_shop")
	})
}

// answerWithdrawal ends an order's withdrawal when all of the money is on its way back.
func (t *tx) answerWithdrawal(order *Order) error {
	return t.Exec("UPDATE withdrawals SET state = 'refunded', updated_at = ? WHERE order_id = ? AND state = 'received' AND EXISTS (SELECT 1 FROM orders WHERE orders.id = ? AND orders.refunded = orders.total)",
		t.store.now(), order.ID, order.ID).Error
}

// reopenWithdrawal lets it wait again where the money did not arrive.
func (t *tx) reopenWithdrawal(order *Order) error {
	return t.Exec("UPDATE withdrawals SET state = 'received', updated_at = ? WHERE order_id = ? AND state = 'refunded'", t.store.now(), order.ID).Error
}
