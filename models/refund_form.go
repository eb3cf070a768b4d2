package models

import (
	"context"
	"errors"
	"strings"
)

// RefundForm is a refund as typed.
type RefundForm struct {
	Amount  string // in the order's currency
	Reason  string // one of RefundReasons
	Restock string // how many items go back into stock
	Words   string // to the buyer; may be blank

	Key  string // of the form: sent twice, it is one refund
	Left string // what could still go back when the form was shown, as plain digits
}

// RefundReasons are those that a person may give.
var RefundReasons = []string{"requested", "duplicate", "fraudulent"}

// RefundWordsMost is how long the words to a buyer may be.
const RefundWordsMost = 1000

// Check reads a refund without asking for it. Problems: amount.zero, price.…, refund.amount, refund.above_left, refund.changed, refund.nothing_left,
// reason.missing, restock.…
func (f RefundForm) Check(order *Order) (Refund, Problems) {
	var problems Problems
	refund := Refund{Reason: f.Reason, Words: strings.TrimSpace(strings.ReplaceAll(f.Words, "\r\n", "\n")), Currency: order.Currency}
	money, p := ParsePart(f.Amount, order.Currency) // also less than a card can be charged: what is left may be a few cents
	left := order.Left()
	switch refund.Amount = money.Amount; {
	case order.Dispute == "open":
		problems.Add("refund", "refund.disputed")
	case order.Dispute == "lost":
		problems.Add("refund", "refund.dispute_lost")
	case !order.Refundable():
		problems.Add("refund", "refund.nothing_left")
	case f.Left != "" && f.Left != itoa(left.Amount):
		problems.Add("refund", "refund.changed", "Left", left)
	case p != nil && p.Code == "price.too_large":
		problems.Add("amount", "refund.above_left", "Left", left)
	case p != nil && contains([]string{"price.blank", "price.malformed", "price.negative"}, p.Code):
		problems.Add("amount", "refund.amount")
	case p != nil:
		problems.take("amount", p)
	case money.Amount == 0:
		problems.Add("amount", "amount.zero")
	case money.Amount > left.Amount:
		problems.Add("amount", "refund.above_left", "Left", left)
	}
	if !contains(RefundReasons, f.Reason) {
		problems.Add("reason", "reason.missing")
	}
	problems.take("words", checkText(refund.Words, "words", RefundWordsMost, true))
	if n := parseCount(f.Restock, "restock", &problems); n != nil {
		refund.Restocked = *n
		if *n > order.Restockable() {
			problems.Add("restock", "restock.above", "Most", order.Restockable())
		}
	}
	return refund, problems
}

// Refundable tells whether any money of the order can go back. What the bank took, Stripe does not give back as well.
func (o *Order) Refundable() bool {
	return (o.Payment == "paid" || o.Payment == "partly_refunded") && o.Refunded < o.Total && o.Dispute != "open" && o.Dispute != "lost"
}

// Restockable is how many of the order's items can go back into stock. Those of a shortfall never left it.
func (o *Order) Restockable() int64 {
	if o.Shortfall || o.PaidAt == nil {
		return 0
	}
	return o.Quantity - o.Restocked
}

// AskRefund writes down that a member gives money back, and has it done. The same form sent again is the refund that it
// was. Problems as of Check; with two people at once the second one's no longer fits.
func (s *Store) AskRefund(ctx context.Context, shop *Shop, user *User, order *Order, form RefundForm) (asked *Refund, err error) {
	err = s.write(ctx, func(db *tx) error {
		// The order is held from here: whoever comes second sees what the first one did.
		if err := changed(db.Exec("UPDATE orders SET refunded = refunded WHERE id = ? AND shop_id = ?", order.ID, shop.ID)); err != nil {
			return err
		}
		before, err := db.refundByForm(order, form.Key)
		if err != nil || before != nil {
			asked = before
			return err
		}
		var fresh Order
		if err := db.Where("id = ?", order.ID).Take(&fresh).Error; err != nil {
			return found(err)
		}
		refund, problems := form.Check(&fresh)
		if err := problems.orNil(); err != nil {
			return err
		}
		refund.UserID = &user.ID
		if form.Key != "" {
			refund.FormKey = &form.Key
		}
		if refund.Restocked > 0 {
			if err := db.restock(&fresh, refund.Restocked, user); err != nil {
				return err
			}
		}
		if asked, err = db.askRefund(&fresh, refund); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "refund.asked", Object: order.Slug, Detail: itoa(refund.Amount) + " " + refund.Currency})
	})
	if errors.Is(err, ErrChanged) {
		err = Problems{{Field: "refund", Code: "changed_meanwhile"}}
	}
	return asked, err
}

// restock puts items of a paid order back on sale; user is nil where Tillbird did it by itself.
func (t *tx) restock(order *Order, n int64, user *User) error {
	err := changed(t.Exec("UPDATE orders SET restocked = restocked + ? WHERE id = ? AND NOT shortfall AND restocked + ? <= quantity", n, order.ID, n))
	if err != nil {
		return err
	}
	if err := changed(t.Exec("UPDATE offers SET sold = sold - ? WHERE id = ? AND sold >= ?", n, order.OfferID, n)); err != nil {
		return err
	}
	if err := t.moveVariant(order, 0, -n); err != nil {
		return err
	}
	// The hold says how many of the order's items are sold.
	result := t.Exec("UPDATE holds SET quantity = quantity - ?, updated_at = ? WHERE order_id = ? AND state = 'sold' AND quantity > ?", n, t.store.now(), order.ID, n)
	if result.Error == nil && result.RowsAffected == 0 {
		result = t.Exec("UPDATE holds SET state = 'released', updated_at = ? WHERE order_id = ? AND state = 'sold'", t.store.now(), order.ID)
	}
	if result.Error != nil {
		return result.Error
	}
	if err := t.freeCodes(order, n); err != nil {
		return err
	}
	if err := t.offerFreed(order.OfferID); err != nil {
		return err
	}
	if user == nil {
		return t.change(order, "restocked", itoa(n), nil)
	}
	return t.changeBy(order, "restocked", itoa(n), user)
}
