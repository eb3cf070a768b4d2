package social

import (
	"context"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// answersBelow counts our answers to a post on X.
func (l *loop) answersBelow(post string) (n int) {
	l.t.Helper()
	var page xPage
	grant := l.eye()
	l.must(l.client.get(l.t.Context(), grant, "GET /2/users/:id/tweets", "/2/users/"+grant.Account+"/tweets", xFields(url.Values{"max_results": {"100"}}), &page))
	for _, there := range page.Data {
		if there.reference("replied_to") == post {
			n++
		}
	}
	return n
}

// dies runs something that ends at a recovery point, as the process would.
func (l *loop) dies(point string, do func(p *Publisher)) {
	l.t.Helper()
	passed, dead := false, make(chan struct{})
	go func() {
		defer close(dead)
		do(l.publisher(func(at string) {
			if at == point {
				passed = true
				runtime.Goexit()
			}
		}))
	}()
	<-dead
	if !passed {
		l.t.Fatalf("%s was not passed", point)
	}
}

// TestTheProcessDiesInTheLoop: at each point the next run leaves one order, one answer, and a code that confirms.
func TestTheProcessDiesInTheLoop(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	ctx := context.Background()
	l.synced("mira_okafor", goodCard)
	for _, point := range []string{"reply.ordered", "answer.sending", "answer.sent"} {
		id := l.arrives("mira_okafor", "@maisonkestrel #BuyApron", l.root)
		if point == "reply.ordered" {
			l.dies(point, func(p *Publisher) { _ = p.ReadReply(ctx, id) })
			if view := l.look(id); view.Outcome != "" {
				t.Fatalf("%s: %s", point, view.Outcome)
			}
			l.sb.Advance(31 * time.Second)
			l.must(l.out.sweepReplies(ctx, sweepAfter))
			l.must(l.out.Answer(ctx, l.look(id).Answer.ID))
		} else {
			l.must(l.out.ReadReply(ctx, id))
			answer := l.look(id).Answer.ID
			l.dies(point, func(p *Publisher) { _ = p.Answer(ctx, answer) })
			l.must(l.out.Answer(ctx, answer)) // nobody takes it up while somebody may be at it
			if view := l.look(id); view.Answer.State != "sending" {
				t.Fatalf("%s: %+v", point, view.Answer)
			}
			l.sb.Advance(3 * time.Minute)
			l.must(l.store.QueueAnswers(ctx, 10))
			l.must(l.out.Answer(ctx, answer))
		}
		view := l.look(id)
		l.wants(view, models.OutcomeAwaiting, "waits")
		if view.Answer.State != "sent" || l.answersBelow(view.RemoteID) != 1 {
			t.Fatalf("%s: %+v, %d on X", point, view.Answer, l.answersBelow(view.RemoteID))
		}
		if held, _ := l.held(l.offer); held != 1 {
			t.Fatalf("%s: held %d", point, held)
		}
		word := l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(id), view.Answer.RemoteID)
		l.wants(word, models.OutcomeConfirmed, "in_time")
		if word = l.charge(word); word.Order.Payment != "paid" || *word.OrderID != *view.OrderID {
			t.Fatalf("%s: %s", point, word.Order.Payment)
		}
		l.must(l.out.ReadReply(ctx, id)) // a job that comes again after all is done
		if held, _ := l.held(l.offer); held != 0 {
			t.Fatalf("%s: held %d afterwards", point, held)
		}
	}
}

// TestAnAnswerIsLost: it is looked for before it is sent again, and its price is counted once.
func TestAnAnswerIsLost(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	l.synced("mira_okafor", goodCard)
	before := l.spent()
	for _, kind := range []string{"silence", "cut", "unavailable"} {
		id := l.arrives("mira_okafor", "@maisonkestrel #BuyApron", l.root)
		l.spoil(kind, "POST /2/tweets")
		if view := l.decided(id); view.Answer.State != "sending" {
			t.Fatalf("%s: %+v", kind, view.Answer)
		}
		for range 3 {
			l.sb.Advance(time.Minute)
			l.must(l.out.sweepReplies(t.Context(), sweepAfter))
			l.must(l.out.Answer(t.Context(), l.look(id).Answer.ID))
		}
		view := l.look(id)
		if view.Answer.State != "sent" || l.answersBelow(view.RemoteID) != 1 || l.said(view) == "" {
			t.Fatalf("%s: %+v", kind, view.Answer)
		}
		l.wants(l.writes("mira_okafor", "@maisonkestrel cancel", ""), models.OutcomeCancelled, "let_go")
	}
	if cost := l.spent() - before; cost < 60_000 || cost > 66_000 { // three questions and three words, and the looking
		t.Fatalf("%d spent", cost)
	}
}

// TestAnAnswerIsRefused: whatever X does not take stands on the row with its reason, and the fan is asked by letter; the
// wallet's word counts as well.
func TestAnAnswerIsRefused(t *testing.T) {
	t.Parallel()
	l := openLoop(t, func(f *models.OfferForm) { f.Stock = "50" })
	ctx := t.Context()
	fans := map[string]*models.Fan{}
	people := []string{"mira_okafor", "lucbernard", "yuki_draws", "samirhaddad", "ingridsol", "tomasz_w"}
	for _, person := range people {
		fans[person] = l.synced(person, goodCard)
	}
	refused := func(person, text, state, reason string, spoil func(id string)) {
		t.Helper()
		id := l.arrives(person, text, l.root)
		spoil(l.look(id).RemoteID)
		view := l.decided(id)
		l.wants(view, models.OutcomeAwaiting, "waits")
		if view.Answer.State != state || view.Answer.Reason != reason || view.Care == "" && state == "refused" {
			t.Fatalf("%s: %+v care %q", reason, view.Answer, view.Care)
		}
		if _, err := l.store.LatestLetter(ctx, "confirm_order", person+"@example.com"); err != nil {
			t.Fatalf("%s: no letter: %v", reason, err)
		}
		if view.Confirmation.ConfirmedAt != nil {
			t.Fatalf("%s: confirmed by nobody", reason)
		}
		if _, err := l.store.Confirm(ctx, fans[person], *view.OrderID, "wallet"); err != nil {
			t.Fatal(err)
		}
		l.must(l.pay.Charge(ctx, models.ChargeConfirmed{OrderID: *view.OrderID}))
		if view = l.look(id); view.Came() != "paid" {
			t.Fatalf("%s: %s", reason, view.Came())
		}
	}
	spent := l.spent()
	refused("mira_okafor", "#BuyApron", "refused", "not_summoned", func(string) {})
	refused("lucbernard", "@maisonkestrel #BuyApron", "refused", "gone", func(id string) {
		l.must(l.client.Delete(ctx, l.signIn("lucbernard"), id))
	})
	refused("yuki_draws", "@maisonkestrel #BuyApron", "due", "rate_limited", func(string) { l.spoil("limited", "POST /2/tweets") })
	l.sb.Advance(16 * time.Minute)
	if l.spent() != spent {
		t.Fatalf("%d spent for nothing", l.spent()-spent)
	}
	l.must(l.store.SetNetworkCap(ctx, l.shop, l.user, "0.20"))
	refused("samirhaddad", "@maisonkestrel #BuyApron", "dropped", "cap", func(string) {})
	l.must(l.store.SetNetworkCap(ctx, l.shop, l.user, "10"))
	refused("ingridsol", "@maisonkestrel #BuyApron", "refused", "sign_in_expired", func(string) {
		l.must(l.store.Expire(ctx, l.profile, "refused"))
	})
	if held, sold := l.held(l.offer); held != 0 || sold != 5 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
}

// TestTheQuestionIsOver: a question that was settled or silenced before it went out is not asked.
func TestTheQuestionIsOver(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	ctx := t.Context()
	fan := l.synced("mira_okafor", goodCard)
	id := l.arrives("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.must(l.out.ReadReply(ctx, id))
	l.must(l.store.CancelConfirmation(ctx, *l.look(id).OrderID, "fan"))
	l.answers()
	if view := l.look(id); view.Answer.State != "dropped" || view.Answer.Reason != "over" {
		t.Fatalf("%+v", view.Answer)
	}
	late := l.arrives("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.must(l.out.ReadReply(ctx, late))
	l.sb.Advance(15 * time.Minute)
	l.answers()
	if view := l.look(late); view.Answer.State != "dropped" || view.Answer.Reason != "late" {
		t.Fatalf("%+v", view.Answer)
	}
	l.must(l.pay.MindConfirmations(ctx))
	stopped := l.arrives("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.must(l.out.ReadReply(ctx, stopped))
	l.must(l.store.Silence(ctx, l.shop, l.user, &l.look(stopped).Reply))
	l.answers()
	if view := l.look(stopped); view.Answer.State != "dropped" || view.Answer.Reason != "silenced" || view.Came() != "order_cancelled" {
		t.Fatalf("%+v %s", view.Answer, view.Came())
	}
	if held, _ := l.held(l.offer); held != 0 || l.fresh(fan).StoppedAt != nil {
		t.Fatalf("held %d", held)
	}
}

// TestManyAtIt: delivered twice and polled, read and answered by several at once, a reply is one order with one answer,
// and its confirmation one charge.
func TestManyAtIt(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	l.synced("mira_okafor", goodCard)
	together := func(do func()) {
		var all sync.WaitGroup
		for range 6 {
			all.Go(do)
		}
		all.Wait()
	}
	run := func(text, below string) *models.ReplyView {
		id := l.arrives("mira_okafor", text, below)
		together(func() {
			if err := l.out.ReadReply(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
		if answer := l.look(id).Answer; answer != nil {
			together(func() {
				if err := l.out.Answer(t.Context(), answer.ID); err != nil {
					t.Error(err)
				}
			})
		}
		return l.look(id)
	}
	reply := run("@maisonkestrel #BuyApron", l.root)
	l.wants(reply, models.OutcomeAwaiting, "waits")
	if held, _ := l.held(l.offer); held != 1 || l.answersBelow(reply.RemoteID) != 1 {
		t.Fatalf("held %d, %d answers", held, l.answersBelow(reply.RemoteID))
	}
	word := run("@maisonkestrel CONFIRM "+l.store.ReplyCode(reply.ID), reply.Answer.RemoteID)
	l.wants(word, models.OutcomeConfirmed, "in_time")
	together(func() {
		if err := l.pay.Charge(t.Context(), models.ChargeConfirmed{OrderID: *word.OrderID}); err != nil {
			t.Error(err)
		}
		if err := l.out.Thank(t.Context(), *word.OrderID); err != nil {
			t.Error(err)
		}
	})
	l.answers()
	word = l.look(word.ID)
	if held, sold := l.held(l.offer); held != 0 || sold != 1 || word.Order.Payment != "paid" || l.answersBelow(word.RemoteID) != 1 || !strings.Contains(l.said(word), "Thank you") {
		t.Fatalf("held %d, sold %d, %s, %q", held, sold, word.Order.Payment, l.said(word))
	}
}

// TestFreshRepliesAreTakenUpAtOnce: whatever is kept wakes the one who decides and answers; the queue is not needed for it.
func TestFreshRepliesAreTakenUpAtOnce(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	l.synced("mira_okafor", goodCard)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	answered := make(chan struct{}, 100)
	out := l.publisher(func(point string) {
		if point == "answer.sent" {
			answered <- struct{}{}
		}
	})
	go func() {
		defer close(ended)
		out.Run(ctx)
	}()
	var kept []models.Arrived
	for i := range 10 {
		id := l.says("mira_okafor", "@maisonkestrel #BuyApron x0 "+strings.Repeat(".", i+1), l.root)
		kept = append(kept, models.Arrived{RemoteID: id, RootID: l.root, ParentID: l.root, AuthorID: strings.Repeat("1", i+1), Text: "#BuyApron x0", Mentions: true, WrittenAt: l.sb.Now()})
	}
	_, err := l.store.KeepReplies(ctx, l.profile, "webhook", kept)
	l.must(err)
	for range kept {
		select {
		case <-answered:
		case <-time.After(30 * time.Second):
			t.Fatal("nobody took it up")
		}
	}
	stop()
	<-ended
}
