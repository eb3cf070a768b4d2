package social

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// The envelope is the one of X's documentation of 2026.
func TestEventsOfX(t *testing.T) {
	t.Parallel()
	x := newX(XSettings{ConsumerSecret: "consumer"}, &wire{network: X, now: time.Now})
	mention := `{"data":{"event_uuid":"2080761390344937796","filter":{"user_id":"7"},"event_type":"post.mention.create","tag":"till","payload":{"public_metrics":{"retweet_count":0,"retweet_count_str":"0"},
		"created_at":"2026-07-24T21:05:48.000Z","author_id":"9","id":"2080761390344937797","edit_history_tweet_ids":["2080761390344937797"],"conversation_id":"2080761390344937000","text":"@kestrel #BuyMug x2",
		"entities":{"mentions":[{"id":"7","username":"kestrel"}]},"referenced_tweets":[{"type":"replied_to","id":"2080761390344937000"}]},"includes":{"users":[{"id":"9","username":"dora","name":"Dora"}]}}}`
	events, err := x.Events([]byte(mention))
	if err != nil || len(events) != 1 {
		t.Fatalf("%+v, %v", events, err)
	}
	if e := events[0]; e.Type != XMentioned || e.Account != "7" || e.Post == nil || e.Post.ID != "2080761390344937797" || e.Post.Parent != "2080761390344937000" || e.Post.Root != e.Post.Parent ||
		e.Post.AuthorHandle != "dora" || e.Post.Text != "@kestrel #BuyMug x2" || len(e.Post.Mentions) != 1 {
		t.Errorf("%+v: %+v", e, e.Post)
	}
	newer := strings.NewReplacer("referenced_tweets", "referenced_posts", "edit_history_tweet_ids", "edit_history_post_ids", "mention.create", "reply.create").Replace(mention)
	if events, err := x.Events([]byte(newer)); err != nil || len(events) != 1 || events[0].Type != XAnswered || events[0].Post.Parent != "2080761390344937000" {
		t.Errorf("%+v, %v", events, err)
	}
	if events, err := x.Events([]byte(`{"data":{"event_uuid":"1","filter":{"user_id":"7"},"event_type":"oauth.revoke","payload":{}}}`)); err != nil || len(events) != 1 || events[0].Account != "7" || events[0].Post != nil {
		t.Errorf("%+v, %v", events, err)
	}
	for _, none := range []string{
		strings.Replace(mention, `"author_id":"9"`, `"author_id":"7"`, 1),
		`{"data":{"event_uuid":"1","filter":{"user_id":"7"},"event_type":"profile.update.bio","payload":{"before":"a"}}}`,
	} {
		if events, err := x.Events([]byte(none)); err != nil || len(events) != 0 {
			t.Errorf("%s: %+v, %v", none, events, err)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"data":7}`, `{"data":{"event_type":"post.mention.create","payload":[]}}`, `{"data":{"event_type":"post.mention.create"}}`} {
		events, err := x.Events([]byte(bad))
		if err == nil && len(events) != 0 {
			t.Errorf("%q: %+v", bad, events)
		}
	}
	signed := func(secret, body string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(body))
		return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	if x.Challenge("crc") != signed("consumer", "crc") {
		t.Error("the challenge is answered wrongly")
	}
	if !x.Signed(signed("consumer", mention), []byte(mention)) || x.Signed(signed("consumer", mention), []byte(mention+" ")) || x.Signed(signed("other", mention), []byte(mention)) || x.Signed("", []byte(mention)) {
		t.Error("a signature is taken that is none, or none is taken")
	}
	if open := newX(XSettings{}, &wire{now: time.Now}); open.Signed(signed("", mention), []byte(mention)) {
		t.Error("without a secret anybody is believed")
	}
}
