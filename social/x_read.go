package social

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What one poll reads at most: X keeps no more than 800 mentions for us either.
const (
	xPageSize = "100"
	xPages    = 8
)

func xFields(query url.Values) url.Values {
	query.Set("tweet.fields", "author_id,conversation_id,created_at,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets")
	query.Set("expansions", "author_id")
	query.Set("user.fields", "name,username")
	return query
}

// Poll reads the posts that mention the account; X counts an answer to one of its posts among them. The cursor is the
// newest id that was read. An id holds its time, so that the first cursor needs no call: see Since.
func (x *XClient) Poll(ctx context.Context, grant Grant, cursor string, _ []string) ([]Incoming, string, error) {
	if cursor == "" {
		return nil, x.Since(x.wire.now()), nil
	}
	return x.since(ctx, grant, "GET /2/users/:id/mentions", "/2/users/"+url.PathEscape(grant.Account)+"/mentions", url.Values{}, cursor)
}

// Since is the cursor of a time.
func (x *XClient) Since(at time.Time) string { return snowflakeOf(at) }

// Conversation reads the answers below a post of the last seven days, since a cursor ("" for all of them).
func (x *XClient) Conversation(ctx context.Context, grant Grant, post, cursor string) ([]Incoming, string, error) {
	query := url.Values{"query": {"conversation_id:" + post}}
	return x.since(ctx, grant, "GET /2/tweets/search/recent", "/2/tweets/search/recent", query, cursor)
}

// since reads all pages after a cursor, oldest first. It is all or nothing: half of it would lose the rest for good.
func (x *XClient) since(ctx context.Context, grant Grant, endpoint, path string, query url.Values, cursor string) ([]Incoming, string, error) {
	query = xFields(query)
	query.Set("max_results", xPageSize)
	if cursor != "" {
		query.Set("since_id", cursor)
	}
	var came []Incoming
	next := cursor
	for range xPages {
		var page xPage
		if err := x.get(ctx, grant, endpoint, path, query, &page); err != nil {
			return nil, cursor, err
		}
		for _, post := range page.Data {
			if later(post.ID, next) {
				next = post.ID
			}
			if post.AuthorID != grant.Account {
				came = append(came, x.incoming(post, page.Includes.Users))
			}
		}
		if page.Meta.NextToken == "" {
			break
		}
		// The recent search calls it next_token, the timelines pagination_token.
		name := "pagination_token"
		if strings.HasSuffix(path, "/search/recent") {
			name = "next_token"
		}
		query.Set(name, page.Meta.NextToken)
	}
	slices.Reverse(came)
	slices.SortStableFunc(came, func(a, b Incoming) int { return compareIDs(a.ID, b.ID) })
	return came, next, nil
}

func (x *XClient) incoming(post xPost, users []xUser) Incoming {
	in := Incoming{
		Ref:    Ref{ID: post.ID, Root: post.ConversationID, Author: post.AuthorID},
		Parent: post.reference("replied_to"), Text: post.words(),
		Quote: post.reference("quoted") != "", Repost: post.reference("retweeted") != "", At: post.at(x.wire.now()),
	}
	for _, user := range users {
		if user.ID == post.AuthorID {
			in.AuthorHandle, in.AuthorName = user.Username, user.Name
		}
	}
	for _, mention := range post.entities().Mentions {
		if mention.ID != "" && !slices.Contains(in.Mentions, mention.ID) {
			in.Mentions = append(in.Mentions, mention.ID)
		}
	}
	in.URL = x.address(in.AuthorHandle, in.ID)
	return in
}

// Metrics reads a hundred posts at a time. X tells of those that are gone beside the others.
func (x *XClient) Metrics(ctx context.Context, grant Grant, posts []string) (map[string]Metrics, error) {
	all := map[string]Metrics{}
	for some := range slices.Chunk(posts, 100) {
		var page xPage
		query := url.Values{"ids": {strings.Join(some, ",")}, "tweet.fields": {"public_metrics"}}
		if err := x.get(ctx, grant, "GET /2/tweets", "/2/tweets", query, &page); err != nil {
			return nil, err
		}
		for _, post := range page.Data {
			m := post.Metrics
			all[post.ID] = Metrics{Impressions: m.Impressions, Likes: m.Likes, Replies: m.Replies, Reposts: max(m.Retweets, m.Reposts)}
		}
	}
	return all, nil
}

// firstID is the time, in Unix milliseconds, that X's ids count from.
const firstID = 1288834974657

// snowflakeOf is the smallest id of a time.
func snowflakeOf(at time.Time) string {
	return strconv.FormatInt(max(at.UnixMilli()-firstID, 0)<<22, 10)
}

// snowflakeTime is the time in an id, or else the one given.
func snowflakeTime(id string, otherwise time.Time) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 1<<32 {
		return otherwise.UTC()
	}
	return time.UnixMilli(n>>22 + firstID).UTC()
}

// later compares ids, which are numbers longer than some languages have them.
func later(id, than string) bool { return compareIDs(id, than) > 0 }

func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
