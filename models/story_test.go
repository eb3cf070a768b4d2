package models_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

var countries = []string{"FR", "DE"}

// seller makes a shop that can sell and a live offer with the given stock.
func seller(t testing.TB, store *models.Store, stock string) (*models.Shop, *models.User, *models.OfferView) {
	t.Helper()
	ctx := t.Context()
	user, err := store.CreateUser(ctx, models.SignUp{Email: "Ana@Example.com", Password: "a quiet harbour", Language: "en"})
	must(t, err)
	shop, err := store.CreateShop(ctx, user, models.NewShop{Name: "Maison Kestrel", Handle: "@MaisonKestrel", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, countries)
	must(t, err)
	must(t, store.ConnectAccount(ctx, shop, "acct_1", false))
	shop, err = store.RecordAccount(ctx, models.Account{ID: "acct_1", ChargesEnabled: true, PayoutsEnabled: true, DetailsSubmitted: true, Transfers: "active", CardPayments: "active", FetchedAt: store.Now()}, true)
	must(t, err)
	offer, err := store.CreateOffer(ctx, shop, user, models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: stock, Fulfilment: "ship", Hashtag: "#BuyApron"})
	must(t, err)
	must(t, store.SendToReview(ctx, shop, user, offer))
	admin, err := store.CreateAdmin(ctx, "admin@example.com", "a watchful heron", "en")
	must(t, err)
	queue, err := store.ReviewQueue(ctx)
	must(t, err)
	must(t, store.Decide(ctx, admin, &queue[0], models.Decision{Verdict: "approved"}))
	view, err := store.OfferIn(ctx, shop, offer.Slug)
	must(t, err)
	must(t, store.Publish(ctx, shop, user, &view.Offer, true))
	view, shop, err = store.PublicOffer(ctx, offer.Slug)
	must(t, err)
	return shop, user, view
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func purchase(shop *models.Shop, offer *models.OfferView, email, key string) models.Purchase {
	return models.Purchase{Offer: offer, Shop: shop, Email: email, Language: "en", AttemptKey: key, OnBehalfOf: true, FeeBasis: 340, FeeFixed: 25, CheckoutLasts: 30 * time.Minute}
}

func TestFirstSale(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, _, offer := seller(t, store, "1")
	order, again, err := store.PlaceOrder(ctx, purchase(shop, offer, "fan@example.com", "a"))
	must(t, err)
	if again || order.ApplicationFee != 168 || order.Number != 1 {
		t.Fatalf("again %v, fee %d, number %d", again, order.ApplicationFee, order.Number)
	}
	if same, again, err := store.PlaceOrder(ctx, purchase(shop, offer, "fan@example.com", "a")); err != nil || !again || same.ID != order.ID {
		t.Fatalf("a second click made another order: %v %v", again, err)
	}
	var problems models.Problems
	if _, _, err := store.PlaceOrder(ctx, purchase(shop, offer, "other@example.com", "b")); !errors.As(err, &problems) || problems.For("offer").Code != "sold_out" {
		t.Fatalf("the held one was sold again: %v", err)
	}
	must(t, store.RecordSession(ctx, order, "cs_1"))
	paid := models.Payment{SessionID: "cs_1", PaymentIntentID: "pi_1", Amount: 4200, Currency: "eur", At: store.Now()}
	for i, want := range []bool{true, false, false} {
		if settled, err := store.SettleOrder(ctx, order.ID, paid); err != nil || settled != want {
			t.Fatalf("settling for the %d. time: %v %v", i+1, settled, err)
		}
	}
	must(t, store.ExpireOrder(ctx, order, nil))
	view, err := store.OrderIn(ctx, shop, order.Slug)
	must(t, err)
	if view.Payment != "paid" || view.Fulfilment != "to_do" || view.Offer.Sold != 1 || view.Offer.Held != 0 {
		t.Fatalf("%+v", view.Order)
	}
	figures, err := store.Figures(ctx, shop, 30)
	must(t, err)
	if figures.Gross.Amount != 4200 || figures.Orders != 1 {
		t.Fatalf("%+v", figures)
	}
}
