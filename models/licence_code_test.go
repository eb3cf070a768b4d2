package models_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

func TestLicenceCodes(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := digital(t, store, "licence_code")
	if added, err := store.AddCodes(ctx, shop, user, &offer.Offer, "A-1\r\nA-2 \n\nA-1\nA-3"); err != nil || added != 3 {
		t.Fatalf("%d %v", added, err)
	}
	if added, err := store.AddCodes(ctx, shop, user, &offer.Offer, "A-3\nA-4"); err != nil || added != 1 {
		t.Fatalf("%d %v", added, err)
	}
	for typed, want := range map[string]string{" \n ": "codes.none", strings.Repeat("x", 300): "codes.long"} {
		if _, err := store.AddCodes(ctx, shop, user, &offer.Offer, typed); problemCode(err) != want {
			t.Errorf("%.5q: %v", typed, err)
		}
	}
	offer = fresh(t, store, offer.Slug)
	if left, unlimited := offer.Left(); left != 4 || unlimited {
		t.Fatalf("%d left", left)
	}
	if _, _, err := store.PlaceOrder(ctx, digitalPurchase(shop, offer, "greedy", "5")); problemCode(err) != "quantity.above_stock" {
		t.Fatal(err)
	}
	order := paid(t, store, digitalPurchase(shop, offer, "fan", "3"))
	codes, err := store.CodesOf(ctx, order)
	must(t, err)
	if order.Fulfilment != "done" || len(codes) != 3 || codes[0].Text != "A-1" || codes[2].Text != "A-3" {
		t.Fatalf("%s %+v", order.Fulfilment, codes)
	}
	held, _, err := store.PlaceOrder(ctx, digitalPurchase(shop, offer, "held", "1"))
	must(t, err)
	if _, _, err := store.PlaceOrder(ctx, digitalPurchase(shop, offer, "late", "1")); problemCode(err) != "sold_out" {
		t.Fatal(err)
	}
	if n, err := store.RemoveFreeCodes(ctx, shop, user, &offer.Offer); err != nil || n != 0 {
		t.Fatalf("%d codes that a checkout counts on went: %v", n, err)
	}
	// Seen only when the buyer asks, for that ends the right to withdraw.
	view, err := store.OrderIn(ctx, shop, order.Slug)
	must(t, err)
	if view.CodesShown() || view.RightAt(store.Now(), nil, shop.Zone()).State != "open" {
		t.Error("the codes are uncovered before the buyer asks")
	}
	must(t, store.ShowCodes(ctx, order))
	must(t, store.ShowCodes(ctx, order))
	view, err = store.OrderIn(ctx, shop, order.Slug)
	must(t, err)
	if !view.CodesShown() || view.RightAt(store.Now(), nil, shop.Zone()).State != "exempt" {
		t.Error("the codes stay covered")
	}
	// Given back: one can be sold again, the others are void.
	refund, err := store.AskRefund(ctx, shop, user, order, models.RefundForm{Amount: "27.00", Reason: "requested", Restock: "1"})
	must(t, err)
	count, err := store.CodeCount(ctx, &offer.Offer)
	must(t, err)
	if count != (models.CodeCount{Free: 2, Void: 2}) {
		t.Fatalf("%+v", count)
	}
	must(t, store.RecordRefund(ctx, refund.ID, "re_1", "succeeded", "", nil))
	must(t, store.RecordRefund(ctx, refund.ID, "re_1", "failed", "expired_or_canceled_card", nil))
	if count, err = store.CodeCount(ctx, &offer.Offer); err != nil || count != (models.CodeCount{Free: 2, Given: 2}) {
		t.Fatalf("the money did not arrive, yet %+v %v", count, err)
	}
	clock.Advance(time.Hour)
	must(t, store.ExpireOrder(ctx, held, nil))
	offer = fresh(t, store, offer.Slug)
	if left, _ := offer.Left(); left != 2 {
		t.Fatalf("%d left", left)
	}
	// The hold was given back and the codes went to somebody else: paid all the same, it is a shortfall.
	paid(t, store, digitalPurchase(shop, offer, "quick", "2"))
	if late := settled(t, store, held); !late.Shortfall || late.Payment != "refunded" || late.Fulfilment != "none" {
		t.Fatalf("%+v", late)
	}
}

// TestCodesOnce: many pay at the same moment and no code is given twice; the owner is warned once.
func TestCodesOnce(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := digital(t, store, "licence_code")
	var list []string
	for i := range 20 {
		list = append(list, fmt.Sprintf("KEY-%02d", i))
	}
	_, err := store.AddCodes(ctx, shop, user, &offer.Offer, strings.Join(list, "\n"))
	must(t, err)
	offer = fresh(t, store, offer.Slug)
	var orders []*models.Order
	for i := range 10 {
		order, _, err := store.PlaceOrder(ctx, digitalPurchase(shop, offer, fmt.Sprintf("fan%d", i), "2"))
		must(t, err)
		orders = append(orders, order)
		if i%3 == 0 { // its hold is gone, and the payment lands all the same
			must(t, store.ExpireOrder(ctx, order, nil))
		}
	}
	var wg sync.WaitGroup
	for _, order := range orders {
		for range 2 {
			wg.Go(func() { settle(t, store, order) })
		}
	}
	wg.Wait()
	seen := map[string]int{}
	for _, order := range orders {
		codes, err := store.CodesOf(ctx, order)
		must(t, err)
		if len(codes) != 2 {
			t.Errorf("%s has %d codes", order.Email, len(codes))
		}
		for _, c := range codes {
			seen[c.Text]++
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d codes were given: %v", len(seen), seen)
	}
	if offer = fresh(t, store, offer.Slug); *offer.Codes != 0 || offer.Held != 0 || offer.Sold != 20 || !offer.SoldOut() {
		t.Errorf("%+v", offer.Offer)
	}
	letters, err := store.LettersTo(ctx, "ana@example.com")
	must(t, err)
	warned := 0
	for _, letter := range letters {
		if letter.Kind == "codes_low" {
			warned++
		}
	}
	if warned != 1 {
		t.Errorf("warned %d times", warned)
	}
}

func settle(t *testing.T, store *models.Store, order *models.Order) {
	key := order.AttemptKey
	for range 5 {
		_, err := store.SettleOrder(context.WithoutCancel(t.Context()), order.ID, models.Payment{SessionID: "cs_" + key, PaymentIntentID: "pi_" + key, Amount: order.Total, Currency: "eur", At: store.Now()})
		if err == nil {
			return
		}
	}
	t.Error("never settled")
}
