package models

import (
	"context"
	"errors"
	"time"
)

// ReplyDecision is what comes of a reply, with the reason that stands on its row. Answer is nil where silence is the rule.
type ReplyDecision struct {
	Outcome, Reason string
	Kind, Reading   string // as social understood it
	Offer           *Offer
	Post            *Post
	Fan             *Fan
	OrderID         string
	Answer          *PublicAnswer
}

// PublicAnswer is what is to be written back.
type PublicAnswer struct {
	Kind, Text string
	Private    bool      // to its author alone, where the network can
	DropAt     time.Time // from when it makes no sense any more
}

// Say gives the answer for what came of a reply, nil for silence. order is the one concerned, "" for none.
type Say func(outcome, reason, order string) *PublicAnswer

// DecideReply writes down what comes of a reply, once, with the answer that is due. Where it is decided already, nothing
// happens.
func (s *Store) DecideReply(ctx context.Context, reply *Reply, d ReplyDecision) error {
	return s.decideReply(ctx, reply, func(db *tx) error { return db.decide(reply, d) })
}

func (s *Store) decideReply(ctx context.Context, reply *Reply, do func(db *tx) error) error {
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		return do(db)
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// decide writes the decision, or ErrChanged where there is one: all that goes with it is then undone.
func (t *tx) decide(reply *Reply, d ReplyDecision) error {
	var offer, post, fan, order *string
	if d.Offer != nil {
		offer = &d.Offer.ID
	}
	if d.Post != nil {
		post = &d.Post.ID
	}
	if d.Fan != nil {
		fan = &d.Fan.ID
	}
	if d.OrderID != "" {
		order = &d.OrderID
	}
	err := changed(t.Exec(`UPDATE replies SET outcome = ?, reason = ?, kind = ?, reading = ?, offer_id = ?, post_id = ?, fan_id = ?, order_id = ?, decided_at = ? WHERE id = ? AND outcome = ''`,
		d.Outcome, d.Reason, d.Kind, d.Reading, offer, post, fan, order, t.store.now(), reply.ID))
	if err != nil {
		return err
	}
	answered := false
	if d.Answer != nil {
		if answered, err = t.answerReply(reply, d.Answer); err != nil {
			return err
		}
	}
	if err := t.care(reply.ID); err != nil {
		return err
	}
	if d.Reason == "breaker" {
		return t.tellBreaker(reply, d.Offer)
	}
	if d.Outcome == OutcomeAwaiting && (!answered || d.Answer.Kind == "private") {
		return t.confirmLetter(d.OrderID)
	}
	if d.Outcome == OutcomeConfirmed && order != nil {
		return t.enqueue(ThankReply{OrderID: d.OrderID}) // the charge may be through already
	}
	return nil
}

// answerReply leaves an answer to be sent; false where the post has one.
func (t *tx) answerReply(reply *Reply, a *PublicAnswer) (bool, error) {
	now := t.store.now()
	id := newID()
	result := t.Exec(`INSERT INTO reply_answers (id, shop_id, profile_id, reply_id, network, server, answered_id, kind, text, private, try_at, drop_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (network, server, answered_id) DO NOTHING`,
		id, reply.ShopID, reply.ProfileID, reply.ID, reply.Network, reply.Server, reply.RemoteID, a.Kind, a.Text, a.Private, now, a.DropAt.UTC().Truncate(time.Microsecond), now)
	if result.Error != nil || result.RowsAffected == 0 {
		return false, result.Error
	}
	return true, t.enqueue(AnswerReply{ReplyAnswerID: id})
}

// ConfirmReply takes the word in a reply: what comes of it, and the decision, are one.
func (s *Store) ConfirmReply(ctx context.Context, reply *Reply, code string, d ReplyDecision, say Say) error {
	return s.decideReply(ctx, reply, func(db *tx) error {
		order, reason, err := db.takeWord(d.Fan, code, reply.WrittenAt)
		if err != nil {
			return err
		}
		d.OrderID, d.Outcome, d.Reason = order, OutcomeLate, reason
		if reason == "" || reason == "again" {
			d.Outcome = OutcomeConfirmed
		}
		if reason == "" {
			d.Reason = "in_time"
		}
		if err := db.concern(&d, order); err != nil {
			return err
		}
		d.Answer = say(d.Outcome, d.Reason, order)
		return db.decide(reply, d)
	})
}

// concern notes the offer of an order on the decision.
func (t *tx) concern(d *ReplyDecision, orderID string) error {
	if orderID == "" || d.Offer != nil {
		return nil
	}
	var offer Offer
	err := t.Where("id = (SELECT offer_id FROM orders WHERE id = ?)", orderID).Take(&offer).Error
	d.Offer = &offer
	return found(err)
}

// CancelReply lets go of what its author has not confirmed at the shop: of the one order that the reply answers, else of
// all. What was confirmed is too late.
func (s *Store) CancelReply(ctx context.Context, reply *Reply, d ReplyDecision, say Say) error {
	return s.decideReply(ctx, reply, func(db *tx) error {
		open, err := db.openOrders(reply.Author(), d.Fan, reply.ShopID)
		if err != nil {
			return err
		}
		meant, err := db.meantOrder(reply)
		if err != nil {
			return err
		}
		d.Outcome, d.Reason = OutcomeCancelled, "none"
		taken := ""
		if d.Fan != nil && !contains(open, meant) {
			if taken, err = db.takenOrder(d.Fan, reply.ShopID, meant); err != nil {
				return err
			}
		}
		for _, order := range open {
			if meant != "" && (meant == taken || order != meant && contains(open, meant)) {
				continue
			}
			if err := db.letGo(order, "fan"); err != nil {
				return err
			}
			d.OrderID, d.Reason = order, "let_go"
		}
		if d.OrderID == "" && taken != "" {
			d.OrderID, d.Reason = taken, "too_late"
			var unpaid int64
			if err := db.Raw("SELECT count(*) FROM confirmations WHERE order_id = ? AND state = 'linked'", taken).Scan(&unpaid).Error; err != nil {
				return err
			}
			if unpaid > 0 {
				d.Reason = "unpaid"
			}
		}
		if err := db.concern(&d, d.OrderID); err != nil {
			return err
		}
		d.Answer = say(d.Outcome, d.Reason, d.OrderID)
		return db.decide(reply, d)
	})
}

// meantOrder is the one order that its author answers: below our answer about it, or below the reply that ordered it; ""
// for none.
func (t *tx) meantOrder(reply *Reply) (order string, err error) {
	if reply.ParentID == "" {
		return "", nil
	}
	err = t.Raw(`SELECT COALESCE(max(r.order_id), '') FROM replies r LEFT JOIN reply_answers a ON a.reply_id = r.id
		WHERE r.profile_id = ? AND r.author_id = ? AND (r.remote_id = ? OR a.remote_id = ?)`, reply.ProfileID, reply.AuthorID, reply.ParentID, reply.ParentID).Scan(&order).Error
	return order, err
}

// takenOrder is what a fan has confirmed at a shop: the order that is meant, or, where none is, the last of the hour.
func (t *tx) takenOrder(fan *Fan, shopID, meant string) (order string, err error) {
	query := t.Table("confirmations").Select("COALESCE(max(order_id), '')").Where("fan_id = ? AND shop_id = ?", fan.ID, shopID)
	if meant != "" {
		query = query.Where("order_id = ? AND confirmed_at IS NOT NULL", meant)
	} else {
		query = query.Where("confirmed_at > ?", t.store.now().Add(-time.Hour))
	}
	return order, query.Scan(&order).Error
}

// StopReply ends the answers to a reply's author for good, at every shop, and lets go of all that is not confirmed. The
// kept card stays: only its owner's replies buy nothing any more until the owner says otherwise in the wallet. It is
// acknowledged once.
func (s *Store) StopReply(ctx context.Context, reply *Reply, d ReplyDecision, say Say) error {
	return s.decideReply(ctx, reply, func(db *tx) error {
		who := reply.Author()
		result := db.Exec(`INSERT INTO silences (network, author_id, shop_id, handle, why, created_at) VALUES (?, ?, '', ?, 'stop', ?) ON CONFLICT (network, server, author_id, shop_id) DO NOTHING`,
			who.Network, who.RemoteID, who.Handle, s.now())
		if result.Error != nil {
			return result.Error
		}
		d.Outcome, d.Reason = OutcomeStopped, "stop"
		if result.RowsAffected == 0 {
			d.Reason = "again"
		}
		open, err := db.openOrders(who, d.Fan, "")
		if err != nil {
			return err
		}
		for _, order := range open {
			if err := db.letGo(order, "stopped"); err != nil {
				return err
			}
		}
		err = db.Exec(`UPDATE reply_answers SET state = 'dropped', reason = 'silenced', try_at = NULL WHERE state = 'due'
			AND reply_id IN (SELECT id FROM replies WHERE network = ? AND author_id = ?)`, who.Network, who.RemoteID).Error
		if err != nil {
			return err
		}
		if d.Reason == "stop" {
			d.Answer = say(d.Outcome, d.Reason, "")
		}
		return db.decide(reply, d)
	})
}
