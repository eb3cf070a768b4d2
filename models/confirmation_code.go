package models

import (
	"context"
	"errors"
	"time"
)

// ConfirmByCode takes a fan's word, with the code that the answer to the reply showed; at is when the network says that it
// was written. A wrong code counts against each open question of the fan, and the fifth ends it. Problems: confirm.none
// where nothing is open, confirm.wrong, confirm.late.
func (s *Store) ConfirmByCode(ctx context.Context, fan *Fan, code string, at time.Time) (order *Order, err error) {
	id, reason := "", ""
	err = s.write(ctx, func(db *tx) (err error) {
		db.touches()
		id, reason, err = db.takeWord(fan, code, at)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case reason == "" || reason == "again":
		return s.Order(ctx, id)
	case reason == "none":
		return nil, Problems{{Field: "code", Code: "confirm.none"}}
	case reason == "wrong":
		return nil, Problems{{Field: "code", Code: "confirm.wrong"}}
	}
	return nil, Problems{{Field: "code", Code: "confirm.late"}}
}

// takeWord finds the question that a code answers, and takes the answer. reason is empty where it counts now; again where
// it was said before; none where nothing is open; wrong; late, or gone where the order was let go.
func (t *tx) takeWord(fan *Fan, code string, at time.Time) (orderID, reason string, err error) {
	if fan == nil {
		return "", "none", nil
	}
	now := t.store.now()
	asked, err := list[Confirmation](t.Where("fan_id = ? AND asked_at > ?", fan.ID, now.Add(-24*time.Hour)).Order("asked_at DESC, order_id").Limit(50))
	if err != nil {
		return "", "", err
	}
	var match *Confirmation
	open := false
	for i, c := range asked {
		isOpen := c.State == "asked" && c.Until.After(now)
		open = open || isOpen
		if sameDigest(c.CodeDigest, t.store.confirmDigest(fan.ID, c.OrderID, code)) && (match == nil || isOpen) {
			match = &asked[i]
		}
	}
	switch {
	case match == nil && !open:
		return "", "none", nil
	case match == nil:
		return "", "wrong", t.missCode(fan)
	case match.ConfirmedAt != nil:
		return match.OrderID, "again", nil
	case match.State == "cancelled":
		return match.OrderID, "gone", nil
	case match.State != "asked" || !match.Until.After(now) || at.After(match.Until):
		return match.OrderID, "late", nil
	}
	var order Order
	if err := t.Where("id = ?", match.OrderID).Take(&order).Error; err != nil {
		return "", "", found(err)
	}
	err = t.confirm(&order, "reply")
	if errors.As(err, new(Problems)) { // its fan stopped everything just now
		return order.ID, "late", nil
	}
	return order.ID, "", err
}

// missCode counts a wrong code; the fifth lets the order go.
func (t *tx) missCode(fan *Fan) error {
	if err := t.Exec("UPDATE confirmations SET tries = tries + 1 WHERE fan_id = ? AND state = 'asked' AND tries < ?", fan.ID, confirmTries).Error; err != nil {
		return err
	}
	spent, err := list[Confirmation](t.Where("fan_id = ? AND state = 'asked' AND tries >= ?", fan.ID, confirmTries))
	if err != nil {
		return err
	}
	for _, c := range spent {
		if err := t.endConfirmation(c.OrderID, "cancelled", "tries"); err != nil {
			return err
		}
	}
	return nil
}
