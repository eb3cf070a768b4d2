package social

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const postCollection = "app.bsky.feed.post"

// record is a record as its server keeps it.
type record struct {
	URI   string          `json:"uri"`
	CID   string          `json:"cid"`
	Value json.RawMessage `json:"value"`
}

// strongRef names one version of a record.
type strongRef struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

type replyRef struct {
	Root   strongRef `json:"root"`
	Parent strongRef `json:"parent"`
}

// blueskyPost is the record of a post.
type blueskyPost struct {
	Type      string        `json:"$type"`
	Text      string        `json:"text"`
	CreatedAt string        `json:"createdAt"`
	Langs     []string      `json:"langs,omitempty"`
	Facets    []facet       `json:"facets,omitempty"`
	Reply     *replyRef     `json:"reply,omitempty"`
	Embed     *blueskyEmbed `json:"embed,omitempty"`
}

type blueskyEmbed struct {
	Type     string           `json:"$type"`
	External *blueskyExternal `json:"external,omitempty"`
	Record   json.RawMessage  `json:"record,omitempty"` // of a quote
}

type blueskyExternal struct {
	URI         string          `json:"uri"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Thumb       json.RawMessage `json:"thumb,omitempty"`
}

// keyOf is the name of a record that stands for a key of ours: in the form that names of posts have, which is a time in
// microseconds and ten more bits. The time means nothing; it lies in a span of the past that no client writes any more.
func keyOf(key string) string {
	const (
		from  = 1_577_836_800_000_000 // 2020
		span  = 1 << 46               // two years and more
		signs = "234567abcdefghijklmnopqrstuvwxyz"
	)
	sum := sha256.Sum256([]byte("tillbird post " + key))
	bits := binary.BigEndian.Uint64(sum[:8])
	n := (from+bits>>10%span)<<10 | bits&1023
	name := make([]byte, 13)
	for i := len(name) - 1; i >= 0; i-- {
		name[i] = signs[n&31]
		n >>= 5
	}
	return string(name)
}

// Publish posts a message. Its record is named after the message's key and must not be there yet, so that the same
// message is posted once; where it is there already, that one is the answer.
func (b *BlueskyClient) Publish(ctx context.Context, grant Grant, message Message) (*Published, error) {
	now := b.wire.now().UTC()
	post := blueskyPost{Type: postCollection, Text: message.Text, CreatedAt: now.Format("2006-01-02T15:04:05.000Z")}
	if message.Lang != "" {
		post.Langs = []string{message.Lang}
	}
	var err error
	if post.Facets, err = b.facets(ctx, grant, message.Text); err != nil {
		return nil, err
	}
	if message.ReplyTo != nil {
		if post.Reply, err = b.replyTo(ctx, grant, *message.ReplyTo); err != nil {
			return nil, err
		}
	}
	if message.Card != nil && message.Card.URL != "" {
		if post.Embed, err = b.embed(ctx, grant, message.Card); err != nil {
			return nil, err
		}
	}
	body := map[string]any{"repo": grant.Account, "collection": postCollection, "record": post}
	name := "com.atproto.repo.createRecord"
	if message.Key != "" {
		name = "com.atproto.repo.putRecord"
		body["rkey"], body["swapRecord"] = keyOf(message.Key), nil
	}
	var made strongRef
	err = b.call(ctx, grant.Server, grant.Access, request{method: http.MethodPost, url: name, body: body, write: true}, &made)
	if e, is := err.(*Error); is && strings.HasPrefix(e.Detail, "InvalidSwap") {
		there, err := b.keyed(ctx, grant, message.Key)
		if err == nil && there == nil {
			return nil, &Error{Network: Bluesky, Kind: Temporary, Detail: "the post is there and is not"}
		}
		return there, err
	}
	if err != nil {
		return nil, err
	}
	return &Published{ID: made.URI, Version: made.CID, URL: b.address(made.URI), At: now}, nil
}

// embed is a link's card. The picture is sent first; a picture that the server does not take leaves a card without.
func (b *BlueskyClient) embed(ctx context.Context, grant Grant, card *LinkCard) (*blueskyEmbed, error) {
	external := &blueskyExternal{URI: card.URL, Title: card.Title, Description: card.Description}
	if picture, kind := thumb(card.Image, card.ImageType); len(picture) > 0 {
		var uploaded struct {
			Blob json.RawMessage `json:"blob"`
		}
		r := request{method: http.MethodPost, url: "com.atproto.repo.uploadBlob", body: attachment{kind, bytes.NewReader(picture)}}
		err := b.call(ctx, grant.Server, grant.Access, r, &uploaded)
		if e, is := err.(*Error); err != nil && (!is || e.Kind != Refused) {
			return nil, err
		}
		external.Thumb = uploaded.Blob
	}
	return &blueskyEmbed{Type: "app.bsky.embed.external", External: external}, nil
}

// replyTo completes what an answer must say of the post that it answers and of the one at the head.
func (b *BlueskyClient) replyTo(ctx context.Context, grant Grant, to Ref) (*replyRef, error) {
	if to.Version != "" && to.Root != "" && to.RootVersion != "" {
		return &replyRef{Root: strongRef{to.Root, to.RootVersion}, Parent: strongRef{to.ID, to.Version}}, nil
	}
	parent, err := b.record(ctx, grant, to.ID)
	if err != nil {
		return nil, err
	}
	if parent == nil {
		return nil, &Error{Network: Bluesky, Kind: Gone, Detail: "the answered post is not there"}
	}
	var post blueskyPost
	if err := json.Unmarshal(parent.Value, &post); err != nil {
		return nil, &Error{Network: Bluesky, Kind: Refused, Detail: "the answered post cannot be read"}
	}
	ref := &replyRef{Parent: strongRef{parent.URI, parent.CID}, Root: strongRef{parent.URI, parent.CID}}
	if post.Reply != nil {
		ref.Root = post.Reply.Root
	}
	return ref, nil
}

// record reads one record by its address; nil where there is none. The server asks on for those of other servers.
func (b *BlueskyClient) record(ctx context.Context, grant Grant, uri string) (*record, error) {
	repo, collection, name, ok := parts(uri)
	if !ok {
		return nil, nil
	}
	query := url.Values{"repo": {repo}, "collection": {collection}, "rkey": {name}}
	var found record
	err := b.call(ctx, grant.Server, grant.Access, request{method: http.MethodGet, url: "com.atproto.repo.getRecord?" + query.Encode()}, &found)
	if e, is := err.(*Error); is && e.Kind == Gone {
		return nil, nil
	}
	return &found, err
}

// parts takes at://repo/collection/name apart.
func parts(uri string) (repo, collection, name string, ok bool) {
	rest, at := strings.CutPrefix(uri, "at://")
	all := strings.Split(rest, "/")
	if !at || len(all) != 3 || all[0] == "" || all[1] == "" || all[2] == "" {
		return "", "", "", false
	}
	return all[0], all[1], all[2], true
}

// address is where people see a post. By the account's id it stays right when the handle moves.
func (b *BlueskyClient) address(uri string) string {
	repo, _, name, _ := parts(uri)
	return b.set.Web + "/profile/" + repo + "/post/" + name
}

// keyed finds the post that was made with a key of ours.
func (b *BlueskyClient) keyed(ctx context.Context, grant Grant, key string) (*Published, error) {
	found, err := b.record(ctx, grant, "at://"+grant.Account+"/"+postCollection+"/"+keyOf(key))
	if err != nil || found == nil {
		return nil, err
	}
	return b.published(*found), nil
}

func (b *BlueskyClient) published(r record) *Published {
	var post blueskyPost
	_ = json.Unmarshal(r.Value, &post)
	at, err := time.Parse(time.RFC3339, post.CreatedAt)
	if err != nil {
		at = b.wire.now()
	}
	return &Published{ID: r.URI, Version: r.CID, URL: b.address(r.URI), At: at.UTC()}
}

// Find looks for the post made with the message's key, then among the newest posts that were made elsewhere.
func (b *BlueskyClient) Find(ctx context.Context, grant Grant, message Message) (*Published, error) {
	if message.Key != "" {
		if there, err := b.keyed(ctx, grant, message.Key); there != nil || err != nil {
			return there, err
		}
	}
	query := url.Values{"repo": {grant.Account}, "collection": {postCollection}, "limit": {"50"}}
	var page struct {
		Records []record `json:"records"`
	}
	if err := b.call(ctx, grant.Server, grant.Access, request{method: http.MethodGet, url: "com.atproto.repo.listRecords?" + query.Encode()}, &page); err != nil {
		return nil, err
	}
	link := linkIn(message)
	for _, r := range page.Records {
		var post blueskyPost
		if json.Unmarshal(r.Value, &post) != nil {
			continue
		}
		if message.ReplyTo != nil && (post.Reply == nil || post.Reply.Parent.URI != message.ReplyTo.ID) {
			continue
		}
		if link != "" && post.holds(link) || link == "" && sameText(post.Text, message.Text) {
			return b.published(r), nil
		}
	}
	return nil, nil
}

// holds tells whether the post has a link in its text, beneath it, or in its card.
func (p *blueskyPost) holds(link string) bool {
	if p.Embed != nil && p.Embed.External != nil && sameAddress(p.Embed.External.URI, link) {
		return true
	}
	for _, f := range p.Facets {
		for _, feature := range f.Features {
			if sameAddress(feature.URI, link) {
				return true
			}
		}
	}
	for _, word := range strings.Fields(p.Text) {
		if sameAddress(word, link) {
			return true
		}
	}
	return false
}

// Locate finds the account's own post by the address that people see, or by its own.
func (b *BlueskyClient) Locate(ctx context.Context, grant Grant, address string) (*Published, error) {
	gone := &Error{Network: Bluesky, Kind: Gone, Detail: "this is no address of a post of the account"}
	who, name := "", ""
	if repo, collection, key, ok := parts(strings.TrimSpace(address)); ok && collection == postCollection {
		who, name = repo, key
	} else if u, err := url.Parse(strings.TrimSpace(address)); err == nil {
		// /profile/who/post/name on any of the sites that show Bluesky
		if path := strings.Split(strings.Trim(u.Path, "/"), "/"); len(path) == 4 && path[0] == "profile" && path[2] == "post" {
			who, name = path[1], path[3]
		}
	}
	if who = strings.ToLower(who); name == "" || who != strings.ToLower(grant.Account) && who != strings.ToLower(grant.Handle) {
		return nil, gone
	}
	found, err := b.record(ctx, grant, "at://"+grant.Account+"/"+postCollection+"/"+name)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, gone
	}
	return b.published(*found), nil
}

// Delete takes a post away; the network takes it for no error where there is none.
func (b *BlueskyClient) Delete(ctx context.Context, grant Grant, post string) error {
	repo, collection, name, ok := parts(post)
	if !ok || repo != grant.Account {
		return &Error{Network: Bluesky, Kind: Refused, Detail: "this is no post of the account"}
	}
	body := map[string]any{"repo": repo, "collection": collection, "rkey": name}
	err := b.call(ctx, grant.Server, grant.Access, request{method: http.MethodPost, url: "com.atproto.repo.deleteRecord", body: body, write: true}, nil)
	if e, is := err.(*Error); is && e.Kind == Gone {
		return nil
	}
	return err
}
