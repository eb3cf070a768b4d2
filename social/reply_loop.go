package social

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

type queueReplies struct{}

// Kind names the job in the queue.
func (queueReplies) Kind() string { return "queue_replies" }

// What a sweep takes up at once, of what a crash or a full queue left; a reply that is younger than sweepAfter is the
// queue's.
const (
	sweepMost  = 200
	sweepAfter = 30 * time.Second
)

// workReplies takes up the jobs that decide about replies and answer them.
func (p *Publisher) workReplies(w *models.Work) {
	models.Handle(w, func(ctx context.Context, job models.ReadReply) error { return p.ReadReply(ctx, job.ReplyID) })
	models.Handle(w, func(ctx context.Context, job models.AnswerReply) error { return p.Answer(ctx, job.ReplyAnswerID) })
	models.Handle(w, func(ctx context.Context, job models.ThankReply) error { return p.Thank(ctx, job.OrderID) })
	models.Handle(w, func(ctx context.Context, _ queueReplies) error { return p.sweepReplies(ctx, sweepAfter) })
	models.Every(w, 15*time.Second, queueReplies{})
}

// sweepReplies decides about replies that nobody has decided about, and gives due answers to the queue.
func (p *Publisher) sweepReplies(ctx context.Context, after time.Duration) error {
	ids, err := p.store.UnreadReplies(ctx, p.store.Now().Add(-after), sweepMost)
	for _, id := range ids {
		err = errors.Join(err, p.ReadReply(ctx, id))
	}
	return errors.Join(err, p.store.QueueAnswers(ctx, sweepMost))
}

// Run takes fresh replies and answers up the moment they are in the database, until ctx ends: the queue, which looks now
// and then, would keep people waiting. It may be at the same as the queue; each is done once.
func (p *Publisher) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.store.Quick():
		}
		if err := p.quick(ctx); err != nil && ctx.Err() == nil {
			p.log.WarnContext(ctx, "replies are left to the queue", "err", err)
		}
	}
}

func (p *Publisher) quick(ctx context.Context) error {
	ids, err := p.store.UnreadReplies(ctx, p.store.Now(), sweepMost)
	err = errors.Join(err, several(ids, func(id string) error { return p.ReadReply(ctx, id) }))
	due, dueErr := p.store.DueAnswers(ctx, sweepMost)
	return errors.Join(err, dueErr, several(due, func(id string) error { return p.Answer(ctx, id) }))
}

// severalAtATime: a network that takes its time over one answer keeps few others waiting.
const severalAtATime = 6

func several(ids []string, do func(id string) error) error {
	var (
		all  sync.WaitGroup
		errs = make([]error, len(ids))
		free = make(chan struct{}, severalAtATime)
	)
	for i, id := range ids {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			errs[i] = do(id)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// reading is a reply with all that is known when it is decided.
type reading struct {
	*Publisher
	reply    *models.Reply
	profile  *models.Profile
	shop     *models.Shop
	post     *models.Post // the shop's that it answers, nil for none
	fan      *models.Fan  // nil where its author has no wallet
	offers   []models.OfferView
	read     Reading
	decision models.ReplyDecision
	w        *words.Printer
}

// ReadReply decides about a reply that was kept. It bears running twice, and again after a crash at any line: the order is
// known by the reply, and what comes of it is written once with the answer. An error means that our own database failed.
func (p *Publisher) ReadReply(ctx context.Context, replyID string) error {
	r, err := p.reading(ctx, replyID)
	if err != nil || r == nil {
		return err
	}
	return r.decide(ctx)
}

// reading gathers what is known of a reply; nil where it is decided already.
func (p *Publisher) reading(ctx context.Context, replyID string) (*reading, error) {
	reply, err := p.store.Reply(ctx, replyID)
	if err != nil || reply.Outcome != "" {
		return nil, notThere(err)
	}
	r, err := p.writer(ctx, reply)
	if err != nil {
		return nil, err
	}
	if r.post, err = p.store.PostAnswered(ctx, reply); err != nil {
		return nil, err
	}
	if r.offers, err = p.store.ReplyOffers(ctx, r.shop); err != nil {
		return nil, err
	}
	r.understand()
	text, err := json.Marshal(r.read)
	r.decision = models.ReplyDecision{Kind: string(r.read.Kind), Reading: string(text), Reason: r.read.Reason, Post: r.post, Fan: r.fan}
	return r, err
}

// writer is what is needed to write back to somebody: in their own language where it is known, else in the shop's.
func (p *Publisher) writer(ctx context.Context, reply *models.Reply) (r *reading, err error) {
	r = &reading{Publisher: p, reply: reply}
	if r.profile, err = p.store.Profile(ctx, reply.ProfileID); err != nil {
		return nil, err
	}
	if r.shop, err = p.store.ShopOf(ctx, reply.ShopID); err != nil {
		return nil, err
	}
	r.w = words.For(r.shop.Language, r.shop.Zone())
	switch r.fan, err = p.store.FanOf(ctx, reply.Author()); {
	case err == nil:
		r.w = words.For(r.fan.Language, r.shop.Zone())
		err = p.store.NoteHandle(ctx, r.fan, reply.Author(), "")
	case errors.Is(err, models.ErrNotFound):
		r.fan, err = nil, nil
	}
	return r, err
}

func notThere(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}

// understand reads the words: first with what can be bought by reply now, and where they name none of it, with the shop's
// other offers, so that the author can be told why not.
func (r *reading) understand() {
	now := r.store.Now()
	in := ReplyContext{
		Shop: handlesOf(r.profile), Mentions: r.reply.Mentions, Own: r.reply.AuthorID == r.profile.Account,
		Repost: r.reply.Repost, Quote: r.reply.Quote, Age: now.Sub(r.reply.WrittenAt),
	}
	var open, others []ReplyOffer
	for i := range r.offers {
		o := &r.offers[i]
		if r.post != nil && o.ID == r.post.OfferID {
			in.Below = o.Version.Hashtag
		}
		if o.StateAt(now) == "live" && o.Replies {
			open = append(open, replyOffer(o))
		} else {
			others = append(others, replyOffer(o))
		}
	}
	in.Offers = open
	r.read = ReadReply(r.reply.Text, in)
	if r.read.Kind == ReplyNothing && r.read.Reason == "no_tag" && len(others) > 0 {
		in.Offers = others
		if again := ReadReply(r.reply.Text, in); again.Kind == ReplyBuy || again.Kind == ReplyAsk {
			r.read = again
		}
	}
}

// handlesOf are the names by which people call a shop's account: with its server and without.
func handlesOf(profile *models.Profile) []string {
	name, _, _ := strings.Cut(profile.Handle, "@")
	return []string{profile.Handle, name}
}

func replyOffer(o *models.OfferView) ReplyOffer {
	offer := ReplyOffer{Tag: o.Version.Hashtag}
	if o.LimitPerBuyer != nil {
		offer.Limit = *o.LimitPerBuyer
	}
	for _, option := range o.Version.Choices.Options {
		offer.Options = append(offer.Options, ReplyOption(option))
	}
	return offer
}

// named is the offer that the words name, nil for none.
func (r *reading) named() *models.OfferView {
	for i := range r.offers {
		if sameTag(r.offers[i].Version.Hashtag, r.read.Tag) {
			return &r.offers[i]
		}
	}
	return nil
}
