package payments_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/tillbird/tillbird/payments"
)

// TestPatience: where Stripe takes the call and never answers, a person hears of it in time, nothing was charged, and a
// second try finds the order that waits.
func TestPatience(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("1")
	w.fault("silence")
	began := time.Now()
	_, address, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
	if took := time.Since(began); !errors.Is(err, payments.ErrAway) || address != "" || took > 12*time.Second {
		t.Fatalf("%v after %s", err, took)
	}
	w.fault("")
	order, address := w.start(offer, "bea")
	if len(w.sessions()) != 1 {
		t.Fatalf("%d checkouts", len(w.sessions()))
	}
	w.payAt(address, goodCard)
	must(t, w.pay.Settle(w.ctx, order))
	if held, sold := w.left(offer); held != 0 || sold != 1 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
}

// fault has the operator of the local Stripe spoil its next answers; "" ends it.
func (w *world) fault(kind string) {
	w.t.Helper()
	count := "0"
	if kind == "" {
		kind = "silence"
	} else {
		count = "100"
	}
	if _, status := w.browse(http.MethodPost, w.server.URL+"/faults", map[string][]string{"kind": {kind}, "count": {count}}); status != http.StatusSeeOther {
		w.t.Fatalf("the operator was answered by %d", status)
	}
}
