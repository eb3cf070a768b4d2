package social

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

func TestMeasure(t *testing.T) {
	long := "https://tillbird.example.com/p/" + strings.Repeat("a", 100)
	for _, c := range []struct {
		network, text, link string
		want                Count
	}{
		{X, "", "", Count{0, 280, 0}},
		{X, "Linen apron", "", Count{11, 280, 0}},
		{X, "Linen apron", long, Count{11 + 1 + 23, 280, 0}},
		{X, "Linen apron " + long, long, Count{11 + 1 + 23, 280, 0}},
		{X, "  Linen apron \n", "", Count{11, 280, 0}},
		{X, "", long, Count{23, 280, 0}},
		{X, strings.Repeat("字", 130), long, Count{284, 280, 4}},
		{X, "e\u0301", "", Count{1, 280, 0}},
		{X, "مئزر من الكتان", "", Count{14, 280, 0}},
		{Bluesky, "👨‍👩‍👧‍👦 字é", "", Count{4, 300, 0}},
		{Bluesky, "Apron", long, Count{5 + 1 + len(long), 300, 0}},
		{Bluesky, strings.Repeat("a", 310), "", Count{310, 300, 10}},
		{Bluesky, strings.Repeat("👨‍👩‍👧‍👦", 200), "", Count{200, 300, 2000}},
		{Mastodon, "👨‍👩‍👧‍👦 字é", "", Count{4, 500, 0}},
		{Mastodon, "Apron", long, Count{5 + 1 + 23, 500, 0}},
		{Mastodon, "see example.com", "", Count{15, 500, 0}},
		{Mastodon, strings.Repeat("a", 501), "", Count{501, 500, 1}},
	} {
		if got := Measure(c.network, c.text, c.link); got != c.want {
			t.Errorf("%s %.40q %.20q: %+v, want %+v", c.network, c.text, c.link, got, c.want)
		}
	}
}

func TestFitting(t *testing.T) {
	text := strings.Repeat("a", 255) + "👨‍👩‍👧‍👦b"
	fits, excess := Fitting(X, text, "https://tillbird.example.com/p/abc")
	if fits != strings.Repeat("a", 255) || excess != "👨‍👩‍👧‍👦b" {
		t.Errorf("%d bytes fit, %q is too much", len(fits), excess)
	}
	if fits, excess := Fitting(X, "short", ""); fits != "short" || excess != "" {
		t.Errorf("%q %q", fits, excess)
	}
}

func TestComposeLink(t *testing.T) {
	const text, link = "Linen apron, 100% #BuyApron & more\nToday +1", "https://tillbird.example.com/p/abc?x=1"
	x, err := url.Parse(ComposeLink(X, text, link, ""))
	if err != nil || x.Host != "x.com" || x.Path != "/intent/post" {
		t.Fatal(x, err)
	}
	if q := x.Query(); q.Get("text") != text+"\n" || q.Get("url") != link || strings.Contains(x.RawQuery, "+") {
		t.Errorf("%s", x.RawQuery)
	}
	x, _ = url.Parse(ComposeLink(X, text+" "+link, link, ""))
	if q := x.Query(); q.Has("url") || q.Get("text") != text+" "+link {
		t.Errorf("the link goes out twice: %s", x.RawQuery)
	}
	sky, err := url.Parse(ComposeLink(Bluesky, text, link, ""))
	if err != nil || sky.Host != "bsky.app" || sky.Query().Get("text") != text+"\n"+link {
		t.Errorf("%v %v", sky, err)
	}
	if got := ComposeLink(X, "Tea", link, "http://localhost:8083"); !strings.HasPrefix(got, "http://localhost:8083/intent/post?text=Tea") {
		t.Errorf("the sandbox's composer is at %s", got)
	}
	if got := ComposeLink(Mastodon, text, link, ""); got != "" {
		t.Errorf("%q", got)
	}
}

func TestDraft(t *testing.T) {
	ends := time.Date(2026, 5, 24, 18, 0, 0, 0, time.UTC)
	offer := &models.OfferView{Version: models.Version{Title: "Linen apron", Price: 4200, Currency: "eur", Hashtag: "BuyApron"}}
	shop := &models.Shop{Name: "Maison Kestrel", TimeZone: "Europe/Paris"}
	if got, want := Draft(words.For("en", nil), offer, shop), "Linen apron from Maison Kestrel: €42.00.\nGet yours here. #BuyApron"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	offer.EndsAt = &ends
	if got, want := Draft(words.For("en", nil), offer, shop), "Linen apron from Maison Kestrel: €42.00.\nGet yours here. Until Sunday 24 May, 20:00 (Paris). #BuyApron"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Draft(words.For("fr", nil), offer, shop); !strings.Contains(got, "42,00\u00a0€") || !strings.Contains(got, "20\u00a0h") {
		t.Errorf("%q", got)
	}
	offer.Approved = &models.Version{Title: "Approved apron", Price: 4000, Currency: "eur"}
	if got := Draft(words.For("en", nil), offer, shop); !strings.HasPrefix(got, "Approved apron") || strings.Contains(got, "#") {
		t.Errorf("%q", got)
	}
	shop.Name = strings.Repeat("店", 80)
	for _, title := range []string{strings.Repeat("字", 120), strings.Repeat("👨‍👩‍👧‍👦", 17), strings.Repeat("mug, ", 24), strings.Repeat("م", 120)} {
		for _, lang := range words.Languages {
			offer.Approved = &models.Version{Title: title, Price: 4000, Currency: "eur", Hashtag: strings.Repeat("字", 10)}
			got := Draft(words.For(lang, nil), offer, shop)
			for _, network := range Networks {
				if count := Measure(network, got, "https://tillbird.example.com/p/abcdefghij"); count.Over > 0 {
					t.Errorf("%s %s: %q is %d over", lang, network, got, count.Over)
				}
			}
		}
	}
	if missing := words.Missing(); len(missing) > 0 {
		t.Error(missing)
	}
}

func TestIsCrawler(t *testing.T) {
	for agent, want := range map[string]bool{
		"":               true,
		"Twitterbot/1.0": true,
		"Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)":    true,
		"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": true,
		"Mastodon/4.3.2 (http.rb/5.2.0; +https://mastodon.social/)":                 true,
		"http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/) Bot":             true,
		"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)":                true,
		"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)":         true,
		"WhatsApp/2.23.20.0": true,
		"LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)": true,
		"TelegramBot (like TwitterBot)":                                                                                 true,
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                      true,
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": true,
		"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)":                                              true,
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36": true,
		"curl/8.5.0":             true,
		"python-requests/2.32.0": true,
		"Go-http-client/1.1":     true,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1":     false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Twitter for iPhone/11.2":       false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]":               false,
		"Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                     false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 YaBrowser/25.8.0 Yowser/2.5 Safari/537.36": false,
		"Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0":                                                                      false,
	} {
		if got := IsCrawler(agent); got != want {
			t.Errorf("IsCrawler(%q) = %v", agent, got)
		}
	}
}
