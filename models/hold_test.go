package models_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestHotOffer: 256 buyers at once get what there is and no more, and each other one is told that it is sold out.
func TestHotOffer(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, _, offer := seller(t, store, "50")
	var together sync.WaitGroup
	var got, soldOut atomic.Int64
	var numbers sync.Map
	for i := range 256 {
		together.Go(func() {
			order, _, err := store.PlaceOrder(t.Context(), purchase(shop, offer, fmt.Sprintf("fan%d@example.com", i), fmt.Sprint(i)))
			var problems models.Problems
			switch {
			case err == nil:
				got.Add(1)
				if _, twice := numbers.LoadOrStore(order.Number, true); twice {
					t.Errorf("number %d was given twice", order.Number)
				}
			case errors.As(err, &problems) && problems.For("offer") != nil && problems.For("offer").Code == "sold_out":
				soldOut.Add(1)
			default:
				t.Errorf("buyer %d: %v", i, err)
			}
		})
	}
	together.Wait()
	after, err := store.OfferIn(t.Context(), shop, offer.Slug)
	must(t, err)
	if got.Load() != 50 || soldOut.Load() != 206 || after.Held != 50 || after.Sold != 0 {
		t.Errorf("%d got it, %d did not, %d are held", got.Load(), soldOut.Load(), after.Held)
	}
}
