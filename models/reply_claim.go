package models

import (
	"context"
	"strings"
	"time"
)

// What is set aside for people who have synced no card costs them nothing, so it is bounded: one order of an author at a
// time and three in a day, and of an offer no more than half of what is not sold, so that strangers cannot empty a shelf.
const (
	unclaimedAtATime = 1
	unclaimedADay    = 3
	unclaimedShare   = 2
	// claimLeast is the least that somebody has to look at the question after having synced: a letter takes its time.
	claimLeast = 5 * time.Minute
)

// ClaimReplies is the work of asking a fan about what was set aside for replies from before the wallet was complete.
type ClaimReplies struct {
	FanID string `json:"fan"`
}

// Kind names the job in the queue.
func (ClaimReplies) Kind() string { return "claim_replies" }

// checkUnclaimed bounds what is set aside for somebody without a card. The offer's row is locked by then. Problem offer
// reply.held.
func (t *tx) checkUnclaimed(in Purchase, order *Order) error {
	if in.ByCard == nil || in.ByCard.Fan != nil {
		return nil
	}
	var mine, today, others, stock int64
	err := t.Raw("SELECT count(*), COALESCE(SUM(CASE WHEN payment = 'pending' AND email = '' THEN 1 ELSE 0 END), 0) FROM orders WHERE source = 'reply' AND buyer = ? AND created_at > ?", order.Buyer, order.CreatedAt.Add(-24*time.Hour)).
		Row().Scan(&today, &mine)
	if err != nil {
		return err
	}
	where, id := "offer_id = ?", order.OfferID
	limited := in.Offer.Stock != nil
	if limited {
		err = t.row("SELECT stock - sold FROM offers WHERE id = $1", order.OfferID).Scan(&stock)
	}
	if order.VariantID != nil {
		var left *int64
		if err = t.row("SELECT stock - sold FROM variants WHERE id = $1", *order.VariantID).Scan(&left); left != nil {
			where, id, stock, limited = "variant_id = ?", *order.VariantID, *left, true
		}
	}
	if err != nil {
		return err
	}
	if err := t.Raw("SELECT COALESCE(SUM(quantity), 0) FROM orders WHERE by_card AND payment = 'pending' AND email = '' AND "+where, id).Scan(&others).Error; err != nil {
		return err
	}
	if mine >= unclaimedAtATime || today >= unclaimedADay || limited && others+order.Quantity > max(stock/unclaimedShare, 1) {
		return Problems{{Field: "offer", Code: "reply.held"}}
	}
	return nil
}

// expireUnclaimed gives back what was set aside for people who synced no card in time.
func (s *Store) expireUnclaimed(ctx context.Context) error {
	over, err := list[Order](s.read(ctx).Where("by_card AND payment = 'pending' AND email = '' AND open_until <= ?", s.now()).Order("open_until").Limit(200))
	for i := 0; err == nil && i < len(over); i++ {
		err = s.write(ctx, func(db *tx) error {
			db.touches(over[i].OfferID)
			return db.endPending(&over[i], "expired", "no_card", nil, "by_card AND email = ''")
		})
	}
	return err
}

// letGo ends an order by reply that is not confirmed, whether its author was asked or has to sync a card first.
func (t *tx) letGo(orderID, why string) error {
	var order Order
	if err := t.Where("id = ?", orderID).Take(&order).Error; err != nil {
		return found(err)
	}
	if order.Email != "" {
		return t.endConfirmation(orderID, "cancelled", why)
	}
	t.touches(order.OfferID)
	return t.endPending(&order, "cancelled", why, nil, "by_card AND email = ''")
}

// UnclaimedReplies lists replies of a fan for which stock is set aside until the wallet is complete, oldest first.
func (s *Store) UnclaimedReplies(ctx context.Context, fan *Fan) ([]Reply, error) {
	var replies []Reply
	err := s.read(ctx).Raw(`SELECT replies.* FROM replies JOIN orders ON orders.id = replies.order_id
		JOIN fan_profiles p ON p.network = replies.network AND p.server = '' AND p.remote_id = replies.author_id AND p.removed_at IS NULL
		WHERE p.fan_id = ? AND replies.outcome = 'no_card' AND orders.payment = 'pending' AND orders.by_card AND orders.email = '' AND orders.open_until > ? ORDER BY replies.came_at`, fan.ID, s.now()).Scan(&replies).Error
	return replies, err
}

// Claimed is the purchase that a reply set stock aside for, as its fan would make it now.
func (s *Store) Claimed(ctx context.Context, reply *Reply, fan *Fan, card *FanCard) (*Purchase, error) {
	order, err := s.OrderOfReply(ctx, reply.ID)
	if err != nil {
		return nil, err
	}
	view, err := s.OrderView(ctx, order)
	if err != nil {
		return nil, err
	}
	shop, err := s.ShopOf(ctx, order.ShopID)
	if err != nil {
		return nil, err
	}
	in := &Purchase{
		Offer: &OfferView{Offer: view.Offer, Version: view.Version, Approved: &view.Version}, Shop: shop, Email: fan.Email, Quantity: itoa(order.Quantity), Country: fan.Country, Language: fan.Language,
		ByCard: &ByCard{Fan: fan, Card: card, ReplyID: reply.ID, Code: s.ReplyCode(reply.ID), Author: reply.Author(), Waited: true},
	}
	for _, c := range view.Version.Choices.Combinations {
		if c.Name() == order.Variant {
			in.Choice = c.Values
		}
	}
	return in, nil
}

// ClaimOrder makes what was set aside for a reply an order of its fan, who is asked about it in the wallet and by letter:
// priced for the fan's address, within the fan's caps. The cooling time of a new wallet does not count for it: the fan has
// just signed in with the network and typed the card, for this. ErrChanged where it is over or claimed. Problems as of
// PlaceOrder; then it stays set aside for the rest of its time.
func (s *Store) ClaimOrder(ctx context.Context, in Purchase) error {
	quantity, err := in.check(s.now())
	if err != nil {
		return err
	}
	quote, err := s.Quote(ctx, in)
	if err != nil {
		return err
	}
	fresh, err := s.draftOrder(in, quantity, quote)
	if err != nil {
		return err
	}
	order, err := s.OrderOfReply(ctx, in.ByCard.ReplyID)
	if err != nil {
		return err
	}
	fresh.ID, fresh.OpenUntil = order.ID, order.OpenUntil
	if least := s.now().Add(claimLeast); fresh.OpenUntil.Before(least) {
		fresh.OpenUntil = least
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.checkLimit(in, fresh); err != nil {
			return err
		}
		err := changed(db.Exec(`UPDATE orders SET email = ?, email_key = ?, buyer_name = ?, address = ?, language = ?, ship_to = ?, items = ?, discount = 0, shipping = ?, total = ?, application_fee = ?, open_until = ?, expires_at = ?
			WHERE id = ? AND payment = 'pending' AND by_card AND email = '' AND open_until > ?`, fresh.Email, fresh.EmailKey, fresh.BuyerName, fresh.Address, fresh.Language, strings.ToUpper(fresh.ShipTo),
			fresh.Items, fresh.Shipping, fresh.Total, fresh.ApplicationFee, fresh.OpenUntil, fresh.OpenUntil, order.ID, s.now()))
		if err != nil {
			return err
		}
		if err := db.ask(in.ByCard, fresh); err != nil {
			return err
		}
		if err := db.Exec("UPDATE replies SET fan_id = ? WHERE id = ? AND fan_id IS NULL", in.ByCard.Fan.ID, in.ByCard.ReplyID).Error; err != nil {
			return err
		}
		return db.confirmLetter(order.ID)
	})
}

// confirmLetter writes to a fan what was asked, with the private page on which it can be confirmed.
func (t *tx) confirmLetter(orderID string) error {
	var order Order
	if err := t.Where("id = ?", orderID).Take(&order).Error; err != nil {
		return found(err)
	}
	return t.orderLetter(&order, "confirm_order")
}
