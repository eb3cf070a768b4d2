package main

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// checkReplies: what was written on X was kept once and has an outcome; a post got one answer at most, also by X's own
// account; nobody was charged without having confirmed, on X or by the letter's link; and nothing waits any more.
func (k *comparison) checkReplies(ctx context.Context, c *chaos, store *models.Store) error {
	replies, kept := map[string]*models.Reply{}, map[string]bool{}
	outcomes := map[string]int{}
	for i := range k.Replies {
		reply := &k.Replies[i]
		replies[reply.ID], kept[reply.RemoteID] = reply, true
		outcomes[reply.Outcome]++
		if reply.Outcome == "" {
			k.differ("reply %s (%q) has no outcome", reply.ID, reply.Text)
		}
	}
	for id, who := range c.crowd.wrote {
		if !kept[id] {
			k.differ("post %s of %s was never seen", id, who)
		}
	}
	for outcome, n := range outcomes {
		c.count["replies: "+outcome] = n
	}
	if err := k.checkAnswers(ctx, c); err != nil {
		return err
	}
	words, charged := map[string]*models.Confirmation{}, map[string]string{}
	for i := range k.Confirmations {
		asked := &k.Confirmations[i]
		words[asked.OrderID] = asked
		c.count["confirmations: "+asked.State]++
		if asked.ReplyID != nil {
			if other := charged[*asked.ReplyID]; other != "" {
				k.differ("reply %s is order %s and order %s", *asked.ReplyID, other, asked.OrderID)
			}
			charged[*asked.ReplyID] = asked.OrderID
		}
		if asked.ConfirmedAt != nil && asked.ConfirmedBy == "reply" && asked.ReplyID != nil {
			if reply := replies[*asked.ReplyID]; reply != nil && !c.crowd.words[reply.AuthorHandle+" "+store.ReplyCode(reply.ID)] {
				k.differ("order %s counts as confirmed, and %s never wrote the code", asked.OrderID, reply.AuthorHandle)
			}
		}
	}
	for id := range k.charges {
		order := k.orders[id]
		if order.Source != "reply" {
			continue
		}
		switch asked := words[id]; {
		case asked == nil && !c.drill:
			k.differ("order %s by reply is charged, and nobody was asked", id)
		case asked != nil && asked.ConfirmedAt == nil:
			k.differ("order %s by reply is charged, and its fan never confirmed", id)
		case asked != nil && order.ByCard && asked.State != "paid" || asked != nil && !order.ByCard && asked.State != "linked":
			k.differ("order %s by reply is %s, and its question %s", id, order.Payment, asked.State)
		}
	}
	return nil
}

// checkAnswers: of our account there is one answer below a post at most, and each is in the ledger.
func (k *comparison) checkAnswers(ctx context.Context, c *chaos) error {
	sent, ours := map[string]bool{}, 0
	for _, answer := range k.Answers {
		c.count["answers: "+answer.State]++
		if answer.State == "sent" {
			sent[answer.RemoteID] = true
		}
		if answer.State == "due" || answer.State == "sending" {
			k.differ("answer %s is %s", answer.ID, answer.State)
		}
	}
	all, err := c.sandbox.X().Answers(ctx, seller)
	if err != nil {
		return err
	}
	below := map[string]string{}
	for _, answer := range all {
		if other := below[answer.To]; other != "" {
			k.differ("post %s got two answers: %s and %s", answer.To, other, answer.ID)
		}
		below[answer.To] = answer.ID
		if !sent[answer.ID] && !c.drill {
			k.differ("answer %s on X to post %s is not in the ledger", answer.ID, answer.To)
		}
		ours++
	}
	if len(sent) != ours && !c.drill {
		k.differ("%d answers are kept as sent, and X has %d", len(sent), ours)
	}
	return nil
}
