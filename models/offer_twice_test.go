package models_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

func TestAFormSentTwiceMakesOneOffer(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	form := models.OfferForm{Title: "Tea towel", Price: "12", Currency: "eur", Fulfilment: "ship", Hashtag: "BuyTowel", Key: "one form"}
	slugs := make([]string, 6)
	var sends sync.WaitGroup
	for i := range slugs {
		sends.Go(func() {
			offer, err := store.CreateOffer(t.Context(), shop, user, form)
			if err != nil {
				t.Error(err)
				return
			}
			slugs[i] = offer.Slug
		})
	}
	sends.Wait()
	for _, slug := range slugs {
		if slug != slugs[0] || slug == "" {
			t.Fatalf("one form made more than one offer: %v", slugs)
		}
	}
	other, err := store.CreateOffer(t.Context(), shop, user, models.OfferForm{Title: "Tea towel", Currency: "eur", Fulfilment: "ship", Key: "another form"})
	must(t, err)
	if other.Slug == slugs[0] {
		t.Fatal("another form gave the same offer")
	}
}

func TestAnEditDoesNotUndoAnothers(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := seller(t, store, "5")
	seen := offer.Mark()
	first := models.OfferForm{Title: "Linen apron, sage", Price: "42", Currency: "eur", Stock: "5", Fulfilment: "ship", Hashtag: "BuyApron", Seen: seen}
	must(t, store.UpdateOffer(ctx, shop, user, &offer.Offer, first))
	must(t, store.UpdateOffer(ctx, shop, user, &offer.Offer, first)) // pressed twice
	clock.Advance(time.Minute)
	second := first
	second.Title, second.Stock = "Linen apron", "9"
	var problems models.Problems
	if err := store.UpdateOffer(ctx, shop, user, &offer.Offer, second); !errors.As(err, &problems) || problems.For("offer").Code != "changed_meanwhile" {
		t.Fatalf("the second editor undid the first: %v", err)
	}
	now, err := store.OfferIn(ctx, shop, offer.Slug)
	must(t, err)
	if *now.Stock != 5 || now.Version.Title != "Linen apron, sage" {
		t.Fatalf("%+v", now)
	}
	second.Seen = now.Mark()
	must(t, store.UpdateOffer(ctx, shop, user, &offer.Offer, second))
}

func TestAFormSentTwiceMakesOnePost(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := seller(t, store, "5")
	form := models.PostForm{Key: "one form", Network: "x", Text: "Linen aprons"}
	first, err := store.CreatePostOf(ctx, shop, user, &offer.Offer, form)
	must(t, err)
	again, err := store.CreatePostOf(ctx, shop, user, &offer.Offer, form)
	must(t, err)
	if again.ID != first.ID || first.Code != store.PostCode(shop, "one form") {
		t.Fatalf("%+v, %+v", first, again)
	}
}

func TestAnOfferThatIsOverIsNotSentToReview(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	ctx := t.Context()
	shop, user, _ := seller(t, store, "5")
	offer, err := store.CreateOffer(ctx, shop, user, models.OfferForm{Title: "Ticket", Price: "9", Currency: "eur", Fulfilment: "nothing", EndsAt: "2026-10-05T20:00"})
	must(t, err)
	clock.Advance(48 * time.Hour)
	var problems models.Problems
	if err := store.SendToReview(ctx, shop, user, offer); !errors.As(err, &problems) || problems.For("ends_at").Code != "ends.past" {
		t.Fatalf("%v", err)
	}
}
