package social

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// status is a post as a server has it; its id and those of others mean something at that server only.
type status struct {
	ID          string          `json:"id"`
	CreatedAt   time.Time       `json:"created_at"`
	InReplyToID string          `json:"in_reply_to_id"`
	URL         string          `json:"url"`
	Visibility  string          `json:"visibility"`
	Content     string          `json:"content"`
	Account     mastodonAccount `json:"account"`
	Mentions    []struct {
		Acct string `json:"acct"`
	} `json:"mentions"`
	Card *struct {
		URL string `json:"url"`
	} `json:"card"`
	Quote *struct {
		State string `json:"state"`
	} `json:"quote"`
	Reblog     *struct{} `json:"reblog"`
	Favourites int64     `json:"favourites_count"`
	Replies    int64     `json:"replies_count"`
	Reblogs    int64     `json:"reblogs_count"`
}

// A post's id is that of its server with the server's name, since every server counts for itself.
func (m *MastodonClient) outer(grant Grant, id string) string {
	if id == "" {
		return ""
	}
	return id + "@" + hostOf(grant.Server)
}

// inner is a post's id at the grant's server.
func (m *MastodonClient) inner(grant Grant, id string) (string, error) {
	own, host, _ := strings.Cut(id, "@")
	if host != hostOf(grant.Server) || own == "" {
		return "", &Error{Network: Mastodon, Kind: Gone, Detail: "this is no post of the account's server"}
	}
	return url.PathEscape(own), nil
}

// Publish posts a message. Its key is the server's to know it again by for an hour; after that, Find tells. An answer
// names whom it answers, since nobody is told of it otherwise. The server fetches the card of a link by itself.
func (m *MastodonClient) Publish(ctx context.Context, grant Grant, message Message) (*Published, error) {
	body := map[string]any{"status": message.Text, "visibility": "public"}
	if message.Lang != "" {
		body["language"], _, _ = strings.Cut(message.Lang, "-")
	}
	if len(message.Media) > 0 {
		body["media_ids"] = message.Media
	}
	if to := message.ReplyTo; to != nil {
		id, err := m.inner(grant, to.ID)
		if err != nil {
			return nil, err
		}
		body["in_reply_to_id"], body["status"] = id, addressed(message.Text, to.Author)
	}
	if message.Private {
		if message.ReplyTo == nil || message.ReplyTo.Author == "" {
			return nil, &Error{Network: Mastodon, Kind: Refused, Detail: "nobody is named to whom it is private"}
		}
		body["visibility"] = "direct"
	}
	r := request{method: http.MethodPost, url: "/api/v1/statuses", body: body, write: true}
	if message.Key != "" {
		r.header = map[string]string{"Idempotency-Key": message.Key}
	}
	var made status
	if err := m.call(ctx, grant, r, &made); err != nil {
		return nil, err
	}
	if made.ID == "" {
		return nil, &Error{Network: Mastodon, Kind: Temporary, Detail: "the answer names no post", Unsure: true}
	}
	return m.published(grant, made), nil
}

// addressed is a text that names an account, at its head where it did not.
func addressed(text, author string) string {
	if author == "" {
		return text
	}
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if strings.Trim(word, ".,;:!?()") == "@"+strings.ToLower(author) {
			return text
		}
	}
	return "@" + author + " " + text
}

func (m *MastodonClient) published(grant Grant, made status) *Published {
	return &Published{ID: m.outer(grant, made.ID), URL: made.URL, At: made.CreatedAt.UTC()}
}

// Delete takes a post away.
func (m *MastodonClient) Delete(ctx context.Context, grant Grant, post string) error {
	id, err := m.inner(grant, post)
	if err == nil {
		err = m.call(ctx, grant, request{method: http.MethodDelete, url: "/api/v1/statuses/" + id, write: true}, nil)
	}
	if e, is := err.(*Error); is && e.Kind == Gone {
		return nil
	}
	return err
}

// Find looks through the account's newest posts.
func (m *MastodonClient) Find(ctx context.Context, grant Grant, message Message) (*Published, error) {
	me, err := m.me(ctx, grant)
	if err != nil {
		return nil, err
	}
	var newest []status
	link, answers := linkIn(message), ""
	if message.ReplyTo == nil {
		err = m.call(ctx, grant, request{method: http.MethodGet, url: "/api/v1/accounts/" + url.PathEscape(me.ID) + "/statuses?limit=20&exclude_reblogs=true"}, &newest)
	} else if newest, err = m.below(ctx, grant, message.ReplyTo.ID); err == nil { // there it is, however many came after it
		answers, err = m.inner(grant, message.ReplyTo.ID)
	}
	if err != nil {
		return nil, err
	}
	for _, post := range newest {
		if answers != "" && (post.InReplyToID != answers || post.Account.ID != me.ID) {
			continue
		}
		text, links := plain(post.Content)
		if post.Card != nil {
			links = append(links, post.Card.URL)
		}
		held := slices.ContainsFunc(links, func(found string) bool { return sameAddress(found, link) })
		for _, word := range strings.Fields(text) {
			held = held || sameAddress(word, link)
		}
		if link != "" && held || link == "" && sameText(text, message.Text) {
			return m.published(grant, post), nil
		}
	}
	return nil, nil
}

// mastodonStatus is the address of a post, in the forms that servers have given it.
var mastodonStatus = regexp.MustCompile(`^/(?:@[^/]+|users/[^/]+/statuses|web/statuses|web/@[^/]+|deck/@[^/]+)/([0-9]+)/?$`)

// Locate finds the account's own post by its address at its own server.
func (m *MastodonClient) Locate(ctx context.Context, grant Grant, address string) (*Published, error) {
	gone := &Error{Network: Mastodon, Kind: Gone, Detail: "this is no address of a post of the account"}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || strings.ToLower(u.Host) != hostOf(grant.Server) {
		return nil, gone
	}
	found := mastodonStatus.FindStringSubmatch(u.Path)
	if found == nil {
		return nil, gone
	}
	var post status
	if err := m.call(ctx, grant, request{method: http.MethodGet, url: "/api/v1/statuses/" + found[1]}, &post); err != nil {
		return nil, err
	}
	if m.who(grant, post.Account.Acct) != grant.Account {
		return nil, gone
	}
	return m.published(grant, post), nil
}

// who is what stands for an account: the server leaves its own domain out.
func (m *MastodonClient) who(grant Grant, acct string) string {
	if acct != "" && !strings.Contains(acct, "@") {
		_, domain, _ := strings.Cut(grant.Handle, "@")
		acct += "@" + domain
	}
	return strings.ToLower(acct)
}
