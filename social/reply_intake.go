package social

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tillbird/tillbird/models"
)

// ErrSignature says that a delivery is not signed by its network.
var ErrSignature = errors.New("social: the signature does not hold")

type queuePolls struct{}

// Kind names the job in the queue.
func (queuePolls) Kind() string { return "queue_polls" }

// pollMost is how many accounts go to the queue at once; a quarter of a minute later the next ones do.
const pollMost = 500

// hearEvery is how often what the networks deliver is looked after.
const hearEvery = 10 * time.Minute

// workIntake takes up the jobs by which replies come in.
func (p *Publisher) workIntake(w *models.Work) {
	models.Handle(w, func(ctx context.Context, job models.PollReplies) error { return p.PollReplies(ctx, job) })
	models.Handle(w, func(ctx context.Context, job models.CheckProfile) error { return p.Check(ctx, job.ProfileID) })
	models.Handle(w, func(ctx context.Context, _ queuePolls) error { return p.store.QueueDuePolls(ctx, pollMost) })
	models.Handle(w, func(ctx context.Context, _ models.HearNetworks) error { return p.Listen(ctx) })
	models.Every(w, 15*time.Second, queuePolls{})
	models.Every(w, hearEvery, models.HearNetworks{})
}

// X is the client of X, nil where it is not available.
func (p *Publisher) X() *XClient { return p.set.Social.X() }

// Receive keeps what X delivers before it is answered: it is in the database when this returns without an error. Its error
// is ErrSignature where X has not signed it; whatever of it says nothing to us is left alone.
func (p *Publisher) Receive(ctx context.Context, signature string, body []byte) (fresh int, err error) {
	x := p.X()
	if x == nil || !x.Signed(signature, body) {
		return 0, ErrSignature
	}
	events, err := x.Events(body)
	if err != nil {
		// Sent again it would be no better, and X stops delivering where too much is refused.
		p.log.WarnContext(ctx, "an event of X cannot be read", "bytes", len(body))
		return 0, nil
	}
	var delivered []models.Delivered
	for _, event := range events {
		d := models.Delivered{Account: event.Account, Revoked: event.Type == XRevoked}
		if event.Post != nil {
			d.Replies = []models.Arrived{arrived(event.Post, event.Account)}
		}
		delivered = append(delivered, d)
	}
	if len(delivered) == 0 {
		return 0, nil
	}
	return p.store.TakeDelivery(ctx, X, delivered, x.Price(ActEvent, false))
}

// arrived is what somebody wrote to an account, as models keeps it.
func arrived(in *Incoming, account string) models.Arrived {
	return models.Arrived{
		RemoteID: in.ID, RemoteVersion: in.Version, RootID: in.Root, RootVersion: in.RootVersion, ParentID: in.Parent,
		AuthorID: in.Author, AuthorHandle: in.AuthorHandle, AuthorName: in.AuthorName, Text: in.Text, URL: in.URL,
		Mentions: slices.Contains(in.Mentions, account), Quote: in.Quote, Repost: in.Repost, Private: in.Private, WrittenAt: in.At,
	}
}

// PollReplies asks a network for what was written to an account, and keeps it with how far it came. It bears running twice.
// An error means that our own database failed, and the job is to be done again.
func (p *Publisher) PollReplies(ctx context.Context, job models.PollReplies) error {
	profile, err := p.store.Profile(ctx, job.ProfileID)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	network, now := p.Network(profile.Network), p.store.Now()
	if network == nil {
		return p.store.HoldPoll(ctx, job, "", now.Add(time.Hour))
	}
	price := network.Price(ActRead, false)
	poll, err := p.store.BeginPoll(ctx, job, price)
	switch {
	case errors.Is(err, models.ErrChanged):
		return nil
	case errors.Is(err, models.ErrCapReached):
		return p.store.HoldPoll(ctx, job, "cap", now.Add(time.Hour))
	case err != nil:
		return err
	}
	var came []Incoming
	next := poll.Cursor.Cursor
	// What was written between connecting the account and asking for the first time belongs to it as well.
	if from, can := network.(interface{ Since(time.Time) string }); can && next == "" {
		poll.Cursor.Cursor = from.Since(poll.Profile.ConnectedAt)
		next = poll.Cursor.Cursor
	}
	err = p.withGrant(ctx, &poll.Profile, func(ctx context.Context, grant Grant) (err error) {
		came, next, err = network.Poll(ctx, grant, poll.Cursor.Cursor, poll.Posts)
		return err
	})
	var e *Error
	switch {
	case err == nil:
	case errors.Is(err, models.ErrDisconnected):
		return p.store.FailPoll(ctx, poll, string(SignInExpired), now.Add(time.Hour), price)
	case errors.As(err, &e):
		p.log.WarnContext(ctx, "replies not asked for", "network", profile.Network, "err", err)
		until := e.Until
		if e.Kind != Temporary && until.IsZero() {
			until = now.Add(15 * time.Minute)
		}
		return p.store.FailPoll(ctx, poll, string(e.Kind), until, price)
	default:
		return errors.Join(err, p.store.FailPoll(ctx, poll, string(Temporary), time.Time{}, price))
	}
	p.at("replies.polled")
	kept := make([]models.Arrived, len(came))
	for i := range came {
		kept[i] = arrived(&came[i], profile.Account)
	}
	_, err = p.store.RecordPoll(ctx, poll, kept, next, price)
	return err
}

// Check asks X whether an account still lets us in, and marks it where it does not.
func (p *Publisher) Check(ctx context.Context, profileID string) error {
	profile, err := p.store.Profile(ctx, profileID)
	if err != nil || !profile.Live() {
		return err
	}
	x := p.X()
	if x == nil || profile.Network != X {
		return nil
	}
	err = p.withGrant(ctx, profile, func(ctx context.Context, grant Grant) error { return x.whoIs(ctx, &grant) })
	if errors.Is(err, models.ErrDisconnected) {
		return nil
	}
	return err
}
