package social

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Publish posts a message. X has no key of ours to tell a repeated one by: after an Unsure error, Find comes first. It
// fetches the card of a link by itself.
func (x *XClient) Publish(ctx context.Context, grant Grant, message Message) (*Published, error) {
	body := map[string]any{"text": message.Text}
	if message.ReplyTo != nil {
		body["reply"] = map[string]any{"in_reply_to_tweet_id": message.ReplyTo.ID}
	}
	if len(message.Media) > 0 {
		body["media"] = map[string]any{"media_ids": message.Media}
	}
	a, err := x.call(ctx, grant, "POST /2/tweets", request{method: http.MethodPost, url: "/2/tweets", body: body, write: true})
	if err != nil {
		return nil, err
	}
	var made struct {
		Data xPost `json:"data"`
	}
	if err := x.wire.into(a, &made, true); err != nil {
		return nil, err
	}
	if made.Data.ID == "" {
		return nil, &Error{Network: X, Kind: Temporary, Detail: "the answer names no post", Unsure: true}
	}
	return &Published{ID: made.Data.ID, URL: x.address(grant.Handle, made.Data.ID), At: snowflakeTime(made.Data.ID, x.wire.now())}, nil
}

// address is where people see a post. X finds it by its id; the handle is for the reader.
func (x *XClient) address(handle, id string) string {
	if handle == "" {
		handle = "i"
	}
	return x.set.Web + "/" + handle + "/status/" + id
}

// Delete takes a post away.
func (x *XClient) Delete(ctx context.Context, grant Grant, post string) error {
	_, err := x.call(ctx, grant, "DELETE /2/tweets/:id", request{method: http.MethodDelete, url: "/2/tweets/" + url.PathEscape(post), write: true})
	if e, is := err.(*Error); is && e.Kind == Gone {
		return nil
	}
	return err
}

// Find looks through the account's newest posts. X shows addresses shortened, beside what they stand for.
func (x *XClient) Find(ctx context.Context, grant Grant, message Message) (*Published, error) {
	query := xFields(url.Values{"max_results": {"10"}, "exclude": {"retweets"}})
	if message.ReplyTo != nil { // an account that answers many has more than ten newer ones before long
		query.Set("since_id", message.ReplyTo.ID)
		query.Set("max_results", "100")
	}
	link := linkIn(message)
	for range findPages {
		var page xPage
		if err := x.get(ctx, grant, "GET /2/users/:id/tweets", "/2/users/"+url.PathEscape(grant.Account)+"/tweets", query, &page); err != nil {
			return nil, err
		}
		for _, post := range page.Data {
			if message.ReplyTo != nil && post.reference("replied_to") != message.ReplyTo.ID {
				continue
			}
			if link != "" && !post.holds(link) || link == "" && !sameText(post.words(), message.Text) {
				continue
			}
			return &Published{ID: post.ID, URL: x.address(grant.Handle, post.ID), At: post.at(x.wire.now())}, nil
		}
		if message.ReplyTo == nil || page.Meta.NextToken == "" {
			break
		}
		query.Set("pagination_token", page.Meta.NextToken)
	}
	return nil, nil
}

// findPages is how many pages are read at most to find an answer of ours: X gives no more than 3,200 posts of an account.
const findPages = 32

// xStatus is the address of a post on X, by either of its names.
var xStatus = regexp.MustCompile(`^/(?:i/web|i|[A-Za-z0-9_]{1,15})/status(?:es)?/([0-9]{1,19})(?:/|$)`)

// Locate finds the account's own post by its address.
func (x *XClient) Locate(ctx context.Context, grant Grant, address string) (*Published, error) {
	gone := &Error{Network: X, Kind: Gone, Detail: "this is no address of a post of the account"}
	u, err := url.Parse(strings.TrimSpace(address))
	web, _ := url.Parse(x.set.Web)
	if err != nil {
		return nil, gone
	}
	host := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(u.Host), "www."), "mobile.")
	found := xStatus.FindStringSubmatch(u.Path)
	if found == nil || host != web.Host && !(web.Host == "x.com" && host == "twitter.com") {
		return nil, gone
	}
	var page xPage
	if err := x.get(ctx, grant, "GET /2/tweets", "/2/tweets", xFields(url.Values{"ids": {found[1]}}), &page); err != nil {
		return nil, err
	}
	if len(page.Data) != 1 || page.Data[0].AuthorID != grant.Account {
		return nil, gone
	}
	post := page.Data[0]
	return &Published{ID: post.ID, URL: x.address(grant.Handle, post.ID), At: post.at(x.wire.now())}, nil
}

// linkIn is the address that a message is known by, "" where it has none.
func linkIn(message Message) string {
	if message.Card != nil && message.Card.URL != "" {
		return message.Card.URL
	}
	for _, word := range strings.Fields(message.Text) {
		if strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://") {
			return word
		}
	}
	return ""
}
