package social

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// What one poll reads at most of what was written to the account.
const (
	mentionsAPage = 80
	mentionPages  = 10
)

// contextBack is by how much posts may be older than the poll before and still be new to us: they take a while from
// server to server.
const contextBack = time.Hour

// Poll reads the mentions of the account, and all answers below the posts: a Mastodon tells of an answer only where the
// account is named in it. The cursor is the newest notification that was read and the time of the poll. What was below a
// post within the last hour comes again: ids tell.
func (m *MastodonClient) Poll(ctx context.Context, grant Grant, cursor string, posts []string) ([]Incoming, string, error) {
	now := m.wire.now().UTC()
	last, at, _ := strings.Cut(cursor, " ")
	before, err := time.Parse(time.RFC3339, at)
	if err != nil {
		before = now
	}
	if cursor == "" {
		newest, err := m.notifications(ctx, grant, url.Values{"limit": {"1"}})
		if err != nil {
			return nil, cursor, err
		}
		last = "0"
		if len(newest) > 0 {
			last = newest[0].ID
		}
		return nil, last + " " + now.Format(time.RFC3339), nil
	}
	var came []Incoming
	for range mentionPages {
		some, err := m.notifications(ctx, grant, url.Values{"limit": {"80"}, "min_id": {last}})
		if err != nil {
			return nil, cursor, err
		}
		for _, n := range some {
			if later(n.ID, last) {
				last = n.ID
			}
			if n.Status == nil {
				continue
			}
			in := m.incoming(grant, *n.Status)
			if in.Root, err = m.root(ctx, grant, *n.Status, posts); err != nil {
				return nil, cursor, err
			}
			came = append(came, in)
		}
		if len(some) < mentionsAPage {
			break
		}
	}
	for _, post := range posts {
		below, err := m.below(ctx, grant, post)
		if err != nil {
			return nil, cursor, err
		}
		for _, s := range below {
			in := m.incoming(grant, s)
			in.Root = post
			known := slices.ContainsFunc(came, func(other Incoming) bool { return other.ID == in.ID })
			if !known && in.Author != grant.Account && in.At.After(before.Add(-contextBack)) {
				came = append(came, in)
			}
		}
	}
	slices.SortStableFunc(came, func(a, b Incoming) int { return a.At.Compare(b.At) })
	return came, last + " " + now.Format(time.RFC3339), nil
}

type mastodonNotification struct {
	ID     string  `json:"id"`
	Type   string  `json:"type"`
	Status *status `json:"status"`
}

func (m *MastodonClient) notifications(ctx context.Context, grant Grant, query url.Values) ([]mastodonNotification, error) {
	query["types[]"] = []string{"mention"}
	var some []mastodonNotification
	err := m.call(ctx, grant, request{method: http.MethodGet, url: "/api/v1/notifications?" + query.Encode()}, &some)
	return some, err
}

type conversation struct {
	Ancestors   []status `json:"ancestors"`
	Descendants []status `json:"descendants"`
}

func (m *MastodonClient) around(ctx context.Context, grant Grant, id string) (conversation, error) {
	var c conversation
	err := m.call(ctx, grant, request{method: http.MethodGet, url: "/api/v1/statuses/" + id + "/context"}, &c)
	if e, is := err.(*Error); is && e.Kind == Gone {
		return conversation{}, nil
	}
	return c, err
}

// below are the posts below one of the account's; nothing where it is gone.
func (m *MastodonClient) below(ctx context.Context, grant Grant, post string) ([]status, error) {
	id, err := m.inner(grant, post)
	if err != nil {
		return nil, nil
	}
	c, err := m.around(ctx, grant, id)
	return c.Descendants, err
}

// root is the post at the head of the conversation, which Mastodon has to be asked for.
func (m *MastodonClient) root(ctx context.Context, grant Grant, s status, posts []string) (string, error) {
	if s.InReplyToID == "" {
		return m.outer(grant, s.ID), nil
	}
	if parent := m.outer(grant, s.InReplyToID); slices.Contains(posts, parent) {
		return parent, nil
	}
	c, err := m.around(ctx, grant, url.PathEscape(s.ID))
	if err != nil || len(c.Ancestors) == 0 {
		return m.outer(grant, s.InReplyToID), err
	}
	return m.outer(grant, c.Ancestors[0].ID), nil
}

func (m *MastodonClient) incoming(grant Grant, s status) Incoming {
	text, _ := plain(s.Content)
	in := Incoming{
		Ref: Ref{ID: m.outer(grant, s.ID), Author: m.who(grant, s.Account.Acct)}, AuthorHandle: m.who(grant, s.Account.Acct), AuthorName: s.Account.DisplayName,
		Parent: m.outer(grant, s.InReplyToID), Text: text, URL: s.URL, Quote: s.Quote != nil, Repost: s.Reblog != nil, Private: s.Visibility == "direct" || s.Visibility == "private", At: s.CreatedAt.UTC(),
	}
	for _, mention := range s.Mentions {
		if who := m.who(grant, mention.Acct); !slices.Contains(in.Mentions, who) {
			in.Mentions = append(in.Mentions, who)
		}
	}
	return in
}

// Metrics reads the posts one by one: only newer servers give several at a time. Mastodon does not say how often a post
// was seen.
func (m *MastodonClient) Metrics(ctx context.Context, grant Grant, posts []string) (map[string]Metrics, error) {
	all := map[string]Metrics{}
	for _, post := range posts {
		id, err := m.inner(grant, post)
		if err != nil {
			continue
		}
		var s status
		err = m.call(ctx, grant, request{method: http.MethodGet, url: "/api/v1/statuses/" + id}, &s)
		if e, is := err.(*Error); is && e.Kind == Gone {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[post] = Metrics{Likes: s.Favourites, Replies: s.Replies, Reposts: s.Reblogs}
	}
	return all, nil
}
