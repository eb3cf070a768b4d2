package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

func TestAListIsKeptAndStaysTrue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ends := w.store.Now().Add(10 * time.Minute)
	apron := w.live(models.OfferForm{Title: "Linen apron", Words: "Washed linen.", Price: "24", Currency: "eur", Stock: "1", Fulfilment: "ship", Hashtag: "BuyApron"})
	tote := w.live(models.OfferForm{Title: "Harbour tote", Words: "Canvas.", Price: "18", Currency: "eur", Fulfilment: "ship", Hashtag: "BuyTote", EndsAt: ends.In(w.shop.Zone()).Format("2006-01-02T15:04")})
	for _, path := range []string{"/offers", "/shops/" + w.shop.Handle} {
		first, page := w.fetch(path)
		if first.StatusCode != 200 || !strings.Contains(page, "Linen apron") || first.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: status %d, encoding %q", path, first.StatusCode, first.Header.Get("Content-Encoding"))
		}
		if again, same := w.fetch(path); same != page || again.Header.Get("Etag") != first.Header.Get("Etag") {
			t.Errorf("%s: another page though nothing changed", path)
		}
		if answer, body := w.fetch(path, "If-None-Match", first.Header.Get("Etag")); answer.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("%s: status %d for a reader who has the page", path, answer.StatusCode)
		}
		if _, same := w.fetch(path, "Accept-Encoding", "identity"); same != page {
			t.Errorf("%s: a reader without gzip gets another page", path)
		}
		if _, french := w.fetch(path, "Accept-Language", "fr"); !strings.Contains(french, `lang="fr"`) {
			t.Errorf("%s: the French reader gets an English page", path)
		}
		if dark, body := w.fetch(path, "Cookie", "theme=dark"); body == page || dark.Header.Get("Etag") != "" {
			t.Errorf("%s: a chosen theme is not shown", path)
		}
	}
	if _, body := w.fetch("/offers?q=tote"); strings.Contains(body, "Linen apron") {
		t.Error("a search gives the page of another")
	}
	w.merchant().get("/offers").want(http.StatusOK, "ana@example.com")
	if _, body := w.fetch("/offers"); strings.Contains(body, "ana@example.com") {
		t.Error("everybody is shown who was signed in")
	}

	w.buy(apron.Slug, "one@example.com")
	for _, path := range []string{"/offers", "/shops/" + w.shop.Handle} {
		if _, body := w.fetch(path); !strings.Contains(body, "Sold out") {
			t.Errorf("%s does not say that the last one is gone", path)
		}
	}
	w.must(w.store.Pause(t.Context(), w.shop, w.ana, &apron.Offer))
	for _, path := range []string{"/offers", "/shops/" + w.shop.Handle} {
		if _, body := w.fetch(path); strings.Contains(body, "Linen apron") {
			t.Errorf("%s shows what is paused", path)
		}
	}
	w.clock.Advance(11 * time.Minute)
	if _, body := w.fetch("/offers"); strings.Contains(body, tote.Version.Title) {
		t.Error("what has ended is shown")
	}
	if answer, _ := w.fetch("/shops/nobody"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("status %d for a shop that is none", answer.StatusCode)
	}
}
