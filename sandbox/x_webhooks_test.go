package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// xEar is an app's webhook.
type xEar struct {
	f      *feed
	server *httptest.Server
	id     string
	heard  chan said

	mu     sync.Mutex
	lies   bool // answers challenges wrongly
	deaf   int  // answers 500 this many times more
	checks int
}

func (f *feed) hear() *xEar {
	f.t.Helper()
	e := &xEar{f: f, heard: make(chan said, 100)}
	secret := f.sb.X().Keys().ConsumerSecret
	sign := func(body []byte) string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	e.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if r.Method == http.MethodGet {
			e.checks++
			token := r.URL.Query().Get("crc_token")
			if e.lies {
				token += "!"
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"response_token": sign([]byte(token))})
			return
		}
		body, _ := io.ReadAll(r.Body)
		if e.deaf > 0 {
			e.deaf--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		if r.Header.Get("x-twitter-webhooks-signature") != sign(body) {
			f.t.Error("a delivery is not signed")
		}
		s := said{status: http.StatusOK}
		if err := json.Unmarshal(body, &s.body); err != nil {
			f.t.Error(err)
		}
		e.heard <- s
	}))
	f.t.Cleanup(e.server.Close)
	return e
}

// register makes it a webhook of the app's.
func (e *xEar) register() said {
	e.f.t.Helper()
	s := e.f.app().call(http.MethodPost, "/2/webhooks", map[string]any{"url": e.server.URL + "/webhooks/x"})
	e.id = s.text("data", "id")
	return s
}

func (e *xEar) subscribe(kind, person string) said {
	e.f.t.Helper()
	return e.f.app().call(http.MethodPost, "/2/activity/subscriptions", map[string]any{"event_type": kind, "filter": map[string]any{"user_id": person}, "webhook_id": e.id, "tag": "a shop"})
}

func (e *xEar) next() said {
	e.f.t.Helper()
	select {
	case s := <-e.heard:
		return s
	case <-time.After(10 * time.Second):
		e.f.t.Fatal("no event came")
		return said{}
	}
}

func (e *xEar) set(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

const kestrelID = "1453921887001600011"

// TestXWebhooks: registered only by whoever knows the secret; checked at once, on demand and each hour.
func TestXWebhooks(t *testing.T) {
	f := newFeed(t)
	e := f.hear()
	e.set(func() { e.lies = true })
	if s := e.register(); s.status != http.StatusBadRequest || e.id != "" {
		t.Errorf("a wrong answer is taken: %d %v", s.status, s.body)
	}
	if s := f.app().call(http.MethodPost, "/2/webhooks", map[string]any{"url": "ftp://x"}); s.status != http.StatusBadRequest {
		t.Errorf("an address that is none: %d", s.status)
	}
	e.set(func() { e.lies = false })
	if s := e.register(); s.status != http.StatusOK || s.at("data", "valid") != true || s.text("data", "url") != e.server.URL+"/webhooks/x" {
		t.Fatalf("registering answers %d: %v", s.status, s.body)
	}
	id := e.id
	if s := e.register(); s.status != http.StatusBadRequest {
		t.Errorf("registered twice: %d", s.status)
	}
	e.id = id
	if s := f.app().call(http.MethodPut, "/2/webhooks/"+id, nil); s.at("data", "valid") != true {
		t.Errorf("a check on demand: %v", s.body)
	}
	before := 0
	e.set(func() { before = e.checks })
	f.sb.Advance(time.Hour + time.Second)
	for after := 0; after <= before; {
		select {
		case <-t.Context().Done():
			t.Fatal("no hourly check")
		default:
			e.set(func() { after = e.checks })
		}
	}
	e.set(func() { e.lies = true })
	if s := f.app().call(http.MethodPut, "/2/webhooks/"+id, nil); s.status != http.StatusBadRequest {
		t.Errorf("a failed check: %d", s.status)
	}
	if s := f.app().get("/2/webhooks"); s.at("data", 0, "valid") != false {
		t.Errorf("the list is %v", s.body)
	}
	if s := f.user("maisonkestrel").get("/2/webhooks"); s.status != http.StatusForbidden {
		t.Errorf("a person's token: %d", s.status)
	}
	if s := f.app().call(http.MethodDelete, "/2/webhooks/"+id, nil); s.at("data", "deleted") != true {
		t.Errorf("deleting: %v", s.body)
	}
}

// TestXEvents: mentions that the author wrote, direct replies, revoked grants; each once to each subscription.
func TestXEvents(t *testing.T) {
	f := newFeed(t)
	e := f.hear()
	e.register()
	for _, kind := range []string{"post.mention.create", "post.reply.create", "oauth.revoke"} {
		if s := e.subscribe(kind, kestrelID); s.status != http.StatusOK || s.text("data", "subscription", "event_type") != kind || s.text("data", "subscription", "filter", "user_id") != kestrelID {
			t.Fatalf("subscribing to %s: %d %v", kind, s.status, s.body)
		}
	}
	for name, s := range map[string]said{"twice": e.subscribe("oauth.revoke", kestrelID), "to something else": e.subscribe("like.create", kestrelID), "to nobody": e.subscribe("oauth.revoke", "7")} {
		if s.status < 400 {
			t.Errorf("subscribing %s: %d", name, s.status)
		}
	}
	kestrel := f.user("maisonkestrel")
	post := kestrel.tweet("Reply @maisonkestrel #BuyMug")
	plain := f.write("mira_okafor", "Lovely", "in_reply_to", post)
	if s := e.next(); s.text("data", "event_type") != "post.reply.create" || s.text("data", "payload", "id") != plain || s.text("data", "payload", "in_reply_to_user_id") != kestrelID || s.text("data", "tag") != "a shop" {
		t.Errorf("a direct reply is %v", s.body)
	}
	called := f.write("lucbernard", "@maisonkestrel #BuyMug", "in_reply_to", post)
	first, second := e.next(), e.next()
	kinds := []string{first.text("data", "event_type"), second.text("data", "event_type")}
	slices.Sort(kinds)
	if !slices.Equal(kinds, []string{"post.mention.create", "post.reply.create"}) || first.text("data", "payload", "id") != called || first.text("data", "event_uuid") == second.text("data", "event_uuid") {
		t.Errorf("a mention in a reply is %v and %v", first.body, second.body)
	}
	if first.text("data", "filter", "user_id") != kestrelID || first.text("data", "payload", "author_id") == "" || first.text("data", "includes", "users", 0, "id") == "" {
		t.Errorf("the event is %v", first.body)
	}
	below := f.write("ingridsol", "what he says", "in_reply_to", called)
	aside := f.write("tomasz_w", "ask @maisonkestrel about the mug")
	if s := e.next(); s.text("data", "payload", "id") != aside || s.text("data", "event_type") != "post.mention.create" {
		t.Errorf("a reply to a reply (%s) came, or not the mention: %v", below, s.body)
	}
	f.operator("switches", "no_replies", "1")
	f.write("priya_reads", "I want one", "in_reply_to", post)
	if s := e.subscribe("post.reply.create", "1467215004882145290"); s.status != http.StatusBadRequest {
		t.Errorf("subscribing to what is not offered: %d", s.status)
	}
	f.browser().post(f.x.URL+"/grants/removal", url.Values{"person": {"maisonkestrel"}, "back": {"/"}})
	if s := e.next(); s.text("data", "event_type") != "oauth.revoke" || s.text("data", "payload", "user_id") != kestrelID {
		t.Errorf("after a reply that is not told, the revocation is %v", s.body)
	}
	list := f.app().get("/2/activity/subscriptions")
	if s := f.app().call(http.MethodDelete, "/2/activity/subscriptions/"+list.text("data", 0, "subscription_id"), nil); s.at("data", "deleted") != true || s.at("meta", "total_subscriptions") != 2.0 {
		t.Errorf("deleting a subscription: %v", s.body)
	}
}

// TestXEventsGoWrong: tried again after an error, twice, not at all, late, and again by hand.
func TestXEventsGoWrong(t *testing.T) {
	f := newFeed(t)
	e := f.hear()
	e.register()
	e.subscribe("post.mention.create", kestrelID)
	e.set(func() { e.deaf = 1 })
	post := f.write("lucbernard", "one @maisonkestrel")
	for failed := false; !failed; {
		e.set(func() { failed = e.deaf == 0 })
	}
	f.sb.Advance(6 * time.Second)
	for range 100 { // the failure may be written down after the clock has moved
		select {
		case s := <-e.heard:
			if s.text("data", "payload", "id") != post {
				t.Errorf("tried again: %v", s.body)
			}
			post = ""
		default:
			f.sb.Advance(6 * time.Second)
		}
		if post == "" {
			break
		}
		f.app().get("/2/webhooks")
	}
	if post != "" {
		t.Fatal("no second try")
	}
	f.operator("switches", "twice", "1")
	f.write("lucbernard", "two @maisonkestrel")
	if one, two := e.next(), e.next(); one.text("data", "event_uuid") != two.text("data", "event_uuid") {
		t.Errorf("twice: %v and %v", one.body, two.body)
	}
	f.operator("switches", "nothing", "1")
	f.write("lucbernard", "three @maisonkestrel")
	dropped := func() bool {
		return f.browser().get(f.x.URL + "/operator").has("the operator asked for it")
	}
	for !dropped() {
		if t.Context().Err() != nil {
			t.Fatal("not dropped")
		}
	}
	f.operator("switches", "delay", "60")
	late := f.write("lucbernard", "four @maisonkestrel")
	f.sb.Advance(59 * time.Second)
	select {
	case s := <-e.heard:
		t.Errorf("early: %v", s.body)
	default:
	}
	f.sb.Advance(2 * time.Second)
	if s := e.next(); s.text("data", "payload", "id") != late {
		t.Errorf("late: %v", s.body)
	}
	f.operator("switches")
	f.operator("deliveries/1", "times", "1")
	if s := e.next(); s.text("data", "event_uuid") == "" {
		t.Errorf("by hand: %v", s.body)
	}
}
