package payments_test

import (
	"strconv"
	"sync"
	"testing"
)

// TestPageRacesWebhook: the thanks page and the event settle at once, and a late end comes in between.
func TestPageRacesWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("20")
	for i := range 10 {
		order, address := w.start(offer, "bea"+strconv.Itoa(i))
		w.payAt(address, goodCard)
		for _, event := range w.eventsOf(order) {
			must(t, w.deliver(event))
		}
		var together sync.WaitGroup
		for range 3 {
			together.Go(func() {
				if err := w.pay.Settle(w.ctx, order); err != nil {
					t.Errorf("the page: %v", err)
				}
			})
			together.Go(func() {
				if _, err := w.pay.Drain(w.ctx); err != nil {
					t.Errorf("the event: %v", err)
				}
			})
			together.Go(func() {
				if err := w.pay.CancelCheckout(w.ctx, order); err != nil {
					t.Errorf("the cancel button: %v", err)
				}
			})
		}
		together.Wait()
		w.drain()
		if got := w.order(order); got.Payment != "paid" {
			t.Fatalf("payment is %s", got.Payment)
		}
		timeline, err := w.store.Timeline(w.ctx, order)
		must(t, err)
		paid := 0
		for _, change := range timeline {
			if change.Kind == "paid" {
				paid++
			}
		}
		if paid != 1 {
			t.Fatalf("paid %d times", paid)
		}
	}
	if held, sold := w.left(offer); held != 0 || sold != 10 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
	figures, err := w.store.Figures(w.ctx, w.shop, 30)
	must(t, err)
	if figures.Orders != 10 || figures.Gross.Amount != 42_000 {
		t.Fatalf("%+v", figures)
	}
}

// TestClicksAtOnce: many clicks on one Buy button are one order with one session.
func TestClicksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("5")
	var together sync.WaitGroup
	addresses := make([]string, 5)
	for i := range addresses {
		together.Go(func() {
			_, address, err := w.pay.StartCheckout(w.ctx, w.purchase(offer, "bea"))
			if err != nil {
				t.Errorf("click %d: %v", i, err)
			}
			addresses[i] = address
		})
	}
	together.Wait()
	for _, address := range addresses {
		if address == "" || address != addresses[0] {
			t.Errorf("%q beside %q", address, addresses[0])
		}
	}
	if held, _ := w.left(offer); held != 1 || len(w.sessions()) != 1 {
		t.Errorf("held %d with %d sessions", held, len(w.sessions()))
	}
}
