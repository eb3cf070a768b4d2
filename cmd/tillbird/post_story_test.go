package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tillbird/tillbird/words"
)

// TestPostStory: design, review, connect X, schedule; the post goes out at its time on the sandbox's X, where its link
// unfurls; a fan follows it and buys, and the post's page counts it.
func TestPostStory(t *testing.T) {
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
	post := s.schedule()
	s.advance("49h")
	s.advance("49h") // the next slot is never farther
	s.advance("24h")
	short := s.unfurls(post)
	s.buy(short)
	s.counted(post)
}

// connectX: from the settings to X's page and back.
func (s *story) connectX() {
	b := s.merchant
	b.open("/dashboard/settings/networks")
	s.press(b, "profile.act.connect", "Network", "X")
	if !strings.HasPrefix(b.where(), s.x) {
		s.t.Fatalf("the merchant is at %s, not at X:\n%s", b.where(), b.text())
	}
	b.pressNamed("person", "maisonkestrel")
	b.reads("X · @maisonkestrel is connected", s.w.T("state.profile.connected.title"), "$0.00 of $10.00")
	b.shot("8-networks")
}

// schedule makes a post for the next slot by the connected account, and gives its page.
func (s *story) schedule() string {
	b := s.merchant
	b.open("/dashboard/offers")
	b.press("Linen apron, sage")
	s.press(b, "offer.act.post")
	b.reads("$0.20")
	b.pressChoice("X · @maisonkestrel, by itself")
	b.pressChoice("Next slot")
	b.shot("8-composer")
	s.press(b, "post.act.make")
	b.reads(s.w.T("state.post.scheduled.title"), s.w.T("post.planned.heading"), "18:00")
	b.shot("8-planned")
	at, err := url.Parse(b.where())
	if err != nil {
		s.t.Fatal(err)
	}
	return at.Path
}

// pressChoice chooses the radio button with these words.
func (b *browser) pressChoice(label string) {
	b.t.Helper()
	path := `//main//label[contains(normalize-space(.), "` + label + `")]`
	b.do(chromedp.Click(path, chromedp.NodeVisible))
}

// advance moves the sandbox's clock, and with it Tillbird's.
func (s *process) advance(by string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.stripe+"/clock", strings.NewReader(url.Values{"by": {by}}.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", s.stripe)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = a.Body.Close()
	if a.StatusCode >= 400 {
		s.t.Fatalf("the clock does not move by %s: %d", by, a.StatusCode)
	}
}

// unfurls waits for the post on X, sees its link with its card there, and gives the short link.
func (s *story) unfurls(post string) string {
	code := post[strings.LastIndexByte(post, '/')+1:]
	card := regexp.MustCompile(`<img[^>]+`)
	eventually(s.t, "the post on the sandbox's X with its card", func() bool {
		_, page := fetch(s.t, s.x+"/maisonkestrel")
		return strings.Contains(page, "Linen apron, sage") && strings.Contains(page, "/p/"+code) && card.MatchString(page)
	})
	b := s.fan
	b.open(s.x + "/maisonkestrel")
	b.shot("8-x")
	return "/p/" + code
}

// counted: a click of one visitor, a checkout, an order and its money, on the post's page and in the list.
func (s *story) counted(post string) {
	b := s.merchant
	b.open("/login") // days have passed
	b.fill("email", "ana@example.com", "password", "a quiet harbour")
	s.press(b, "user.sign_in.button")
	b.open(post)
	b.refreshUntil("€42.00")
	b.reads(s.w.T("state.post.posted.title"), s.w.T("post.brought.heading"))
	if said := strings.Join(strings.Fields(b.text()), " "); !strings.Contains(said, "Clicks 1 Visitors 1 Checkouts 1 Orders 1 Gross €42.00") {
		s.t.Fatalf("the post is counted as:\n%s", said)
	}
	b.shot("8-brought")
	b.open("/dashboard/posts")
	b.reads("Clicks 1", "Orders 1", "€42.00")
	s.advance("30m")
	b.open(post)
	until := time.Now().Add(2 * time.Minute)
	for strings.Contains(b.text(), s.w.T("post.seen.unknown")) {
		if time.Now().After(until) {
			s.t.Fatalf("its figures are not read:\n%s", b.text())
		}
		b.open(post)
	}
	b.open("/dashboard/settings/networks")
	b.reads("of $10.00", "1 post on X as @maisonkestrel")
}
