package social

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// PublisherSettings is what publishing needs to know of the installation.
type PublisherSettings struct {
	BaseURL string // Tillbird's own public address, without a slash at the end
	Social  *Social
	// Card gives the preview of an offer's link, for the networks that do not fetch one; nil for posts without.
	Card func(ctx context.Context, slug string) (*LinkCard, error)
	// Order places the order of a reply, or finds the one that it made before: payments' OrderByReply. nil where replies buy
	// nothing.
	Order func(ctx context.Context, in models.Purchase) (*models.Order, error)
	// At is called with the name of each recovery point as it is passed, for tests that stop the process there; nil in
	// production. The points: post.sending, post.sent, replies.polled, reply.ordered, answer.sending, answer.sent.
	At func(point string)
}

// Publisher takes posts out to the networks, and reads what they bring.
type Publisher struct {
	store *models.Store
	set   PublisherSettings
	log   *slog.Logger
}

// NewPublisher wires the networks to the store.
func NewPublisher(store *models.Store, set PublisherSettings, log *slog.Logger) *Publisher {
	set.BaseURL = strings.TrimRight(set.BaseURL, "/")
	return &Publisher{store: store, set: set, log: log}
}

type (
	queuePosts   struct{}
	measurePosts struct{}
)

// Kind names the job in the queue.
func (queuePosts) Kind() string   { return "queue_posts" }
func (measurePosts) Kind() string { return "measure_posts" }

// queueMost is how many due posts go to the queue at once; a quarter of a minute later the next ones do.
const queueMost = 200

// Work takes up the jobs for the networks.
func (p *Publisher) Work(w *models.Work) {
	models.Handle(w, func(ctx context.Context, job models.PublishPost) error { return p.Publish(ctx, job.PostID) })
	models.Handle(w, func(ctx context.Context, job models.RemovePost) error { return p.Remove(ctx, job.PostID) })
	models.Handle(w, func(ctx context.Context, job models.DisconnectProfile) error { return p.Disconnect(ctx, job.ProfileID) })
	models.Handle(w, func(ctx context.Context, _ queuePosts) error { return p.store.QueueDuePosts(ctx, queueMost) })
	models.Handle(w, func(ctx context.Context, _ measurePosts) error { return p.Measure(ctx) })
	p.workIntake(w)
	p.workReplies(w)
	models.Every(w, 15*time.Second, queuePosts{})
	models.Every(w, time.Minute, measurePosts{})
}

func (p *Publisher) at(point string) {
	if p.set.At != nil {
		p.set.At(point)
	}
}

// Network is how a network is spoken to, or nil where this installation does not.
func (p *Publisher) Network(name string) Network {
	network, _ := p.set.Social.Network(name)
	return network
}

// Price is what a post with its link costs on a network, in millionths of a US dollar.
func (p *Publisher) Price(network string) int64 {
	if n := p.Network(network); n != nil {
		return n.Price(ActPost, true)
	}
	return 0
}

// Link is the short link of a post.
func (p *Publisher) Link(post *models.Post) string { return p.set.BaseURL + "/p/" + post.Code }

// A post is given up after so many tries; one that may be out is not looked for sooner than findAfter, for a network may
// take a moment to show what it has.
const (
	triesMost = 12
	findAfter = 20 * time.Second
)

// Publish takes a post out whose time has come. It bears running twice, and running again after any crash: what may be
// out already is looked for first. An error means that our own database failed, and the job is to be done again.
func (p *Publisher) Publish(ctx context.Context, postID string) error {
	view, shop, err := p.store.PostToPublish(ctx, postID)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	network := p.Network(view.Network)
	now := p.store.Now()
	wait, over := gate(view, now)
	if view.State == "scheduled" {
		switch {
		case network == nil || !view.Profile.Live():
			return p.store.FailPlanned(ctx, &view.Post, "sign_in_expired", nil)
		case over:
			return p.store.FailPlanned(ctx, &view.Post, "offer_over", nil)
		case wait:
			until := now.Add(time.Minute)
			return p.store.FailPlanned(ctx, &view.Post, "offer_waits", &until)
		}
	}
	if network == nil {
		return nil
	}
	attempt, err := p.store.BeginAttempt(ctx, &view.Post, view.Profile, network.Price(ActPost, true))
	switch {
	case errors.Is(err, models.ErrChanged):
		return nil
	case errors.Is(err, models.ErrCapReached):
		return p.store.FailPlanned(ctx, &view.Post, "cap", nil)
	case err != nil:
		return err
	}
	message := p.message(ctx, view, shop)
	if attempt.Look {
		if done, err := p.look(ctx, network, attempt, message); done || err != nil {
			return err
		}
		if over || wait {
			return p.store.FailPost(ctx, attempt, "offer_over", "", false)
		}
	}
	var sent *Published
	p.at("post.sending")
	err = p.withGrant(ctx, &attempt.Profile, func(ctx context.Context, grant Grant) (err error) {
		sent, err = network.Publish(ctx, grant, message)
		return err
	})
	if err != nil {
		return p.stopped(ctx, attempt, err)
	}
	p.at("post.sent")
	return p.store.RecordSent(ctx, attempt, models.Sent{RemoteID: sent.ID, RemoteVersion: sent.Version, RemoteURL: sent.URL, At: sent.At})
}

// gate tells whether a post has to wait for its offer, or is over with it.
func gate(view *models.PostView, now time.Time) (wait, over bool) {
	offer := &view.Offer.Offer
	state := offer.StateAt(now)
	switch {
	case state == "taken_down" || state == "draft":
		return false, true
	case view.Phase == "ended":
		return !offer.OverAt(now), false
	case state == "ended":
		return false, true
	case view.Phase == "teaser":
		return state == "paused", state == "live" // the start has passed
	case view.Phase == "live":
		return state != "live", false
	}
	return state == "paused", false
}

// message is a post as it goes out. Its key stands for this text of this row.
func (p *Publisher) message(ctx context.Context, view *models.PostView, shop *models.Shop) Message {
	text := Whole(view.Text, p.Link(&view.Post))
	sum := sha256.Sum256([]byte(text))
	link := p.Link(&view.Post)
	m := Message{Text: text, Lang: shop.Language, Key: view.ID + "-" + hex.EncodeToString(sum[:6]), Card: &LinkCard{URL: link}}
	if p.set.Card == nil || view.Network != Bluesky { // the others fetch it
		return m
	}
	card, err := p.set.Card(ctx, view.Offer.Slug)
	if err != nil {
		p.log.WarnContext(ctx, "a post goes out without its picture", "post", view.ID, "err", err)
		m.Card.Title = view.Offer.Version.Title
		return m
	}
	card.URL, m.Card = link, card
	return m
}

// look asks the network for a post that may be out already. done says that the attempt ends here.
func (p *Publisher) look(ctx context.Context, network Network, attempt *models.Attempt, message Message) (done bool, err error) {
	there, err := p.find(ctx, network, &attempt.Profile, message)
	if err != nil {
		return true, p.unsure(ctx, attempt, err)
	}
	if there != nil {
		return true, p.store.RecordSent(ctx, attempt, models.Sent{RemoteID: there.ID, RemoteVersion: there.Version, RemoteURL: there.URL, At: there.At, Found: true})
	}
	if again := attempt.Since.Add(findAfter); p.store.Now().Before(again) {
		return true, p.store.Postpone(ctx, attempt, again, "", "", true)
	}
	return false, nil
}

func (p *Publisher) find(ctx context.Context, network Network, profile *models.Profile, message Message) (there *Published, err error) {
	if err := p.store.SpendAnyway(ctx, profile, string(ActRead), 1, network.Price(ActRead, false)); err != nil {
		return nil, err
	}
	err = p.withGrant(ctx, profile, func(ctx context.Context, grant Grant) (err error) {
		there, err = network.Find(ctx, grant, message)
		return err
	})
	return there, err
}

// stopped ends an attempt that the network has not taken, or of which that is not known.
func (p *Publisher) stopped(ctx context.Context, attempt *models.Attempt, cause error) error {
	var e *Error
	switch {
	case errors.Is(cause, models.ErrDisconnected):
		return p.store.FailPost(ctx, attempt, "sign_in_expired", "", false)
	case !errors.As(cause, &e):
		return p.unsure(ctx, attempt, cause) // the process stops, or our own database is away
	case e.Unsure:
		return p.unsure(ctx, attempt, cause)
	case e.Kind == RateLimited && attempt.Number < triesMost:
		return p.store.Postpone(ctx, attempt, p.until(e, 15*time.Minute), "rate_limited", "", false)
	case e.Kind == Temporary && attempt.Number < triesMost:
		return p.store.Postpone(ctx, attempt, p.store.Now().Add(patience(attempt.Number)), "temporary", short(e.Detail), false)
	}
	return p.store.FailPost(ctx, attempt, string(e.Kind), short(e.Detail), false)
}

// unsure lets a post that may be out wait, to be looked for; after many tries a person has to look.
func (p *Publisher) unsure(ctx context.Context, attempt *models.Attempt, cause error) error {
	p.log.WarnContext(ctx, "a post may be out or not", "post", attempt.Post.ID, "try", attempt.Number, "err", cause)
	if attempt.Number >= triesMost || errors.Is(cause, models.ErrDisconnected) {
		return p.store.FailPost(ctx, attempt, "unsure", "", true)
	}
	until := p.store.Now().Add(patience(attempt.Number))
	var e *Error
	if errors.As(cause, &e) && e.Kind == RateLimited {
		until = p.until(e, 15*time.Minute)
	}
	return p.store.Postpone(ctx, attempt, until, "temporary", "", true)
}

func (p *Publisher) until(e *Error, usual time.Duration) time.Time {
	now := p.store.Now()
	if e.Until.After(now) {
		return e.Until
	}
	return now.Add(usual)
}

// patience is how long to wait before the next try: half a minute, a minute, two … an hour.
func patience(tries int64) time.Duration {
	return min(30*time.Second<<min(tries-1, 10), time.Hour)
}

// short is as much of a network's words as a page shows.
func short(detail string) string {
	letters := []rune(strings.TrimSpace(strings.ToValidUTF8(detail, "�")))
	if len(letters) > 300 {
		return string(letters[:300]) + "…"
	}
	return string(letters)
}

// Origins are the addresses to whose pages a form of ours may lead: where people sign in with a network. Servers that
// people name are not among them.
func (s *Social) Origins() []string {
	x := s.X()
	if x == nil {
		return nil
	}
	to, err := url.Parse(x.set.Authorize)
	if err != nil || to.Host == "" {
		return nil
	}
	return []string{to.Scheme + "://" + to.Host}
}
