package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// posted makes a post of an offer, and gives its code.
func (w *world) posted(offer *models.OfferView) string {
	w.t.Helper()
	post, err := w.store.CreatePost(w.t.Context(), w.shop, w.ana, &offer.Offer, "x", "Linen apron €24", 0)
	w.must(err)
	return post.Code
}

func (w *world) clicks(code string) int64 {
	w.t.Helper()
	post, err := w.store.PostIn(w.t.Context(), w.shop, code)
	w.must(err)
	return post.Clicks
}

func TestAShortLinkLeadsAndCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	code := w.posted(apron)
	b := newBrowser(t, w)
	b.get("/p/"+code).want(200, "Linen apron")
	if b.at.Path != "/o/"+apron.Slug || w.clicks(code) != 1 || b.cookie("tillbird_source") != code {
		t.Errorf("at %s, %d clicks, source %q", b.at.Path, w.clicks(code), b.cookie("tillbird_source"))
	}
	b.get("/o/"+apron.Slug).submit("/o/"+apron.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}})
	b.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	if order := w.orderOf("fan@example.com"); order.Source != "post" || order.Post == nil || order.Post.Code != code {
		t.Errorf("the sale is not the post's: %+v", order.Source)
	}
	b.get("/p/unknowncode").want(404)
}

// A source is the post's only where the post is of what was bought.
func TestASourceOfAnotherOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	candle := w.live(models.OfferForm{Title: "Candle", Price: "9"})
	b := newBrowser(t, w)
	b.get("/p/" + w.posted(candle))
	b.get("/o/"+apron.Slug).submit("/o/"+apron.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}})
	if order := w.orderOf("fan@example.com"); order.Source != "link" {
		t.Errorf("source %s", order.Source)
	}
}

func TestWhatIsNoClick(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	code := w.posted(apron)
	for name, change := range map[string]func(*http.Request){
		"Twitterbot": func(r *http.Request) { r.Header.Set("User-Agent", "Twitterbot/1.0") },
		"Cardyb":     func(r *http.Request) { r.Header.Set("User-Agent", "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1)") },
		"nobody":     func(r *http.Request) { r.Header.Set("User-Agent", "") },
		"prefetch":   func(r *http.Request) { r.Header.Set("Sec-Purpose", "prefetch;prerender") },
		"preview":    func(r *http.Request) { r.Header.Set("Purpose", "preview") },
		"HEAD":       func(r *http.Request) { r.Method = http.MethodHead },
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/p/"+code, nil)
		r.Header.Set("User-Agent", phone)
		change(r)
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}).Do(r)
		w.must(err)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusFound || answer.Header.Get("Location") != "/o/"+apron.Slug || len(answer.Cookies()) != 0 {
			t.Errorf("%s: %d to %q with %v", name, answer.StatusCode, answer.Header.Get("Location"), answer.Cookies())
		}
	}
	if n := w.clicks(code); n != 0 {
		t.Errorf("%d clicks were counted", n)
	}
}
