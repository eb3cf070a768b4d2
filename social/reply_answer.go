package social

import (
	"context"
	"errors"

	"github.com/tillbird/tillbird/models"
)

// Answer takes an answer to its network. It bears running twice, and running again after any crash: what may be out is
// looked for first. What the network does not take is told by letter where an order waits for it. An error means that our
// own database failed, and the job is to be done again.
func (p *Publisher) Answer(ctx context.Context, answerID string) error {
	due, err := p.store.AnswerToSend(ctx, answerID)
	if err != nil {
		return notThere(err)
	}
	network := p.Network(due.Profile.Network)
	look := due.Doubtful
	over, err := p.pointless(ctx, due)
	if err != nil {
		return err
	}
	switch {
	case network == nil || !due.Profile.Live():
		return p.store.EndAnswer(ctx, due, "refused", string(SignInExpired), "", look)
	case over != "" && !look:
		return p.store.EndAnswer(ctx, due, "dropped", over, "", false)
	}
	message := answerOf(due)
	switch err := p.store.BeginAnswer(ctx, due, network.Price(ActReply, linkIn(message) != "")); {
	case errors.Is(err, models.ErrChanged):
		return nil
	case errors.Is(err, models.ErrCapReached):
		return p.store.EndAnswer(ctx, due, "dropped", "cap", "", false)
	case err != nil:
		return err
	}
	if look {
		if done, err := p.lookForAnswer(ctx, network, due, message); done || err != nil {
			return err
		}
		if over != "" {
			return p.store.EndAnswer(ctx, due, "dropped", over, "", false)
		}
	}
	var sent *Published
	p.at("answer.sending")
	err = p.withGrant(ctx, &due.Profile, func(ctx context.Context, grant Grant) (err error) {
		sent, err = network.Publish(ctx, grant, message)
		return err
	})
	if err != nil {
		return p.unanswered(ctx, due, err)
	}
	p.at("answer.sent")
	return p.store.RecordAnswered(ctx, due, models.Sent{RemoteID: sent.ID, RemoteVersion: sent.Version, RemoteURL: sent.URL, At: sent.At})
}

// pointless says why an answer makes no sense any more, "" where it does.
func (p *Publisher) pointless(ctx context.Context, due *models.DueAnswer) (string, error) {
	if due.DropAt != nil && !p.store.Now().Before(*due.DropAt) {
		return "late", nil
	}
	if due.Kind == "stopped" {
		return "", nil
	}
	silence, err := p.store.SilenceOf(ctx, due.ShopID, due.Reply.Author())
	if err != nil || silence != nil {
		return "silenced", err
	}
	if due.Kind != "confirm" && due.Kind != "private" || due.Reply.OrderID == nil {
		return "", nil
	}
	confirmation, err := p.store.Confirmation(ctx, *due.Reply.OrderID)
	if err == nil && confirmation.State != "asked" {
		return "over", nil
	}
	return "", err
}

// answerOf is an answer as it goes out.
func answerOf(due *models.DueAnswer) Message {
	to := Ref{ID: due.Reply.RemoteID, Version: due.Reply.RemoteVersion, Root: due.Reply.RootID, RootVersion: due.Reply.RootVersion, Author: due.Reply.AuthorID}
	if due.Reply.Network != Mastodon {
		to.Author = due.Reply.AuthorHandle
	}
	return Message{Text: due.Text, Key: "answer-" + due.ID, ReplyTo: &to, Private: (due.Private || due.Reply.Private) && due.Reply.Network == Mastodon}
}

// lookForAnswer asks the network for an answer that may be out already. done says that this try ends here.
func (p *Publisher) lookForAnswer(ctx context.Context, network Network, due *models.DueAnswer, message Message) (done bool, err error) {
	there, err := p.find(ctx, network, &due.Profile, message)
	if err != nil {
		return true, p.maybeAnswered(ctx, due, err)
	}
	if there == nil {
		return false, nil
	}
	return true, p.store.RecordAnswered(ctx, due, models.Sent{RemoteID: there.ID, RemoteVersion: there.Version, RemoteURL: there.URL, At: there.At})
}

// unanswered ends a try that the network has not taken, or of which that is not known.
func (p *Publisher) unanswered(ctx context.Context, due *models.DueAnswer, cause error) error {
	var e *Error
	switch {
	case errors.Is(cause, models.ErrDisconnected):
		return p.store.EndAnswer(ctx, due, "refused", string(SignInExpired), "", false)
	case !errors.As(cause, &e), e.Unsure:
		return p.maybeAnswered(ctx, due, cause)
	case e.Kind == Duplicate: // of our own words, which nobody else has: they are out
		if there, err := p.find(ctx, p.Network(due.Profile.Network), &due.Profile, answerOf(due)); err == nil && there != nil {
			return p.store.RecordAnswered(ctx, due, models.Sent{RemoteID: there.ID, RemoteVersion: there.Version, RemoteURL: there.URL, At: there.At})
		}
	case e.Kind == RateLimited || e.Kind == Temporary:
		until := p.until(e, patience(due.Attempts))
		if due.Attempts < triesMost && (due.DropAt == nil || until.Before(*due.DropAt)) {
			return p.store.PostponeAnswer(ctx, due, until, string(e.Kind), short(e.Detail), false)
		}
	}
	return p.store.EndAnswer(ctx, due, "refused", string(e.Kind), short(e.Detail), false)
}

// maybeAnswered lets an answer that may be out wait, to be looked for.
func (p *Publisher) maybeAnswered(ctx context.Context, due *models.DueAnswer, cause error) error {
	p.log.WarnContext(ctx, "an answer may be out or not", "answer", due.ID, "try", due.Attempts, "err", cause)
	if due.Attempts >= triesMost || errors.Is(cause, models.ErrDisconnected) {
		return p.store.EndAnswer(ctx, due, "refused", "unsure", "", true)
	}
	until := p.store.Now().Add(findAfter)
	var e *Error
	if errors.As(cause, &e) && e.Kind == RateLimited {
		until = p.until(e, findAfter)
	}
	return p.store.PostponeAnswer(ctx, due, until, string(Temporary), "", true)
}
