package social

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// notification is something that somebody did towards the account.
type notification struct {
	URI    string `json:"uri"`
	CID    string `json:"cid"`
	Author struct {
		DID         string `json:"did"`
		Handle      string `json:"handle"`
		DisplayName string `json:"displayName"`
	} `json:"author"`
	Reason    string          `json:"reason"`
	Record    json.RawMessage `json:"record"`
	IndexedAt string          `json:"indexedAt"`
}

// notificationPages is how many pages of a hundred one poll reads at most; what is older has waited too long.
const notificationPages = 20

// Poll reads the notifications of answers, mentions and quotes: Bluesky tells of every answer to the account's posts. The
// newest come first, so the cursor is the time of the newest that was read with the ids of those of that very time.
func (b *BlueskyClient) Poll(ctx context.Context, grant Grant, cursor string, _ []string) ([]Incoming, string, error) {
	first := strings.Fields(cursor)
	query := url.Values{"limit": {"100"}, "reasons": {"reply", "mention", "quote"}}
	var came []Incoming
	next := first
	for range notificationPages {
		var page struct {
			Notifications []notification `json:"notifications"`
			Cursor        string         `json:"cursor"`
		}
		if err := b.call(ctx, grant.Server, grant.Access, request{method: http.MethodGet, url: "app.bsky.notification.listNotifications?" + query.Encode()}, &page); err != nil {
			return nil, cursor, err
		}
		old := false
		for _, n := range page.Notifications {
			if len(next) == 0 || n.IndexedAt > next[0] {
				next = []string{n.IndexedAt}
			}
			if n.IndexedAt == next[0] && !slices.Contains(next[1:], n.URI) {
				next = append(next[:len(next):len(next)], n.URI)
			}
			if len(first) == 0 {
				continue
			}
			if old = n.IndexedAt < first[0]; old {
				break
			}
			if n.IndexedAt == first[0] && slices.Contains(first[1:], n.URI) {
				continue
			}
			if in, ok := b.incoming(n); ok {
				came = append(came, in)
			}
		}
		if old || len(first) == 0 || page.Cursor == "" {
			break
		}
		query.Set("cursor", page.Cursor)
	}
	if len(next) == 0 {
		next = []string{b.wire.now().UTC().Format("2006-01-02T15:04:05.000Z")}
	}
	slices.Reverse(came)
	return came, strings.Join(next, " "), nil
}

func (b *BlueskyClient) incoming(n notification) (Incoming, bool) {
	var post blueskyPost
	if n.Reason != "reply" && n.Reason != "mention" && n.Reason != "quote" || json.Unmarshal(n.Record, &post) != nil {
		return Incoming{}, false
	}
	in := Incoming{
		Ref: Ref{ID: n.URI, Version: n.CID, Root: n.URI, RootVersion: n.CID, Author: n.Author.DID}, AuthorHandle: n.Author.Handle, AuthorName: n.Author.DisplayName,
		Text: post.Text, URL: b.address(n.URI), Quote: post.Embed != nil && strings.HasPrefix(post.Embed.Type, "app.bsky.embed.record"),
	}
	if post.Reply != nil {
		in.Parent, in.Root, in.RootVersion = post.Reply.Parent.URI, post.Reply.Root.URI, post.Reply.Root.CID
	}
	for _, f := range post.Facets {
		for _, feature := range f.Features {
			if feature.DID != "" && !slices.Contains(in.Mentions, feature.DID) {
				in.Mentions = append(in.Mentions, feature.DID)
			}
		}
	}
	// The author's own clock says when it was written, and may say anything; never later than it was seen.
	seen, err := time.Parse(time.RFC3339, n.IndexedAt)
	if err != nil {
		seen = b.wire.now()
	}
	in.At = seen.UTC()
	if written, err := time.Parse(time.RFC3339, post.CreatedAt); err == nil && written.Before(seen) {
		in.At = written.UTC()
	}
	return in, true
}

// postView is a post as the network's view of everything has it.
type postView struct {
	URI     string `json:"uri"`
	Likes   int64  `json:"likeCount"`
	Replies int64  `json:"replyCount"`
	Reposts int64  `json:"repostCount"`
	Quotes  int64  `json:"quoteCount"`
}

// Metrics reads 25 posts at a time. Bluesky does not say how often a post was seen.
func (b *BlueskyClient) Metrics(ctx context.Context, grant Grant, posts []string) (map[string]Metrics, error) {
	all := map[string]Metrics{}
	for some := range slices.Chunk(posts, 25) {
		var page struct {
			Posts []postView `json:"posts"`
		}
		if err := b.call(ctx, grant.Server, grant.Access, request{method: http.MethodGet, url: "app.bsky.feed.getPosts?" + url.Values{"uris": some}.Encode()}, &page); err != nil {
			return nil, err
		}
		for _, post := range page.Posts {
			all[post.URI] = Metrics{Likes: post.Likes, Replies: post.Replies, Reposts: post.Reposts}
		}
	}
	return all, nil
}
