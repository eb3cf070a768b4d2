package main

import (
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// TestStory is the whole way from sign-up to a paid order on the dashboard, on a phone, by pressing what people see.
func TestStory(t *testing.T) {
	t.Parallel()
	for _, language := range words.Languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			tell(t, language)
		})
	}
}

// story is one telling, with its people.
type story struct {
	*process
	w                    *words.Printer
	merchant, admin, fan *browser
}

func tell(t *testing.T, language string) {
	p := prepare(t)
	if out, err := p.command("a watchful heron\n", "admin", "create", "sam@example.com", "--language", language); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.run()
	s := &story{process: p, w: words.For(language, nil)}
	s.merchant, s.admin, s.fan = person(t, p.base, 390, language), person(t, p.base, 1280, language), person(t, p.base, 390, language)
	s.signUp()
	s.connectStripe()
	s.designOffer()
	s.review()
	s.publish()
	short := s.post()
	s.buy(s.fan, "fan@example.com", short)
	s.seeSale()
	s.findOrderAgain()
}

// press presses what the message says.
func (s *story) press(b *browser, id string, pairs ...any) {
	s.t.Helper()
	b.press(s.w.T(id, pairs...))
}

// signUp: e-mail and password, the letter's link, the shop's name.
func (s *story) signUp() {
	b := s.merchant
	b.open("/signup")
	b.fill("email", "ana@example.com", "password", "a quiet harbour")
	s.press(b, "user.sign_up.button")
	b.reads("ana@example.com")
	b.shot("1-letter-" + s.w.Lang())
	b.open(s.letter("ana@example.com", "/email/confirmations/"))
	s.press(b, "user.confirm.button")
	b.fill("name", "Maison Kestrel", "handle", "maisonkestrel", "country", "FR", "currency", "eur", "time_zone", "Europe/Paris")
	b.shot("1-shop-" + s.w.Lang())
	s.press(b, "new_shop.button")
}

// letter is the link of a kind in the newest letter to an address, from the sandbox's mail page.
func (s *process) letter(to, kind string) string {
	s.t.Helper()
	link := regexp.MustCompile(regexp.QuoteMeta(s.base) + regexp.QuoteMeta(kind) + `[a-z0-9]+(?:[.-][a-z0-9]+)*`)
	message := regexp.MustCompile(`/mail/[A-Za-z0-9_-]+`)
	found := ""
	eventually(s.t, "a letter to "+to+" with "+kind, func() bool {
		_, list := fetch(s.t, s.stripe+"/mail?to="+url.QueryEscape(to))
		for _, path := range message.FindAllString(list, -1) {
			if _, body := fetch(s.t, s.stripe+path); link.MatchString(body) {
				found = link.FindString(body)
				return true
			}
		}
		return false
	})
	return found
}

// connectStripe: first unfinished, which says what is due, then whole.
func (s *story) connectStripe() {
	b := s.merchant
	b.reads(s.w.T("onboarding.title"))
	s.press(b, "onboarding.connect")
	b.shot("2-stripe-" + s.w.Lang())
	b.pressNamed("action", "later")
	b.reads(s.w.T("onboarding.wants.title"), s.w.T("onboarding.want.bank"))
	b.shot("2-due-" + s.w.Lang())
	s.press(b, "onboarding.continue")
	b.pressNamed("action", "good")
	b.refreshUntil(s.w.T("state.shop.ready.title"))
	b.shot("2-ready-" + s.w.Lang())
}

// designOffer: everything a fan needs to know, and a picture.
func (s *story) designOffer() {
	b := s.merchant
	b.open("/dashboard/offers/new")
	picture, err := filepath.Abs("../../demo/pictures/apron.jpg")
	if err != nil {
		s.t.Fatal(err)
	}
	b.upload("picture", picture)
	price := "42.00"
	if s.w.Lang() == "fr" {
		price = "42,00"
	}
	b.fill("title", "Linen apron, sage", "words", "Washed linen, two pockets.", "price", price, "stock", "7", "limit", "2", "alt", "A sage green apron on a peg", "hashtag", "BuyApron")
	s.press(b, "offer.form.save")
	b.reads("Linen apron, sage")
	b.shot("3-offer-" + s.w.Lang())
	s.press(b, "offer.act.check")
	b.shot("3-check-" + s.w.Lang())
	s.press(b, "offer.act.send")
}

// review: the admin sees it with the shop beside it, and approves.
func (s *story) review() {
	b := s.admin
	b.open("/login")
	b.fill("email", "sam@example.com", "password", "a watchful heron")
	s.press(b, "user.sign_in.button")
	b.reads("Linen apron, sage")
	b.press("Linen apron, sage")
	b.reads("Maison Kestrel", s.w.T("admin.review.decide"))
	b.shot("4-review-" + s.w.Lang())
	s.press(b, "admin.review.approve")
	s.letter("ana@example.com", "/dashboard/offers/")
}

// publish: live at a press.
func (s *story) publish() {
	b := s.merchant
	b.open("/dashboard/offers")
	b.press("Linen apron, sage")
	s.press(b, "offer.act.publish")
	b.reads(s.w.T("state.offer.live.title"))
	b.shot("5-live-" + s.w.Lang())
}

// post: the text with its count, the compose link, the short link.
func (s *story) post() string {
	b := s.merchant
	s.press(b, "offer.act.post")
	b.reads("280")
	s.press(b, "post.act.make")
	if compose := b.href("/intent/post"); !strings.Contains(compose, "url=") {
		s.t.Errorf("the compose link has no link: %s", compose)
	}
	b.shot("5-post-" + s.w.Lang())
	link := regexp.MustCompile(`/p/[a-z0-9]+`)
	compose, err := url.QueryUnescape(b.href("/intent/post"))
	if err != nil {
		s.t.Fatal(err)
	}
	return link.FindString(compose)
}

// buy: from the short link on a phone to the thanks page, by card.
func (s *story) buy(b *browser, email, short string) {
	price := models.Money{Amount: 4200, Currency: "eur"}
	b.open(short)
	b.reads("Linen apron, sage", s.w.Money(price))
	b.shot("6-offer-" + s.w.Lang())
	b.fill("email", email)
	s.press(b, "buy.pay", "Amount", price)
	if !strings.HasPrefix(b.where(), s.stripe) {
		s.t.Fatalf("the fan is at %s, not at Stripe's page:\n%s", b.where(), b.text())
	}
	b.fill("number", "4242 4242 4242 4242", "expiry", "12 / 34", "cvc", "123", "name", "Fay Fan",
		"ship_line1", "1 quai du Port", "ship_postal_code", "13002", "ship_city", "Marseille", "ship_country", "FR")
	b.shot("6-pay-" + s.w.Lang())
	b.press(spacedMoney(s.w, price))
	if !strings.Contains(b.where(), s.base+"/orders/") {
		s.t.Fatalf("the fan is at %s, not at the order:\n%s", b.where(), b.text())
	}
	b.refreshUntil(s.w.T("order.paid.title"))
	b.reads("Linen apron, sage", s.w.Money(price))
	b.shot("7-thanks-" + s.w.Lang())
}

// spacedMoney is the amount as the sandbox's button shows it.
func spacedMoney(w *words.Printer, m models.Money) string { return w.Decimals(m) }

// seeSale: the letters, and the dashboard with the order, its source and its timeline.
func (s *story) seeSale() {
	s.letter("fan@example.com", "/orders/")
	s.letter("ana@example.com", "/dashboard/sales/")
	b := s.merchant
	b.open("/dashboard")
	b.reads(s.w.Money(models.Money{Amount: 4200, Currency: "eur"}), "Linen apron, sage")
	b.shot("8-overview-" + s.w.Lang())
	b.open("/dashboard/sales")
	b.reads("fan@example.com")
	b.press("Linen apron, sage")
	b.reads("fan@example.com", s.w.T("state.payment.paid.title"), "1 quai du Port")
	b.shot("8-sale-" + s.w.Lang())
}

// findOrderAgain: a lost link comes again by e-mail.
func (s *story) findOrderAgain() {
	b := person(s.t, s.base, 390, s.w.Lang())
	b.open("/orders")
	b.fill("email", "fan@example.com")
	s.press(b, "order.lookup.send")
	b.open(s.letter("fan@example.com", "/orders/"))
	b.reads("Linen apron, sage")
}
