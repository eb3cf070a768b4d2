package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// begin takes a fan to Stripe's page and back without paying, and gives the browser at the order's page.
func (w *world) begin(slug, email string) *browser {
	w.t.Helper()
	b := newBrowser(w.t, w)
	b.get("/o/"+slug).submit("/o/"+slug+"/checkouts", url.Values{"email": {email}})
	for _, to := range b.links() {
		if strings.HasPrefix(to, w.url+"/orders/") {
			return b.get(to)
		}
	}
	w.t.Fatalf("no way back from %s", b.at)
	return nil
}

func TestComingBackWithoutPaying(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := w.begin(apron.Slug, "fan@example.com")
	b.want(200, "Almost yours", "set aside for you until", "(Paris)", "Pay €24.00", "Let it go").without("Thank you")
	order := b.at.Path
	b.submit("Pay €24.00", nil)
	if !strings.HasPrefix(b.at.String(), w.stripe) {
		t.Fatalf("paying leads to %s", b.at)
	}
	b.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	if b.at.Path != order {
		t.Errorf("it is another order: %s", b.at.Path)
	}
	// The forms of a page left open do no harm any more.
	b.post(order+"/payment", nil).want(200, "Thank you")
	b.post(order+"/cancellation", nil).want(200, "Thank you")
}

func TestLettingGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := w.begin(apron.Slug, "fan@example.com")
	b.submit("Let it go", nil).want(200, "You let it go", "Nothing was charged", "Back to the offer")
	if offer := w.offer(apron.Slug); offer.Held != 0 {
		t.Errorf("%d are still held", offer.Held)
	}
	b.post(b.at.Path+"/cancellation", nil).want(200, "You let it go")
}

func TestLettingGoWhileStripeIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := w.begin(apron.Slug, "fan@example.com")
	w.stripeAway(true)
	b.submit("Let it go", nil).want(200, "Letting it go", "Look again")
	if offer := w.offer(apron.Slug); offer.Held != 1 {
		t.Errorf("%d are held though Stripe has confirmed nothing", offer.Held)
	}
}

func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := w.begin(apron.Slug, "fan@example.com")
	w.advance(2 * time.Hour)
	w.settle()
	b.get(b.at.Path).want(200, "The time to pay ran out", "Nothing was charged")
	if offer := w.offer(apron.Slug); offer.Held != 0 {
		t.Errorf("%d are still held", offer.Held)
	}
}

func TestAnOrderIsThereWhileStripeIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := w.begin(apron.Slug, "fan@example.com")
	order := b.at.Path
	w.stripeAway(true)
	b.get(order+"?paid=1").want(200, "We are asking the bank", "Look again")
	b.post(order+"/payment", nil).want(503, "Stripe did not answer")
	w.stripeAway(false)
	b.get(order).want(200, "Almost yours")
}

func TestSecretsOfOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	for _, path := range []string{"/orders/unknown", "/orders/" + strings.Repeat("a", 5000), "/orders/%27%20OR%201=1", "/orders/..%2f"} {
		b.get(path).want(404)
	}
	for _, path := range []string{"/orders/unknown/payment", "/orders/unknown/cancellation"} {
		b.post(path, nil).want(404)
	}
	apron := w.apron()
	paid := w.buy(apron.Slug, "fan@example.com")
	token := strings.TrimPrefix(paid.at.Path, "/orders/")
	if strings.Contains(w.log.String(), token) {
		t.Error("the log tells the secret of an order")
	}
}

func TestFindingOrdersAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	w.buy(apron.Slug, "fan@example.com")
	b := newBrowser(t, w)
	b.get("/orders").submit("Send me the links", url.Values{"email": {"not an address"}}).want(422, "Enter an e-mail address in the form")
	if b.field("email") != "not an address" {
		t.Error("what was typed is gone")
	}
	b.submit("Send me the links", url.Values{"email": {"Fan@Example.com "}}).want(200, "If there are orders for that address")
	known := b.text()
	b.get("/orders").submit("Send me the links", url.Values{"email": {"stranger@example.com"}}).want(200)
	if b.text() != known {
		t.Error("the answer tells who has bought")
	}
	letters, err := w.store.LettersTo(t.Context(), "fan@example.com")
	w.must(err)
	if len(letters) != 2 || letters[0].Kind != "order_links" && letters[1].Kind != "order_links" {
		t.Errorf("%d letters", len(letters))
	}
	for range limitLetter.Burst {
		b.post("/orders", url.Values{"email": {"stranger@example.com"}})
	}
	b.want(429)
}

// Money for what is gone goes back, and the buyer reads so.
func TestAnOrderThatCameTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "The only one", Price: "24", Stock: "1"})
	b := w.buy(offer.Slug, "fan@example.com")
	order := w.orderOf("fan@example.com")
	for _, c := range []struct {
		change func(*models.OrderView)
		said   string
	}{
		{func(o *models.OrderView) { o.Shortfall, o.Payment, o.Refunded = true, "refunded", o.Total }, "It was gone: your money is coming back"},
		{func(o *models.OrderView) { o.Payment, o.Refunded = "refunded", o.Total }, "Your money is coming back"},
		{func(o *models.OrderView) { o.Payment, o.Refunded = "partly_refunded", 1000 }, "€10.00 of €24.00"},
		{func(o *models.OrderView) { o.Card = "visa 4242" }, "Visa •••• 4242"},
		{func(o *models.OrderView) { o.Payment = "failed" }, "The payment did not go through"},
	} {
		changed := *order
		c.change(&changed)
		if text := b.orderText(&changed); !strings.Contains(text, c.said) {
			t.Errorf("does not say %q: %s", c.said, text)
		}
	}
}

// orderText is what a buyer would read if the order were so.
func (b *browser) orderText(order *models.OrderView) string {
	b.t.Helper()
	page := views.OrderPage(views.Page{W: words.For("en", b.w.shop.Zone())}, views.BuyerOrder{Order: order, Shop: b.w.shop, Token: "secret"})
	var out strings.Builder
	if err := page.Render(b.t.Context(), &out); err != nil {
		b.t.Fatal(err)
	}
	return plainSpaces(out.String())
}
