package payments_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// reconcile runs through all books, and gives the run and the differences that stay open.
func (w *world) reconcile() (*models.Reconciliation, []models.DifferenceView) {
	w.t.Helper()
	w.clock.Advance(7 * time.Hour)
	for range 20 {
		must(w.t, w.pay.Reconcile(w.ctx))
		run, err := w.store.LastReconciliation(w.ctx)
		must(w.t, err)
		if run.State == "done" {
			open, err := w.store.Differences(w.ctx, "open", models.Page{})
			must(w.t, err)
			return run, open
		}
	}
	w.t.Fatal("the run does not end")
	return nil, nil
}

func texts(list []models.DifferenceView) (all []string) {
	for _, d := range list {
		order := ""
		if d.Order != nil {
			order = fmt.Sprintf(" of order %d", d.Order.Number)
		}
		all = append(all, fmt.Sprintf("%s %d and not %d%s", d.Kind, d.Theirs, d.Ours, order))
	}
	return all
}

// books is a shop with three sales, one of them partly refunded, all paid out and all known.
func books(t *testing.T) (*world, *models.OfferView, []*models.Order) {
	w := newWorld(t)
	w.hook()
	w.open(true)
	offer := w.offer("20")
	orders := w.sold(offer, "bea", "cai", "dan")
	refund, err := w.store.AskRefund(w.ctx, w.shop, w.owner, orders[0], models.RefundForm{Amount: "10,00", Reason: "requested", Key: "one"})
	must(t, err)
	must(t, w.pay.MakeRefund(w.ctx, refund.ID))
	w.pass(2 * aDay)
	w.tellPayouts()
	for _, payout := range w.payouts() {
		must(t, w.pay.ReadPayout(w.ctx, models.ReadPayout{PayoutID: payout.ID}))
	}
	return w, offer, orders
}

func TestReconcileAgrees(t *testing.T) {
	t.Parallel()
	w, _, _ := books(t)
	run, open := w.reconcile()
	if len(open) != 0 || run.Repaired != 0 || run.Lines < 9 || run.Differences != 0 {
		t.Errorf("%+v: %q", run, texts(open))
	}
	calls := len(w.wire.calls())
	must(t, w.pay.Reconcile(w.ctx))
	if len(w.wire.calls()) != calls {
		t.Error("a run began right after another")
	}
	if run, open = w.reconcile(); len(open) != 0 || run.Repaired != 0 {
		t.Errorf("the second time: %+v: %q", run, texts(open))
	}
}

// TestReconcileRepairs does each kind of damage that can be put right, and looks at what it is afterwards.
func TestReconcileRepairs(t *testing.T) {
	t.Parallel()
	damages := map[string]func(*world, *models.OfferView, []*models.Order) (whole func() string){
		"a payment of which no event came": func(w *world, offer *models.OfferView, _ []*models.Order) func() string {
			order, address := w.start(offer, "eva")
			w.payAt(address, goodCard)
			return func() string { return w.order(order).Payment + " " + fmt.Sprint(w.order(order).StripeFee != nil) }
		},
		"a payment whose session was lost": func(w *world, offer *models.OfferView, _ []*models.Order) func() string {
			order, address := w.start(offer, "eva")
			w.payAt(address, goodCard)
			w.damage("UPDATE orders SET session_id = NULL WHERE id = '" + order.ID + "'")
			return func() string { return w.order(order).Payment + " " + fmt.Sprint(w.order(order).StripeFee != nil) }
		},
		"a charge that was never read": func(w *world, _ *models.OfferView, orders []*models.Order) func() string {
			w.damage("UPDATE orders SET charge_id = NULL, stripe_fee = NULL WHERE id = '" + orders[1].ID + "'")
			return func() string {
				o := w.order(orders[1])
				return fmt.Sprintf("paid %v", o.ChargeID != nil && *o.StripeFee == *orders[1].StripeFee)
			}
		},
		"a fee that is wrong": func(w *world, _ *models.OfferView, orders []*models.Order) func() string {
			w.damage("UPDATE orders SET stripe_fee = 1 WHERE id = '" + orders[1].ID + "'")
			return func() string { return fmt.Sprintf("paid %v", *w.order(orders[1]).StripeFee == *orders[1].StripeFee) }
		},
		"a refund that is lost": func(w *world, _ *models.OfferView, orders []*models.Order) func() string {
			w.damage("DELETE FROM refunds")
			w.damage("UPDATE orders SET refunded = 0, payment = 'paid' WHERE id = '" + orders[0].ID + "'")
			return func() string {
				refunds, err := w.store.RefundsOf(w.ctx, orders[0])
				must(w.t, err)
				return fmt.Sprintf("paid %v", len(refunds) == 1 && refunds[0].State == "succeeded" && w.order(orders[0]).Refunded == 1000)
			}
		},
		"a refund made at Stripe": func(w *world, _ *models.OfferView, orders []*models.Order) func() string {
			w.refundAtStripe(orders[2], 700)
			return func() string { return fmt.Sprintf("paid %v", w.order(orders[2]).Refunded == 700) }
		},
		"a payout that is lost": func(w *world, _ *models.OfferView, _ []*models.Order) func() string {
			w.damage("UPDATE balance_lines SET payout_id = NULL")
			w.damage("DELETE FROM payouts")
			return func() string { return fmt.Sprintf("paid %v", len(w.payouts()) == 1 && w.payouts()[0].State == "paid") }
		},
		"a payout of which no more was heard": func(w *world, _ *models.OfferView, _ []*models.Order) func() string {
			w.pass(2 * aDay)
			return func() string { return "paid " + fmt.Sprint(w.payouts()[0].State == "paid") }
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, offer, orders := books(t)
			whole := damage(w, offer, orders)
			w.pass(aDay)
			run, open := w.reconcile()
			if got := whole(); got != "paid true" || len(open) != 0 || run.Repaired == 0 {
				t.Errorf("it is %s after %d repairs: %q", got, run.Repaired, texts(open))
			}
			if run, open = w.reconcile(); len(open) != 0 || run.Repaired != 0 {
				t.Errorf("the second time: %d repairs, %q", run.Repaired, texts(open))
			}
		})
	}
}

// TestReconcileShows does each kind of damage that cannot be put right, sees it shown in cents, and sees it gone when it
// is undone by hand.
func TestReconcileShows(t *testing.T) {
	t.Parallel()
	set := func(w *world, column string, value any, order *models.Order) {
		w.damage(fmt.Sprintf("UPDATE orders SET %s = %v WHERE id = '%s'", column, value, order.ID))
	}
	damages := map[string]struct {
		do, undo func(*world, []*models.Order)
		want     string
	}{
		"an amount that is wrong": {
			func(w *world, o []*models.Order) { set(w, "items = 4300, total", 4300, o[1]) },
			func(w *world, o []*models.Order) { set(w, "items = 4200, total", 4200, o[1]) },
			"amount 4200 and not 4300 of order 2, net 4032 and not 4132 of order 2",
		},
		"a fee of ours that is wrong": {
			func(w *world, o []*models.Order) { set(w, "application_fee", 100, o[1]) },
			func(w *world, o []*models.Order) { set(w, "application_fee", o[1].ApplicationFee, o[1]) },
			"net 4032 and not 4100 of order 2",
		},
		"refunded that is wrong": {
			func(w *world, o []*models.Order) { set(w, "payment = 'partly_refunded', refunded", 500, o[1]) },
			func(w *world, o []*models.Order) { set(w, "payment = 'paid', refunded", 0, o[1]) },
			"net 4032 and not 3552 of order 2",
		},
		"an order that Stripe has no payment of": {
			func(w *world, _ []*models.Order) {
				order, _ := w.start(w.offer("5"), "eva")
				w.damage(fmt.Sprintf("UPDATE orders SET payment = 'paid', paid_at = created_at, payment_intent_id = 'pi_none', charge_id = 'ch_none', stripe_fee = 5 WHERE id = '%s'", order.ID))
			},
			func(w *world, _ []*models.Order) {
				w.damage("UPDATE orders SET payment = 'expired', paid_at = NULL, payment_intent_id = NULL, charge_id = NULL, stripe_fee = NULL WHERE charge_id = 'ch_none'")
			},
			"charge_missing 0 and not 4200 of order 4",
		},
		"an order whose row is lost": {
			func(w *world, o []*models.Order) {
				for _, table := range []string{"holds", "order_changes", "letters", "events", "balance_lines"} {
					w.damage("DELETE FROM " + table + " WHERE order_id = '" + o[1].ID + "'")
				}
				w.damage("DELETE FROM orders WHERE id = '" + o[1].ID + "'")
			},
			nil,
			"order_missing 4200 and not 0",
		},
		"a refund that Stripe does not know": {
			func(w *world, o []*models.Order) { w.damage("UPDATE refunds SET stripe_id = 're_none'") },
			nil,
			"refund_missing 0 and not -1000 of order 1",
		},
		"a payout with another amount": {
			func(w *world, o []*models.Order) { w.damage("UPDATE payouts SET amount = amount + 3") },
			func(w *world, o []*models.Order) { w.damage("UPDATE payouts SET amount = amount - 3") },
			"payout 11136 and not 11139, payout_lines 11136 and not 11139",
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, orders := books(t)
			damage.do(w, orders)
			_, open := w.reconcile()
			list := texts(open)
			for _, want := range strings.Split(damage.want, ", ") {
				if !strings.Contains(strings.Join(list, ", "), want) {
					t.Errorf("%q is not among %q", want, list)
				}
			}
			sums, err := w.store.DifferenceSums(w.ctx)
			must(t, err)
			if len(sums) == 0 || sums[0].Name != "Maison Kestrel" || sums[0].Currency != "eur" {
				t.Errorf("%+v", sums)
			}
			if damage.undo == nil {
				return
			}
			damage.undo(w, orders)
			run, open := w.reconcile()
			gone, err := w.store.Differences(w.ctx, "gone", models.Page{})
			must(t, err)
			if len(open) != 0 || run.Differences != 0 || len(gone) == 0 || gone[0].GoneAt == nil {
				t.Errorf("after it was undone: %q, %d gone", texts(open), len(gone))
			}
		})
	}
}

// TestReconcileGoesOn: wherever it is cut off, it goes on and ends the same.
func TestReconcileGoesOn(t *testing.T) {
	t.Parallel()
	for nth := range 6 {
		t.Run(fmt.Sprint(nth), func(t *testing.T) {
			t.Parallel()
			w, offer, orders := books(t)
			_, address := w.start(offer, "eva")
			w.payAt(address, goodCard)
			w.damage("UPDATE orders SET application_fee = 100 WHERE id = '" + orders[1].ID + "'")
			w.clock.Advance(7 * time.Hour)
			calls := 0
			w.wire.breaks(func(*http.Request) fault {
				if calls++; calls > nth {
					return cut
				}
				return fine
			})
			err := w.pay.Reconcile(w.ctx)
			w.wire.breaks(nil)
			if err == nil {
				t.Fatal("it did not tell that Stripe was away")
			}
			last, err := w.store.LastReconciliation(w.ctx)
			must(t, err)
			if last.LastError == "" || last.State != "running" {
				t.Errorf("%+v", last)
			}
			_, open := w.reconcile()
			if got := texts(open); len(got) != 1 || got[0] != "net 4032 and not 4100 of order 2" {
				t.Errorf("%q", got)
			}
			runs, err := w.store.Reconciliations(w.ctx, models.Page{})
			must(t, err)
			if len(runs) != 1 {
				t.Errorf("%d runs", len(runs))
			}
		})
	}
}

// refundAtStripe gives money back in Stripe's dashboard.
func (w *world) refundAtStripe(order *models.Order, amount int64) {
	w.t.Helper()
	_, err := w.stripe.Refunds.New(&stripe.RefundParams{PaymentIntent: order.PaymentIntentID, Amount: stripe.Int64(amount), ReverseTransfer: stripe.Bool(true), RefundApplicationFee: stripe.Bool(true)})
	must(w.t, err)
}
