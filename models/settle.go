package models

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Payment is proof from Stripe that an order was paid.
type Payment struct {
	SessionID       string // "" for a kept card
	PaymentIntentID string
	Amount          int64 // all that was charged
	Discount        int64
	Shipping        int64
	Tax             int64 // on top or contained, as the order's tax mode says
	Currency        string
	Livemode        bool
	BuyerName       string
	Address         string
	Word            *Word     // of an order by reply, as its payment says it: for one that a backup knows nothing of
	At              time.Time // when Stripe took the money: the order's day in every figure
	EventID         *string   // of our events, nil where the thanks page asked
}

// The most letters that we keep of what a buyer typed at Stripe. It is cut rather than refused: the money has moved, and
// a name that a database cannot hold must not keep the order from being paid.
const (
	buyerNameMost = 200
	addressMost   = 1000
)

// Mismatch is a payment that does not fit the order it names. It moves nothing; an admin looks at it.
type Mismatch struct{ Order, What string }

// Error says what does not fit.
func (m *Mismatch) Error() string { return fmt.Sprintf("order %s: %s does not match", m.Order, m.What) }

// fits compares what Stripe says with what the order says.
func (p Payment) fits(order *Order) error {
	switch {
	case order.ByCard != (p.SessionID == ""):
		return &Mismatch{order.ID, "way of paying"}
	case order.SessionID != nil && *order.SessionID != p.SessionID:
		return &Mismatch{order.ID, "session"}
	case order.Discount != p.Discount:
		return &Mismatch{order.ID, "discount"}
	case order.Shipping != p.Shipping:
		return &Mismatch{order.ID, "shipping"}
	case order.TaxMode == "off" && p.Tax != 0, p.Tax < 0, p.Tax > p.Amount:
		return &Mismatch{order.ID, "tax"}
	case order.Items-order.Discount+order.Shipping+p.onTop(order) != p.Amount:
		return &Mismatch{order.ID, "amount"}
	case order.Currency != p.Currency:
		return &Mismatch{order.ID, "currency"}
	case order.Livemode != p.Livemode:
		return &Mismatch{order.ID, "livemode"}
	case p.PaymentIntentID == "" || order.PaymentIntentID != nil && *order.PaymentIntentID != p.PaymentIntentID:
		return &Mismatch{order.ID, "payment intent"}
	}
	return nil
}

// onTop is the part of the tax that came on top of the order's own amounts.
func (p Payment) onTop(order *Order) int64 {
	if order.TaxMode == "exclusive" {
		return p.Tax
	}
	return 0
}

// SettleOrder makes an order paid, once, however often and in whatever order it is told. Proven payment wins over
// expired, failed or cancelled. Where the goods are gone all the same, the order is a shortfall and its refund is
// written with it. settled tells whether this call did it. A Mismatch where the payment is not the order's.
func (s *Store) SettleOrder(ctx context.Context, orderID string, p Payment) (settled bool, err error) {
	// Money has moved: that the request which brought the news ended must not stop it from being written down.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err = s.write(ctx, func(db *tx) error {
		var order Order
		if err := db.Where("id = ?", orderID).Take(&order).Error; err != nil {
			return found(err)
		}
		db.touches(order.OfferID)
		if err := p.fits(&order); err != nil {
			return err
		}
		fulfilment, err := db.fulfilmentOf(&order)
		if err != nil {
			return err
		}
		order.Tax, order.TaxIncluded, order.Total = p.onTop(&order), p.Tax-p.onTop(&order), p.Amount
		paidAt := p.At.UTC().Truncate(time.Microsecond)
		rows, err := db.exec(`UPDATE orders SET payment = 'paid', fulfilment = $1, paid_at = $2, session_id = NULLIF($3, ''), payment_intent_id = $4, tax = $5, tax_included = $6, total = $7, buyer_name = $8, address = $9
			WHERE id = $10 AND payment IN ('pending', 'expired', 'failed', 'cancelled') AND paid_at IS NULL`,
			fulfilment, paidAt, p.SessionID, p.PaymentIntentID, order.Tax, order.TaxIncluded, order.Total, shortened(cleanLine(p.BuyerName), buyerNameMost), shortened(cleanLines(p.Address), addressMost), order.ID)
		if err != nil || rows == 0 {
			return err
		}
		settled = true
		if order.ByCard {
			if p.Word != nil {
				err := db.Exec("UPDATE confirmations SET state = 'confirmed', why = '', ended_at = NULL, confirmed_at = ?, confirmed_by = ? WHERE order_id = ? AND confirmed_at IS NULL", p.Word.At, p.Word.By, order.ID).Error
				if err != nil {
					return err
				}
			}
			if err := db.Exec("UPDATE confirmations SET state = 'paid', intent_id = ?, ended_at = ? WHERE order_id = ? AND state = 'confirmed'", p.PaymentIntentID, s.now(), order.ID).Error; err != nil {
				return err
			}
			if err := db.enqueue(ThankReply{OrderID: order.ID}); err != nil {
				return err
			}
		}
		order.Payment, order.Fulfilment, order.PaidAt, order.PaymentIntentID = "paid", fulfilment, &paidAt, &p.PaymentIntentID
		return db.afterPayment(&order, p.EventID)
	})
	return settled, err
}

// afterPayment is all that follows from a payment, in its transaction.
func (t *tx) afterPayment(order *Order, eventID *string) error {
	noUse, err := t.useCode(order)
	if err != nil {
		return err
	}
	// Without its code the order is refunded: the goods stay on the shelf.
	short := noUse
	if !noUse {
		if short, err = t.sellGoods(order); err != nil {
			return err
		}
	}
	if err := t.change(order, "paid", "", eventID); err != nil {
		return err
	}
	if err := t.countSale(order); err != nil {
		return err
	}
	if err := t.enqueue(ReadCharge{OrderID: order.ID}); err != nil {
		return err
	}
	if short {
		why := ""
		if noUse {
			why = "code"
		}
		return t.shortfall(order, why, eventID)
	}
	if err := t.orderLetter(order, "receipt"); err != nil {
		return err
	}
	return t.shopLetters(order, "sold")
}

// shortfall gives all of the money back for goods that are gone, or, where why is "code", for a code that others used up.
func (t *tx) shortfall(order *Order, why string, eventID *string) error {
	if err := changed(t.Exec("UPDATE orders SET shortfall = TRUE, fulfilment = 'none' WHERE id = ?", order.ID)); err != nil {
		return err
	}
	if err := t.change(order, "shortfall", why, eventID); err != nil {
		return err
	}
	if _, err := t.askRefund(order, Refund{Amount: order.Total, Reason: "shortfall"}); err != nil {
		return err
	}
	if err := t.orderLetter(order, "shortfall_buyer"); err != nil {
		return err
	}
	return t.shopLetters(order, "shortfall_shop")
}

func (t *tx) orderLetter(order *Order, kind string) error {
	return t.letter(Letter{Key: kind + "-" + order.ID, Kind: kind, Recipient: order.Email, Language: order.Language, ShopID: &order.ShopID, OrderID: &order.ID})
}

func (t *tx) shopLetters(order *Order, kind string) error {
	return t.tellTeam(Letter{Key: kind + "-" + order.ID, Kind: kind, ShopID: &order.ShopID, OrderID: &order.ID})
}

// endPending ends an order that will not be paid and gives its stock back. and is a further condition, in SQL.
func (t *tx) endPending(order *Order, state, why string, eventID *string, and string) error {
	result := t.Exec("UPDATE orders SET payment = ? WHERE id = ? AND payment = 'pending' AND paid_at IS NULL AND "+and, state, order.ID)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	if err := t.releaseHold(order); err != nil {
		return err
	}
	if err := t.freeUse(order); err != nil {
		return err
	}
	return t.change(order, state, why, eventID)
}

// ExpireOrder ends a pending order whose session Stripe says is expired: cancelled where the buyer asked for it. It is
// Stripe's word that gives the stock back, never our clock alone.
func (s *Store) ExpireOrder(ctx context.Context, order *Order, eventID *string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		var asked int64
		if err := db.Raw("SELECT count(*) FROM order_changes WHERE order_id = ? AND kind = 'cancel_asked'", order.ID).Scan(&asked).Error; err != nil {
			return err
		}
		state := "expired"
		if asked > 0 {
			state = "cancelled"
		}
		return db.endPending(order, state, "", eventID, "TRUE")
	})
}

// FailOrder ends a pending order whose delayed payment Stripe says has failed.
func (s *Store) FailOrder(ctx context.Context, order *Order, eventID *string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		return db.endPending(order, "failed", "", eventID, "TRUE")
	})
}

// AskCancellation notes that the buyer wants to let a pending order go, and leaves the closing of its checkout as work.
func (s *Store) AskCancellation(ctx context.Context, order *Order) error {
	return s.write(ctx, func(db *tx) error { return db.askCancellation(order, "") })
}

func (t *tx) askCancellation(order *Order, why string) error {
	var asked int64
	err := t.Raw("SELECT count(*) FROM order_changes WHERE order_id = ? AND kind = 'cancel_asked'", order.ID).Scan(&asked).Error
	if err != nil || asked > 0 || order.Payment != "pending" {
		return err
	}
	if err := t.change(order, "cancel_asked", why, nil); err != nil {
		return err
	}
	return t.enqueue(ExpireCheckout{OrderID: order.ID})
}

// closeCheckouts leaves work to close every open checkout of an offer or a shop (column names which): what a moderator
// stopped takes no more money. A payment that Stripe has taken already still wins.
func (t *tx) closeCheckouts(column, id string) error {
	var orders []Order
	if err := t.Where(column+" = ? AND payment = 'pending'", id).Find(&orders).Error; err != nil {
		return err
	}
	for _, order := range orders {
		if err := t.change(&order, "cancel_asked", "moderation", nil); err != nil {
			return err
		}
		if err := t.enqueue(ExpireCheckout{OrderID: order.ID}); err != nil {
			return err
		}
	}
	return nil
}

// NoteDecline adds a refused card to an order's timeline, once for each event.
func (s *Store) NoteDecline(ctx context.Context, order *Order, code string, eventID *string) error {
	return s.write(ctx, func(db *tx) error {
		var n int64
		if err := db.Raw("SELECT count(*) FROM order_changes WHERE order_id = ? AND event_id = ?", order.ID, eventID).Scan(&n).Error; err != nil || n > 0 {
			return err
		}
		return db.change(order, "declined", code, eventID)
	})
}

// Charge is what Stripe knows of a payment beyond that it happened.
type Charge struct {
	ID        string
	Card      string // brand and last four
	StripeFee *int64 // in the order's currency; nil where Stripe settled in another or has not said yet

	Fingerprint string // the same for one card whoever holds it out; "" for other means
}

// RecordCharge keeps the charge of a paid order. Where its card has had what one buyer may have, the order goes back.
func (s *Store) RecordCharge(ctx context.Context, order *Order, c Charge) error {
	return s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		if err := changed(db.Exec("UPDATE orders SET charge_id = ?, card = ?, stripe_fee = COALESCE(?, stripe_fee) WHERE id = ? AND paid_at IS NOT NULL", c.ID, c.Card, c.StripeFee, order.ID)); err != nil {
			return err
		}
		return db.keepCard(order, c.Fingerprint)
	})
}

// FindOrders gives a buyer's orders a letter with their addresses. The answer is the same where there are none.
func (s *Store) FindOrders(ctx context.Context, email, language string) error {
	if p := CheckEmail(email); p != nil {
		p.Field = "email"
		return Problems{*p}
	}
	orders, err := s.OrdersOf(ctx, email)
	if err != nil || len(orders) == 0 {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		// One such letter in five minutes.
		key := "order_links-" + s.sealer.digest("email", CleanEmail(email))[:32] + "-" + itoa(s.now().Unix()/300)
		return db.letter(Letter{Key: key, Kind: "order_links", Recipient: CleanEmail(email), Language: language})
	})
}

// OrdersOf lists the paid orders of an e-mail address, newest first, at most fifty.
func (s *Store) OrdersOf(ctx context.Context, email string) ([]OrderView, error) {
	orders, err := list[Order](s.read(ctx).Where("email_key = ? AND email = ? AND paid_at IS NOT NULL", emailKey(email), CleanEmail(email)).Order("created_at DESC").Limit(50))
	if err != nil {
		return nil, err
	}
	views := make([]OrderView, 0, len(orders))
	for _, order := range orders {
		view, err := s.orderView(ctx, order)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		views = append(views, *view)
	}
	return views, nil
}
