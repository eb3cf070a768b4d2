package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// turnOf is the link of the newest letter of a waitlist to an address; "" where there is none.
func (w *world) turnOf(email string) string {
	w.t.Helper()
	letters, err := w.store.LettersTo(w.t.Context(), email)
	w.must(err)
	for _, letter := range letters {
		if letter.Kind == "freed" {
			return "/waits/" + letter.Secret
		}
	}
	return ""
}

// turns is how many letters of the waitlist an address got.
func (w *world) turns(email string) (n int) {
	w.t.Helper()
	letters, err := w.store.LettersTo(w.t.Context(), email)
	w.must(err)
	for _, letter := range letters {
		if letter.Kind == "freed" {
			n++
		}
	}
	return n
}

// counted holds the offer's figures to what holds and places say.
func (w *world) counted(slug string, held, sold int64) {
	w.t.Helper()
	if offer := w.offer(slug); offer.Held != held || offer.Sold != sold {
		w.t.Errorf("held %d, sold %d, want %d and %d", offer.Held, offer.Sold, held, sold)
	}
}

func (w *world) wait(slug, email string) *browser {
	w.t.Helper()
	return newBrowser(w.t, w).get("/o/"+slug).submit("/o/"+slug+"/waits", url.Values{"email": {email}})
}

func TestTheWaitlistInTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "The only one", Price: "24", Stock: "1", Hold: "10", Turn: "30"})
	buyer := newBrowser(t, w)
	buyer.get("/o/"+offer.Slug).want(200, "Yours is set aside for 10 minutes while you do")
	buyer.submit("Pay €24.00", url.Values{"email": {"buyer@example.com"}})
	if strings.Contains(newBrowser(t, w).get("/o/"+offer.Slug).want(200, "Sold out", "Tell me when one is free").text(), "buyer@") {
		t.Error("the page names somebody")
	}
	for _, email := range []string{"first@example.com", "second@example.com", "first@example.com", "First+again@example.com"} {
		w.wait(offer.Slug, email).want(200, "You are on the waitlist", "30 minutes")
	}
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get("/dashboard/offers/"+offer.Slug).want(200, "Waitlist", "2 people wait.")

	// The buyer's time runs out: what comes free is the first one's, and nobody else's.
	w.advance(11 * time.Minute)
	w.settle()
	w.counted(offer.Slug, 1, 0)
	if w.turns("first@example.com") != 1 || w.turns("second@example.com") != 0 {
		t.Fatalf("%d letters to the first, %d to the second", w.turns("first@example.com"), w.turns("second@example.com"))
	}
	ana.get("/dashboard/offers/"+offer.Slug).want(200, "1 person waits. For 1 person one is set aside now.")
	other := newBrowser(t, w)
	other.get("/o/"+offer.Slug).want(200, "Sold out")
	other.post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"other@example.com"}}).want(422, "This is sold out")
	newBrowser(t, w).get(w.turnOf("first@example.com")).want(200, "One is set aside for you", "Until", "(Paris)", "Pay €24.00")

	// The first lets the time pass. The second has it then, and the first's link no longer buys.
	w.advance(31 * time.Minute)
	w.must(w.store.TurnWaits(t.Context()))
	w.must(w.store.TurnWaits(t.Context()))
	w.counted(offer.Slug, 1, 0)
	if w.turns("first@example.com") != 1 || w.turns("second@example.com") != 1 {
		t.Fatalf("%d letters to the first, %d to the second", w.turns("first@example.com"), w.turns("second@example.com"))
	}
	late := newBrowser(t, w)
	late.get(w.turnOf("first@example.com")).want(200, "Your turn is over", "Tell me when one is free")
	late.post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"first@example.com"}, "wait": {strings.TrimPrefix(w.turnOf("first@example.com"), "/waits/")}}).want(422, "This is sold out")

	// The second corrects an address on the way, and still has it.
	second := newBrowser(t, w)
	second.get(w.turnOf("second@example.com"))
	if second.field("email") != "second@example.com" {
		t.Errorf("the form has %q", second.field("email"))
	}
	second.submit("Pay €24.00", url.Values{"email": {"secnd@example.com"}})
	w.counted(offer.Slug, 1, 0)
	second.get(w.url+w.turnOf("second@example.com")).want(200, "This link was used to buy")
	fields := url.Values{"email": {"second@example.com"}, "quantity": {"1"}, "wait": {strings.TrimPrefix(w.turnOf("second@example.com"), "/waits/")}}
	second.post("/o/"+offer.Slug+"/checkouts", fields)
	second.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	w.counted(offer.Slug, 0, 1)
}

// What was begun by a private link and let go is the same person's again while the time lasts; leaving gives it on.
func TestLeavingTheWaitlist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "The only one", Price: "24", Stock: "1"})
	w.buy(offer.Slug, "buyer@example.com").want(200, "Thank you")
	w.wait(offer.Slug, "first@example.com").want(200)
	w.wait(offer.Slug, "second@example.com").want(200)
	order := w.orderOf("buyer@example.com")
	_, err := w.store.AskRefund(t.Context(), w.shop, w.ana, &order.Order, models.RefundForm{Amount: "24", Reason: "requested", Restock: "1"})
	w.must(err)
	w.counted(offer.Slug, 1, 0)
	first := newBrowser(t, w)
	link := w.turnOf("first@example.com")
	first.get(link).submit("Pay €24.00", nil)
	order = w.orderOf("first@example.com")
	token, err := w.store.OrderToken(&order.Order)
	w.must(err)
	first.get(w.url+"/orders/"+token).submit("Let it go", nil).want(200, "You let it go")
	w.counted(offer.Slug, 1, 0)
	first.get(link).want(200, "One is set aside for you")
	first.submit("Leave it to the next", nil).want(200, "You have left the waitlist")
	if w.turns("second@example.com") != 1 || w.turns("first@example.com") != 1 {
		t.Error("the next one got no letter, or somebody two")
	}
	first.post(link+"/removal", nil).want(200, "You have left the waitlist") // pressed twice
	w.counted(offer.Slug, 1, 0)
	if n := w.turns("second@example.com"); n != 1 {
		t.Errorf("%d letters", n)
	}
}

// Whoever joined leaves by the first letter's link before a turn comes, or by the mailbox's own button; nothing is set
// aside for them then. Joining again is a new wish.
func TestLeavingBeforeTheTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "The only one", Price: "24", Stock: "1"})
	w.buy(offer.Slug, "buyer@example.com").want(200, "Thank you")
	for _, email := range []string{"first@example.com", "second@example.com", "third@example.com"} {
		w.wait(offer.Slug, email).want(200, "A first e-mail says so too")
	}
	joined := func(email string) *models.Letter {
		letter, err := w.store.LatestLetter(t.Context(), "waitlist_joined", email)
		w.must(err)
		return letter
	}
	first := newBrowser(t, w)
	first.get("/waits/"+joined("first@example.com").Secret).want(200, "You are on the waitlist", "Sold out").without("Tell me when one is free")
	first.submit("Leave the waitlist", nil).want(200, "You have left the waitlist")
	token := w.store.UnsubscribeToken(joined("second@example.com"))
	newBrowser(t, w).post("/unsubscriptions/"+token, url.Values{"List-Unsubscribe": {"One-Click"}}).want(200, "ok")
	order := w.orderOf("buyer@example.com")
	_, err := w.store.AskRefund(t.Context(), w.shop, w.ana, &order.Order, models.RefundForm{Amount: "24", Reason: "requested", Restock: "1"})
	w.must(err)
	if w.turns("first@example.com")+w.turns("second@example.com") != 0 || w.turns("third@example.com") != 1 {
		t.Error("somebody who left has a turn, or the one who stayed has none")
	}
	// The first letter's link leads to the turn as well, and buys.
	third := newBrowser(t, w)
	third.get("/waits/"+joined("third@example.com").Secret).want(200, "One is set aside for you")
	third.submit("Pay €24.00", nil)
	third.payByCard("4242 4242 4242 4242").want(200, "Thank you")
	w.counted(offer.Slug, 0, 1)
	w.wait(offer.Slug, "second@example.com").want(200, "You are on the waitlist")
	if letters, err := w.store.LettersTo(t.Context(), "second@example.com"); err != nil || len(letters) != 2 {
		t.Errorf("%d letters: %v", len(letters), err)
	}
}

// What is sold out by its licence codes has a waitlist too; new codes go to those who wait.
func TestWaitingForCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.approved(models.OfferForm{Title: "Ink brushes", Price: "9", Fulfilment: "licence_code"})
	_, err := w.store.AddCodes(t.Context(), w.shop, w.ana, &offer.Offer, "CODE-1")
	w.must(err)
	w.must(w.store.Publish(t.Context(), w.shop, w.ana, &offer.Offer, true))
	w.buy(offer.Slug, "buyer@example.com").want(200)
	w.wait(offer.Slug, "fan@example.com").want(200, "You are on the waitlist")
	w.must(w.store.TurnWaits(t.Context()))
	w.signIn("ana@example.com", anaPassword).get("/dashboard/offers/"+offer.Slug).want(200, "1 person waits.")
	if w.turns("fan@example.com") != 0 {
		t.Error("a turn without a code")
	}
	_, err = w.store.AddCodes(t.Context(), w.shop, w.ana, &offer.Offer, "CODE-2")
	w.must(err)
	w.must(w.store.TurnWaits(t.Context()))
	if w.turns("fan@example.com") != 1 {
		t.Error("a new code and no turn")
	}
	newBrowser(t, w).get("/o/"+offer.Slug).want(200, "Sold out")
	b := newBrowser(t, w)
	b.get(w.turnOf("fan@example.com")).want(200, "One is set aside for you")
	b.submit("Pay €9.00", url.Values{"consent": {"on"}})
	b.payByCard("4242 4242 4242 4242").want(200)
	w.counted(offer.Slug, 0, 2)
}

// More stock goes to those who wait first, one each, and the rest to everybody.
func TestMoreStockForThoseWhoWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "The only one", Price: "24", Stock: "1"})
	w.buy(offer.Slug, "buyer@example.com").want(200, "Thank you")
	w.wait(offer.Slug, "first@example.com").want(200)
	w.wait(offer.Slug, "second@example.com").want(200)
	view := w.offer(offer.Slug)
	form := models.FormOf(view, w.shop.Zone(), func(models.Money) string { return "24" })
	form.Stock = "2"
	w.must(w.store.UpdateOffer(t.Context(), w.shop, w.ana, &view.Offer, form))
	w.counted(offer.Slug, 1, 1)
	newBrowser(t, w).get("/o/"+offer.Slug).want(200, "Sold out")
	view = w.offer(offer.Slug)
	form.Stock = "5"
	w.must(w.store.UpdateOffer(t.Context(), w.shop, w.ana, &view.Offer, form))
	w.counted(offer.Slug, 2, 1)
	newBrowser(t, w).get("/o/"+offer.Slug).want(200, "2 of 5 left")
	if w.turns("first@example.com") != 1 || w.turns("second@example.com") != 1 {
		t.Error("not one letter each")
	}
}

func TestAClosedWaitlist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "The only one", Price: "24", Stock: "1"})
	b := newBrowser(t, w)
	b.post("/o/"+offer.Slug+"/waits", url.Values{"email": {"fan@example.com"}}).want(422, "One is free just now")
	w.buy(offer.Slug, "buyer@example.com").want(200, "Thank you")
	b = newBrowser(t, w)
	b.get("/o/"+offer.Slug).submit("/o/"+offer.Slug+"/waits", url.Values{"email": {"fan"}}).want(422, "There is a problem", "in the form name@example.com")
	if b.field("email") != "fan" {
		t.Errorf("%q came back", b.field("email"))
	}
	w.wait(offer.Slug, "fan@example.com").want(200)
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get("/dashboard/offers/"+offer.Slug).submit("Take no more addresses", nil).want(200, "The waitlist takes no more addresses", "1 person waits.")
	if page := newBrowser(t, w).get("/o/" + offer.Slug).text(); strings.Contains(page, "Tell me when") {
		t.Error("the page still asks for addresses")
	}
	newBrowser(t, w).post("/o/"+offer.Slug+"/waits", url.Values{"email": {"late@example.com"}}).want(422, "takes no more addresses")
	ana.submit("Take addresses again", nil).want(200, "The waitlist takes addresses")
	newBrowser(t, w).get("/waits/none").want(http.StatusNotFound)
}
