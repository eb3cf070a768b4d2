package models

import (
	"context"
	"errors"
	"strings"
	"time"
)

// handLasts is until when an answer by hand is tried.
const handLasts = 24 * time.Hour

// AnswerByHand has somebody's own words posted as our one public answer to a reply; over is by how much they are too long
// for the network. One that the network certainly has not taken, or that we dropped, makes room for it. Problems: text reply.answer.blank, reply.answer.long, reply.answered, reply.silenced, reply.disconnected.
func (s *Store) AnswerByHand(ctx context.Context, shop *Shop, user *User, view *ReplyView, text string, over int) error {
	var problems Problems
	switch text = strings.TrimSpace(text); {
	case text == "":
		problems.Add("text", "reply.answer.blank")
	case over > 0:
		problems.Add("text", "reply.answer.long", "Over", over)
	case view.Profile == nil || !view.Profile.Live():
		problems.Add("text", "reply.disconnected")
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	silence, err := s.SilenceOf(ctx, shop.ID, view.Author())
	if err != nil {
		return err
	}
	if silence != nil {
		return Problems{{Field: "text", Code: "reply.silenced"}}
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		now, id := s.now(), newID()
		if err := db.Exec("DELETE FROM reply_answers WHERE reply_id = ? AND state IN ('refused', 'dropped') AND NOT doubtful", view.ID).Error; err != nil {
			return err
		}
		result := db.Exec(`INSERT INTO reply_answers (id, shop_id, profile_id, reply_id, network, server, answered_id, kind, text, try_at, drop_at, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, 'hand', ?, ?, ?, ?) ON CONFLICT (network, server, answered_id) DO NOTHING`,
			id, shop.ID, view.ProfileID, view.ID, view.Network, view.Server, view.RemoteID, text, now, now.Add(handLasts), now)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			var there ReplyAnswer
			if err := db.Where("network = ? AND server = ? AND answered_id = ?", view.Network, view.Server, view.RemoteID).Take(&there).Error; err != nil {
				return err
			}
			if there.ReplyID == view.ID && there.Kind == "hand" && there.Text == text {
				return nil // said twice
			}
			return Problems{{Field: "text", Code: "reply.answered"}}
		}
		if err := db.Exec("UPDATE replies SET minded_at = ?, minded_by = ?, care = '' WHERE id = ? AND minded_at IS NULL", now, user.ID, view.ID).Error; err != nil {
			return err
		}
		if err := db.enqueue(AnswerReply{ReplyAnswerID: id}); err != nil {
			return err
		}
		detail := ""
		if view.Answer != nil {
			detail = view.Answer.Kind + ": " + view.Answer.Reason
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "reply.answered", Object: view.AuthorHandle, Detail: detail})
	})
}

// CancelReplied lets the order of a reply go that its author has not confirmed, and gives its stock back. One that was
// confirmed is ErrChanged: it can be refunded.
func (s *Store) CancelReplied(ctx context.Context, shop *Shop, user *User, view *ReplyView) error {
	if view.OrderID == nil {
		return ErrChanged
	}
	if err := s.CancelConfirmation(ctx, *view.OrderID, "shop"); err != nil {
		return err
	}
	fresh, err := s.Order(ctx, *view.OrderID)
	if err != nil {
		return err
	}
	if fresh.Payment != "cancelled" {
		return ErrChanged
	}
	if !view.Open() {
		return nil // done before
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "reply.cancelled", Object: view.AuthorHandle})
	})
}

// Silence takes the author of a reply for a nuisance: this shop answers them no more, takes no orders of theirs by reply,
// and lets go of those that are not confirmed. Said twice, it is so once.
func (s *Store) Silence(ctx context.Context, shop *Shop, user *User, reply *Reply) error {
	fan, err := s.FanOf(ctx, reply.Author())
	if errors.Is(err, ErrNotFound) {
		fan, err = nil, nil
	}
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		who := reply.Author()
		result := db.Exec("INSERT INTO silences (network, author_id, shop_id, handle, why, by_user, created_at) VALUES (?, ?, ?, ?, 'abuse', ?, ?) ON CONFLICT (network, server, author_id, shop_id) DO NOTHING",
			who.Network, who.RemoteID, shop.ID, who.Handle, user.ID, s.now())
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		if err := db.Exec("UPDATE replies SET minded_at = ?, minded_by = ?, care = '' WHERE shop_id = ? AND network = ? AND author_id = ? AND care <> ''",
			s.now(), user.ID, shop.ID, who.Network, who.RemoteID).Error; err != nil {
			return err
		}
		open, err := db.openOrders(who, fan, shop.ID)
		if err != nil {
			return err
		}
		for _, order := range open {
			if err := db.letGo(order, "shop"); err != nil {
				return err
			}
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "reply.silenced", Object: reply.AuthorHandle})
	})
}

// Unsilence takes that back. A person's own word to stop stays.
func (s *Store) Unsilence(ctx context.Context, shop *Shop, user *User, reply *Reply) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		who := reply.Author()
		result := db.Exec("DELETE FROM silences WHERE network = ? AND server = '' AND author_id = ? AND shop_id = ?", who.Network, who.RemoteID, shop.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "reply.unsilenced", Object: reply.AuthorHandle})
	})
}
