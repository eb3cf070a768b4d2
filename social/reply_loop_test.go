package social

import (
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// TestAReplyIsAnOrder: a reply, our one answer, the fan's word, one charge, thanks.
func TestAReplyIsAnOrder(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	l.synced("mira_okafor", goodCard)
	reply := l.writes("mira_okafor", "@maisonkestrel #BuyApron x2", l.root)
	l.wants(reply, models.OutcomeAwaiting, "waits")
	code := l.store.ReplyCode(reply.ID)
	said := l.said(reply)
	for _, want := range []string{"2 × Linen apron", "€84.00", "@maisonkestrel CONFIRM " + code, "15 minutes", "STOP"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q lacks %q", said, want)
		}
	}
	if held, sold := l.held(l.offer); held != 2 || sold != 0 || reply.Order.Payment != "pending" || reply.Order.PostID == nil {
		t.Fatalf("held %d, sold %d, %+v", held, sold, reply.Order)
	}
	word := l.writes("mira_okafor", "@maisonkestrel confirm "+strings.ToLower(code), reply.Answer.RemoteID)
	l.wants(word, models.OutcomeConfirmed, "in_time")
	if word.Answer != nil {
		t.Fatalf("thanked before it was paid: %+v", word.Answer)
	}
	word = l.charge(word)
	if word.Order.Payment != "paid" || word.Order.Total != 8400 || !strings.Contains(l.said(word), "Thank you") || strings.Contains(l.said(word), "apron") {
		t.Fatalf("%+v: %q", word.Order, l.said(word))
	}
	if held, sold := l.held(l.offer); held != 0 || sold != 2 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
	again := l.writes("mira_okafor", "@maisonkestrel CONFIRM "+code, reply.Answer.RemoteID)
	l.wants(again, models.OutcomeConfirmed, "again")
	l.charge(again)
	if l.look(again.ID).Answer != nil {
		t.Fatal("thanked twice")
	}
	if l.spent() < 220_000 { // a post with a link, two answers
		t.Fatalf("%d spent", l.spent())
	}
}

// TestNobodyElsesWord: another person, a wrong code, a late word: nothing is charged, and each says why.
func TestNobodyElsesWord(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	fan := l.synced("mira_okafor", goodCard)
	l.synced("lucbernard", goodCard)
	reply := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	code := l.store.ReplyCode(reply.ID)
	l.wants(l.writes("lucbernard", "@maisonkestrel CONFIRM "+code, reply.Answer.RemoteID), models.OutcomeLate, "none")
	l.wants(l.writes("yuki_draws", "@maisonkestrel CONFIRM "+code, reply.Answer.RemoteID), models.OutcomeLate, "none")
	wrong := l.writes("mira_okafor", "@maisonkestrel CONFIRM AAAA", reply.Answer.RemoteID)
	l.wants(wrong, models.OutcomeLate, "wrong")
	if !strings.Contains(l.said(wrong), "does not fit") {
		t.Error(l.said(wrong))
	}
	l.sb.Advance(15 * time.Minute)
	l.wants(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+code, reply.Answer.RemoteID), models.OutcomeLate, "late")
	l.must(l.pay.MindConfirmations(t.Context()))
	if reply = l.look(reply.ID); reply.Came() != "order_expired" {
		t.Fatal(reply.Came())
	}
	if held, _ := l.held(l.offer); held != 0 {
		t.Fatalf("held %d", held)
	}
	second := l.writes("mira_okafor", "@maisonkestrel #BuyApron x2", l.root)
	for i, letters := range []string{"BBBB", "CCCC", "DDDD", "EEEE", "FFFF"} {
		if i == 3 { // enough nonsense for the day: heard all the same, and not answered
			l.sb.Advance(time.Second)
		}
		l.wants(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+letters, second.Answer.RemoteID), models.OutcomeLate, "wrong")
	}
	if second = l.look(second.ID); second.Confirmation.Why != "tries" || second.Order.Payment != "cancelled" {
		t.Fatalf("%+v %s", second.Confirmation, second.Order.Payment)
	}
	l.wants(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(second.ID), second.Answer.RemoteID), models.OutcomeLate, "gone")
	orders, err := l.store.FanOrders(t.Context(), fan)
	l.must(err)
	for _, order := range orders {
		if order.ConfirmedAt != nil || order.Order.PaidAt != nil {
			t.Fatalf("%+v", order.Order)
		}
	}
}
