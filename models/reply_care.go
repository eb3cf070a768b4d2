package models

import (
	"context"
	"slices"
	"strings"
)

// Mendable are the reasons of a refusal that the shop can do something about.
var Mendable = []string{"sold_out", "above_stock", "ended", "paused", "not_ready", "no_shipping"}

// careOf says why somebody of the shop should look at a reply: see the column of that name; answer is ours, or nil.
func careOf(reply *Reply, answer *ReplyAnswer) string {
	switch {
	case reply.MindedAt != nil || reply.Outcome == "":
		return ""
	case answer != nil && (answer.State == "refused" || answer.State == "dropped" && answer.Reason == "cap"):
		return "answer"
	case reply.Outcome == OutcomeRefused && slices.Contains(Mendable, reply.Reason):
		return "mend"
	case reply.Outcome == OutcomeAsked:
		return "asked"
	case reply.Outcome == OutcomeNothing && reply.Reason == "no_tag" && reply.Mentions && !reply.Quote && !reply.Repost && strings.ContainsAny(reply.Text, "?？؟"):
		return "question"
	}
	return ""
}

// care says anew whether somebody has to look at a reply. Whatever decides about a reply or its answer calls it.
func (t *tx) care(replyID string) error {
	var reply Reply
	if err := t.Where("id = ?", replyID).Take(&reply).Error; err != nil {
		return found(err)
	}
	var answers []ReplyAnswer
	if err := t.Where("reply_id = ?", replyID).Order("created_at DESC, id DESC").Limit(1).Find(&answers).Error; err != nil {
		return err
	}
	var answer *ReplyAnswer
	if len(answers) > 0 {
		answer = &answers[0]
	}
	return t.Exec("UPDATE replies SET care = ? WHERE id = ?", careOf(&reply, answer), replyID).Error
}

// careless ends the care for an answer that did not go out, once what it was about is settled.
func (t *tx) careless(orderID string) error {
	return t.Exec("UPDATE replies SET care = '' WHERE order_id = ? AND care = 'answer'", orderID).Error
}

// careMost is up to how many replies that need somebody are counted.
const careMost = 100

// RepliesToMind counts the replies that somebody of the shop should look at, up to a hundred.
func (s *Store) RepliesToMind(ctx context.Context, shop *Shop) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM replies WHERE shop_id = ? AND care <> '' LIMIT ?) AS waiting", shop.ID, careMost).Scan(&n).Error
	return n, err
}

// MindReply sets a reply aside as dealt with, or takes it back. Said twice, it is so once.
func (s *Store) MindReply(ctx context.Context, shop *Shop, user *User, reply *Reply, done bool) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		query := db.Exec("UPDATE replies SET minded_at = NULL, minded_by = NULL WHERE id = ? AND shop_id = ?", reply.ID, shop.ID)
		if done {
			query = db.Exec("UPDATE replies SET minded_at = ?, minded_by = ? WHERE id = ? AND shop_id = ? AND minded_at IS NULL", s.now(), user.ID, reply.ID, shop.ID)
		}
		if query.Error != nil || query.RowsAffected == 0 {
			return query.Error
		}
		return db.care(reply.ID)
	})
}
