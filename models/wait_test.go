package models_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestWaitForAVariant: a place is for one combination. What comes free of another does not end the wait; what comes free
// of its own is set aside, and counted in the combination and in the offer.
func TestWaitForAVariant(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, _, offer := variants(t, store, shirt("1", "1", "0", "0"))
	in := purchase(shop, offer, "buyer@example.com", "1")
	in.Choice = []string{"S", "black"}
	order, _, err := store.PlaceOrder(t.Context(), in)
	must(t, err)
	if got := code(store.JoinWaitlist(t.Context(), fans(t, store, offer.Slug), "S / white", "first@example.com", "en"), "offer"); got != "waitlist.not_sold_out" {
		t.Fatal(got)
	}
	if got := code(store.JoinWaitlist(t.Context(), fans(t, store, offer.Slug), "XL / mauve", "first@example.com", "en"), "variant"); got != "waitlist.variant" {
		t.Fatal(got)
	}
	// Many places at once, one item: one turn.
	for _, email := range []string{"first@example.com", "second@example.com"} {
		must(t, store.JoinWaitlist(t.Context(), fans(t, store, offer.Slug), "S / black", email, "en"))
	}
	must(t, store.ExpireOrder(t.Context(), order, nil))
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() {
			if err := store.TurnWaits(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	after := fans(t, store, offer.Slug)
	if after.Held != 1 || after.Variants[0].Held != 1 || after.Variants[1].Held != 0 {
		t.Fatalf("the offer holds %d, the combinations %d and %d", after.Held, after.Variants[0].Held, after.Variants[1].Held)
	}
	if waiting, offered, err := store.WaitlistOf(t.Context(), &after.Offer); err != nil || waiting != 1 || offered != 1 {
		t.Fatalf("%d wait, %d have their turn: %v", waiting, offered, err)
	}
	letter, err := store.LatestLetter(t.Context(), "freed", "first@example.com")
	must(t, err)

	// Another combination is not what was set aside; the own one is, once.
	in = purchase(shop, after, "first@example.com", "2")
	in.Choice, in.WaitToken = []string{"M", "black"}, letter.Secret
	if _, _, err := store.PlaceOrder(t.Context(), in); code(err, "variant") != "variant.sold_out" {
		t.Fatal(err)
	}
	in.Choice, in.AttemptKey = []string{"S", "black"}, "3"
	order, _, err = store.PlaceOrder(t.Context(), in)
	must(t, err)
	must(t, store.ExpireOrder(t.Context(), order, nil)) // let go, and the person's own again
	after = fans(t, store, offer.Slug)
	if after.Held != 1 || after.Variants[0].Held != 1 {
		t.Fatalf("the offer holds %d, the combination %d", after.Held, after.Variants[0].Held)
	}
	clock.Advance(2 * time.Hour)
	must(t, store.TurnWaits(t.Context()))
	if _, err := store.LatestLetter(t.Context(), "freed", "second@example.com"); err != nil {
		t.Fatal(err)
	}
	clock.Advance(2 * time.Hour)
	must(t, store.TurnWaits(t.Context()))
	after = fans(t, store, offer.Slug)
	if after.Held != 0 || after.Variants[0].Held != 0 {
		t.Fatalf("the offer holds %d, the combination %d", after.Held, after.Variants[0].Held)
	}
}

// TestManyTurnsAreOver: however many turns are over at once, one look ends them all, and nothing stays set aside.
func TestManyTurnsAreOver(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, _, offer := seller(t, store, "210")
	var orders []*models.Order
	for i := range 3 {
		in := purchase(shop, offer, fmt.Sprintf("buyer%d@example.com", i), fmt.Sprint(i))
		in.Quantity = "70"
		order, _, err := store.PlaceOrder(t.Context(), in)
		must(t, err)
		orders = append(orders, order)
	}
	sold := fans(t, store, offer.Slug)
	for i := range 205 {
		must(t, store.JoinWaitlist(t.Context(), sold, "", fmt.Sprintf("fan%d@example.com", i), "en"))
	}
	for _, order := range orders {
		must(t, store.ExpireOrder(t.Context(), order, nil))
	}
	if after := fans(t, store, offer.Slug); after.Held != 205 {
		t.Fatalf("%d are set aside", after.Held)
	}
	clock.Advance(2 * time.Hour)
	must(t, store.TurnWaits(t.Context()))
	if after := fans(t, store, offer.Slug); after.Held != 0 {
		t.Errorf("%d are still set aside", after.Held)
	}
	if left, err := store.Left(t.Context()); err != nil || left.OverTurns != 0 {
		t.Errorf("%d turns are over, %v", left.OverTurns, err)
	}
}
