package models_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestUnseenText: what draws nothing is no title, and what turns a text around is dropped.
func TestUnseenText(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, user, _ := seller(t, store, "1")
	ctx := t.Context()
	for _, title := range []string{"\u200b", "\u200d\u200d", "\u3164", " \u00a0 ", "\u202e", "\u2800"} {
		_, err := store.CreateOffer(ctx, shop, user, models.OfferForm{Title: title, Currency: "eur", Fulfilment: "ship"})
		var problems models.Problems
		if !errors.As(err, &problems) || problems.For("title") == nil || problems.For("title").Code != "title.blank" {
			t.Errorf("%q is a title: %v", title, err)
		}
	}
	for typed, kept := range map[string]string{
		"Mug \u202eelas": "Mug elas", "می\u200cخواهم": "می\u200cخواهم", "👩\u200d🍳 apron": "👩\u200d🍳 apron", "  two \n lines ": "two lines", "a\x00b": "ab", "caf\xc3": "caf",
	} {
		offer, err := store.CreateOffer(ctx, shop, user, models.OfferForm{Title: typed, Currency: "eur", Fulfilment: "ship"})
		must(t, err)
		view, err := store.OfferIn(ctx, shop, offer.Slug)
		must(t, err)
		if view.Version.Title != kept {
			t.Errorf("%q is kept as %q, want %q", typed, view.Version.Title, kept)
		}
	}
	for _, email := range []string{"lim\u200b@x.test", "a b@x.test", "a@x", "a@@x.test", "\u202ea@x.test", "a\u00a0b@x.test"} {
		if models.CheckEmail(email) == nil {
			t.Errorf("%q is an address", email)
		}
	}
}

// TestBuyersText: whatever a buyer typed at Stripe, what was paid becomes an order that is paid.
func TestBuyersText(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, _, offer := seller(t, store, "")
	ctx := t.Context()
	for typed, kept := range map[string]string{"\x00Lou\r\n": "Lou", "\u202eLou \xff": "Lou", strings.Repeat("é", 3000): strings.Repeat("é", 200)} {
		order, _, err := store.PlaceOrder(ctx, purchase(shop, offer, "fan@example.com", kept))
		must(t, err)
		settled, err := store.SettleOrder(ctx, order.ID, models.Payment{
			SessionID: "cs_" + order.ID, PaymentIntentID: "pi_" + order.ID, Amount: 4200, Currency: "eur", At: store.Now(), BuyerName: typed, Address: "1 rue\x00\n" + typed,
		})
		if err != nil || !settled {
			t.Fatalf("%.10q keeps the order from being paid: %v", typed, err)
		}
		view, err := store.OrderIn(ctx, shop, order.Slug)
		must(t, err)
		if view.BuyerName != kept || !strings.HasPrefix(view.Address, "1 rue\n") || len([]rune(view.Address)) > 1000 {
			t.Errorf("%.10q is kept as %q, %.20q", typed, view.BuyerName, view.Address)
		}
	}
}

// TestPicturesInTurn: many large pictures at once are kept one after the other, and come out in the sizes we serve.
func TestPicturesInTurn(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, _, _ := seller(t, store, "1")
	source := image.NewPaletted(image.Rect(0, 0, 5000, 2500), color.Palette{color.White, color.RGBA{11, 93, 99, 255}})
	for x := range 2500 {
		for y := range 2500 {
			source.SetColorIndex(x, y, 1)
		}
	}
	var file bytes.Buffer
	must(t, png.Encode(&file, source))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			picture, err := store.SavePicture(t.Context(), shop, bytes.NewReader(file.Bytes()))
			if err != nil || picture.Width != 1600 || picture.Height != 800 {
				t.Errorf("%+v %v", picture, err)
			}
		})
	}
	all.Wait()
}
