package views

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// reasonsIn are the places of the sources in which a reason for what came of a reply is written down.
var reasonsIn = map[string][]string{
	"../social/reply.go":             {`nothing\("(\w+)"\)`, `ask\("(\w+)"\)`, `out\.Reason = ReplyAsk, "(\w+)"`, `out\.Reason, out\.Tag = ReplyAsk, "(\w+)"`, `reason = "(\w+)"`, `return (?:0|found\[0\]), "(\w+)"`},
	"../social/reply_option.go":      {`return [^"]*, "(\w+)"`, `reason = "(\w+)"`},
	"../social/reply_decide.go":      {`nothing\(ctx, "(\w+)"\)`, `refuse\(ctx, offer, "(\w+)"`, `return "(\w+)"`, `Reason = "(\w+)"`, `Reason(?:, [\w.]+)? = models\.\w+, "(\w+)"`, `models\.OutcomeAwaiting, "(\w+)"`},
	"../models/reply_decide.go":      {`Reason = "(\w+)"`, `Reason = \w+, "(\w+)"`},
	"../models/reply_limits.go":      {`return "(\w+)", nil`},
	"../models/confirmation_code.go": {`return "", "(\w+)", `, `return match\.OrderID, "(\w+)", `, `, "cancelled", "(\w+)"`},
	"../models/reply_acts.go":        {`CancelConfirmation\([^"]*"(\w+)"`},
	"../payments/confirmations.go":   {`TurnToLink\([^"]*"(\w+)"`, `return "(\w+)"`},
	"../payments/checkout.go":        {`CancelConfirmation\([^"]*"(\w+)"`},
	"../web/wallet.go":               {`CancelConfirmation\([^"]*"(\w+)"`},
	"../models/reply_claim.go":       {`"expired", "(\w+)"`},
	"../models/reply_send.go":        {`letGo\([^"]*"(\w+)"`},
}

// TestEveryReasonOfARepliesOutcomeHasWords: whatever code is written down, merchants read words.
func TestEveryReasonOfARepliesOutcomeHasWords(t *testing.T) {
	found := map[string]string{}
	for name, places := range reasonsIn {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range places {
			for _, match := range regexp.MustCompile(place).FindAllStringSubmatch(string(source), -1) {
				found[match[1]] = name
			}
		}
	}
	for _, known := range []string{"no_tag", "two_tags", "option_missing", "sold_out", "no_wallet", "waits", "not_held", "silenced", "in_time", "let_go", "stop", "nonsense", "wrong", "tries", "shop", "fan", "gone", "check", "stopped", "moderation"} {
		if found[known] == "" {
			t.Errorf("%q is not found where it is written down: the test looks in the wrong places", known)
		}
	}
	for _, lang := range words.Languages {
		p := testPage(lang, "")
		for code, name := range found {
			if !p.W.Has("reply.reason." + code) {
				t.Errorf("%s: no words for %q of %s", lang, code, name)
			}
		}
		if got := ReplyReason(p, "quite.another_thing"); !strings.Contains(got, "quite another thing") {
			t.Errorf("%s: a code without words is %q", lang, got)
		}
		for _, code := range []string{"answer", "mend", "asked", "question"} {
			if !p.W.Has("reply.care." + code) {
				t.Errorf("%s: no words for care %q", lang, code)
			}
		}
	}
	if len(found) < 50 {
		t.Errorf("only %d codes were found", len(found))
	}
}

// TestWhatCameOfAReplyHasALook: each state that a reply can be shown in is in the one table.
func TestWhatCameOfAReplyHasALook(t *testing.T) {
	asked := &models.Confirmation{State: "asked"}
	for outcome, order := range map[string]*models.Order{
		"": nil, "nothing": nil, "asked": nil, "refused": nil, "no_card": nil, "awaiting": nil, "confirmed": nil, "late": nil, "cancelled": nil, "stopped": nil, "helped": nil,
	} {
		view := models.ReplyView{Reply: models.Reply{Outcome: outcome}, Order: order}
		if _, there := looks["reply"][view.Came()]; !there {
			t.Errorf("%q is shown as %q, which has no look", outcome, view.Came())
		}
	}
	for _, payment := range []string{"pending", "paid", "partly_refunded", "refunded", "expired", "cancelled", "failed"} {
		for _, state := range []string{"asked", "confirmed", "linked", "expired"} {
			view := models.ReplyView{Reply: models.Reply{Outcome: "awaiting"}, Order: &models.Order{Payment: payment, ByCard: true}, Confirmation: &models.Confirmation{State: state}}
			if _, there := looks["reply"][view.Came()]; !there {
				t.Errorf("an order that is %s, with its question %s, is shown as %q, which has no look", payment, state, view.Came())
			}
			if view.Open() != (payment == "pending" && state == "asked") {
				t.Errorf("an order that is %s, with its question %s, is open: %v", payment, state, view.Open())
			}
		}
	}
	if view := (models.ReplyView{Reply: models.Reply{Outcome: "no_card"}, Order: &models.Order{Payment: "pending", ByCard: true}, Confirmation: asked}); view.Came() != "awaiting" {
		t.Errorf("who synced a card in time is shown as %q", view.Came())
	}
}

// TestAnOrderThatWaitsForACardIsShown: nobody is asked about it yet, so its own time is told.
func TestAnOrderThatWaitsForACardIsShown(t *testing.T) {
	p := Page{W: words.For("en", nil)}
	until := time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)
	shown := ShownReply{ReplyRow: ReplyRow{ReplyView: models.ReplyView{Reply: models.Reply{Outcome: "no_card"}, Order: &models.Order{Payment: "pending", ByCard: true, Currency: "eur", OpenUntil: until}}}}
	for _, fact := range shown.orderFacts(p) {
		if fact.Name == p.T("reply.order.until") {
			if fact.Value != p.W.DateTimeText(until) {
				t.Error(fact.Value)
			}
			return
		}
	}
	t.Error("it is not said until when")
}
