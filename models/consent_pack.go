package models

import (
	"context"
	"errors"
)

// ConsentPack is what shows that the buyer of an order by reply wanted it: what was agreed to before, the reply, what was
// asked, and the word that the card was charged on.
type ConsentPack struct {
	Confirmation
	Agreed  *FanConsent  // the newest consent before the question; nil where there is none in sight
	Caps    *FanConsent  // caps that were changed after that, still before the question
	Reply   *Reply       // that asked for the order, nil where it is not kept
	Answer  *ReplyAnswer // in public, nil where there was none
	Confirm *Reply       // that confirmed it, nil where that was done on a page
}

// ConsentPackOf gathers it, nil for an order that was no reply's.
func (s *Store) ConsentPackOf(ctx context.Context, order *Order) (*ConsentPack, error) {
	asked, err := s.Confirmation(ctx, order.ID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	pack := &ConsentPack{Confirmation: *asked}
	before, err := list[FanConsent](s.read(ctx).Where("fan_id = ? AND kind IN ('given', 'caps') AND created_at <= ?", asked.FanID, asked.AskedAt).Order("created_at DESC, id DESC"))
	if err != nil {
		return nil, err
	}
	for i, consent := range before {
		if consent.Kind == "given" {
			pack.Agreed = &before[i]
			break
		}
		if pack.Caps == nil {
			pack.Caps = &before[i]
		}
	}
	if asked.ReplyID == nil {
		return pack, nil
	}
	replies, err := list[Reply](s.read(ctx).Where("id = ? OR order_id = ? AND outcome = 'confirmed'", *asked.ReplyID, order.ID).Order("came_at, id"))
	if err != nil {
		return nil, err
	}
	for i, reply := range replies {
		if reply.ID == *asked.ReplyID {
			pack.Reply = &replies[i]
		} else if asked.ConfirmedBy == "reply" {
			pack.Confirm = &replies[i]
		}
	}
	answers, err := list[ReplyAnswer](s.read(ctx).Where("reply_id = ? AND state = 'sent'", *asked.ReplyID).Order("sent_at, id").Limit(1))
	if len(answers) > 0 {
		pack.Answer = &answers[0]
	}
	return pack, err
}
