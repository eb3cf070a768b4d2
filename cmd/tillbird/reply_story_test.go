package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// TestReplyStory: a fan syncs a card once, replies to a shop's post on the sandbox's X, is asked there, confirms there,
// and is charged once; the receipt comes by letter, and the shop sees the reply, what came of it and the sale.
func TestReplyStory(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	if out, err := p.command("a watchful heron\n", "admin", "create", "sam@example.com", "--language", "en"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.run()
	s := &story{process: p, w: words.For("en", nil)}
	s.merchant, s.admin, s.fan = person(t, p.base, 1280, "en"), person(t, p.base, 1280, "en"), person(t, p.base, 390, "en")
	s.signUp()
	s.connectStripe()
	s.designOffer()
	s.review()
	s.publish()
	s.connectX()
	s.postNow()
	s.sync()
	s.advance("11m") // a new wallet waits that long
	thread := s.thread()
	s.replies(thread, "@maisonkestrel #BuyApron x2 for my sister and me", "€84.00")
	s.confirms()
	s.receipt()
	s.sawReply()
}

// postNow: through the connected account, at once.
func (s *story) postNow() {
	b := s.merchant
	b.open("/dashboard/offers")
	b.press("Linen apron, sage")
	s.press(b, "offer.act.post")
	b.pressChoice("X · @maisonkestrel, by itself")
	b.pressChoice(s.w.T("post.when.now"))
	s.press(b, "post.act.make")
}

// sync: X says who it is, the fan agrees, keeps a card, and confirms an address.
func (s *story) sync() {
	b := s.fan
	b.open("/sync")
	b.shot("7-sync")
	s.press(b, "sync.act", "Network", "X")
	b.pressNamed("person", "mira_okafor")
	b.reads(s.w.T("sync.consent.title"), "@mira_okafor")
	b.fill("email", "mira@example.com", "name", "Mira Okafor", "address", "3 rue du Port\n29200 Brest", "country", "FR", "cap_order", "100.00", "cap_day", "150.00", "agreed", "on")
	b.shot("7-consent")
	s.press(b, "sync.consent.act")
	if !strings.HasPrefix(b.where(), s.stripe) {
		s.t.Fatalf("the fan is at %s, not at Stripe's page:\n%s", b.where(), b.text())
	}
	b.fill("name", "Mira Okafor", "number", "4242 4242 4242 4242", "expiry", "12 / 34", "cvc", "123")
	b.press("Save card")
	b.reads("4242")
	b.open(s.letter("mira@example.com", "/wallet/email/"))
	s.press(b, "wallet.email.act")
	b.reads(s.w.T("wallet.done.email"))
	b.shot("7-wallet")
}

// thread waits for the shop's post on X and gives the address of its page.
func (s *story) thread() string {
	b := s.fan
	var link string
	eventually(s.t, "the post on the sandbox's X", func() bool {
		b.open(s.x + "/maisonkestrel")
		link = b.status("Linen apron, sage")
		return link != ""
	})
	return link
}

// status is the address of the page of the last post here whose text holds these words, "" where there is none.
func (b *browser) status(said string) string {
	b.t.Helper()
	link, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(
		`([...document.querySelectorAll('article.post')].filter(a => (a.querySelector('.text') || a).innerText.includes(%q)).map(a => a.querySelector('a[href*="/status/"]').href).pop() || '')`, said)))
	if err != nil {
		b.t.Fatal(err)
	}
	return link
}

// writes replies below a post, as the fan.
func (s *story) writes(below, text string) {
	b := s.fan
	b.open(below)
	b.fill("text", text, "as", "mira_okafor")
	b.press("Reply")
}

var confirmCode = regexp.MustCompile(`CONFIRM ([A-Z0-9]{4})`)

// replies: the answer tells what, how many and the total, and nothing is charged.
func (s *story) replies(thread, text, total string) {
	b := s.fan
	s.writes(thread, text)
	own := ""
	eventually(s.t, "the answer to the reply", func() bool {
		b.open(thread)
		if own = b.status("#BuyApron x2 for my sister"); own == "" {
			return false
		}
		b.open(own)
		return confirmCode.MatchString(b.text())
	})
	b.reads("2 × Linen apron, sage", total, "15 minutes")
	b.shot("8-answer")
	s.merchant.open("/dashboard/replies")
	s.merchant.reads("mira_okafor", s.w.T("state.reply.awaiting.title"))
	if n := s.count("SELECT count(*) FROM orders WHERE payment = 'paid'"); n != 0 {
		s.t.Fatalf("%d orders were paid without a word", n)
	}
}

// confirms: the code, below the answer that named it. A second time changes nothing.
func (s *story) confirms() {
	b := s.fan
	code := confirmCode.FindStringSubmatch(b.text())[1]
	answer := b.status("CONFIRM " + code)
	for _, text := range []string{"confirm " + strings.ToLower(code), "CONFIRM " + code + ", once more"} {
		s.writes(answer, "@maisonkestrel "+text)
	}
	eventually(s.t, "thanks in public", func() bool {
		b.open(answer)
		word := b.status("confirm " + strings.ToLower(code))
		if word == "" {
			return false
		}
		return s.count("SELECT count(*) FROM reply_answers WHERE kind = 'thanks' AND state = 'sent'") == 1
	})
}

// receipt: one order, paid once; the letter's page and the wallet tell of it.
func (s *story) receipt() {
	b := s.fan
	b.open(s.letter("mira@example.com", "/orders/"))
	b.reads(s.w.T("order.paid.title"), "Linen apron, sage", s.w.Money(models.Money{Amount: 8400, Currency: "eur"}))
	b.shot("9-receipt")
	b.open("/wallet")
	b.reads("Linen apron, sage")
	b.shot("9-wallet")
	if n := s.count("SELECT count(*) FROM orders WHERE payment = 'paid' AND total = 8400 AND quantity = 2"); n != 1 {
		s.t.Fatalf("%d orders are paid", n)
	}
}

// sawReply: the inbox says what it was read as and what came of it, and leads to the sale.
func (s *story) sawReply() {
	b := s.merchant
	b.open("/dashboard/replies?tab=all")
	b.reads("@mira_okafor", s.w.T("state.reply.paid.title"), "Linen apron, sage")
	b.shot("9-replies")
	b.press("for my sister")
	b.reads(s.w.T("reply.understood"), s.w.T("reply.kind.buy"), s.w.T("state.reply_answer.sent.title"), "€84.00")
	b.shot("9-reply")
	b.open("/dashboard/sales")
	b.reads("mira@example.com")
}
