package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is a page on the web with a card.
type site struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	head   string
	robots string
	shade  uint8
	asked  map[string]int
	agents map[string]bool
}

func newSite(t *testing.T) *site {
	s := &site{t: t, asked: map[string]int{}, agents: map[string]bool{}}
	s.head = `<meta name="twitter:card" content="summary_large_image"><meta property="og:title" content="Blue &amp; mug"><meta property="og:image" content="/card.png?v=1"><meta name="twitter:image:alt" content="A blue mug, €18.00">`
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[r.URL.Path]++
		s.agents[r.UserAgent()] = true
		switch r.URL.Path {
		case "/robots.txt":
			if s.robots == "" {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write([]byte(s.robots))
		case "/card.png":
			_, _ = w.Write(picture(s.t, 120, 63, s.shade))
		case "/large.png":
			_, _ = w.Write(append(picture(s.t, 120, 63, s.shade), make([]byte, 6<<20)...))
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/p/abc":
			http.Redirect(w, r, "/o/mug", http.StatusFound)
		default:
			fmt.Fprintf(w, `<!doctype html><title>Mug</title><head>%s</head><body><meta name="twitter:card" content="summary">`, s.head)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) times(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

func (s *site) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// TestXUnfurls: a link becomes its picture, with the domain over it and nothing else, and is kept for a week.
func TestXUnfurls(t *testing.T) {
	f, s := newFeed(t), newSite(t)
	path := "/maisonkestrel/status/" + f.write("maisonkestrel", "The mug is back\n"+s.URL+"/p/abc")
	page := f.browser().get(f.x.URL + path)
	for _, want := range []string{`alt="A blue mug, €18.00"`, `class="domain">` + strings.TrimPrefix(s.URL, "http://"), `href="` + s.URL + `/p/abc"`} {
		if !page.has(want) {
			t.Errorf("the page has no %s:\n%s", want, page.body)
		}
	}
	if page.has("Blue &amp; mug") || strings.Contains(page.body, "back\n<a") {
		t.Error("the headline or the bare link stands there")
	}
	if !s.agents["Twitterbot/1.0"] || len(s.agents) != 1 {
		t.Errorf("it was fetched by %v", s.agents)
	}
	_, rest, _ := strings.Cut(page.body, `src="/cards/`)
	digest, _, _ := strings.Cut(rest, `"`)
	if shown := f.browser().get(f.x.URL + "/cards/" + digest); shown.header.Get("Content-Type") != "image/png" || shown.body != string(picture(t, 120, 63, 0)) {
		t.Errorf("the picture is %s", shown.header.Get("Content-Type"))
	}
	s.set(func() { s.shade = 200 })
	f.sb.Advance(6 * 24 * time.Hour)
	if again := f.browser().get(f.x.URL + path); !again.has(digest) || s.times("/o/mug") != 1 {
		t.Errorf("the card was not kept: fetched %d times", s.times("/o/mug"))
	}
	f.sb.Advance(25 * time.Hour)
	if again := f.browser().get(f.x.URL + path); again.has(digest) || s.times("/o/mug") != 2 {
		t.Errorf("an old card was not fetched again: %d times", s.times("/o/mug"))
	}
}

// TestXCards: what has no card stays a link, and the operator reads why.
func TestXCards(t *testing.T) {
	f := newFeed(t)
	n := 0
	unfurled := func(path string, change func(*site)) (seen, string) {
		s := newSite(t)
		if change != nil {
			change(s)
		}
		n++
		id := f.write("lucbernard", fmt.Sprintf("Number %d %s%s", n, s.URL, path))
		return f.browser().get(f.x.URL + "/lucbernard/status/" + id), f.browser().get(f.x.URL + "/operator").body
	}
	for name, c := range map[string]struct {
		path   string
		change func(*site)
		why    string
	}{
		"no tags":           {"/plain", func(s *site) { s.head = "" }, "the page has no twitter:card"},
		"no title":          {"/untitled", func(s *site) { s.head = `<meta name="twitter:card" content="summary">` }, "the card has no title"},
		"kept out":          {"/o/mug", func(s *site) { s.robots = "User-agent: *\nAllow: /\n\nUser-agent: Twitterbot\nDisallow: /o/" }, "robots.txt keeps Twitterbot/1.0 out"},
		"round and round":   {"/round", nil, "redirects"},
		"a picture too big": {"/o/mug", func(s *site) { s.head = strings.Replace(s.head, "/card.png", "/large.png", 1) }, "larger than 5 MB"},
		"words as picture":  {"/o/mug", func(s *site) { s.head = strings.Replace(s.head, "/card.png", "/words", 1) }, "neither PNG"},
	} {
		page, operator := unfurled(c.path, c.change)
		if page.has(`src="/cards/`) || !strings.Contains(operator, c.why) {
			t.Errorf("%s: shown %v, the operator does not read %q", name, page.has(`src="/cards/`), c.why)
		}
	}
	if page, _ := unfurled("/o/mug", func(s *site) {
		s.robots = "User-agent: Twitterbot\nDisallow: /o/\nAllow: /o/mug\n\nUser-agent: *\nDisallow: /"
	}); !page.has(`src="/cards/`) {
		t.Error("a longer Allow does not win")
	}
	if page, _ := unfurled("/o/mug", func(s *site) { s.head = strings.Replace(s.head, "summary_large_image", "summary", 1) }); !page.has("<strong>Blue &amp; mug</strong>") {
		t.Error("a small card has no headline")
	}
}
