package main

import (
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// TestDisputeStory: a buyer's bank disputes a payment, the merchant sees it on a phone, answers with what wins, and has
// the money back.
func TestDisputeStory(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	if out, err := p.command("a watchful heron\n", "admin", "create", "sam@example.com", "--language", "en"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.run()
	s := &story{process: p, w: words.For("en", nil)}
	s.merchant, s.admin, s.fan = person(t, p.base, 390, "en"), person(t, p.base, 1280, "en"), person(t, p.base, 390, "en")
	s.signUp()
	s.connectStripe()
	s.designOffer()
	s.review()
	s.publish()
	s.buyDisputed(s.post())
	s.answerDispute()
	s.winDispute()
}

// buyDisputed: paid by a card whose owner says that it was somebody else.
func (s *story) buyDisputed(short string) {
	b, price := s.fan, models.Money{Amount: 4200, Currency: "eur"}
	b.open(short)
	b.fill("email", "fan@example.com")
	s.press(b, "buy.pay", "Amount", price)
	b.fill("number", "4000 0000 0000 0259", "expiry", "12 / 34", "cvc", "123", "name", "Fay Fan",
		"ship_line1", "1 quai du Port", "ship_postal_code", "13002", "ship_city", "Marseille", "ship_country", "FR")
	b.press(spacedMoney(s.w, price))
	b.refreshUntil(s.w.T("order.paid.title"))
}

// answerDispute: the overview and a letter tell of it; the answer is written, read once more and sent.
func (s *story) answerDispute() {
	b := s.merchant
	b.open("/dashboard/disputes")
	b.refreshUntil("Linen apron, sage")
	b.shot("9-disputes")
	b.open(s.letter("ana@example.com", "/dashboard/disputes/"))
	b.reads(s.w.T("dispute.reason.fraudulent"), s.w.Money(models.Money{Amount: 4200, Currency: "eur"}), s.w.T("dispute.choices"))
	b.refreshUntil(s.w.T("dispute.sum.taken"))
	b.shot("9-dispute")
	s.press(b, "dispute.answer.act")
	b.fill("why", "It was sent to the address of the card. winning_evidence")
	b.shot("9-answer")
	s.press(b, "dispute.answer.check")
	b.reads(s.w.T("dispute.check.once"), "winning_evidence")
	b.shot("9-check")
	s.press(b, "dispute.check.act")
	b.reads(s.w.T("dispute.answered"))
}

// winDispute: the bank decides for the shop, and what was taken is returned.
func (s *story) winDispute() {
	b := s.merchant
	b.refreshUntil(s.w.T("state.dispute.won.title"))
	b.refreshUntil(s.w.T("dispute.sum.returned"))
	b.shot("9-won")
	b.open("/dashboard/sales")
	b.press("Linen apron, sage")
	b.refreshUntil(s.w.T("sale.change.dispute_returned"))
	if text := b.text(); !strings.Contains(text, s.w.T("sale.change.dispute_recovered")) {
		s.t.Errorf("the sale does not tell that the money was taken before:\n%s", text)
	}
	b.shot("9-sale")
}
