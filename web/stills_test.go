package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// fetch asks for an address as a browser that takes gzip, and gives the answer with its words.
func (w *world) fetch(path string, headers ...string) (*http.Response, string) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.server.ServeHTTP(recorder, r)
	answer := recorder.Result()
	var body io.Reader = answer.Body
	if answer.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(body)
		w.must(err)
		body = unpacked
	}
	text, err := io.ReadAll(body)
	w.must(err)
	return answer, string(text)
}

func TestAnOfferPageIsKeptAndStaysTrue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.live(models.OfferForm{Title: "Linen apron", Words: "Stone-washed linen.", Price: "24", Currency: "eur", Stock: "2", Fulfilment: "ship", Hashtag: "BuyApron"})
	path := "/o/" + apron.Slug
	first, page := w.fetch(path)
	if first.StatusCode != 200 || !strings.Contains(page, "Linen apron") || first.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("status %d, encoding %q", first.StatusCode, first.Header.Get("Content-Encoding"))
	}
	if answer, same := w.fetch(path, "Accept-Encoding", "identity"); same != page || answer.Header.Get("Content-Encoding") != "" {
		t.Error("a reader without gzip gets another page")
	}
	if answer, body := w.fetch(path, "If-None-Match", first.Header.Get("Etag")); answer.StatusCode != 304 || body != "" {
		t.Errorf("status %d and %d bytes for a reader who has the page", answer.StatusCode, len(body))
	}
	if _, french := w.fetch(path, "Accept-Language", "fr"); !strings.Contains(french, `lang="fr"`) {
		t.Error("the French reader gets an English page")
	}

	w.buy(apron.Slug, "one@example.com")
	if answer, body := w.fetch(path, "If-None-Match", first.Header.Get("Etag")); answer.StatusCode != 200 || !strings.Contains(body, "1 of 2 left") {
		t.Errorf("status %d: the page after a purchase does not say what is left", answer.StatusCode)
	}
	w.buy(apron.Slug, "two@example.com")
	if _, body := w.fetch(path); !strings.Contains(body, "Sold out") {
		t.Error("the page after the last purchase does not say so")
	}
	w.must(w.store.SetStanding(t.Context(), w.admin, w.shop, "suspended", "fraud"))
	if _, body := w.fetch(path); strings.Contains(body, "Pay €24.00") {
		t.Error("the page of a suspended shop sells")
	}
}

func TestAnOfferPageBeginsAndEndsByTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ends := w.store.Now().Add(10 * time.Minute)
	apron := w.live(models.OfferForm{Title: "Linen apron", Words: "Stone-washed linen.", Price: "24", Currency: "eur", Fulfilment: "ship", Hashtag: "BuyApron", EndsAt: ends.In(w.shop.Zone()).Format("2006-01-02T15:04")})
	path := "/o/" + apron.Slug
	if _, body := w.fetch(path); !strings.Contains(body, "Pay €24.00") {
		t.Fatal("it does not sell before its end")
	}
	w.advance(11 * time.Minute)
	if _, body := w.fetch(path); strings.Contains(body, "Pay €24.00") {
		t.Error("it sells after its end")
	}
}

func TestAKeptPageServesWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	path := "/o/" + apron.Slug
	w.fetch(path)
	w.must(w.store.Close())
	w.advance(time.Minute)
	if answer, body := w.fetch(path); answer.StatusCode != 200 || !strings.Contains(body, "Linen apron") {
		t.Errorf("status %d while the database is away", answer.StatusCode)
	}
	if answer, _ := w.fetch("/offers"); answer.StatusCode != 503 && storetest.Postgres() {
		t.Errorf("status %d for a page that is not kept", answer.StatusCode)
	}
}

func TestManyReadersMakeOnePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	var readers sync.WaitGroup
	for range 50 {
		readers.Go(func() {
			if answer, body := w.fetch("/o/" + apron.Slug); answer.StatusCode != 200 || !strings.Contains(body, "Linen apron") {
				t.Errorf("status %d", answer.StatusCode)
			}
		})
	}
	readers.Wait()
	if answer, _ := w.fetch("/o/nothing-here"); answer.StatusCode != 404 {
		t.Errorf("status %d for no offer", answer.StatusCode)
	}
}

// forget drops every kept page.
func (c *stills) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.pages)
}

func BenchmarkOfferPage(b *testing.B) {
	w := newWorld(b)
	apron := w.apron()
	r := httptest.NewRequest(http.MethodGet, "/o/"+apron.Slug, nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	r.Header.Set("Accept-Language", "en-GB,en;q=0.9")
	r.Header.Set("Cookie", "tillbird_buyer=ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	b.ReportAllocs()
	for b.Loop() {
		recorder := httptest.NewRecorder()
		w.server.ServeHTTP(recorder, r)
		if recorder.Code != http.StatusOK {
			b.Fatal(recorder.Code)
		}
	}
}

func BenchmarkOfferPageThatIsNotKept(b *testing.B) {
	w := newWorld(b)
	apron := w.apron()
	r := httptest.NewRequest(http.MethodGet, "/o/"+apron.Slug, nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	b.ReportAllocs()
	for b.Loop() {
		w.server.stills.forget()
		recorder := httptest.NewRecorder()
		w.server.ServeHTTP(recorder, r)
		if recorder.Code != http.StatusOK {
			b.Fatal(recorder.Code)
		}
	}
}
