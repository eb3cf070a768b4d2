package social

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// polled does what the queue does when an account's replies are due, and gives how it stands after.
func (s *shopOnX) polled() models.ReplyCursor {
	s.t.Helper()
	s.must(s.store.QueueDuePolls(s.t.Context(), pollMost))
	job := models.PollReplies{ProfileID: s.profile.ID, Due: s.cursor().DueAt}
	s.must(s.out.PollReplies(s.t.Context(), job))
	s.must(s.out.PollReplies(s.t.Context(), job))
	return s.cursor()
}

func (s *shopOnX) cursor() models.ReplyCursor {
	s.t.Helper()
	cursors, err := s.store.ReplyCursors(s.t.Context(), s.shop)
	s.must(err)
	return cursors[s.profile.ID]
}

// kept are the replies that were kept, as they were read from the queue.
func (s *shopOnX) kept() (list []models.Reply) {
	s.t.Helper()
	jobs, _, err := s.store.Jobs(s.t.Context(), models.JobFilter{Kind: "read_reply", Size: 100})
	s.must(err)
	for _, job := range jobs {
		id := strings.Trim(strings.TrimPrefix(strings.ReplaceAll(job.Args, " ", ""), `{"reply":`), `"}`)
		reply, err := s.store.Reply(s.t.Context(), id)
		s.must(err)
		list = append(list, *reply)
	}
	return list
}

// TestRepliesAreAskedForOnX: what was written since the last time is kept once, paid for, and asked for at a sane pace.
func TestRepliesAreAskedForOnX(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	post := s.planned("New: linen aprons")
	s.must(s.out.Publish(t.Context(), post.ID))
	before := s.spent()
	if now := s.polled(); now.Minutes != 2 || now.Cursor == "" || now.PolledAt == nil || s.spent() != before {
		t.Fatalf("%+v, spent %d", now, s.spent()-before)
	}
	s.sb.Advance(2 * time.Minute)
	s.says("mira_okafor", "@maisonkestrel #BuyApron x2", s.now(post).RemoteID)
	s.says("mira_okafor", "@maisonkestrel and one more #BuyApron", "")
	if now := s.polled(); len(s.kept()) != 2 || s.spent() != before+2_000 || now.Failure != "" {
		t.Fatalf("%d kept, spent %d, %+v", len(s.kept()), s.spent()-before, now)
	}
	for _, reply := range s.kept() {
		if !reply.Mentions || reply.CameBy != "poll" || reply.AuthorHandle != "mira_okafor" || reply.Network != X || reply.URL == "" {
			t.Errorf("%+v", reply)
		}
	}
	s.sb.Advance(time.Minute)
	if s.must(s.store.QueueDuePolls(t.Context(), pollMost)); s.cursor().DueAt.Before(s.store.Now()) {
		t.Error("asked for too early")
	}
	s.sb.Advance(time.Minute)
	s.spoil("limited", "mentions")
	if now := s.polled(); now.Failure != string(RateLimited) || !now.DueAt.After(s.store.Now()) || s.spent() != before+2_000 {
		t.Errorf("%+v", now)
	}
	s.sb.Advance(20 * time.Minute)
	s.must(s.store.SetNetworkCap(t.Context(), s.shop, s.user, "0"))
	s.says("mira_okafor", "@maisonkestrel thanks", "")
	if now := s.polled(); now.Failure != "cap" || len(s.kept()) != 2 {
		t.Errorf("%+v", now)
	}
	s.must(s.store.SetNetworkCap(t.Context(), s.shop, s.user, "10"))
	s.must(s.store.End(t.Context(), s.shop, s.user, &s.offer.Offer))
	if now := s.polled(); now.Failure != "" || len(s.kept()) != 3 || now.Minutes != 60 {
		t.Errorf("%+v, %d kept", now, len(s.kept()))
	}
	text, err := s.store.FreshGrant(t.Context(), s.profile.ID, nil)
	s.must(err)
	s.must(callWith(t.Context(), text, s.client.Revoke))
	s.sb.Advance(time.Hour)
	s.polled()
	if profile, err := s.store.Profile(t.Context(), s.profile.ID); err != nil || profile.State != "expired" {
		t.Errorf("%+v %v", profile, err)
	}
}

// TestAReplyIsKeptThoughTheProcessDies: one that was read is either kept with the cursor, or read again.
func TestAReplyIsKeptThoughTheProcessDies(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.polled()
	s.sb.Advance(time.Hour)
	s.says("mira_okafor", "@maisonkestrel #BuyApron", "")
	s.must(s.store.QueueDuePolls(t.Context(), pollMost))
	job := models.PollReplies{ProfileID: s.profile.ID, Due: s.cursor().DueAt}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the process lives on")
			}
		}()
		_ = s.publisher(func(point string) {
			if point == "replies.polled" {
				panic("cut off")
			}
		}).PollReplies(t.Context(), job)
	}()
	if len(s.kept()) != 0 {
		t.Fatal("kept without the cursor")
	}
	s.sb.Advance(10 * time.Minute)
	if s.polled(); len(s.kept()) != 1 {
		t.Fatalf("%d kept", len(s.kept()))
	}
}

// TestRepliesAreAskedForOnMastodon: also those below the shop's post that name nobody.
func TestRepliesAreAskedForOnMastodon(t *testing.T) {
	t.Parallel()
	l := startMastodon(t)
	s := sellingShop(t, l.sb.Now)
	grant := l.signIn("maisonkestrel")
	s.connect(Mastodon, grant)
	view := s.outOn(Mastodon, l.client, "New: linen aprons #BuyApron")
	s.polled()
	l.sb.Advance(time.Minute)
	l.says(grant, "mira_okafor", "#BuyApron x2", view.RemoteID, "public")
	now := s.polled()
	if kept := s.kept(); len(kept) != 1 || kept[0].RootID != view.RemoteID || kept[0].Mentions || now.Minutes != 1 {
		t.Fatalf("%+v %+v", kept, now)
	}
	l.sb.Advance(time.Minute)
	l.says(grant, "mira_okafor", "@maisonkestrel #BuyApron, but hush", "", "direct")
	if s.polled(); len(s.kept()) != 2 {
		t.Fatalf("%d kept", len(s.kept()))
	}
	for _, reply := range s.kept() {
		if direct := reply.RootID != view.RemoteID; reply.Private != direct || reply.Mentions != direct {
			t.Errorf("%+v", reply)
		}
		if answer := answerOf(&models.DueAnswer{Reply: reply}); answer.Private != reply.Private {
			t.Errorf("a reply that is for us alone is answered in public: %+v", answer)
		}
	}
}

// TestRepliesAreAskedForOnBluesky: by Bluesky's own software. A server alone tells of none, and is asked again.
func TestRepliesAreAskedForOnBluesky(t *testing.T) {
	t.Parallel()
	b := startBluesky(t)
	_, password := b.somebody("kestrel")
	_, fans := b.somebody("dora")
	grant, fan := b.enter("kestrel.test", password), b.enter("dora.test", fans)
	clock := &late{}
	s := sellingShop(t, clock.now)
	s.connect(Bluesky, grant)
	view := s.outOn(Bluesky, b.client, "New: linen aprons #BuyApron")
	b.Settle()
	first := s.polled()
	b.publish(fan, Message{Text: "#BuyApron x2", ReplyTo: &Ref{ID: view.RemoteID}})
	b.Settle()
	clock.by.Add(int64(5 * time.Minute))
	now := s.polled()
	if !b.whole {
		if first.Failure != string(Temporary) || now.Failure != string(Temporary) || now.Cursor != "" || len(s.kept()) != 0 {
			t.Fatalf("%+v", now)
		}
		return
	}
	kept := s.kept()
	if len(kept) != 1 || kept[0].RootID != view.RemoteID || kept[0].AuthorID != fan.Account || kept[0].RemoteVersion == "" || kept[0].RootVersion == "" || now.Minutes != 1 || now.Failure != "" {
		t.Fatalf("%+v %+v", kept, now)
	}
	clock.by.Add(int64(5 * time.Minute))
	if s.polled(); len(s.kept()) != 1 {
		t.Error("kept twice")
	}
}

// late is the time of this machine and as much more as a test says.
type late struct{ by atomic.Int64 }

func (l *late) now() time.Time { return time.Now().Add(time.Duration(l.by.Load())) }

// TestTheWebhookAndThePollOfX: both bring the same reply at the same time, and it is one row.
func TestTheWebhookAndThePollOfX(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.polled()
	s.sb.Advance(time.Hour)
	for range 5 {
		s.says("mira_okafor", "@maisonkestrel #BuyApron "+time.Now().Format(time.RFC3339Nano), "")
	}
	came, _, err := s.client.Poll(t.Context(), s.grant, "1", nil)
	s.must(err)
	var together sync.WaitGroup
	together.Go(func() { s.polled() })
	for _, in := range came {
		together.Go(func() {
			body := `{"data":{"event_uuid":"` + in.ID + `","event_type":"post.mention.create","filter":{"user_id":"` + s.grant.Account + `"},"payload":{"id":"` + in.ID + `","author_id":"` + in.Author + `","text":"@maisonkestrel #BuyApron"}}}`
			if _, err := s.out.Receive(t.Context(), s.client.Challenge(body), []byte(body)); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	if len(came) != 5 || len(s.kept()) != 5 {
		t.Fatalf("%d were written, %d are kept", len(came), len(s.kept()))
	}
}
