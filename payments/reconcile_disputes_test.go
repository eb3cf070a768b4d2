package payments_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// disputedBooks is a shop with four sales: one is refunded in part, one lost to a dispute, one won back, and of one a
// refund came back; all of it is known.
func disputedBooks(t *testing.T) (*world, []*models.Order) {
	t.Helper()
	w, _, orders := books(t)
	for i, outcome := range map[int]string{1: "lost", 2: "won"} {
		w.operate("/disputes", url.Values{"charge": {*orders[i].ChargeID}})
		w.hear(orders[i])
		w.operate("/disputes/"+w.disputeOf(*orders[i].ChargeID).ID+"/outcome", url.Values{"outcome": {outcome}})
		w.hear(orders[i])
	}
	back := w.soldBy(failingCard, "eva")
	w.giveBack(back, "30.00")
	w.comeBack()
	w.hear(back)
	return w, append(orders, back)
}

func TestReconcileDisputes(t *testing.T) {
	t.Parallel()
	w, orders := disputedBooks(t)
	for range 2 {
		if run, open := w.reconcile(); len(open) != 0 || run.Repaired != 0 {
			t.Errorf("%d repairs, %q", run.Repaired, texts(open))
		}
	}
	// One of which no event came is found in the books, and the shop's part is moved.
	w.operate("/disputes", url.Values{"charge": {*orders[0].ChargeID}})
	run, open := w.reconcile()
	if o := w.order(orders[0]); len(open) != 0 || run.Repaired == 0 || o.Dispute != "open" {
		t.Errorf("%d repairs, %q, %s", run.Repaired, texts(open), o.Dispute)
	}
	must(t, w.pay.MendDisputes(w.ctx))
	if o := w.order(orders[0]); o.Disputed != o.Left().Amount {
		t.Errorf("%d is held back", o.Disputed)
	}
	if run, open = w.reconcile(); len(open) != 0 || run.Repaired != 0 {
		t.Errorf("afterwards: %d repairs, %q", run.Repaired, texts(open))
	}
}

// TestReconcileDisputesShows does damage to what we hold of disputes, sees it in cents, and sees it gone when undone.
func TestReconcileDisputesShows(t *testing.T) {
	t.Parallel()
	set := func(column string, value any, order *models.Order) string {
		return fmt.Sprintf("UPDATE orders SET %s = %v WHERE id = '%s'", column, value, order.ID)
	}
	damages := map[string]struct {
		do, undo func(o []*models.Order) string
		want     string
	}{
		"what a lost dispute holds back": {
			func(o []*models.Order) string { return set("disputed", 4100, o[1]) },
			func(o []*models.Order) string { return set("disputed", 4200, o[1]) },
			"net -168 and not -68 of order 2",
		},
		"a won one that still holds back": {
			func(o []*models.Order) string { return set("disputed", 4200, o[2]) },
			func(o []*models.Order) string { return set("disputed", 0, o[2]) },
			"net 4032 and not -168 of order 3",
		},
		"a lost one that is said to be given back": {
			func(o []*models.Order) string {
				return "UPDATE disputes SET reinstated_at = withdrawn_at WHERE order_id = '" + o[1].ID + "'"
			},
			func(o []*models.Order) string {
				return "UPDATE disputes SET reinstated_at = NULL WHERE order_id = '" + o[1].ID + "'"
			},
			"dispute -4200 and not 0 of order 2",
		},
		"one that Stripe does not know": {
			func(o []*models.Order) string {
				return "INSERT INTO disputes (id, shop_id, order_id, slug, stripe_id, charge_id, amount, currency, state, charged_back, withdrawn_at, opened_at, created_at, updated_at) SELECT 'none', shop_id, order_id, 'none', 'du_none', 'ch_none', 77, currency, 'needs_response', TRUE, withdrawn_at, opened_at, created_at, updated_at FROM disputes WHERE order_id = '" + o[1].ID + "'"
			},
			func([]*models.Order) string { return "DELETE FROM disputes WHERE id = 'none'" },
			"dispute_missing 0 and not -77 of order 2",
		},
		"a refund that came back and counts still": {
			func(o []*models.Order) string { return set("payment = 'partly_refunded', refunded", 3000, o[3]) },
			func(o []*models.Order) string { return set("payment = 'paid', refunded", 0, o[3]) },
			"net 4032 and not 1152 of order 4",
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, orders := disputedBooks(t)
			w.damage(damage.do(orders))
			_, open := w.reconcile()
			if got := strings.Join(texts(open), ", "); got != damage.want {
				t.Errorf("%q, and not %q", got, damage.want)
			}
			w.damage(damage.undo(orders))
			if run, open := w.reconcile(); len(open) != 0 || run.Differences != 0 {
				t.Errorf("after it was undone: %q", texts(open))
			}
		})
	}
}
