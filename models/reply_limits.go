package models

import (
	"context"
	"time"
)

// How much is said to one person, and for one offer.
const (
	// answersADay is how many answers of ours, of all shops, one person gets in 24 hours: more than anybody needs who buys,
	// and few enough that nobody's mentions fill up.
	answersADay = 12
	// nonsenseADay is how many replies in a row may come to nothing but questions and refusals before we are silent for
	// the rest of the day: whoever still means it has the link.
	nonsenseADay = 5
	// The breaker of an offer opens where so many of its questions of the last hour ended without a word, and all but one
	// in breakerShare of them: that is a swarm, or an offer that does not do what people think.
	breakerMost  = 20
	breakerShare = 5
	breakerOver  = time.Hour
)

// EnoughOf says why a reply's author is not spoken to for now, "" where they may be: limit_day, nonsense.
func (s *Store) EnoughOf(ctx context.Context, reply *Reply) (string, error) {
	since := s.now().Add(-24 * time.Hour)
	var answers int64
	err := s.read(ctx).Raw(`SELECT count(*) FROM reply_answers a JOIN replies r ON r.id = a.reply_id WHERE r.network = ? AND r.author_id = ? AND r.came_at > ? AND a.state NOT IN ('refused', 'dropped')`,
		reply.Network, reply.AuthorID, since).Scan(&answers).Error
	if err != nil {
		return "", err
	}
	if answers >= answersADay {
		return "limit_day", nil
	}
	var last []string
	err = s.read(ctx).Raw("SELECT outcome FROM replies WHERE network = ? AND author_id = ? AND came_at > ? AND outcome NOT IN ('', 'nothing') ORDER BY came_at DESC, id DESC LIMIT ?",
		reply.Network, reply.AuthorID, since, nonsenseADay).Scan(&last).Error
	if err != nil || len(last) < nonsenseADay {
		return "", err
	}
	for _, outcome := range last {
		if outcome != OutcomeAsked && outcome != OutcomeRefused && outcome != OutcomeLate && outcome != OutcomeHelped {
			return "", nil
		}
	}
	return "nonsense", nil
}

// BreakerOpen tells whether an offer's questions are not asked for now: too many of the last hour ended without a word.
func (s *Store) BreakerOpen(ctx context.Context, offer *Offer) (bool, error) {
	var asked, silent int64
	err := s.read(ctx).Raw(`SELECT count(*), COALESCE(SUM(CASE WHEN o.payment = 'expired' THEN 1 ELSE 0 END), 0) FROM replies r JOIN orders o ON o.id = r.order_id
		WHERE r.offer_id = ? AND r.outcome IN ('awaiting', 'no_card') AND r.came_at > ? AND o.payment <> 'pending'`, offer.ID, s.now().Add(-breakerOver)).Row().Scan(&asked, &silent)
	return silent >= breakerMost && (asked-silent)*breakerShare < asked, err
}

// tellBreaker tells the owners, once a day, that an offer's replies are not answered for now.
func (t *tx) tellBreaker(reply *Reply, offer *Offer) error {
	key := "replies_quiet-" + offer.ID + "-" + t.store.now().Format("2006-01-02")
	return t.ownerLetters(reply.ShopID, Letter{Key: key, Kind: "replies_quiet", OfferID: &offer.ID, Detail: details("slug", offer.Slug)})
}

// AnsweredBefore tells whether anything was ever written back to somebody.
func (s *Store) AnsweredBefore(ctx context.Context, who Identity) (bool, error) {
	var n int64
	err := s.read(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM reply_answers a JOIN replies r ON r.id = a.reply_id WHERE r.network = ? AND r.author_id = ? AND a.state = 'sent' LIMIT 1) AS some", who.Network, who.RemoteID).Scan(&n).Error
	return n > 0, err
}

// AnsweredElsewhere tells whether the same post was kept for another account too and has its answer there: it gets one.
func (s *Store) AnsweredElsewhere(ctx context.Context, reply *Reply) (bool, error) {
	var n int64
	err := s.read(ctx).Raw("SELECT count(*) FROM reply_answers WHERE network = ? AND server = ? AND answered_id = ? AND reply_id <> ?", reply.Network, reply.Server, reply.RemoteID, reply.ID).Scan(&n).Error
	return n > 0, err
}

// OutcomesOf counts what came of somebody's replies since a time.
func (s *Store) OutcomesOf(ctx context.Context, who Identity, since time.Time, outcome string) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM replies WHERE network = ? AND author_id = ? AND came_at > ? AND outcome = ?", who.Network, who.RemoteID, since, outcome).Scan(&n).Error
	return n, err
}

// replyOffersMost bounds the offers that a reply is read with.
const replyOffersMost = 300

// ReplyOffers lists the offers of a shop that a reply may name, by what fans see of them, without pictures: those on sale
// first, then those of late.
func (s *Store) ReplyOffers(ctx context.Context, shop *Shop) ([]OfferView, error) {
	offers, err := list[Offer](s.read(ctx).Where(`shop_id = ? AND approved_version_id IS NOT NULL AND state <> 'draft'`, shop.ID).
		Order("CASE WHEN state IN ('live', 'scheduled') THEN 0 ELSE 1 END, updated_at DESC, id").Limit(replyOffersMost))
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(offers))
	for i, offer := range offers {
		ids[i] = *offer.ApprovedVersionID
	}
	versions, err := rowsByID(ctx, s, ids, func(v Version) string { return v.ID })
	var views []OfferView
	for _, offer := range offers {
		if v := versions[*offer.ApprovedVersionID]; v != nil && v.Hashtag != "" {
			views = append(views, OfferView{Offer: offer, Version: *v, Approved: v})
		}
	}
	return views, err
}

// ReplyLasts is how long a reply sets stock aside.
func (o *Offer) ReplyLasts() time.Duration {
	return min(time.Duration(o.ReplyMinutes)*time.Minute, ConfirmWithin)
}
