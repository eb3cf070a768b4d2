package social

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tillbird/tillbird/models"
)

// Connection is a grant as models keeps it.
func Connection(network string, grant *Grant) (models.Connection, error) {
	text, err := json.Marshal(grant)
	return models.Connection{
		Network: network, Server: grant.Server, Account: grant.Account, Handle: grant.Handle, Name: grant.Name, Grant: string(text), Expires: grant.Expires,
	}, err
}

// withGrant calls a network for an account. Where it refuses a grant that should last, the grant is renewed once; an
// account that lets us in no more is marked, and models.ErrDisconnected tells of it.
func (p *Publisher) withGrant(ctx context.Context, profile *models.Profile, call func(context.Context, Grant) error) error {
	network := p.Network(profile.Network)
	if network == nil {
		return models.ErrDisconnected
	}
	renew := renewer(network)
	text, err := p.store.FreshGrant(ctx, profile.ID, renew)
	if err != nil {
		return err
	}
	used, err := p.store.Profile(ctx, profile.ID)
	if err != nil {
		return err
	}
	err = callWith(ctx, text, call)
	if !refused(err) {
		return err
	}
	again, renewErr := p.store.RenewedGrant(ctx, used, renew)
	if renewErr != nil {
		return renewErr
	}
	if again != text {
		if err = callWith(ctx, again, call); !refused(err) {
			return err
		}
	}
	if used, err = p.store.Profile(ctx, profile.ID); err != nil {
		return err
	}
	return errors.Join(models.ErrDisconnected, p.store.Expire(ctx, used, "refused"))
}

func callWith(ctx context.Context, text string, call func(context.Context, Grant) error) error {
	var grant Grant
	if err := json.Unmarshal([]byte(text), &grant); err != nil {
		return fmt.Errorf("social: a grant cannot be read: %w", err)
	}
	return call(ctx, grant)
}

func refused(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == SignInExpired
}

// renewer puts a network's way to renew a grant into the words of models.
func renewer(network Network) models.Renew {
	return func(ctx context.Context, text string) (string, time.Time, error) {
		var fresh Grant
		err := callWith(ctx, text, func(ctx context.Context, grant Grant) (err error) {
			fresh, err = network.Refresh(ctx, grant)
			return err
		})
		var e *Error
		switch {
		case refused(err):
			return "", time.Time{}, models.ErrDisconnected
		case errors.As(err, &e) && e.Unsure:
			return "", time.Time{}, errors.Join(models.ErrUnsure, err)
		case err != nil:
			return "", time.Time{}, err
		}
		out, err := json.Marshal(fresh)
		return string(out), fresh.Expires, err
	}
}

// Disconnect gives the grant of an account back to its network, and forgets it.
func (p *Publisher) Disconnect(ctx context.Context, profileID string) error {
	profile, err := p.store.Profile(ctx, profileID)
	if err != nil {
		return err
	}
	text, err := p.store.GrantToRevoke(ctx, profile)
	if err != nil || text == "" {
		return err
	}
	if network := p.Network(profile.Network); network != nil {
		err := callWith(ctx, text, network.Revoke)
		var e *Error
		if errors.As(err, &e) && (e.Kind == Temporary || e.Kind == RateLimited) {
			return err // the queue tries again
		}
		if err != nil {
			p.log.WarnContext(ctx, "a grant was not taken back by its network", "network", profile.Network, "err", err)
		}
	}
	return p.store.ForgetGrant(ctx, profile)
}

// Remove deletes a post from its network.
func (p *Publisher) Remove(ctx context.Context, postID string) error {
	post, profile, err := p.store.PostToRemove(ctx, postID)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	err = p.withGrant(ctx, profile, func(ctx context.Context, grant Grant) error {
		return p.Network(profile.Network).Delete(ctx, grant, post.RemoteID)
	})
	var e *Error
	switch {
	case err == nil:
		return p.store.RecordRemoval(ctx, post, "", "")
	case errors.Is(err, models.ErrDisconnected):
		return p.store.RecordRemoval(ctx, post, "not_deleted", "")
	case !errors.As(err, &e) || e.Kind == Temporary || e.Kind == RateLimited:
		return err
	case e.Kind == Gone:
		return p.store.RecordRemoval(ctx, post, "", "")
	}
	return p.store.RecordRemoval(ctx, post, "not_deleted", short(e.Detail))
}

// FindPost looks among an account's newest posts for one that its owner took out by hand; nil where there is none.
func (p *Publisher) FindPost(ctx context.Context, post *models.Post, profile *models.Profile) (*Published, error) {
	network := p.Network(profile.Network)
	if network == nil {
		return nil, models.ErrDisconnected
	}
	return p.find(ctx, network, profile, Message{Text: Whole(post.Text, p.Link(post)), Card: &LinkCard{URL: p.Link(post)}})
}

// LocatePost finds an account's own post by the address that its owner has pasted; nil where it is none of the account's.
func (p *Publisher) LocatePost(ctx context.Context, profile *models.Profile, address string) (there *Published, err error) {
	network := p.Network(profile.Network)
	if network == nil {
		return nil, models.ErrDisconnected
	}
	if err := p.store.SpendAnyway(ctx, profile, string(ActRead), 1, network.Price(ActRead, false)); err != nil {
		return nil, err
	}
	err = p.withGrant(ctx, profile, func(ctx context.Context, grant Grant) (err error) {
		there, err = network.Locate(ctx, grant, address)
		return err
	})
	var e *Error
	if errors.As(err, &e) && e.Kind == Gone {
		return nil, nil
	}
	return there, err
}

// measureMost is how many posts' figures are read at once; of one account, as many as X gives in a call.
const (
	measureMost    = 400
	measureAtATime = 100
)

// Measure reads the figures of the posts whose time for it has come. An account that does not answer keeps nobody else
// waiting.
func (p *Publisher) Measure(ctx context.Context) error {
	due, err := p.store.DueMeasures(ctx, measureMost)
	if err != nil {
		return err
	}
	var errs []error
	for id, posts := range due {
		profile, err := p.store.Profile(ctx, id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for len(posts) > 0 {
			n := min(len(posts), measureAtATime)
			errs = append(errs, p.measure(ctx, profile, posts[:n]))
			posts = posts[n:]
		}
	}
	return errors.Join(errs...)
}

func (p *Publisher) measure(ctx context.Context, profile *models.Profile, posts []models.Post) error {
	network, now := p.Network(profile.Network), p.store.Now()
	if network == nil {
		return p.store.DelayMeasures(ctx, posts, now.Add(24*time.Hour))
	}
	n := int64(len(posts))
	switch err := p.store.Spend(ctx, profile, string(ActRead), n, n*network.Price(ActRead, false)); {
	case errors.Is(err, models.ErrCapReached):
		return p.store.DelayMeasures(ctx, posts, now.Add(24*time.Hour))
	case err != nil:
		return err
	}
	ids := make([]string, len(posts))
	for i, post := range posts {
		ids[i] = post.RemoteID
	}
	var got map[string]Metrics
	err := p.withGrant(ctx, profile, func(ctx context.Context, grant Grant) (err error) {
		got, err = network.Metrics(ctx, grant, ids)
		return err
	})
	var e *Error
	switch {
	case errors.Is(err, models.ErrDisconnected):
		return nil // nothing of this account is read any more
	case errors.As(err, &e):
		p.log.WarnContext(ctx, "figures of posts not read", "network", profile.Network, "err", err)
		return p.store.DelayMeasures(ctx, posts, p.until(e, 10*time.Minute))
	case err != nil:
		return err
	}
	for i, post := range posts {
		var measure *models.Measure
		if m, there := got[ids[i]]; there {
			measure = &models.Measure{Impressions: m.Impressions, Likes: m.Likes, Replies: m.Replies, Reposts: m.Reposts}
		}
		if err := p.store.RecordMeasure(ctx, &post, measure); err != nil {
			return err
		}
	}
	return nil
}
