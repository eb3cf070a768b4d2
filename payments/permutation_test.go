package payments_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// state is where a sale stands, without ids and times.
func (w *world) state(order *models.Order, offer *models.OfferView) string {
	w.t.Helper()
	o := w.order(order)
	timeline, err := w.store.Timeline(w.ctx, o)
	must(w.t, err)
	var kinds []string
	for _, change := range timeline {
		kinds = append(kinds, change.Kind)
	}
	slices.Sort(kinds)
	refunds, err := w.store.RefundsOf(w.ctx, o)
	must(w.t, err)
	var states []string
	for _, refund := range refunds {
		states = append(states, refund.State)
	}
	held, sold := w.left(offer)
	disputes, err := w.store.DisputesOf(w.ctx, o)
	must(w.t, err)
	for _, d := range disputes {
		states = append(states, fmt.Sprintf("%s %s %d inquiry %v back %v due %v closed %v answer %s", d.State, d.Reason, d.Amount, d.WasInquiry, d.ChargedBack, d.DueAt, d.Closed(), d.Answer))
	}
	warnings, err := w.store.WarningsOf(w.ctx, o)
	must(w.t, err)
	for _, warning := range warnings {
		states = append(states, fmt.Sprintf("warning %v", warning.Actionable))
	}
	reviews, err := w.store.PaymentReviewsOf(w.ctx, o)
	must(w.t, err)
	for _, review := range reviews {
		states = append(states, review.State+review.ClosedReason)
	}
	states = append(states, fmt.Sprintf("dispute %s, inquiry %s, disputed %d", o.Dispute, o.Inquiry, o.Disputed))
	figures, err := w.store.Figures(w.ctx, w.shop, 30)
	must(w.t, err)
	return fmt.Sprintf("%s %s short %v, refunded %d %v, intent %v, card %q, fee %v; %v; held %d, sold %d; orders %d, gross %d",
		o.Payment, o.Fulfilment, o.Shortfall, o.Refunded, states, o.PaymentIntentID != nil, o.Card, o.StripeFee != nil, kinds, held, sold, figures.Orders, figures.Gross.Amount)
}

// jobs does what models left to be done about an order, as often as it may happen.
func (w *world) jobs(order *models.Order) {
	w.t.Helper()
	if o := w.order(order); o.WasPaid() {
		must(w.t, w.pay.ReadCharge(w.ctx, o.ID))
	}
	refunds, err := w.store.RefundsOf(w.ctx, order)
	must(w.t, err)
	for _, refund := range refunds {
		must(w.t, w.pay.MakeRefund(w.ctx, refund.ID))
	}
	must(w.t, w.pay.MendDisputes(w.ctx))
}

// stories are sales that end in different ways; each gives its order with Stripe's side done and ours not told.
var stories = map[string]func(w *world, offer *models.OfferView, buyer string) *models.Order{
	"paid": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, address := w.start(offer, buyer)
		w.payAt(address, goodCard)
		return order
	},
	"declined, then paid": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, address := w.start(offer, buyer)
		w.payAt(address, declinedCard)
		w.payAt(address, goodCard)
		return order
	},
	"declined, then over": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, address := w.start(offer, buyer)
		w.payAt(address, declinedCard)
		_, err := w.stripe.CheckoutSessions.Expire(*order.SessionID, nil)
		must(w.t, err)
		return order
	},
	"cancelled": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, _ := w.start(offer, buyer)
		must(w.t, w.store.AskCancellation(w.ctx, order))
		_, err := w.stripe.CheckoutSessions.Expire(*order.SessionID, nil)
		must(w.t, err)
		return order
	},
	"warned, looked at, refunded": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, charge := w.charge(offer, buyer)
		w.operate("/warnings", url.Values{"charge": {charge}})
		w.operate("/reviews", url.Values{"charge": {charge}})
		_, err := w.stripe.Refunds.New(&stripe.RefundParams{Charge: stripe.String(charge), ReverseTransfer: stripe.Bool(true), RefundApplicationFee: stripe.Bool(true)})
		must(w.t, err)
		return order
	},
	"disputed and won": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, charge := w.charge(offer, buyer)
		w.operate("/disputes", url.Values{"charge": {charge}, "reason": {"product_not_received"}})
		id := w.disputeOf(charge).ID
		w.clock.Advance(time.Second)
		_, err := w.stripe.Disputes.Update(id, &stripe.DisputeParams{Evidence: &stripe.DisputeEvidenceParams{UncategorizedText: stripe.String("It arrived.")}, Submit: stripe.Bool(true)})
		must(w.t, err)
		w.clock.Advance(time.Second)
		w.operate("/disputes/"+id+"/outcome", url.Values{"outcome": {"won"}})
		return order
	},
	"disputed and lost": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, charge := w.charge(offer, buyer)
		w.operate("/warnings", url.Values{"charge": {charge}})
		w.operate("/disputes", url.Values{"charge": {charge}})
		w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {"lost"}})
		return order
	},
	"asked, answered, closed": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, charge := w.charge(offer, buyer)
		w.operate("/disputes", url.Values{"charge": {charge}, "kind": {"inquiry"}, "reason": {"general"}})
		id := w.disputeOf(charge).ID
		_, err := w.stripe.Disputes.Update(id, &stripe.DisputeParams{Evidence: &stripe.DisputeEvidenceParams{UncategorizedText: stripe.String("It arrived.")}, Submit: stripe.Bool(true)})
		must(w.t, err)
		w.operate("/disputes/"+id+"/outcome", url.Values{"outcome": {"lost"}})
		return order
	},
	"asked, answered, escalated, lost": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, charge := w.charge(offer, buyer)
		w.operate("/disputes", url.Values{"charge": {charge}, "kind": {"inquiry"}, "reason": {"general"}})
		id := w.disputeOf(charge).ID
		_, err := w.stripe.Disputes.Update(id, &stripe.DisputeParams{Evidence: &stripe.DisputeEvidenceParams{UncategorizedText: stripe.String("It arrived.")}, Submit: stripe.Bool(true)})
		must(w.t, err)
		w.clock.Advance(time.Minute)
		w.operate("/disputes/"+id+"/outcome", url.Values{"outcome": {"escalate"}})
		w.operate("/disputes/"+id+"/outcome", url.Values{"outcome": {"lost"}})
		return order
	},
	"asked, escalated, open": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, charge := w.charge(offer, buyer)
		w.operate("/disputes", url.Values{"charge": {charge}, "kind": {"inquiry"}, "reason": {"unrecognized"}})
		w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {"escalate"}})
		return order
	},
	"paid after all is gone": func(w *world, offer *models.OfferView, buyer string) *models.Order {
		order, address := w.start(offer, buyer)
		must(w.t, w.store.ExpireOrder(w.ctx, order, nil))
		quick, quickAddress := w.start(offer, "quick-"+buyer)
		w.payAt(quickAddress, goodCard)
		must(w.t, w.pay.Settle(w.ctx, quick))
		w.payAt(address, goodCard)
		return order
	},
}

// TestPermutations: each event of a sale comes one to three times in any order, with our own work in between, and the
// sale ends where it ends when all comes once and in order.
func TestPermutations(t *testing.T) {
	t.Parallel()
	const seeds = 20
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			var want string
			for seed := range seeds {
				random := rand.New(rand.NewPCG(uint64(seed), 7))
				w.clock.Advance(time.Minute)
				offer := w.offer("1")
				before, err := w.store.Figures(w.ctx, w.shop, 30)
				must(t, err)
				order := story(w, offer, fmt.Sprintf("bea%d", seed))
				w.tell(order, random, seed > 0)
				w.jobs(order)
				w.tell(order, random, seed > 0) // with what the jobs brought about, and all that was told before
				w.jobs(order)
				got := w.state(order, offer)
				after, err := w.store.Figures(w.ctx, w.shop, 30)
				must(t, err)
				got, _, _ = strings.Cut(got, "; orders")
				got += fmt.Sprintf("; %d more orders, %d more gross", after.Orders-before.Orders, after.Gross.Amount-before.Gross.Amount)
				if seed == 0 {
					want = got
				}
				if got != want {
					t.Fatalf("seed %d ends at\n%s\nnot at\n%s", seed, got, want)
				}
			}
			if waiting, failed, err := w.store.EventsLeft(w.ctx); err != nil || waiting+failed > 0 {
				t.Fatalf("%d and %d events are left: %v", waiting, failed, err)
			}
		})
	}
}

// tell delivers what Stripe has to tell of an order: once and in order, or shuffled and up to three times.
func (w *world) tell(order *models.Order, random *rand.Rand, shuffled bool) {
	w.t.Helper()
	var all []*stripe.Event
	for _, event := range w.eventsOf(order) {
		all = append(all, event)
		for range random.IntN(3) {
			if shuffled {
				all = append(all, event)
			}
		}
	}
	if shuffled {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	for _, event := range all {
		must(w.t, w.deliver(event))
		switch {
		case !shuffled || random.IntN(3) == 0:
			w.drain()
		case random.IntN(4) == 0:
			must(w.t, w.pay.Settle(w.ctx, w.order(order)))
		}
	}
	w.drain()
}
