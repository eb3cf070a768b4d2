package main

import (
	"image"
	_ "image/jpeg" // the pictures of cards
	_ "image/png"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tillbird/tillbird/social/blueskytest"
	"github.com/tillbird/tillbird/words"
)

// TestPostStory: design, review, connect X and Bluesky, schedule; the posts go out at their times on the sandbox's X and
// on Bluesky's own software, where their links have cards; a fan of each follows one and buys, and each post's page
// counts its own.
func TestPostStory(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	if out, err := p.command("a watchful heron\n", "admin", "create", "sam@example.com", "--language", "en"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	bluesky := blueskytest.Start(t)
	account, _, password := bluesky.Account("maisonkestrel")
	env := []string{"TILLBIRD_BLUESKY_SERVER=" + bluesky.PDS, "TILLBIRD_BLUESKY_DIRECTORY=" + bluesky.PLC}
	p.run(env...)
	s := &story{process: p, w: words.For("en", nil)}
	s.merchant, s.admin, s.fan = person(t, p.base, 1280, "en"), person(t, p.base, 1280, "en"), person(t, p.base, 390, "en")
	s.signUp()
	s.connectStripe()
	s.designOffer()
	s.review()
	s.publish()
	s.connectX()
	s.connectBluesky(password)
	onX, onBluesky := s.schedule("X · @maisonkestrel", "$0.20"), s.schedule("Bluesky · @maisonkestrel.test", "")
	s.advance("49h")
	s.advance("49h")
	s.advance("49h")
	s.advance("24h") // the slot after the next is never farther
	s.buy(s.fan, "fan@example.com", s.unfurls(onX))
	s.buy(person(t, p.base, 390, "en"), "sky@example.com", s.shown(bluesky, account, onBluesky))
	b := s.merchant
	b.open("/login") // days have passed
	b.fill("email", "ana@example.com", "password", "a quiet harbour")
	s.press(b, "user.sign_in.button")
	s.counted(onX, "9-x")
	s.counted(onBluesky, "9-bluesky")
	b.open("/dashboard/posts")
	if n := strings.Count(b.text(), "Gross €42.00"); n != 2 {
		t.Errorf("the list counts %d sales:\n%s", n, b.text())
	}
	b.shot("9-posts")
	s.advance("30m")
	s.again(env...) // figures are looked for at the start, and each minute
	s.measured(onX)
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

// connectBluesky: with a password made for one app, which Bluesky's own server checks.
func (s *story) connectBluesky(password string) {
	b := s.merchant
	b.fill("handle", "maisonkestrel.test", "password", "own-maisonkestrel")
	s.press(b, "profile.act.connect", "Network", "Bluesky")
	b.reads(s.w.T("problem.app_password.main"))
	b.fill("handle", "@maisonkestrel.test", "password", password)
	s.press(b, "profile.act.connect", "Network", "Bluesky")
	b.reads("Bluesky · @maisonkestrel.test is connected")
	b.shot("8-networks-both")
}

// schedule makes a post for the next free slot by a connected account, and gives its page.
func (s *story) schedule(account, cost string) string {
	b := s.merchant
	b.open("/dashboard/offers")
	b.press("Linen apron, sage")
	s.press(b, "offer.act.post")
	b.reads(cost)
	b.pressChoice(account + ", by itself")
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

// shown waits for the post on Bluesky, reads its record back as every client does, and follows it as a reader: its link
// is a link in the text, and below it stands the card with its picture. It gives the short link.
func (s *story) shown(bluesky *blueskytest.Server, account, post string) string {
	short := s.base + "/p/" + post[strings.LastIndexByte(post, '/')+1:]
	var page struct{ Records []struct{ Value blueskyPost } }
	eventually(s.t, "the post on Bluesky", func() bool {
		bluesky.Call("", http.MethodGet, "com.atproto.repo.listRecords?collection=app.bsky.feed.post&repo="+account, nil, &page)
		return len(page.Records) > 0
	})
	if len(page.Records) > 1 {
		s.t.Fatalf("%d posts are on Bluesky", len(page.Records))
	}
	there := page.Records[0].Value
	linked := false
	for _, f := range there.Facets {
		for _, feature := range f.Features {
			linked = linked || feature.URI == short && strings.Contains(short, strings.TrimSuffix(there.Text[f.Index.ByteStart:f.Index.ByteEnd], "…"))
		}
	}
	if card := there.Embed.External; !linked || card.URI != short || !strings.Contains(card.Title, "Linen apron, sage") || card.Description == "" {
		s.t.Fatalf("a reader of Bluesky sees: %+v", there)
	}
	status, picture := fetch(s.t, bluesky.PDS+"/xrpc/com.atproto.sync.getBlob?did="+account+"&cid="+there.Embed.External.Thumb.Ref.Link)
	drawn, _, err := image.DecodeConfig(strings.NewReader(picture))
	if status != http.StatusOK || err != nil || drawn.Width != 1200 || drawn.Height != 628 {
		s.t.Fatalf("the card's picture: %d %v %+v", status, err, drawn)
	}
	return strings.TrimPrefix(there.Embed.External.URI, s.base)
}

// blueskyPost is what a client of Bluesky reads of a post.
type blueskyPost struct {
	Text   string
	Facets []struct {
		Index    struct{ ByteStart, ByteEnd int }
		Features []struct{ URI string }
	}
	Embed struct {
		External struct {
			URI, Title, Description string
			Thumb                   struct {
				Ref struct {
					Link string `json:"$link"`
				}
			}
		}
	}
}

// counted: a click of one visitor, a checkout, an order and its money, on the post's page.
func (s *story) counted(post, shot string) {
	b := s.merchant
	b.open(post)
	b.refreshUntil("€42.00")
	b.reads(s.w.T("state.post.posted.title"), s.w.T("post.brought.heading"))
	if said := strings.Join(strings.Fields(b.text()), " "); !strings.Contains(said, "Clicks 1 Visitors 1 Checkouts 1 Orders 1 Gross €42.00") {
		s.t.Fatalf("the post is counted as:\n%s", said)
	}
	b.shot(shot)
}

// measured: the network's figures come, and what it all cost is told.
func (s *story) measured(post string) {
	b := s.merchant
	eventually(s.t, "the network's figures", func() bool {
		b.open(post)
		return !strings.Contains(b.text(), s.w.T("post.seen.unknown"))
	})
	b.open("/dashboard/settings/networks")
	b.reads("of $10.00", "1 post on X as @maisonkestrel")
}
