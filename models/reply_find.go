package models

import (
	"context"
	"time"
)

// openOrders are what an author has not confirmed yet, at one shop or ("") at all: asked about, or set aside until a card
// is synced.
func (t *tx) openOrders(who Identity, fan *Fan, shopID string) (ids []string, err error) {
	err = t.Raw(`SELECT r.order_id FROM replies r JOIN orders o ON o.id = r.order_id WHERE r.network = ? AND r.author_id = ? AND r.outcome = 'no_card' AND o.payment = 'pending' AND o.email = ''
		AND (r.shop_id = ? OR ? = '') ORDER BY r.came_at`, who.Network, who.RemoteID, shopID, shopID).Scan(&ids).Error
	if err != nil || fan == nil {
		return ids, err
	}
	var asked []string
	err = t.Raw("SELECT order_id FROM confirmations WHERE fan_id = ? AND state = 'asked' AND (shop_id = ? OR ? = '') ORDER BY asked_at", fan.ID, shopID, shopID).Scan(&asked).Error
	return append(ids, asked...), err
}

// OrderOfReply finds what a reply ordered, in whatever state, or ErrNotFound.
func (s *Store) OrderOfReply(ctx context.Context, replyID string) (*Order, error) {
	order, err := first[Order](s.read(ctx).Where("source = 'reply' AND attempt_key = ?", attemptOfReply(replyID)))
	return &order, found(err)
}

func attemptOfReply(replyID string) string { return "reply-" + replyID }

// ReplyCode is the code by which what a reply orders is confirmed. It follows from the reply, so that a second run of a
// job that was cut off asks with the same one.
func (s *Store) ReplyCode(replyID string) string {
	return s.sealer.spelled(confirmAlphabet, "reply code", replyID, confirmLetters)
}

// ReplyMark is a few letters that make the text of an answer its own: networks refuse the same text twice.
func (s *Store) ReplyMark(replyID string) string {
	return s.sealer.spelled(confirmAlphabet, "reply mark", replyID, confirmLetters)
}

// UnreadReplies lists replies that nobody has decided about though they came before a time.
func (s *Store) UnreadReplies(ctx context.Context, before time.Time, most int) (ids []string, err error) {
	err = s.read(ctx).Raw("SELECT id FROM replies WHERE outcome = '' AND came_at <= ? ORDER BY came_at, id LIMIT ?", before, most).Scan(&ids).Error
	return ids, err
}

// PostAnswered finds the shop's post that a reply belongs to: the head of its conversation, what it answers, or what our
// answer that it answers belonged to; nil where there is none. One that went out by hand on X is known by the address that
// was pasted.
func (s *Store) PostAnswered(ctx context.Context, reply *Reply) (*Post, error) {
	status := ""
	if reply.Network == "x" && reply.RootID != "" {
		status = "%/status/" + likely(reply.RootID)
	}
	posts, err := list[Post](s.read(ctx).Where(`shop_id = ? AND network = ? AND state = 'posted' AND (remote_id <> '' AND remote_id IN (?, ?) OR remote_id = '' AND remote_url LIKE ? ESCAPE '!'
		OR id = (SELECT max(r.post_id) FROM reply_answers a JOIN replies r ON r.id = a.reply_id WHERE a.network = ? AND a.remote_id = ? AND a.remote_id <> ''))`,
		reply.ShopID, reply.Network, reply.RootID, reply.ParentID, status, reply.Network, reply.ParentID).Order("posted_at DESC, id").Limit(1))
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	return &posts[0], nil
}
