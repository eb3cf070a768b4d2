package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// charges is how many charges Stripe has.
func (w *world) charges() int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.stripe+"/v1/charges?limit=100", nil)
	w.must(err)
	r.SetBasicAuth(w.sandbox.SecretKey(), "")
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	return strings.Count(string(body), `"object":"charge"`) + strings.Count(string(body), `"object": "charge"`)
}

// Who pays, goes back and presses again is asked first; who means it gets another order.
func TestBoughtAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	to := "/o/" + apron.Slug + "/checkouts"
	b := w.buy(apron.Slug, "fan@example.com").want(200, "Thank you")
	paid := b.at.Path
	b.get("/o/"+apron.Slug).submit(to, url.Values{"email": {"fan@example.com"}, "quantity": {"2"}}).want(422, "You already bought this", "for order 1")
	if !strings.Contains(b.body, `href="`+paid+`"`) {
		t.Error("no way to the order")
	}
	w.counted(apron.Slug, 0, 1)
	// With another address it is the same browser still.
	b.get("/o/"+apron.Slug).submit(to, url.Values{"email": {"other@example.com"}}).want(422, "You already bought this")
	b.submit("Buy it again", nil)
	if !strings.HasPrefix(b.at.String(), w.stripe) {
		t.Fatalf("led to %s: %s", b.at, b.text())
	}
	b.payByCard("4242 4242 4242 4242").want(200, "Thank you", "Order 2", "other@example.com")
	w.counted(apron.Slug, 0, 2)
	// Another browser with the same address learns nothing.
	c := newBrowser(t, w)
	c.get("/o/"+apron.Slug).submit(to, url.Values{"email": {"fan@example.com"}})
	if !strings.HasPrefix(c.at.String(), w.stripe) {
		t.Errorf("a stranger was led to %s: %s", c.at, c.text())
	}
	w.advance(8 * 24 * time.Hour)
	b.get(w.url+"/o/"+apron.Slug).submit(to, url.Values{"email": {"fan@example.com"}})
	if !strings.HasPrefix(b.at.String(), w.stripe) {
		t.Errorf("after a week still asked: %s", b.text())
	}
}

// Two tabs stand at Stripe for one press each: it is one checkout, paid once; the other tab says so.
func TestTwoTabsAtTheTill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	to := "/o/" + apron.Slug + "/checkouts"
	b := newBrowser(t, w)
	b.get("/o/" + apron.Slug)
	fields := url.Values{"email": {"fan@example.com"}, "quantity": {"1"}}
	b.post(to, fields)
	checkout := b.at
	b.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	b.at = checkout
	if b.post(checkout.Path, url.Values{"number": {"4242 4242 4242 4242"}, "expiry": {"12 / 34"}, "cvc": {"123"}, "name": {"Fay Fan"}}); strings.HasPrefix(b.at.String(), w.stripe) && b.status == 200 && strings.Contains(b.text(), "Pay") {
		t.Errorf("the other tab can pay: %s", b.text())
	}
	w.settle()
	w.counted(apron.Slug, 0, 1)
	if n := w.charges(); n != 1 {
		t.Errorf("%d charges", n)
	}
	// The third tab never left the offer page.
	b.at, _ = url.Parse(w.url + "/o/" + apron.Slug)
	b.post(to, fields).want(422, "You already bought this")
	w.counted(apron.Slug, 0, 1)
}

// The first press met an outage, the second the answer that was lost: one order, one charge.
func TestRetryAfterAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	to := "/o/" + apron.Slug + "/checkouts"
	b := newBrowser(t, w)
	b.get("/o/" + apron.Slug)
	w.stripeAway(true)
	fields := url.Values{"email": {"fan@example.com"}, "quantity": {"1"}}
	b.post(to, fields).want(503, "Nothing was charged")
	b.post(to, fields).want(503, "Nothing was charged")
	w.stripeAway(false)
	b.at, _ = url.Parse(w.url + "/o/" + apron.Slug)
	b.post(to, fields)
	checkout := b.at
	b.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	// Back, and pay again.
	b.get(checkout.String())
	w.settle()
	w.counted(apron.Slug, 0, 1)
	if n := w.charges(); n != 1 {
		t.Errorf("%d charges", n)
	}
}
