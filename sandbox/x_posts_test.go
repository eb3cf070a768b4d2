package sandbox_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestXPosts: a post with a link, as the API gives it back.
func TestXPosts(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	id := kestrel.tweet("Tea, for @mira_okafor and all. #KestrelTea https://till.example.com/p/abc?x=1")
	s := kestrel.get("/2/tweets/" + id + "?tweet.fields=author_id,created_at,conversation_id,entities,public_metrics&expansions=author_id&user.fields=description")
	if s.text("data", "author_id") != "1453921887001600011" || s.text("data", "conversation_id") != id || s.text("data", "created_at") != "2026-05-24T10:00:00.000Z" || s.text("includes", "users", 0, "username") != "maisonkestrel" {
		t.Errorf("the post is %v", s.body)
	}
	link := s.text("data", "entities", "urls", 0, "url")
	if !strings.HasPrefix(link, "https://t.co/") || s.text("data", "entities", "urls", 0, "expanded_url") != "https://till.example.com/p/abc?x=1" || s.text("data", "text") != "Tea, for @mira_okafor and all. #KestrelTea "+link {
		t.Errorf("the link is %v in %q", s.at("data", "entities", "urls"), s.text("data", "text"))
	}
	if s.text("data", "entities", "mentions", 0, "username") != "mira_okafor" || s.at("data", "entities", "mentions", 0, "start") != 9.0 || s.text("data", "entities", "hashtags", 0, "tag") != "KestrelTea" {
		t.Errorf("entities are %v", s.at("data", "entities"))
	}
	if n, err := strconv.ParseInt(id, 10, 64); err != nil || time.UnixMilli(n>>22+1288834974657).UTC() != start {
		t.Errorf("the id %s does not hold its time", id)
	}
	if bare := kestrel.get("/2/tweets/" + id); bare.at("data", "author_id") != nil || bare.at("data", "edit_history_tweet_ids", 0) != id {
		t.Errorf("without fields: %v", bare.body)
	}

	mira := f.user("mira_okafor")
	if s := mira.call(http.MethodDelete, "/2/tweets/"+id, nil); s.status != http.StatusForbidden {
		t.Errorf("deleting another's answers %d", s.status)
	}
	if s := kestrel.call(http.MethodDelete, "/2/tweets/"+id, nil); s.at("data", "deleted") != true {
		t.Errorf("deleting answers %v", s.body)
	}
	s = kestrel.get("/2/tweets?ids=" + id + "," + kestrel.tweet("Another"))
	if len(s.ids()) != 1 || s.text("errors", 0, "resource_id") != id || s.status != http.StatusOK {
		t.Errorf("one of two is gone: %d %v", s.status, s.body)
	}
}

// TestXRefusesPosts: too long, twice, empty, to nothing.
func TestXRefusesPosts(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	long := strings.Repeat("a", 200)
	for _, c := range []struct {
		name, text string
		fits       bool
	}{
		{"280 letters", strings.Repeat("b", 280), true},
		{"281 letters", strings.Repeat("b", 281), false},
		{"140 of Japanese", strings.Repeat("茶", 140), true},
		{"141 of Japanese", strings.Repeat("茶", 141), false},
		{"an emoji counts 2", strings.Repeat("c", 278) + "👩‍🎤", true},
		{"and no less", strings.Repeat("c", 279) + "👩‍🎤", false},
		{"a link counts 23", strings.Repeat("d", 256) + " https://till.example.com/p/" + long, true},
		{"and no less", strings.Repeat("d", 257) + " https://till.example.com/p/" + long, false},
		{"without a scheme too", strings.Repeat("e", 256) + " till.example.com/" + long, true},
		{"of this machine too", strings.Repeat("f", 256) + " http://localhost:8080/p/" + long, true},
		{"a composed letter counts once", strings.Repeat("g", 279) + "e\u0301", true},
		{"typographic marks count 1", strings.Repeat("’", 280), true},
	} {
		s := kestrel.try(c.text)
		if c.fits != (s.status == http.StatusCreated) {
			t.Errorf("%s: %d %v", c.name, s.status, s.body)
		}
		if !c.fits && s.at("errors", 0, "code") != 186.0 {
			t.Errorf("%s is refused with %v", c.name, s.body)
		}
	}
	kestrel.tweet("Once")
	if s := kestrel.try("Once "); s.status != http.StatusForbidden || s.text("type") != "about:blank" || !strings.Contains(s.text("detail"), "duplicate") || s.header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
		t.Errorf("twice: %d %v", s.status, s.body)
	}
	f.user("lucbernard").tweet("Once")
	for name, s := range map[string]said{
		"empty": kestrel.try(" "), "unknown fields": kestrel.try("A", "colour", "red"), "an id in words": kestrel.try("B", "reply", answering("one")),
	} {
		if s.status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, s.status, s.body)
		}
	}
	if s := kestrel.try("C", "reply", answering("99")); s.status != http.StatusForbidden || !strings.Contains(s.text("detail"), "deleted") {
		t.Errorf("to nothing: %d %v", s.status, s.body)
	}
}

// TestXSummons: an app answers whoever named its account in words of their own, or quoted it, and nobody else.
func TestXSummons(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	post := kestrel.tweet("The mug is back. Reply @maisonkestrel #BuyMug")
	direct := f.write("mira_okafor", "Lovely!", "in_reply_to", post)
	called := f.write("lucbernard", "@maisonkestrel #BuyMug x2", "in_reply_to", post)
	quoted := f.write("samirhaddad", "Look at this", "quote", post)
	apart := f.write("ingridsol", "hey @MaisonKestrel, do you ship to Norway?")
	below := f.write("tomasz_w", "me too", "in_reply_to", called)

	for name, id := range map[string]string{"a direct reply": direct, "a reply below": below} {
		if s := kestrel.try("Thanks "+name, "reply", answering(id)); s.status != http.StatusForbidden || !strings.Contains(s.text("detail"), "not been mentioned") || s.text("type") != "about:blank" {
			t.Errorf("answering %s: %d %v", name, s.status, s.body)
		}
	}
	for name, id := range map[string]string{"a mention": called, "a quote": quoted, "a mention elsewhere": apart, "oneself": post} {
		if s := kestrel.try("Thanks for "+name, "reply", answering(id)); s.status != http.StatusCreated {
			t.Errorf("answering %s: %d %v", name, s.status, s.body)
		}
	}
	f.operator("switches", "unsummoned", "1")
	if s := kestrel.try("Thanks after all", "reply", answering(direct)); s.status != http.StatusCreated {
		t.Errorf("with the switch: %d %v", s.status, s.body)
	}

	// What X puts before a reply shows, and is told apart from what was written.
	s := kestrel.get("/2/tweets/" + below + "?tweet.fields=display_text_range,in_reply_to_user_id,referenced_tweets,conversation_id&expansions=referenced_tweets.id")
	if s.text("data", "text") != "@lucbernard @maisonkestrel me too" || s.at("data", "display_text_range", 0) != 27.0 || s.text("data", "conversation_id") != post ||
		s.text("data", "referenced_tweets", 0, "id") != called || s.text("data", "referenced_tweets", 0, "type") != "replied_to" || s.text("includes", "tweets", 0, "id") != called {
		t.Errorf("the reply is %v", s.body)
	}
}

// TestXDialects: asked in the newer names, answered in them; with the switch always.
func TestXDialects(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	post := kestrel.tweet("First")
	reply := kestrel.tweet("Second", "reply", map[string]any{"in_reply_to_post_id": post})
	old := kestrel.get("/2/tweets/" + reply + "?tweet.fields=referenced_tweets,public_metrics&expansions=referenced_tweets.id")
	if old.at("data", "referenced_tweets") == nil || old.at("data", "public_metrics", "retweet_count") == nil || old.at("includes", "tweets") == nil {
		t.Errorf("the older names: %v", old.body)
	}
	fresh := kestrel.get("/2/tweets/" + reply + "?post.fields=referenced_posts,public_metrics&expansions=referenced_posts.id")
	if fresh.at("data", "referenced_posts") == nil || fresh.at("data", "public_metrics", "repost_count") == nil || fresh.at("data", "edit_history_post_ids") == nil || fresh.at("includes", "posts") == nil || fresh.at("data", "referenced_tweets") != nil {
		t.Errorf("the newer names: %v", fresh.body)
	}
	f.operator("switches", "new_dialect", "1")
	if s := kestrel.get("/2/tweets/" + reply + "?tweet.fields=public_metrics"); s.at("data", "public_metrics", "repost_count") == nil {
		t.Errorf("with the switch: %v", s.body)
	}
}

// TestXReads: mentions and search, page by page and from an id on.
func TestXReads(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	me := "/2/users/1453921887001600011"
	post := kestrel.tweet("Reply here")
	var replies []string
	for i := range 12 {
		replies = append([]string{f.write("lucbernard", "@maisonkestrel number "+strconv.Itoa(i), "in_reply_to", post)}, replies...)
	}
	first := kestrel.get(me + "/mentions?max_results=5&since_id=" + post)
	second := kestrel.get(me + "/mentions?max_results=5&pagination_token=" + first.text("meta", "next_token"))
	third := kestrel.get(me + "/mentions?max_results=5&pagination_token=" + second.text("meta", "next_token"))
	if got := append(append(first.ids(), second.ids()...), third.ids()...); !slices.Equal(got, replies) || third.text("meta", "next_token") != "" || first.text("meta", "newest_id") != replies[0] {
		t.Errorf("the pages have %v, not %v", got, replies)
	}
	if s := kestrel.get(me + "/mentions?since_id=" + replies[0]); len(s.ids()) != 0 || s.at("meta", "result_count") != 0.0 || s.at("data") != nil {
		t.Errorf("since the newest: %v", s.body)
	}
	for query, want := range map[string]int{
		"conversation_id:" + post: 13, "conversation_id:" + post + "+from:lucbernard": 12, "conversation_id:" + post + "+-from:lucbernard": 1, "to:maisonkestrel": 12,
		"from:maisonkestrel+-is:retweet": 1, "%40maisonkestrel": 12, "number+11": 1, "from:mira_okafor": 0, "from:lucbernard+is:reply": 12,
	} {
		if s := kestrel.get("/2/tweets/search/recent?max_results=100&query=" + query); len(s.ids()) != want {
			t.Errorf("%s finds %d, not %d", query, len(s.ids()), want)
		}
	}
	if s := kestrel.get("/2/users/1453921887001600011/tweets?exclude=replies,retweets"); !slices.Equal(s.ids(), []string{post}) {
		t.Errorf("their own posts: %v", s.ids())
	}
	for _, path := range []string{"/2/tweets/search/recent?query=lang:en", "/2/tweets/search/recent?query=", me + "/mentions?max_results=500", me + "/mentions?since_id=x", me + "/mentions?start_time=now"} {
		if s := kestrel.get(path); s.status != http.StatusBadRequest || s.text("type") != "https://api.x.com/2/problems/invalid-request" {
			t.Errorf("%s: %d %v", path, s.status, s.body)
		}
	}
	f.sb.Advance(90 * time.Minute)
	if s := kestrel.get(me + "/mentions?start_time=2026-05-24T11:00:00Z"); len(s.ids()) != 0 {
		t.Errorf("since eleven: %v", s.ids())
	}
	f.sb.Advance(8 * 24 * time.Hour)
	again := f.user("maisonkestrel")
	if s := again.get("/2/tweets/search/recent?query=conversation_id:" + post); len(s.ids()) != 0 {
		t.Errorf("a search finds what is older than a week: %v", s.ids())
	}
	if s := again.get("/2/tweets/search/recent?query=from:lucbernard&since_id=" + post); s.status != http.StatusBadRequest || !strings.Contains(s.text("errors", 0, "message"), "larger than") {
		t.Errorf("a search from an old id: %d %v", s.status, s.body)
	}
	if s := again.get(me + "/mentions"); len(s.ids()) != 10 {
		t.Errorf("mentions are kept: %v", s.ids())
	}
}

// TestXPast: a made-up past has ids of its own time, and tells nobody.
func TestXPast(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	now := kestrel.tweet("Today")
	past := start.Add(-90 * 24 * time.Hour)
	for _, text := range []string{"Three months ago", "And again"} {
		s := kestrel.call(http.MethodPost, "/2/tweets", map[string]any{"text": text}, "Sandbox-Time", unix(past))
		if id := s.text("data", "id"); id >= now || len(id) != len(now) {
			t.Errorf("the past has the id %s, today %s", id, now)
		}
	}
	if s := kestrel.get("/2/users/1453921887001600011/tweets?tweet.fields=created_at&max_results=5"); !strings.HasPrefix(s.text("data", 2, "created_at"), "2026-02-23") {
		t.Errorf("the past is %v", s.body)
	}
}
