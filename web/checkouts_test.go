package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

func TestBuying(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := w.buy(apron.Slug, "fan@example.com")
	b.want(200, "Thank you: it is yours", "€24.00", "fan@example.com", "1 quai du Port", "Marseille", "France", "Order 1")
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store"} {
		if got := b.head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	order := w.orderOf("fan@example.com")
	if order.Payment != "paid" || order.Source != "link" || order.Total != 2400 {
		t.Errorf("%+v", order.Order)
	}
	w.settle() // the event that comes after all changes nothing
	b.get(b.at.Path).want(200, "Thank you: it is yours")
	if offer := w.offer(apron.Slug); offer.Sold != 1 || offer.Held != 0 {
		t.Errorf("sold %d, held %d", offer.Sold, offer.Held)
	}
}

// A fan who closes the tab after paying is not forgotten: Stripe tells.
func TestPayingAndClosingTheTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/o/"+apron.Slug).submit("/o/"+apron.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}})
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.payByCard("5555 5555 5555 4444")
	if order := w.orderOf("fan@example.com"); order.Payment != "pending" {
		t.Fatalf("the order is %s before anybody told us", order.Payment)
	}
	w.settle()
	if order := w.orderOf("fan@example.com"); order.Payment != "paid" {
		t.Errorf("the order is %s", order.Payment)
	}
}

func TestADeclinedCardAndAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/o/"+apron.Slug).submit("/o/"+apron.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}})
	b.payByCard("4000 0000 0000 0002")
	if b.status == 200 || strings.HasPrefix(b.at.String(), w.url) {
		t.Fatalf("a declined card led to %s: %d", b.at, b.status)
	}
	b.payByCard("4242 4242 4242 4242").want(200, "Thank you")
}

func TestWhatWasTypedToBuyComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Linen apron", Price: "24", Stock: "7", Limit: "3"})
	to := "/o/" + offer.Slug + "/checkouts"
	for _, c := range []struct{ email, quantity, said string }{
		{"", "1", "Enter an e-mail address"},
		{"nobody", "1", "Enter an e-mail address in the form name@example.com"},
		{`<script>alert(1)</script>@example.com`, "1", "Enter an e-mail address in the form"},
		{"fan@example.com\r\nBcc: all@example.com", "1", "Enter an e-mail address in the form"},
		{strings.Repeat("a", 300) + "@example.com", "1", "That e-mail address is too long"},
		{"fan@example.com", "0", "Enter how many you want as a whole number"},
		{"fan@example.com", "-1", "Enter how many you want as a whole number"},
		{"fan@example.com", "1.5", "Enter how many you want as a whole number"},
		{"fan@example.com", "99999999999999999999", "Enter how many you want as a whole number"},
		{"fan@example.com", "4", "One person can buy at most 3"},
		{"fan@example.com", "8", "There are not so many left. Choose 7 or fewer"},
	} {
		b := newBrowser(t, w)
		b.post(to, url.Values{"email": {c.email}, "quantity": {c.quantity}}).want(422, "There is a problem", c.said)
		if got := b.field("email"); got != strings.NewReplacer("\r\n", "\n").Replace(c.email) && got != c.email && !strings.Contains(c.email, "\r") {
			t.Errorf("%q came back as %q", c.email, got)
		}
		if strings.Contains(b.body, "<script>alert") || !strings.Contains(b.text(), "Linen apron") {
			t.Error("the page is not the offer's, or not escaped")
		}
		if b.field("return") != "/o/"+offer.Slug {
			t.Errorf("the language switch leads to %q", b.field("return"))
		}
	}
	if offer := w.offer(offer.Slug); offer.Held != 0 {
		t.Errorf("%d are held for nobody", offer.Held)
	}
}

func TestAPressTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/o/" + apron.Slug)
	fields := url.Values{"email": {"fan@example.com"}, "quantity": {"1"}}
	first := b.post("/o/"+apron.Slug+"/checkouts", fields).at.String()
	b.at, _ = url.Parse(w.url + "/")
	second := b.post("/o/"+apron.Slug+"/checkouts", fields).at.String()
	if first != second || !strings.HasPrefix(first, w.stripe) {
		t.Errorf("one press led to %s, the other to %s", first, second)
	}
	if held := w.offer(apron.Slug).Held; held != 1 {
		t.Errorf("%d are held", held)
	}
	// Somebody else who types the same address gets an order of their own, and never the first one's checkout.
	other := newBrowser(t, w)
	other.get("/o/" + apron.Slug)
	if third := other.post("/o/"+apron.Slug+"/checkouts", fields).at.String(); third == first || !strings.HasPrefix(third, w.stripe) {
		t.Errorf("another browser was led to %s", third)
	}
	if held := w.offer(apron.Slug).Held; held != 2 {
		t.Errorf("%d are held", held)
	}
}

// The two presses of a double click may arrive at once.
func TestTwoPressesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/o/" + apron.Slug)
	client := &http.Client{Jar: b.client.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	led := make(chan string)
	for range 4 {
		go func() {
			answer, err := client.PostForm(w.url+"/o/"+apron.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}, "quantity": {"1"}})
			if err != nil {
				led <- err.Error()
				return
			}
			_ = answer.Body.Close()
			led <- answer.Status + " " + answer.Header.Get("Location")
		}()
	}
	first := <-led
	for range 3 {
		if other := <-led; other != first {
			t.Errorf("one press led to %s, another to %s", first, other)
		}
	}
	if held := w.offer(apron.Slug).Held; held != 1 {
		t.Errorf("%d are held", held)
	}
}

func TestTheLastOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "The only one", Price: "24", Stock: "1"})
	first, second := newBrowser(t, w), newBrowser(t, w)
	first.get("/o/" + offer.Slug)
	second.get("/o/" + offer.Slug)
	first.submit("Pay €24.00", url.Values{"email": {"one@example.com"}})
	second.submit("Pay €24.00", url.Values{"email": {"two@example.com"}}).want(422, "This is sold out. Nothing was charged", "set aside for people who are paying right now")
	first.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	second.get("/o/"+offer.Slug).want(200, "Sold out", "The only one is sold.")
}

func TestSeveralAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Candle", Price: "9,50", Stock: "7"})
	b := newBrowser(t, w)
	b.get("/o/"+offer.Slug).want(200, "3: €28.50")
	b.submit("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}, "quantity": {"3"}})
	b.payByCard("4242 4242 4242 4242").want(200, "3 × €9.50", "€28.50")
}

// Stripe being away keeps what was typed, and a second try later is still one order.
func TestBuyingWhileStripeIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/o/" + apron.Slug)
	w.stripeAway(true)
	b.submit("/o/"+apron.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}, "quantity": {"2"}}).want(503, "Stripe did not answer. Nothing was charged", "Linen apron")
	if b.field("email") != "fan@example.com" || b.field("quantity") != "2" || b.head.Get("Retry-After") == "" {
		t.Errorf("typed %q %q, Retry-After %q", b.field("email"), b.field("quantity"), b.head.Get("Retry-After"))
	}
	w.stripeAway(false)
	b.submit("/o/"+apron.Slug+"/checkouts", nil)
	b.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	if offer := w.offer(apron.Slug); offer.Sold != 2 || offer.Held != 0 {
		t.Errorf("sold %d, held %d", offer.Sold, offer.Held)
	}
}

func TestCheckoutsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Endless", Price: "5"})
	b := newBrowser(t, w)
	for range limitCheckout.Burst {
		b.post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {""}}).want(422)
	}
	b.post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}}).want(429, "That was too many times in a row")
	if b.head.Get("Retry-After") == "" || b.field("email") != "fan@example.com" {
		t.Error("no word of when to come back, or what was typed is gone")
	}
	w.advance(limitCheckout.Every)
	b.post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {""}}).want(422)
}

func TestPostsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	r := httptest.NewRequest(http.MethodPost, w.url+"/o/"+apron.Slug+"/checkouts", strings.NewReader("email=fan@example.com"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answer := httptest.NewRecorder()
	w.server.ServeHTTP(answer, r)
	if answer.Code != http.StatusForbidden {
		t.Errorf("status %d", answer.Code)
	}
}

// TestStrangeQuantity: what cannot be a quantity is said so, and kept as it was typed; nothing is bought meanwhile.
func TestStrangeQuantity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	for _, typed := range []string{"-1", "999999", "many"} {
		b := newBrowser(t, w)
		b.get("/o/"+offer.Slug).post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}, "quantity": {typed}}).want(http.StatusUnprocessableEntity, "There is a problem")
		if got := b.field("quantity"); got != typed {
			t.Errorf("%q became %q", typed, got)
		}
	}
	w.counted(offer.Slug, 0, 0)
}
