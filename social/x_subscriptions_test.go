package social

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// ear is our own address for X's deliveries, which the sandbox makes for real.
type ear struct {
	heard  chan int // the status of each delivery that was answered
	lying  atomic.Bool
	checks atomic.Int64
}

// hears lets X deliver to the shop's publisher, at an address of its own.
func (s *shopOnX) hears() *ear {
	s.t.Helper()
	e := &ear{heard: make(chan int, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			e.checks.Add(1)
			token := r.URL.Query().Get("crc_token")
			if e.lying.Load() {
				token += "no"
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"response_token": s.client.Challenge(token)})
			return
		}
		body, _ := io.ReadAll(r.Body)
		status := http.StatusOK
		if _, err := s.out.Receive(r.Context(), r.Header.Get("x-twitter-webhooks-signature"), body); err != nil {
			status = http.StatusInternalServerError
		}
		w.WriteHeader(status)
		e.heard <- status
	}))
	s.out.set.BaseURL = server.URL
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		s.sb.X().Run(ctx)
		close(done)
	}()
	s.t.Cleanup(func() {
		stop()
		<-done
		server.Close()
	})
	return e
}

func (e *ear) wait(t *testing.T, deliveries int) {
	t.Helper()
	for range deliveries {
		select {
		case status := <-e.heard:
			if status != http.StatusOK {
				t.Fatalf("answered %d", status)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("X delivers nothing")
		}
	}
}

// events are what X delivers of an account.
func (s *shopOnX) events(account string) (kinds []string) {
	s.t.Helper()
	hook, err := s.client.hook(s.t.Context(), s.out.set.BaseURL+HookPath, false)
	s.must(err)
	list, err := s.client.subscriptions(s.t.Context(), hook)
	s.must(err)
	for _, one := range list {
		if one.Filter.UserID == account {
			kinds = append(kinds, one.Type)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// TestXDeliversReplies: from connecting to a row, and no more after the account was disconnected.
func TestXDeliversReplies(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	e := s.hears()
	ctx := t.Context()
	for range 2 {
		s.must(s.out.Listen(ctx))
	}
	if kinds := s.events(s.grant.Account); !slices.Equal(kinds, []string{XRevoked, XMentioned, XAnswered}) || s.cursor().Push != models.PushAll {
		t.Fatalf("%v, %+v", kinds, s.cursor())
	}
	before := s.spent()
	post := s.planned("New: linen aprons")
	s.must(s.out.Publish(ctx, post.ID))
	posted := s.spent() - before
	// Named and answered at once: two events of one reply.
	s.says("mira_okafor", "@maisonkestrel #BuyApron x2", s.now(post).RemoteID)
	e.wait(t, 2)
	kept := s.kept()
	if len(kept) != 1 || kept[0].CameBy != "webhook" || !kept[0].Mentions || kept[0].ParentID != s.now(post).RemoteID || s.spent() != before+posted+5_000 {
		t.Fatalf("%+v, spent %d", kept, s.spent()-before-posted)
	}
	if now := s.polled(); now.Minutes != 10 || now.PushedAt == nil || len(s.kept()) != 1 {
		t.Errorf("%+v", now)
	}
	// What X does not deliver is found, and looked for sooner from then on.
	s.form("/operator/switches", url.Values{"nothing": {"on"}})
	s.says("mira_okafor", "@maisonkestrel #BuyApron, please", s.now(post).RemoteID)
	s.sb.Advance(10 * time.Minute)
	if now := s.polled(); now.Minutes != 2 || len(s.kept()) != 2 || s.kept()[1].CameBy != "poll" && s.kept()[0].CameBy != "poll" {
		t.Errorf("%+v", now)
	}
	s.sb.Advance(2 * time.Minute)
	if now := s.polled(); now.Minutes != 10 {
		t.Errorf("%+v", now)
	}
	s.must(s.store.Disconnect(ctx, s.shop, s.user, s.profile))
	s.must(s.out.Listen(ctx))
	if kinds := s.events(s.grant.Account); len(kinds) != 0 {
		t.Errorf("X still delivers %v", kinds)
	}
	s.says("mira_okafor", "@maisonkestrel #BuyApron again", "")
	if len(s.kept()) != 2 {
		t.Error("kept after the end")
	}
}

// TestXDoesNotTellOfAllReplies: where X does not offer the event of direct replies, mentions come, and the page knows.
func TestXDoesNotTellOfAllReplies(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	e := s.hears()
	s.form("/operator/switches", url.Values{"no_replies": {"on"}, "new_dialect": {"on"}})
	s.must(s.out.Listen(t.Context()))
	if now := s.cursor(); now.Push != models.PushMentions || len(s.events(s.grant.Account)) != 2 {
		t.Fatalf("%+v", now)
	}
	s.says("mira_okafor", "@maisonkestrel #BuyApron x2", "")
	e.wait(t, 1)
	if len(s.kept()) != 1 {
		t.Error("a mention is not kept")
	}
	// X is asked again when a day is over.
	s.form("/operator/switches", url.Values{})
	s.must(s.out.Listen(t.Context()))
	if s.cursor().Push != models.PushMentions {
		t.Error("asked again at once")
	}
	s.sb.Advance(25 * time.Hour)
	s.must(s.out.Listen(t.Context()))
	if s.cursor().Push != models.PushAll {
		t.Error("not asked again")
	}
}

// TestWhatXLacksIsMended: a webhook that failed its check, subscriptions that went, a cap that is reached, keys that lack.
func TestWhatXLacksIsMended(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	e := s.hears()
	ctx := t.Context()
	push := func() string {
		s.must(s.out.Listen(ctx))
		now := s.cursor()
		return now.Push + " " + now.PushFailure
	}
	doctor := func(want bool, said string) {
		t.Helper()
		if ok, what := s.client.CheckHook(ctx, s.out.set.BaseURL); ok != want || !strings.Contains(what, said) {
			t.Errorf("the doctor says %v, %q", ok, what)
		}
	}
	doctor(true, "once an account is connected")
	e.lying.Store(true)
	if got := push(); got != "off refused" {
		t.Fatal(got)
	}
	e.lying.Store(false)
	if got := push(); got != "all " {
		t.Fatal(got)
	}
	hook, err := s.client.hook(ctx, s.out.set.BaseURL+HookPath, true)
	s.must(err)
	list, err := s.client.subscriptions(ctx, hook)
	s.must(err)
	s.must(s.client.app(ctx, http.MethodDelete, xSubscriptionsPath+"/:id", xSubscriptionsPath+"/"+list[0].ID, nil, nil))
	if got := push(); got != "all " || len(s.events(s.grant.Account)) != 3 {
		t.Fatal(got, s.events(s.grant.Account))
	}
	e.lying.Store(true)
	s.form("/operator/webhooks/"+hook+"/checks", url.Values{})
	doctor(false, "webhook http")
	e.lying.Store(false)
	checks := e.checks.Load()
	if got := push(); got != "all " || e.checks.Load() != checks+1 {
		t.Fatal(got, e.checks.Load()-checks)
	}
	s.must(s.store.SetNetworkCap(ctx, s.shop, s.user, "0"))
	if got := push(); got != "off cap" || len(s.events(s.grant.Account)) != 0 {
		t.Fatal(got)
	}
	s.must(s.store.SetNetworkCap(ctx, s.shop, s.user, "10"))
	s.spoil("unavailable", "webhooks")
	if got := push(); got != "off cap" {
		t.Fatalf("trouble on X's side changed something: %s", got)
	}
	if got := push(); got != "all " {
		t.Fatal(got)
	}
	s.client.set.Bearer = "another"
	if got := push(); got != "off no_key" {
		t.Fatal(got)
	}
	doctor(false, "does not tell of its webhooks")
	if now := s.cursor(); now.DueAt.After(s.store.Now()) {
		t.Errorf("nobody asks although nothing is delivered: %+v", now)
	}
	s.client.set.Bearer = ""
	if got := push(); got != "off no_key" {
		t.Fatal(got)
	}
	doctor(true, "every few minutes")
}

// TestXDeliversTwiceAndInAnyOrder: each reply is one row all the same.
func TestXDeliversTwiceAndInAnyOrder(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	e := s.hears()
	s.must(s.out.Listen(t.Context()))
	s.form("/operator/switches", url.Values{"twice": {"on"}, "shuffle": {"on"}, "seed": {"7"}})
	for _, text := range []string{"one", "two", "three", "four"} {
		s.says("mira_okafor", "@maisonkestrel #BuyApron "+text, "")
	}
	e.wait(t, 8)
	if kept := s.kept(); len(kept) != 4 {
		t.Fatalf("%d kept", len(kept))
	}
}
