package social

import (
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// TestCheckYourEmail: the bank asks or declines: the payment is cancelled, a private page goes by letter, and in public
// there is nothing but where to look.
func TestCheckYourEmail(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	ctx := t.Context()
	for person, card := range map[string]string{"mira_okafor": "4000002760003184", "lucbernard": "4000000000000341"} {
		l.synced(person, card)
		reply := l.writes(person, "@maisonkestrel #BuyApron", l.root)
		word := l.writes(person, "@maisonkestrel CONFIRM "+l.store.ReplyCode(reply.ID), reply.Answer.RemoteID)
		word = l.charge(word)
		if said := l.said(word); !strings.Contains(said, "check your e-mail") || strings.Contains(said, "apron") || word.Came() != "linked" {
			t.Fatalf("%q %s", said, word.Came())
		}
		if _, err := l.store.LatestLetter(ctx, "pay_link", person+"@example.com"); err != nil {
			t.Fatal(err)
		}
		if held, sold := l.held(l.offer); held == 0 || sold != 0 {
			t.Fatalf("held %d, sold %d", held, sold)
		}
	}
}

// TestDiscreet: of a discreet offer nothing is said in public that tells who bought what; the letter asks.
func TestDiscreet(t *testing.T) {
	t.Parallel()
	l := openLoop(t, func(f *models.OfferForm) { f.Reply, f.ReplyMinutes = "discreet", "10" })
	ctx := t.Context()
	l.synced("mira_okafor", goodCard)
	reply := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(reply, models.OutcomeAwaiting, "waits")
	said := l.said(reply)
	for _, private := range []string{"apron", "42", l.store.ReplyCode(reply.ID), "minutes"} {
		if strings.Contains(said, private) {
			t.Errorf("%q tells %q", said, private)
		}
	}
	if _, err := l.store.LatestLetter(ctx, "confirm_order", "mira_okafor@example.com"); err != nil {
		t.Fatal(err)
	}
	if lasts := reply.Order.OpenUntil.Sub(reply.Order.CreatedAt); lasts != 10*time.Minute {
		t.Fatalf("it is set aside for %v", lasts)
	}
	l.must(l.store.ConfirmByLetter(ctx, reply.Order))
	l.must(l.pay.Charge(ctx, models.ChargeConfirmed{OrderID: *reply.OrderID}))
	l.must(l.out.Thank(ctx, *reply.OrderID))
	if n := l.answersBelow(reply.RemoteID); n != 1 || l.look(reply.ID).Came() != "paid" {
		t.Fatalf("%d answers, %s", n, l.look(reply.ID).Came())
	}
	form := models.OfferForm{Title: "Linen napkin", Price: "9,00", Currency: "eur", Stock: "5", Fulfilment: "ship", Hashtag: "#BuyNapkin", Reply: "off"}
	l.sells(form)
	off := l.writes("mira_okafor", "@maisonkestrel #BuyNapkin", "")
	l.wants(off, models.OutcomeNothing, "off")
	if off.Answer != nil {
		t.Fatal("answered although replies are off")
	}
	form.Title, form.Hashtag, form.Reply = "Linen towel", "#BuyTowel", "quiet"
	l.sells(form)
	quiet := l.writes("mira_okafor", "@maisonkestrel #BuyTowel", "")
	word := l.charge(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(quiet.ID), quiet.Answer.RemoteID))
	if word.Order.Payment != "paid" || word.Answer != nil {
		t.Fatalf("%s %+v", word.Order.Payment, word.Answer)
	}
}

// TestTooLateToBeHeard: what is a quarter of an hour old when it is first seen buys and confirms nothing; STOP counts.
func TestTooLateToBeHeard(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	l.synced("mira_okafor", goodCard)
	id := l.arrives("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.sb.Advance(16 * time.Minute)
	l.wants(l.decided(id), models.OutcomeNothing, "too_old")
	id = l.arrives("mira_okafor", "@maisonkestrel STOP", l.root)
	l.sb.Advance(26 * time.Hour)
	l.wants(l.decided(id), models.OutcomeStopped, "stop")
}

// TestEnoughForADay: nobody gets more than twelve answers in a day, and the breaker of an offer opens when nobody answers
// its questions.
func TestEnoughForADay(t *testing.T) {
	t.Parallel()
	l := openLoop(t, func(f *models.OfferForm) { f.Stock = "90" })
	ctx := t.Context()
	l.synced("mira_okafor", goodCard)
	for range 6 {
		l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeAwaiting, "waits")
		l.wants(l.writes("mira_okafor", "@maisonkestrel cancel", ""), models.OutcomeCancelled, "let_go")
	}
	enough := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(enough, models.OutcomeNothing, "limit_day")
	if enough.Answer != nil {
		t.Fatal("answered")
	}
	l.sb.Advance(25 * time.Hour)
	fan := l.agrees("lucbernard", func(f *models.FanForm) { f.CapDay = "5000" })
	l.keeps(fan, goodCard)
	people := []string{"lucbernard", "yuki_draws", "samirhaddad", "ingridsol", "tomasz_w", "priya_reads", "danielcosta"}
	for _, person := range people[1:] {
		fan := l.agrees(person, func(f *models.FanForm) { f.CapDay = "5000" })
		l.keeps(fan, goodCard)
	}
	l.sb.Advance(2 * time.Minute)
	for i := range 21 {
		l.wants(l.writes(people[i%7], "@maisonkestrel #BuyApron", l.root), models.OutcomeAwaiting, "waits")
	}
	l.sb.Advance(16 * time.Minute)
	l.must(l.pay.MindConfirmations(ctx))
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeNothing, "breaker")
	if held, _ := l.held(l.offer); held != 0 {
		t.Fatalf("held %d", held)
	}
	l.sb.Advance(time.Hour)
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeAwaiting, "waits")
}

// TestAnswersFit: every answer fits every network in both languages, however long names and numbers are, and keeps what it
// is for: the sum and the code.
func TestAnswersFit(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	long := strings.Repeat("Chemise de lin épais à carreaux ", 12)
	handle := "maisonkestrel"
	for _, network := range Networks {
		for _, lang := range words.Languages {
			r := &reading{
				Publisher: l.out, w: words.For(lang, nil), shop: l.shop, profile: &models.Profile{Handle: handle},
				reply: &models.Reply{ID: "1", Network: network, AuthorID: "a_very_long_name_of_someone@a-very-long-server.example", AuthorHandle: handle},
			}
			version := models.Version{Title: long, Hashtag: strings.Repeat("é", 50), Fulfilment: "ship", Choices: models.Choices{Options: []models.Option{{Name: "Taille", Values: strings.Fields(long)}}}}
			offer := &models.OfferView{Offer: models.Offer{Slug: strings.Repeat("s", 16), ReplyMinutes: 15}, Version: version, Approved: &version}
			order := &models.Order{Total: 99_999_999, Currency: "eur", Quantity: 99, OpenUntil: l.store.Now().Add(15 * time.Minute), Variant: long}
			answers := []*models.PublicAnswer{r.question(offer, order), r.syncing(offer, true), r.syncing(offer, false), r.answer("help", time.Hour), r.answer("stopped", time.Hour), r.answer("thanks", time.Hour), r.answer("check", time.Hour)}
			if !strings.Contains(answers[0].Text, l.store.ReplyCode("1")) || !strings.Contains(answers[0].Text, r.w.Money(order.Money(order.Total))) {
				t.Errorf("%s %s: %q", network, lang, answers[0].Text)
			}
			for _, reason := range []string{"two_tags", "two_quantities", "quantity_unclear", "zero", "above_limit", "two_values", "option_unknown", "option_missing", "question", "negated_value", "code_missing"} {
				r.read.Reason = reason
				answers = append(answers, r.asking(offer))
				if reason == "two_tags" { // then there is no one offer
					answers = append(answers, r.asking(nil))
				}
			}
			for _, reason := range []string{"sold_out", "limit_reached", "ended", "paused", "not_begun", "not_ready", "cooling", "tax", "address"} {
				answers = append(answers, r.refusal(offer, reason))
			}
			answers = append(answers, r.refusal(offer, "above_stock", "Left", int64(99)))
			for _, what := range []string{"late none", "late wrong", "late late", "late gone", "cancelled let_go", "cancelled none", "cancelled too_late", "cancelled unpaid"} {
				outcome, reason, _ := strings.Cut(what, " ")
				answers = append(answers, r.say(t.Context(), outcome, reason, ""))
			}
			for _, a := range answers {
				if over := Measure(network, a.Text, "").Over; over > 0 || strings.Contains(a.Text, "answer.a") || network == Mastodon && !strings.HasPrefix(a.Text, "@a_very") {
					t.Errorf("%s %s: %d over: %q", network, lang, over, a.Text)
				}
			}
		}
	}
	if missing := words.Missing(); len(missing) > 0 {
		t.Error(missing)
	}
}
