package social

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// XSettings are the app's keys at X and where X is.
type XSettings struct {
	Client, Secret string // OAuth 2.0; without a secret the app is a public client
	ConsumerSecret string // signs what X delivers to us
	Bearer         string // of the app itself: it asks X to deliver
	API            string // https://api.x.com where it is empty
	Web            string // https://x.com where it is empty
	Authorize      string // Web and /i/oauth2/authorize where it is empty
	HTTP           *http.Client
}

// XClient speaks to X, API version 2. What is said of it could be checked against the sandbox and X's documentation of
// 2026 only, not against X.
type XClient struct {
	set    XSettings
	wire   *wire
	limits limits
	// renamed is set once X has refused the older names of fields (tweet.fields), for the newer ones (post.fields).
	renamed atomic.Bool
	// noReplies is until when X is not asked for the event of direct replies, which it has refused: Unix nanoseconds.
	noReplies atomic.Int64
}

func newX(set XSettings, w *wire) *XClient {
	for _, address := range []struct {
		is        *string
		otherwise string
	}{{&set.API, "https://api.x.com"}, {&set.Web, "https://x.com"}} {
		if *address.is == "" {
			*address.is = address.otherwise
		}
		*address.is = strings.TrimRight(*address.is, "/")
	}
	if set.Authorize == "" {
		set.Authorize = set.Web + "/i/oauth2/authorize"
	}
	return &XClient{set: set, wire: w, limits: limits{now: w.now}}
}

// Name is X's.
func (x *XClient) Name() string { return X }

// Price is X's list of 2026 for apps that pay as they go.
func (x *XClient) Price(act Act, link bool) int64 {
	switch act {
	case ActPost:
		if link {
			return 200_000
		}
		return 15_000
	case ActReply:
		return 10_000
	case ActEvent:
		return 5_000
	case ActRead:
		return 1_000
	}
	return 0
}

// call makes a call for an account. endpoint is what X counts calls by: the method and the path without ids.
func (x *XClient) call(ctx context.Context, grant Grant, endpoint string, r request) (*answer, error) {
	if until := x.limits.closed(grant.Account, endpoint); !until.IsZero() {
		return nil, &Error{Network: X, Kind: RateLimited, Until: until, Detail: "the limit of this time window is reached"}
	}
	r.url, r.token = x.set.API+r.url, grant.Access
	a, err := x.wire.send(ctx, r)
	if err != nil {
		return nil, err
	}
	x.limits.note(grant.Account, endpoint, a)
	if !a.good() {
		return nil, x.refusal(a, r.write)
	}
	return a, nil
}

// get reads with a query in the names of fields that X takes at present.
func (x *XClient) get(ctx context.Context, grant Grant, endpoint, path string, query url.Values, into any) error {
	for {
		renamed := x.renamed.Load()
		a, err := x.call(ctx, grant, endpoint, request{method: http.MethodGet, url: path + "?" + dialect(query, renamed).Encode()})
		if err == nil {
			return x.wire.into(a, into, false)
		}
		if e, is := err.(*Error); renamed || !is || e.Kind != Refused || !strings.Contains(e.Detail, "tweet.fields") {
			return err
		}
		x.renamed.Store(true)
	}
}

// dialect gives a query its newer names of fields.
func dialect(query url.Values, renamed bool) url.Values {
	if !renamed {
		return query
	}
	fresh := url.Values{}
	for name, values := range query {
		for _, value := range values {
			if name == "tweet.fields" || name == "expansions" {
				value = strings.NewReplacer("referenced_tweets", "referenced_posts", "edit_history_tweet_ids", "edit_history_post_ids", "note_tweet", "note_post").Replace(value)
			}
			fresh.Add(strings.Replace(name, "tweet.fields", "post.fields", 1), value)
		}
	}
	return fresh
}

// limits remember how often X may still be called, by account and endpoint.
type limits struct {
	now   func() time.Time
	mu    sync.Mutex
	until map[string]time.Time // when what is used up comes back
}

// closed is until when a call would only be refused; zero where it would not.
func (l *limits) closed(account, endpoint string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, latest := l.now(), time.Time{}
	for _, key := range []string{account + " " + endpoint, " " + endpoint} {
		if until := l.until[key]; until.After(now) {
			if until.After(latest) {
				latest = until
			}
		} else {
			delete(l.until, key)
		}
	}
	return latest
}

// note reads an answer's headers: the window of a quarter of an hour, and those of a day for the account and the app.
func (l *limits) note(account, endpoint string, a *answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	for _, window := range []struct{ name, account string }{{"x-rate-limit", account}, {"x-user-limit-24hour", account}, {"x-app-limit-24hour", ""}} {
		key := window.account + " " + endpoint
		left, err := strconv.Atoi(a.header.Get(window.name + "-remaining"))
		reset, resetErr := strconv.ParseInt(a.header.Get(window.name+"-reset"), 10, 64)
		if err == nil && resetErr == nil && left <= 0 {
			if until := time.Unix(reset, 0).UTC(); until.After(l.until[key]) {
				l.until[key] = until
			}
		}
	}
}
