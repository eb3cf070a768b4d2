package social

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// Why X does not deliver, beside its kinds of errors.
const (
	pushNoKey = "no_key" // the installation has not been given the app's own token or the secret that signs
	pushLimit = "limit"  // X lets the app have no more subscriptions
	pushCap   = "cap"    // the shop does not want to pay for more this month
)

// HookPath is where X delivers, below our own address.
const HookPath = "/webhooks/x"

// Listen has X deliver what is written to the accounts that are connected, and notes what it delivers.
func (p *Publisher) Listen(ctx context.Context) error {
	x := p.X()
	if x == nil {
		return nil
	}
	capped, err := p.store.PushAccounts(ctx, X, x.Price(ActEvent, false))
	if err != nil {
		return err
	}
	all := func(push models.Push) map[string]models.Push {
		got := map[string]models.Push{}
		for account := range capped {
			got[account] = push
		}
		return got
	}
	if x.set.Bearer == "" || x.set.ConsumerSecret == "" {
		return p.store.RecordPush(ctx, X, all(models.Push{State: models.PushOff, Failure: pushNoKey}))
	}
	got, err := x.Listen(ctx, p.set.BaseURL+HookPath, func() (accounts []string, err error) {
		if capped, err = p.store.PushAccounts(ctx, X, x.Price(ActEvent, false)); err != nil {
			return nil, err
		}
		for account, over := range capped {
			if !over {
				accounts = append(accounts, account)
			}
		}
		slices.Sort(accounts)
		return accounts, nil
	})
	var e *Error
	switch {
	case err == nil:
		for account, over := range capped {
			if over {
				got[account] = models.Push{State: models.PushOff, Failure: pushCap}
			}
		}
		return p.store.RecordPush(ctx, X, got)
	case !errors.As(err, &e):
		return err
	}
	p.log.WarnContext(ctx, "X does not deliver what is written to the accounts", "err", err)
	if e.Kind == RateLimited || e.Kind == Temporary {
		// What was delivered before goes on; the next look comes soon.
		return p.store.RecordPush(ctx, X, got)
	}
	return p.store.RecordPush(ctx, X, all(models.Push{State: models.PushOff, Failure: pushFailure(err)}))
}

// pushFailure is why X does not deliver, as the page tells it.
func pushFailure(err error) string {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return string(Temporary)
	case e.Kind == SignInExpired:
		return pushNoKey
	case strings.Contains(strings.ToLower(e.Detail), "limit of your subscriptions"), strings.Contains(e.Detail, "SubscriptionLimitExceeded"):
		return pushLimit
	}
	return string(e.Kind)
}
