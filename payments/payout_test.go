package payments_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

const aDay = 24 * time.Hour

// sold makes paid orders of an offer, with all that Stripe knows of them kept.
func (w *world) sold(offer *models.OfferView, buyers ...string) []*models.Order {
	w.t.Helper()
	var orders []*models.Order
	for _, buyer := range buyers {
		order, address := w.start(offer, buyer)
		w.payAt(address, goodCard)
		must(w.t, w.pay.Settle(w.ctx, order))
		must(w.t, w.pay.ReadCharge(w.ctx, order.ID))
		orders = append(orders, w.order(order))
	}
	return orders
}

// pass lets time go by at Stripe too, which does what is due by then.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.clock.Advance(d)
	must(w.t, w.sb.Settle(w.ctx))
}

// payoutEvents are the events of the shop's account that speak of payouts or of the balance.
func (w *world) payoutEvents() []*stripe.Event {
	w.t.Helper()
	var found []*stripe.Event
	for _, event := range w.events(*w.shop.StripeAccount) {
		if strings.HasPrefix(string(event.Type), "payout.") || event.Type == "balance.available" {
			event.Account = *w.shop.StripeAccount
			found = append(found, event)
		}
	}
	return found
}

func (w *world) tellPayouts() {
	w.t.Helper()
	for _, event := range w.payoutEvents() {
		must(w.t, w.deliver(event))
	}
	w.drain()
}

func (w *world) payouts() []models.Payout {
	w.t.Helper()
	payouts, err := w.store.Payouts(w.ctx, w.shop, models.Page{})
	must(w.t, err)
	return payouts
}

// bankSays gives the bank's answer to a payout on the operator's page.
func (w *world) bankSays(payout, outcome, code string) {
	w.t.Helper()
	if _, status := w.browse(http.MethodPost, w.server.URL+"/payouts/"+payout+"/outcome", url.Values{"outcome": {outcome}, "failure_code": {code}}); status != http.StatusSeeOther {
		w.t.Fatalf("the bank could not answer: %d", status)
	}
}

func TestPayoutHoldsItsOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hook()
	w.open(true)
	orders := w.sold(w.offer("9"), "bea", "cai", "dan")
	refund, err := w.store.AskRefund(w.ctx, w.shop, w.owner, orders[0], models.RefundForm{Amount: "10,00", Reason: "requested", Key: "one"})
	must(t, err)
	must(t, w.pay.MakeRefund(w.ctx, refund.ID))
	w.pass(2 * aDay)
	w.tellPayouts()
	all := w.payouts()
	if len(all) != 1 || all[0].State != "pending" || !all[0].Automatic || all[0].ReadAt != nil {
		t.Fatalf("%+v", all)
	}
	must(t, w.pay.ReadPayout(w.ctx, models.ReadPayout{PayoutID: all[0].ID}))
	calls := len(w.wire.calls())
	must(t, w.pay.ReadPayout(w.ctx, models.ReadPayout{PayoutID: all[0].ID}))
	if len(w.wire.calls()) != calls {
		t.Error("what is known was fetched again")
	}
	payout := w.payouts()[0]
	lines, err := w.store.PayoutLines(w.ctx, &payout, models.Page{})
	must(t, err)
	var sum, nets int64
	held := map[string]bool{}
	for _, line := range lines {
		sum += line.Net
		if line.Order == nil {
			t.Errorf("of which order is %+v", line.BalanceLine)
			continue
		}
		held[line.Order.ID] = true
	}
	for _, order := range orders {
		nets += w.order(order).Net().Amount
	}
	if sum != payout.Amount || nets != payout.Amount || len(lines) != 4 || len(held) != 3 || payout.Bank == "" {
		t.Errorf("%d lines of %d orders come to %d, the orders to %d, the payout to %d at bank %q", len(lines), len(held), sum, nets, payout.Amount, payout.Bank)
	}
	parts, err := w.store.PayoutParts(w.ctx, &payout)
	must(t, err)
	if len(parts) != 2 || parts[0].Net+parts[1].Net != payout.Amount {
		t.Errorf("%+v", parts)
	}
	if of, err := w.store.PayoutOf(w.ctx, orders[1]); err != nil || of == nil || of.ID != payout.ID {
		t.Errorf("%+v, %v", of, err)
	}
}

// TestPayoutOfOlderOrders: orders of before their arrivals were kept are found by the transfer.
func TestPayoutOfOlderOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hook()
	w.open(true)
	offer := w.offer("9")
	order, address := w.start(offer, "bea")
	w.payAt(address, goodCard)
	must(t, w.pay.Settle(w.ctx, order)) // the charge was never read
	w.pass(2 * aDay)
	w.tellPayouts()
	must(t, w.pay.ReadPayout(w.ctx, models.ReadPayout{PayoutID: w.payouts()[0].ID}))
	payout := w.payouts()[0]
	lines, err := w.store.PayoutLines(w.ctx, &payout, models.Page{})
	must(t, err)
	if len(lines) != 1 || lines[0].Order == nil || lines[0].Order.ID != order.ID || w.order(order).ArrivalID == nil {
		t.Errorf("%+v", lines)
	}
}

func TestPayoutPaidThenFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hook()
	w.open(true)
	w.sold(w.offer("9"), "bea")
	w.pass(2 * aDay)
	w.pass(2 * aDay)
	w.tellPayouts()
	payout := w.payouts()[0]
	if payout.State != "paid" {
		t.Fatalf("%+v", payout)
	}
	w.bankSays(payout.StripeID, "failed", "account_closed")
	w.tellPayouts()
	w.tellPayouts()
	payout = w.payouts()[0]
	if payout.State != "failed" || payout.FailureCode != "account_closed" || !payout.WasPaid {
		t.Errorf("%+v", payout)
	}
	last, err := w.store.FailedPayout(w.ctx, w.shop)
	must(t, err)
	if last == nil || last.ID != payout.ID {
		t.Errorf("%+v", last)
	}
	if n := w.letters("payout_failed"); n != 1 {
		t.Errorf("%d letters", n)
	}
}

// letters counts those of a kind to the owner.
func (w *world) letters(kind string) (n int) {
	w.t.Helper()
	all, err := w.store.LettersTo(w.ctx, w.owner.Email)
	must(w.t, err)
	for _, letter := range all {
		if letter.Kind == kind {
			n++
		}
	}
	return n
}

// TestPayoutPermutations: what Stripe tells of a payout comes one to three times in any order, and the payout ends where
// it ends when all comes once and in order.
func TestPayoutPermutations(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*world, string){
		"paid":             func(w *world, _ string) { w.pass(2 * aDay) },
		"paid then failed": func(w *world, id string) { w.pass(2 * aDay); w.bankSays(id, "failed", "no_account") },
		"failed":           func(w *world, id string) { w.bankSays(id, "failed", "declined") },
		"canceled":         func(w *world, id string) { w.bankSays(id, "canceled", "") },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hook()
			w.open(true)
			w.sold(w.offer("9"), "bea")
			w.pass(2 * aDay)
			var id string
			for _, event := range w.payoutEvents() {
				if event.Type == "payout.created" {
					id = event.Data.Object["id"].(string)
				}
			}
			end(w, id)
			events := w.payoutEvents()
			want := ""
			for seed := range 24 {
				random := rand.New(rand.NewPCG(uint64(seed), 11))
				var told [][]byte
				// Each round tells of a payout of its own, so that one world does for all.
				own := fmt.Sprintf("%s%02d", id[:len(id)-2], seed)
				for _, event := range events {
					if !bytes.Contains(event.Data.Raw, []byte(id)) {
						continue
					}
					for range 1 + random.IntN(3) {
						body := asTold(t, event, id, own, len(told), seed)
						told = append(told, body)
						if seed == 0 {
							break
						}
					}
				}
				if seed > 0 {
					random.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
				}
				for _, body := range told {
					must(t, w.post("connect", body, w.set.ConnectWebhookSecret))
					if random.IntN(2) == 0 {
						w.drain()
					}
				}
				w.drain()
				payout, err := w.store.PayoutByStripe(w.ctx, own)
				must(t, err)
				got := fmt.Sprintf("%s %q %v %d", payout.State, payout.FailureCode, payout.WasPaid, payout.Amount)
				if seed == 0 {
					want = got
				}
				if got != want {
					t.Fatalf("seed %d ends at %s, not at %s", seed, got, want)
				}
			}
			if !strings.HasPrefix(want, strings.Fields(name)[len(strings.Fields(name))-1]) {
				t.Errorf("it ends at %s", want)
			}
			if waiting, failed, err := w.store.EventsLeft(w.ctx); err != nil || waiting+failed > 0 {
				t.Errorf("%d and %d events are left: %v", waiting, failed, err)
			}
		})
	}
}

func TestBalance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	orders := w.sold(w.offer("9"), "bea")
	balance, _, err := w.pay.Balance(w.ctx, w.shop)
	must(t, err)
	if len(balance.Pending) != 1 || balance.Pending[0] != orders[0].Net() || balance.Interval != "daily" || balance.Bank("eur") == nil || balance.Bank("eur").Last4 == "" {
		t.Errorf("%+v", balance)
	}
	w.sold(w.offer("9"), "cai")
	if again, _, err := w.pay.Balance(w.ctx, w.shop); err != nil || again.Pending[0] != balance.Pending[0] {
		t.Errorf("%+v was fetched within the minute: %v", again, err)
	}
	w.clock.Advance(2 * time.Minute)
	w.wire.breaks(func(*http.Request) fault { return cut })
	stale, _, err := w.pay.Balance(w.ctx, w.shop)
	if !isAway(err) || stale == nil || stale.Pending[0] != balance.Pending[0] || !stale.At.Equal(balance.At) {
		t.Errorf("%+v, %v", stale, err)
	}
	w.wire.breaks(nil)
	fresh, _, err := w.pay.Balance(w.ctx, w.shop)
	must(t, err)
	if fresh.Pending[0].Amount != 2*balance.Pending[0].Amount {
		t.Errorf("%+v", fresh)
	}
}

func TestRequirementLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	w.browse(http.MethodPost, w.server.URL+"/accounts/"+*w.shop.StripeAccount+"/requirements", url.Values{"requirement": {"individual.verification.document"}, "deadline": {"336h"}})
	for range 2 {
		w.clock.Advance(time.Minute)
		shop, err := w.pay.RefreshAccount(w.ctx, w.shop)
		must(t, err)
		if shop.RequirementsDueAt == nil {
			t.Fatalf("nothing is due: %+v", shop.Wanted())
		}
	}
	if n := w.letters("requirement_due"); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func isAway(err error) bool {
	return err != nil && strings.Contains(err.Error(), payments.ErrAway.Error())
}

// asTold is an event about a payout as another one of the same kind, with an id of its own.
func asTold(t *testing.T, event *stripe.Event, payout, own string, n, seed int) []byte {
	t.Helper()
	body, err := json.Marshal(event)
	must(t, err)
	body = bytes.ReplaceAll(body, []byte(payout), []byte(own))
	if n%2 == 1 { // sometimes the very same message, sometimes another one that says the same
		body = bytes.ReplaceAll(body, []byte(event.ID), []byte(fmt.Sprintf("%s_%d_%d", event.ID, seed, n)))
	} else {
		body = bytes.ReplaceAll(body, []byte(event.ID), []byte(fmt.Sprintf("%s_%d", event.ID, seed)))
	}
	return body
}
