package main

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tillbird/tillbird/demo"
)

// The most that pages may weigh on the wire: a fan comes from a post, by phone, with whatever network there is.
const (
	offerMost     = 14 << 10 // the page with its style sheet
	offerRequests = 3        // before the pictures
	dashboardMost = 60 << 10 // scripts and style sheets
)

// weight counts bytes and requests as they go over the wire.
func (w *accessWorld) weight(t *testing.T) {
	offer := w.base + "/o/" + w.goods["Cedar candle"]
	page, body := weigh(t, offer)
	sheets := regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(sheets) != 1 {
		t.Errorf("the offer page has %d style sheets", len(sheets))
	}
	for _, sheet := range sheets {
		bytes, _ := weigh(t, w.base+sheet[1])
		page += bytes
	}
	t.Logf("offer page with its style sheet: %d bytes", page)
	if page > offerMost {
		t.Errorf("the offer page weighs %d bytes with its style sheet, of %d", page, offerMost)
	}
	if scripts := regexp.MustCompile(`<script[^>]*>`).FindAllString(body, -1); len(scripts) != 1 || !strings.Contains(scripts[0], "application/ld+json") {
		t.Errorf("the offer page has scripts: %q", scripts)
	}

	fan := person(t, w.base, 390, "en")
	fan.load(offer, http.StatusOK)
	before, err := chromedp.Run(fan.ctx, chromedp.Evaluate[[]string](`performance.getEntriesByType('resource').filter((e) => e.initiatorType !== 'img').map((e) => e.name)`))
	if err != nil {
		t.Fatal(err)
	}
	if len(before)+1 > offerRequests {
		t.Errorf("the offer page needs %d requests before its pictures: itself and %q", len(before)+1, before)
	}

	merchant := person(t, w.base, 1280, "en")
	merchant.signIn(demo.MerchantEmail, demo.MerchantPassword)
	merchant.load("/dashboard", http.StatusOK)
	bytes, err := chromedp.Run(merchant.ctx, chromedp.Evaluate[int](`performance.getEntriesByType('resource').filter((e) => /\.(js|css)$/.test(e.name)).reduce((sum, e) => sum + e.encodedBodySize, 0)`))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("scripts and style sheets of the dashboard: %d bytes", bytes)
	if bytes == 0 || bytes > dashboardMost {
		t.Errorf("the dashboard's scripts and style sheets weigh %d bytes, of %d", bytes, dashboardMost)
	}
}

// weigh is how many bytes an answer has on the wire, and what it says.
func weigh(t *testing.T, address string) (bytes int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", address, answer.Status)
	}
	_, body = fetch(t, address)
	return len(raw), body
}
