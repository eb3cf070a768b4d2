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

// shirt is an offer with two options; stock holds that of S / black, S / white, M / black and M / white.
func shirt(stock ...string) models.OfferForm {
	form := models.OfferForm{
		Title: "Shirt", Price: "20.00", Currency: "eur", Fulfilment: "ship", Hashtag: "BuyShirt",
		Options: []models.OptionTyped{{Name: "Size", Values: "S, M"}, {Name: "Colour", Values: "black, white"}},
	}.Combined()
	for i, n := range stock {
		form.Variants[i].Stock = n
	}
	form.Variants[3].Extra, form.Variants[3].SKU = "+2,50", "SH-M-W"
	form.Variants[0].Extra = "-1"
	return form
}

// variants makes the shop of seller, and takes another offer live.
func variants(t testing.TB, store *models.Store, form models.OfferForm) (*models.Shop, *models.User, *models.OfferView) {
	t.Helper()
	ctx := t.Context()
	shop, user, _ := seller(t, store, "1")
	offer, err := store.CreateOffer(ctx, shop, user, form)
	must(t, err)
	approve(t, store, shop, user, offer)
	view, err := store.OfferIn(ctx, shop, offer.Slug)
	must(t, err)
	must(t, store.Publish(ctx, shop, user, &view.Offer, true))
	return shop, user, fans(t, store, offer.Slug)
}

func approve(t testing.TB, store *models.Store, shop *models.Shop, user *models.User, offer *models.Offer) {
	t.Helper()
	ctx := t.Context()
	must(t, store.SendToReview(ctx, shop, user, offer))
	admin, err := store.UserByEmail(ctx, "admin@example.com")
	must(t, err)
	queue, err := store.ReviewQueue(ctx)
	must(t, err)
	must(t, store.Decide(ctx, admin, &queue[0], models.Decision{Verdict: "approved"}))
}

func fans(t testing.TB, store *models.Store, slug string) *models.OfferView {
	t.Helper()
	view, _, err := store.PublicOffer(t.Context(), slug)
	must(t, err)
	return view
}

func code(err error, field string) string {
	var problems models.Problems
	if errors.As(err, &problems) && problems.For(field) != nil {
		return problems.For(field).Code
	}
	return fmt.Sprint(err)
}

// TestHotVariant: many at once get of each combination what there is and no more.
func TestHotVariant(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, _, offer := variants(t, store, shirt("7", "0", "5", ""))
	choices := [][]string{{"S", "black"}, {"S", "white"}, {"M", "black"}, {"M", "white"}}
	var together sync.WaitGroup
	var got [4]atomic.Int64
	for i := range 120 {
		together.Go(func() {
			in := purchase(shop, offer, fmt.Sprintf("fan%d@example.com", i), fmt.Sprint(i))
			in.Choice = choices[i%4]
			order, _, err := store.PlaceOrder(t.Context(), in)
			switch {
			case err == nil && order.Variant == in.Choice[0]+" / "+in.Choice[1]:
				got[i%4].Add(1)
			case code(err, "variant") == "variant.sold_out":
			default:
				t.Errorf("buyer %d: %v", i, err)
			}
		})
	}
	together.Wait()
	for i, want := range []int64{7, 0, 5, 30} {
		if got[i].Load() != want {
			t.Errorf("%v: %d got it, not %d", choices[i], got[i].Load(), want)
		}
	}
	after := fans(t, store, offer.Slug)
	if after.Held != 42 || after.Stock != nil || after.SoldOut() {
		t.Errorf("held %d, stock %v", after.Held, after.Stock)
	}
	for i, want := range []int64{7, 0, 5, 30} {
		if after.Variants[i].Held != want || after.Variants[i].SoldOut() != (i < 3) {
			t.Errorf("%s: held %d", after.Variants[i].Name, after.Variants[i].Held)
		}
	}
}

// TestVariantMoves: holds, sales and returns count for the one combination, and the order keeps its words and price.
func TestVariantMoves(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := variants(t, store, shirt("2", "1", "1", "1"))
	in := purchase(shop, offer, "fan@example.com", "a")
	if _, _, err := store.PlaceOrder(ctx, in); code(err, "choice_0") != "variant.choose" || code(err, "choice_1") != "variant.choose" {
		t.Fatalf("nothing chosen: %v", err)
	}
	in.Choice = []string{"M", "white"}
	order, _, err := store.PlaceOrder(ctx, in)
	must(t, err)
	if order.Variant != "M / white" || order.SKU != "SH-M-W" || order.Total != 2250 || order.UnitPrice().Amount != 2250 {
		t.Fatalf("%q %q %d", order.Variant, order.SKU, order.Total)
	}
	counters := func(want string) {
		t.Helper()
		view := fans(t, store, offer.Slug)
		v := view.Variants[3]
		if got := fmt.Sprintf("%d+%d of %d, %d+%d of %d", v.Held, v.Sold, *v.Stock, view.Held, view.Sold, *view.Stock); got != want {
			t.Fatalf("%s, not %s", got, want)
		}
	}
	counters("1+0 of 1, 1+0 of 5")
	must(t, store.RefuseOrder(ctx, order, "test"))
	counters("0+0 of 1, 0+0 of 5")
	// Paid after all: taken anew. A second one finds nothing and is a shortfall.
	pay := func(order *models.Order, name string) *models.OrderView {
		t.Helper()
		_, err := store.SettleOrder(ctx, order.ID, models.Payment{SessionID: "cs_" + name, PaymentIntentID: "pi_" + name, Amount: order.Total, Currency: "eur", At: store.Now()})
		must(t, err)
		view, err := store.OrderIn(ctx, shop, order.Slug)
		must(t, err)
		return view
	}
	in.AttemptKey = "b"
	late, _, err := store.PlaceOrder(ctx, in)
	must(t, err)
	must(t, store.RefuseOrder(ctx, late, "test"))
	first := pay(order, "1")
	counters("0+1 of 1, 0+1 of 5")
	if short := pay(late, "2"); !short.Shortfall || first.Shortfall || first.Title() != "Shirt (M / white)" {
		t.Fatalf("%v %v %q", short.Shortfall, first.Shortfall, first.Title())
	}
	counters("0+1 of 1, 0+1 of 5")
	_, err = store.AskRefund(ctx, shop, user, &first.Order, models.RefundForm{Amount: "22.50", Reason: "requested", Restock: "1"})
	must(t, err)
	counters("0+0 of 1, 0+0 of 5")
}

// TestVariantReview: what fans see is reviewed, and what is on sale stays until then; stock and a lower price are not.
func TestVariantReview(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := variants(t, store, shirt("2", "2", "2", "2"))
	edit := func(change func(*models.OfferForm)) *models.OfferView {
		t.Helper()
		view, err := store.OfferIn(ctx, shop, offer.Slug)
		must(t, err)
		form := models.FormOf(view, shop.Zone(), func(m models.Money) string { return fmt.Sprintf("%d.%02d", m.Amount/100, m.Amount%100) })
		form.Seen = view.Mark()
		change(&form)
		must(t, store.UpdateOffer(ctx, shop, user, &view.Offer, form))
		view, err = store.OfferIn(ctx, shop, offer.Slug)
		must(t, err)
		return view
	}
	if view := edit(func(f *models.OfferForm) { f.Variants[0].Stock = "9" }); view.Version.Number != 1 || *view.Stock != 15 {
		t.Fatalf("stock: version %d, %d", view.Version.Number, *view.Stock)
	}
	if view := edit(func(f *models.OfferForm) { f.Variants[3].Extra = "1.00" }); view.Version.Number != 2 || view.Version.State != "approved" || view.Variants[3].Price.Amount != 2100 {
		t.Fatalf("lower: version %d is %s", view.Version.Number, view.Version.State)
	}
	if view := edit(func(f *models.OfferForm) { f.Variants[0].Extra = "" }); view.Version.Number != 3 || view.Version.State != "draft" {
		t.Fatalf("dearer: version %d is %s", view.Version.Number, view.Version.State)
	}
	edit(func(f *models.OfferForm) {
		f.Options[0].Values = "S, M, L"
		*f = f.Combined()
		f.Variants[4].Stock = "3"
	})
	seen := fans(t, store, offer.Slug)
	if len(seen.Variants) != 4 || *seen.Stock != 15 {
		t.Fatalf("fans see %d before the review, of %d", len(seen.Variants), *seen.Stock)
	}
	in := purchase(shop, seen, "fan@example.com", "a")
	in.Choice = []string{"L", "black"}
	if _, _, err := store.PlaceOrder(ctx, in); code(err, "choice_0") != "variant.choose" {
		t.Fatalf("bought before the review: %v", err)
	}
	approve(t, store, shop, user, &offer.Offer)
	in.Offer = fans(t, store, offer.Slug)
	order, _, err := store.PlaceOrder(ctx, in)
	must(t, err)
	if order.Total != 2000 || len(in.Offer.Variants) != 6 {
		t.Fatalf("%d with %d", order.Total, len(in.Offer.Variants))
	}
	view, err := store.OfferIn(ctx, shop, offer.Slug)
	must(t, err)
	form := models.FormOf(view, shop.Zone(), func(m models.Money) string { return fmt.Sprintf("%d.%02d", m.Amount/100, m.Amount%100) })
	form.Variants[4].Stock = "0"
	if err := store.UpdateOffer(ctx, shop, user, &view.Offer, form); code(err, "variant_stock_4") != "stock.below_sold" {
		t.Fatalf("less stock than is held: %v", err)
	}
}

// TestSoldOutVariants: an offer is sold out when each of its combinations is.
func TestSoldOutVariants(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, _, offer := variants(t, store, shirt("1", "0", "0", "0"))
	if offer.SoldOut() {
		t.Fatal("sold out with one left")
	}
	in := purchase(shop, offer, "fan@example.com", "a")
	in.Choice = []string{"S", "black"}
	_, _, err := store.PlaceOrder(ctx, in)
	must(t, err)
	list, err := store.Offers(ctx, shop, models.OfferFilter{State: "sold_out"})
	must(t, err)
	if len(list) != 1 || !list[0].SoldOut() || !fans(t, store, offer.Slug).SoldOut() {
		t.Fatalf("%d are sold out", len(list))
	}
}

// TestVariantProblems: what is wrong with options and combinations is said beside each.
func TestVariantProblems(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, _, _ := seller(t, store, "1")
	for name, c := range map[string]struct {
		change      func(*models.OfferForm)
		field, code string
	}{
		"no name":    {func(f *models.OfferForm) { f.Options[0].Name = " " }, "option_0", "option.blank"},
		"no values":  {func(f *models.OfferForm) { f.Options[1].Values = " , " }, "values_1", "values.blank"},
		"twice":      {func(f *models.OfferForm) { f.Options[1].Values = "Black, black" }, "values_1", "values.twice"},
		"name twice": {func(f *models.OfferForm) { f.Options[1].Name = "size" }, "option_1", "option.twice"},
		"too many": {func(f *models.OfferForm) {
			f.Options = append(f.Options, models.OptionTyped{Name: "A", Values: "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26"})
		}, "values_2", "variants.too_many"},
		"no table":     {func(f *models.OfferForm) { f.Options[0].Values = "S, M, L" }, "variants", "variants.table"},
		"stock":        {func(f *models.OfferForm) { f.Variants[2].Stock = "few" }, "variant_stock_2", "stock.malformed"},
		"difference":   {func(f *models.OfferForm) { f.Variants[1].Extra = "a lot" }, "variant_extra_1", "difference.malformed"},
		"below Stripe": {func(f *models.OfferForm) { f.Variants[1].Extra = "-19.80" }, "variant_extra_1", "variant.too_small"},
	} {
		form := shirt("1", "1", "1", "1")
		c.change(&form)
		problems := form.Check(shop)
		if p := problems.For(c.field); p == nil || p.Code != c.code {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// TestCardLimit: one card has no more than one buyer may, whatever the addresses, and what is over goes back once.
func TestCardLimit(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	form := shirt("9", "9", "9", "9")
	form.Limit = "2"
	shop, _, offer := variants(t, store, form)
	orders := make([]*models.Order, 6)
	for i := range orders {
		in := purchase(shop, offer, fmt.Sprintf("fan%d@example.com", i), fmt.Sprint(i))
		in.Choice = []string{"S", "black"}
		order, _, err := store.PlaceOrder(ctx, in)
		must(t, err)
		_, err = store.SettleOrder(ctx, order.ID, models.Payment{SessionID: fmt.Sprint("cs_", i), PaymentIntentID: fmt.Sprint("pi_", i), Amount: order.Total, Currency: "eur", At: store.Now()})
		must(t, err)
		orders[i] = order
	}
	var together sync.WaitGroup
	for i, order := range orders {
		for range 3 { // the job, the event, and the event again
			together.Go(func() {
				print := "one card"
				if i == 5 {
					print = "another card"
				}
				if err := store.RecordCharge(ctx, order, models.Charge{ID: fmt.Sprint("ch_", i), Card: "visa 4242", Fingerprint: print}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	together.Wait()
	kept := 0
	for i, order := range orders {
		view, err := store.OrderIn(ctx, shop, order.Slug)
		must(t, err)
		refunds, err := store.RefundsOf(ctx, order)
		must(t, err)
		switch {
		case view.OverLimit && view.Payment == "refunded" && view.Fulfilment == "none" && len(refunds) == 1 && refunds[0].Amount == order.Total && refunds[0].Why() == "over_limit" && i != 5:
		case !view.OverLimit && view.Payment == "paid" && len(refunds) == 0:
			kept++
		default:
			t.Errorf("order %d: over %v, %s, %d refunds", i, view.OverLimit, view.Payment, len(refunds))
		}
	}
	after := fans(t, store, offer.Slug)
	if kept != 3 || after.Sold != 3 || after.Variants[0].Sold != 3 {
		t.Errorf("%d kept, %d sold, %d of them S / black", kept, after.Sold, after.Variants[0].Sold)
	}
}
