package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// paidOut lets the shop's money leave for the bank, and gives the newest payout with its lines kept.
func (w *world) paidOut(t *testing.T) *models.Payout {
	t.Helper()
	w.advance(2 * 24 * time.Hour)
	w.must(w.sandbox.Settle(t.Context()))
	w.settle()
	payouts, err := w.store.Payouts(t.Context(), w.shop, models.Page{})
	w.must(err)
	if len(payouts) == 0 {
		t.Fatal("nothing was paid out")
	}
	w.must(w.pay.ReadPayout(t.Context(), models.ReadPayout{PayoutID: payouts[0].ID}))
	payout, err := w.store.Payout(t.Context(), payouts[0].ID)
	w.must(err)
	return payout
}

func (w *world) operator(t *testing.T, path string, form url.Values) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.stripe+path, strings.NewReader(form.Encode()))
	w.must(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultTransport.RoundTrip(request)
	w.must(err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", path, answer.Status)
	}
}

func TestPayoutPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "=1+1 apron", Price: "24,00", Stock: "7"})
	w.buy(offer.Slug, "fan@example.com")
	w.buy(offer.Slug, "other@example.com")
	w.settle()
	b := w.signIn("ana@example.com", anaPassword)
	b.get("/dashboard/payouts").want(http.StatusOK, "No payouts yet", "The first payout takes longer", "€45.86", "Stripe pays out each day")
	payout := w.paidOut(t)
	b.get("/dashboard/payouts").want(http.StatusOK, "On the way", "€45.86", "Arrives by", "••", "Next payout")
	b.get("/dashboard/payouts/"+payout.Slug).want(http.StatusOK, "Payout of €45.86", "2 sales", "€48.00", "−€2.14", "=1+1 apron", "Being made")
	b.get("/dashboard/payouts/" + payout.Slug + "/lines.csv").want(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(b.body)).ReadAll()
	w.must(err)
	sum := 0
	for _, row := range rows[1:] {
		cents, err := strconv.Atoi(strings.Replace(row[9], ".", "", 1))
		w.must(err)
		sum += cents
		if !strings.HasPrefix(row[4], "'=") {
			t.Errorf("a formula is in the file: %q", row[4])
		}
	}
	if len(rows) != 3 || int64(sum) != payout.Amount {
		t.Errorf("%d rows come to %d", len(rows), sum)
	}

	w.operator(t, "/payouts/"+payout.StripeID+"/outcome", url.Values{"outcome": {"failed"}, "failure_code": {"account_closed"}})
	w.settle()
	w.advance(2 * time.Minute)
	b.get("/dashboard/payouts").want(http.StatusOK, "The last payout came back", "The bank account has been closed", "The bank account took no money", "On hold", "Held")
	b.get("/dashboard/payouts/"+payout.Slug).want(http.StatusOK, "Why it came back", "The bank account has been closed")

	w.advance(2 * time.Minute)
	w.stripeAway(true)
	b.get("/dashboard/payouts").want(http.StatusOK, "Stripe cannot be reached just now", "€45.86", "You see the balance as of")
}

func TestPayoutOfAnotherShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.soldOnce(t)
	payout := w.paidOut(t)
	w.shopOf(w.user("zoe@example.com", anaPassword), "Other", "othershop")
	zoe := w.signIn("zoe@example.com", anaPassword)
	zoe.get("/dashboard/payouts/" + payout.Slug).want(http.StatusNotFound)
	zoe.get("/dashboard/payouts/" + payout.Slug + "/lines.csv").want(http.StatusNotFound)
}
