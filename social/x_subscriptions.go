package social

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tillbird/tillbird/models"
)

// xHook is an address that X delivers to.
type xHook struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Valid bool   `json:"valid"`
}

// xSubscription is a wish to be told of one account's events.
type xSubscription struct {
	ID     string `json:"subscription_id"`
	Type   string `json:"event_type"`
	Hook   string `json:"webhook_id"`
	Filter struct {
		UserID string `json:"user_id"`
	} `json:"filter"`
}

// refusedReplies is how long X is not asked again for what it does not offer.
const refusedReplies = 24 * time.Hour

// app makes a call as the app itself.
func (x *XClient) app(ctx context.Context, method, endpoint, path string, body, into any) error {
	a, err := x.call(ctx, Grant{Access: x.set.Bearer}, method+" "+endpoint, request{method: method, url: path, body: body})
	if err != nil || into == nil {
		return err
	}
	return x.wire.into(a, into, false)
}

// hook is the webhook at an address of ours, made or checked again where it does not work; "" where there is none and
// none is wanted.
func (x *XClient) hook(ctx context.Context, address string, wanted bool) (string, error) {
	var there struct {
		Data []xHook `json:"data"`
	}
	if err := x.app(ctx, http.MethodGet, "/2/webhooks", "/2/webhooks", nil, &there); err != nil {
		return "", err
	}
	for _, h := range there.Data {
		if h.URL != address {
			continue
		}
		if h.Valid || !wanted {
			return h.ID, nil
		}
		return h.ID, x.app(ctx, http.MethodPut, "/2/webhooks/:id", "/2/webhooks/"+url.PathEscape(h.ID), nil, nil)
	}
	if !wanted {
		return "", nil
	}
	var made struct {
		Data xHook `json:"data"`
	}
	if err := x.app(ctx, http.MethodPost, "/2/webhooks", "/2/webhooks", map[string]string{"url": address}, &made); err != nil {
		return "", err
	}
	if made.Data.ID == "" {
		return "", &Error{Network: X, Kind: Temporary, Detail: "the answer names no webhook"}
	}
	return made.Data.ID, nil
}

const xSubscriptionsPath = "/2/activity/subscriptions"

// subscriptions are those that deliver to a webhook.
func (x *XClient) subscriptions(ctx context.Context, hook string) (list []xSubscription, err error) {
	query := url.Values{"max_results": {"1000"}}
	for {
		var page struct {
			Data []xSubscription `json:"data"`
			Meta struct {
				NextToken string `json:"next_token"`
			} `json:"meta"`
		}
		if err := x.app(ctx, http.MethodGet, xSubscriptionsPath, xSubscriptionsPath+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, s := range page.Data {
			if s.Hook == hook {
				list = append(list, s)
			}
		}
		if page.Meta.NextToken == "" {
			return list, nil
		}
		query.Set("pagination_token", page.Meta.NextToken)
	}
}

// subscribe asks X to deliver one kind of an account's events.
func (x *XClient) subscribe(ctx context.Context, hook, account, kind string) error {
	body := map[string]any{"event_type": kind, "filter": map[string]string{"user_id": account}, "webhook_id": hook, "tag": "tillbird"}
	err := x.app(ctx, http.MethodPost, xSubscriptionsPath, xSubscriptionsPath, body, nil)
	var e *Error
	if errors.As(err, &e) && e.Kind == Duplicate {
		return nil
	}
	return err
}

// Listen brings what X delivers to an address in line with the accounts that want it: subscriptions that lack are made,
// others end. wanted is called after X has told what there is, so that what is made meanwhile is not taken for stale. It
// gives what each account gets, and fails where nobody can be told anything.
func (x *XClient) Listen(ctx context.Context, address string, wanted func() ([]string, error)) (map[string]models.Push, error) {
	first, err := wanted()
	if err != nil {
		return nil, err
	}
	hook, err := x.hook(ctx, address, len(first) > 0)
	if err != nil || hook == "" {
		return map[string]models.Push{}, err
	}
	there, err := x.subscriptions(ctx, hook)
	if err != nil {
		return nil, err
	}
	accounts, err := wanted()
	if err != nil {
		return nil, err
	}
	for _, s := range there {
		if !slices.Contains(accounts, s.Filter.UserID) {
			if err := x.app(ctx, http.MethodDelete, xSubscriptionsPath+"/:id", xSubscriptionsPath+"/"+url.PathEscape(s.ID), nil, nil); err != nil && !is(err, Gone) {
				return nil, err
			}
		}
	}
	got := map[string]models.Push{}
	for _, account := range accounts {
		has := func(kind string) bool {
			return slices.ContainsFunc(there, func(s xSubscription) bool { return s.Filter.UserID == account && s.Type == kind })
		}
		push, err := x.listenTo(ctx, hook, account, has)
		if err != nil {
			return got, err
		}
		got[account] = push
	}
	return got, nil
}

// listenTo makes what lacks for one account. Its error is one that all accounts would meet.
func (x *XClient) listenTo(ctx context.Context, hook, account string, has func(kind string) bool) (models.Push, error) {
	for _, kind := range []string{XMentioned, XRevoked, XAnswered} {
		if has(kind) {
			continue
		}
		if kind == XAnswered && x.wire.now().Before(time.Unix(0, x.noReplies.Load())) {
			return models.Push{State: models.PushMentions}, nil
		}
		err := x.subscribe(ctx, hook, account, kind)
		switch {
		case err == nil:
		case is(err, RateLimited), is(err, Temporary), is(err, SignInExpired):
			return models.Push{}, err
		case kind == XAnswered:
			x.noReplies.Store(x.wire.now().Add(refusedReplies).UnixNano())
			return models.Push{State: models.PushMentions}, nil
		case kind == XMentioned:
			return models.Push{State: models.PushOff, Failure: pushFailure(err)}, nil
		}
	}
	return models.Push{State: models.PushAll}, nil
}

func is(err error, kind ErrorKind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// CheckHook tells whether X delivers to our address, or what stands in the way; ok is true where nothing needs to be done.
func (x *XClient) CheckHook(ctx context.Context, base string) (ok bool, what string) {
	if x.set.Bearer == "" || x.set.ConsumerSecret == "" {
		return true, "X: replies are read every few minutes; with TILLBIRD_X_BEARER_TOKEN and TILLBIRD_X_CONSUMER_SECRET they arrive at once"
	}
	var there struct {
		Data []xHook `json:"data"`
	}
	if err := x.app(ctx, http.MethodGet, "/2/webhooks", "/2/webhooks", nil, &there); err != nil {
		return false, "X does not tell of its webhooks: " + err.Error()
	}
	for _, h := range there.Data {
		if h.URL == base+HookPath {
			return h.Valid, "X: webhook " + h.URL
		}
	}
	return true, "X: the keys are good; its webhook is made once an account is connected"
}
