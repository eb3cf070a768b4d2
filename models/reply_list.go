package models

import (
	"context"
	"strings"

	"gorm.io/gorm"
)

// ReplyView is a reply with what it is about and what came of it: the state of an order is the order's own.
type ReplyView struct {
	Reply
	Offer        *Offer // nil where it names none
	Version      *Version
	Order        *Order
	Confirmation *Confirmation
	Answer       *ReplyAnswer // ours to it, newest
	Post         *Post        // the shop's that it answers
	Profile      *Profile     // the account that it was written to
}

// Came says in a word what came of the reply by now: its outcome, or where its order is.
func (v *ReplyView) Came() string {
	switch {
	case v.Outcome == "":
		return "new"
	case v.Outcome == OutcomeCancelled && v.OrderID == nil:
		return "nothing_to_cancel"
	case v.Outcome != OutcomeAwaiting && v.Outcome != OutcomeNoCard && v.Outcome != OutcomeConfirmed || v.Order == nil:
		return v.Outcome
	}
	switch v.Order.Payment {
	case "paid", "partly_refunded", "refunded":
		return v.Order.Payment
	case "expired", "cancelled", "failed":
		return "order_" + v.Order.Payment
	}
	if v.Confirmation != nil {
		switch v.Confirmation.State {
		case "asked":
			return OutcomeAwaiting
		case "confirmed":
			return "charging"
		case "linked":
			return "linked"
		}
	}
	return v.Outcome
}

// Open tells whether what the reply ordered still waits for its author's word, or card, and so can be let go.
func (v *ReplyView) Open() bool {
	if v.Order == nil || v.Order.Payment != "pending" || !v.Order.ByCard {
		return false
	}
	return v.Confirmation == nil || v.Confirmation.State == "asked"
}

// Why is the code of the reason that stands behind what came of it by now, "" for none: words know it as reply.reason.
func (v *ReplyView) Why() string {
	switch came := v.Came(); {
	case came == v.Outcome || came == "nothing_to_cancel" || v.Confirmation == nil && came == "order_expired":
		return v.Reason
	case v.Confirmation != nil:
		return v.Confirmation.Why
	}
	return ""
}

// ReplyFilter narrows the list of replies.
type ReplyFilter struct {
	Tab     string // needs, done, or "" for all
	Network string
	Query   string // a handle, or the hashtag of an offer
	Page    Page
}

// Replies lists what was written to the shop's accounts, newest first, one more than the page where there are more.
func (s *Store) Replies(ctx context.Context, shop *Shop, filter ReplyFilter) ([]ReplyView, error) {
	query, err := s.repliesAsked(ctx, shop, filter)
	if err != nil {
		return nil, err
	}
	rows, err := list[Reply](filter.Page.apply(query, "came_at"))
	if err != nil {
		return nil, err
	}
	return s.replyViews(ctx, rows)
}

func (s *Store) repliesAsked(ctx context.Context, shop *Shop, filter ReplyFilter) (*gorm.DB, error) {
	query := s.read(ctx).Where("shop_id = ?", shop.ID)
	switch filter.Tab {
	case "needs":
		query = query.Where("care <> ''")
	case "done":
		query = query.Where("care = '' AND outcome <> ''")
	}
	if filter.Network != "" {
		query = query.Where("network = ?", filter.Network)
	}
	typed := strings.ToLower(strings.TrimSpace(filter.Query))
	if typed == "" {
		return query, nil
	}
	bare := strings.TrimLeft(typed, "@#＃")
	if strings.HasPrefix(typed, "@") {
		return query.Where("lower(author_handle) IN ?", handlesOf(bare)), nil
	}
	var offers []string
	err := s.read(ctx).Raw(`SELECT DISTINCT offers.id FROM offers JOIN versions ON versions.id IN (offers.latest_version_id, offers.approved_version_id)
		WHERE offers.shop_id = ? AND lower(versions.hashtag) = ? LIMIT 50`, shop.ID, bare).Scan(&offers).Error
	if err != nil {
		return nil, err
	}
	switch {
	case len(offers) == 1:
		return query.Where("offer_id = ?", offers[0]), nil
	case len(offers) > 1 || bare != typed:
		return query.Where("offer_id IN ?", append(offers, "")), nil
	}
	return query.Where("lower(author_handle) IN ?", handlesOf(bare)), nil
}

// handlesOf are the handles that somebody may mean: most leave out the end of Bluesky's own.
func handlesOf(typed string) []string { return []string{typed, typed + ".bsky.social"} }

// ReplyIn finds a reply to the shop's accounts by its id, or ErrNotFound.
func (s *Store) ReplyIn(ctx context.Context, shop *Shop, id string) (*ReplyView, error) {
	reply, err := first[Reply](s.read(ctx).Where("id = ? AND shop_id = ?", id, shop.ID))
	if err != nil {
		return nil, found(err)
	}
	views, err := s.replyViews(ctx, []Reply{reply})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

// replyViews completes replies with one question for each noun.
func (s *Store) replyViews(ctx context.Context, replies []Reply) ([]ReplyView, error) {
	var ids, offers, orders, posts, profiles []string
	for _, r := range replies {
		ids, profiles = append(ids, r.ID), append(profiles, r.ProfileID)
		if r.OfferID != nil {
			offers = append(offers, *r.OfferID)
		}
		if r.PostID != nil {
			posts = append(posts, *r.PostID)
		}
		if r.OrderID != nil {
			orders = append(orders, *r.OrderID)
		}
	}
	offerBy, err := rowsByID(ctx, s, offers, func(o Offer) string { return o.ID })
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, o := range offerBy {
		versions = append(versions, seenVersion(o))
	}
	versionBy, err := rowsByID(ctx, s, versions, func(v Version) string { return v.ID })
	if err != nil {
		return nil, err
	}
	orderBy, err := rowsByID(ctx, s, orders, func(o Order) string { return o.ID })
	if err != nil {
		return nil, err
	}
	postBy, err := rowsByID(ctx, s, posts, func(p Post) string { return p.ID })
	if err != nil {
		return nil, err
	}
	profileBy, err := rowsByID(ctx, s, profiles, func(p Profile) string { return p.ID })
	if err != nil {
		return nil, err
	}
	confirmationBy := map[string]*Confirmation{}
	if len(orders) > 0 {
		rows, err := list[Confirmation](s.read(ctx).Where("order_id IN ?", orders))
		if err != nil {
			return nil, err
		}
		for i := range rows {
			confirmationBy[rows[i].OrderID] = &rows[i]
		}
	}
	answerBy := map[string]*ReplyAnswer{}
	if len(ids) > 0 {
		rows, err := list[ReplyAnswer](s.read(ctx).Where("reply_id IN ?", ids).Order("created_at, id"))
		if err != nil {
			return nil, err
		}
		for i := range rows {
			answerBy[rows[i].ReplyID] = &rows[i]
		}
	}
	views := make([]ReplyView, 0, len(replies))
	for _, r := range replies {
		view := ReplyView{Reply: r, Profile: profileBy[r.ProfileID], Answer: answerBy[r.ID]}
		if r.OfferID != nil {
			if view.Offer = offerBy[*r.OfferID]; view.Offer != nil {
				view.Version = versionBy[seenVersion(view.Offer)]
			}
		}
		if r.PostID != nil {
			view.Post = postBy[*r.PostID]
		}
		if r.OrderID != nil {
			view.Order, view.Confirmation = orderBy[*r.OrderID], confirmationBy[*r.OrderID]
		}
		views = append(views, view)
	}
	return views, nil
}

// seenVersion is the content of an offer that fans see, or the newest where there is none yet.
func seenVersion(o *Offer) string {
	if o.ApprovedVersionID != nil {
		return *o.ApprovedVersionID
	}
	return deref(o.LatestVersionID)
}
