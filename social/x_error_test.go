package social

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The answers are X's: of its documentation, and for older ones of its API's version 1.1.
func TestRefusalsOfX(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)
	x := newX(XSettings{}, &wire{network: X, now: func() time.Time { return now }})
	for _, c := range []struct {
		name    string
		status  int
		body    string
		headers map[string]string
		kind    ErrorKind
		until   time.Time
		unsure  bool
	}{
		{"the same text again", 403, `{"title":"Forbidden","detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank","status":403}`, nil, Duplicate, time.Time{}, false},
		{"the same text, older", 403, `{"errors":[{"code":187,"message":"Status is a duplicate."}]}`, nil, Duplicate, time.Time{}, false},
		{"nobody called", 403, `{"title":"Forbidden","detail":"Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.","type":"about:blank","status":403}`, nil, NotSummoned, time.Time{}, false},
		{"who may reply", 403, `{"errors":[{"code":433,"message":"The original Tweet author restricted who can reply to this Tweet."}]}`, nil, NotSummoned, time.Time{}, false},
		{"a scope is missing", 403, `{"title":"Forbidden","detail":"Missing required OAuth2 scope: tweet.write","type":"about:blank","status":403}`, nil, SignInExpired, time.Time{}, false},
		{"an app alone", 403, `{"title":"Unsupported Authentication","detail":"Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.","type":"https://api.x.com/2/problems/unsupported-authentication","status":403}`, nil, Refused, time.Time{}, false},
		{"signed out", 401, `{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}`, nil, SignInExpired, time.Time{}, false},
		{"not there", 404, `{"errors":[{"code":34,"message":"Sorry, that page does not exist."}]}`, nil, Gone, time.Time{}, false},
		{"the answered post is gone", 400, `{"errors":[{"message":"You attempted to reply to a Tweet that is deleted or not visible to you."}],"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request"}`, nil, Gone, time.Time{}, false},
		{"too long", 400, `{"errors":[{"code":186,"message":"Tweet needs to be a bit shorter."}]}`, nil, TooLong, time.Time{}, false},
		{"too often", 429, `{"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}`, map[string]string{"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1795381500"}, RateLimited, time.Unix(1795381500, 0).UTC(), false},
		{"too often today", 429, `{"title":"Too Many Requests","status":429}`, map[string]string{"x-rate-limit-remaining": "99", "x-rate-limit-reset": "1795381500", "x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": "1795460000"}, RateLimited, time.Unix(1795460000, 0).UTC(), false},
		{"too often, and no more said", 429, ``, nil, RateLimited, now.Add(15 * time.Minute), false},
		{"out of credits", 402, `{"title":"CreditsDepleted","detail":"Your enrolled account does not have any credits to fulfill this request.","type":"https://api.x.com/2/problems/credits"}`, nil, Refused, time.Time{}, false},
		{"trouble", 503, `{"title":"Service Unavailable","detail":"Service Unavailable","type":"about:blank","status":503}`, nil, Temporary, time.Time{}, true},
		{"trouble in HTML", 502, `<html>Bad Gateway</html>`, nil, Temporary, time.Time{}, true},
	} {
		a := &answer{status: c.status, header: http.Header{}, body: []byte(c.body)}
		for name, value := range c.headers {
			a.header.Set(name, value)
		}
		e := x.refusal(a, true)
		if e.Kind != c.kind || !e.Until.Equal(c.until) || e.Unsure != c.unsure || e.Detail == "" {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
	for _, c := range []struct {
		status int
		body   string
		kind   ErrorKind
	}{
		{400, `{"error":"invalid_request","error_description":"Value passed for the token was invalid."}`, SignInExpired},
		{400, `{"error":"invalid_grant"}`, SignInExpired},
		{401, `{"error":"unauthorized_client","error_description":"Missing valid authorization header"}`, Refused},
		{400, `{"error":"unsupported_grant_type"}`, Refused},
		{500, ``, Temporary},
	} {
		if e := x.tokenRefusal(&answer{status: c.status, header: http.Header{}, body: []byte(c.body)}); e.Kind != c.kind {
			t.Errorf("%s: %+v", c.body, e)
		}
	}
}

// What is used up is not asked for again until it is back, for the one account and the one endpoint.
func TestLimitsOfX(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0).UTC()
	l := limits{now: func() time.Time { return now }}
	a := &answer{header: http.Header{}}
	a.header.Set("x-rate-limit-remaining", "1")
	a.header.Set("x-rate-limit-reset", "1800000600")
	l.note("7", "POST /2/tweets", a)
	if !l.closed("7", "POST /2/tweets").IsZero() {
		t.Error("one is left, and it is closed")
	}
	a.header.Set("x-rate-limit-remaining", "0")
	l.note("7", "POST /2/tweets", a)
	if until := l.closed("7", "POST /2/tweets"); !until.Equal(time.Unix(1_800_000_600, 0)) {
		t.Errorf("closed until %v", until)
	}
	if !l.closed("8", "POST /2/tweets").IsZero() || !l.closed("7", "GET /2/tweets").IsZero() {
		t.Error("others are closed as well")
	}
	a.header.Set("x-app-limit-24hour-remaining", "0")
	a.header.Set("x-app-limit-24hour-reset", "1800080000")
	l.note("7", "POST /2/tweets", a)
	if until := l.closed("8", "POST /2/tweets"); !until.Equal(time.Unix(1_800_080_000, 0)) {
		t.Errorf("the app's own limit closes for everybody, until %v", until)
	}
	now = time.Unix(1_800_080_001, 0)
	if !l.closed("8", "POST /2/tweets").IsZero() || len(l.until) != 1 {
		t.Errorf("closed after its time: %v", l.until)
	}
}

// One post in both spellings of X's fields.
func TestPostsOfXInBothSpellings(t *testing.T) {
	t.Parallel()
	older := `{"id":"2080761390344937797","text":"@kestrel yes &amp; &lt;3 https://t.co/abc","author_id":"9","conversation_id":"2080761390344937796","created_at":"2026-07-24T21:05:48.000Z",
		"referenced_tweets":[{"type":"replied_to","id":"2080761390344937796"},{"type":"quoted","id":"5"}],"note_tweet":{"text":"@kestrel yes &amp; &lt;3 https://t.co/abc and &amp;copy more"},
		"entities":{"urls":[{"url":"https://t.co/abc","expanded_url":"https://till.example/p/q?a=1&copy=2"}],"mentions":[{"id":"7","username":"kestrel"},{"id":"7","username":"kestrel"}]},
		"public_metrics":{"retweet_count":3,"reply_count":2,"like_count":5,"impression_count":70}}`
	newer := strings.NewReplacer("referenced_tweets", "referenced_posts", "note_tweet", "note_post", "retweet_count", "repost_count").Replace(older)
	x := newX(XSettings{}, &wire{network: X, now: time.Now})
	for _, text := range []string{older, newer} {
		var post xPost
		if err := json.Unmarshal([]byte(text), &post); err != nil {
			t.Fatal(err)
		}
		in := x.incoming(post, []xUser{{ID: "9", Username: "dora", Name: "Dora"}})
		if in.Text != "@kestrel yes & <3 https://till.example/p/q?a=1&copy=2 and &copy more" {
			t.Errorf("the text is %q", in.Text)
		}
		if in.Parent != "2080761390344937796" || in.Root != in.Parent || !in.Quote || in.Repost || len(in.Mentions) != 1 || in.Mentions[0] != "7" {
			t.Errorf("%+v", in)
		}
		if in.AuthorHandle != "dora" || in.URL != "https://x.com/dora/status/2080761390344937797" || !in.At.Equal(time.Date(2026, 7, 24, 21, 5, 48, 0, time.UTC)) {
			t.Errorf("%+v", in)
		}
		if !post.holds("https://till.example/p/q?a=1&copy=2") || post.holds("https://till.example/p/q") {
			t.Error("its link is not found")
		}
		if m := post.Metrics; max(m.Retweets, m.Reposts) != 3 || *m.Impressions != 70 {
			t.Errorf("%+v", m)
		}
	}
	query := dialect(xFields(url.Values{}), true)
	if query.Get("post.fields") == "" || query.Has("tweet.fields") || !strings.Contains(query.Get("post.fields"), "referenced_posts") {
		t.Errorf("the newer names are not asked for: %v", query)
	}
}

// An id of X carries its time.
func TestTimesInIDsOfX(t *testing.T) {
	t.Parallel()
	if at := snowflakeTime("2080761390344937796", time.Time{}); !at.Truncate(time.Second).Equal(time.Date(2026, 7, 24, 21, 5, 48, 0, time.UTC)) {
		t.Errorf("%v", at)
	}
	at := time.Date(2026, 11, 22, 21, 0, 0, 123e6, time.UTC)
	if got := snowflakeTime(snowflakeOf(at), time.Time{}); !got.Equal(at) {
		t.Errorf("%v became %v", at, got)
	}
	if !later("10", "9") || later("9", "10") || later("9", "9") || !later("1", "") {
		t.Error("ids do not compare as numbers")
	}
}
