package models_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// sell pays one order at the clock's time.
func sell(t testing.TB, store *models.Store, shop *models.Shop, offer *models.OfferView, n int) *models.Order {
	t.Helper()
	key := fmt.Sprint(n)
	order, _, err := store.PlaceOrder(t.Context(), purchase(shop, offer, "fan"+key+"@example.com", key))
	must(t, err)
	must(t, store.RecordSession(t.Context(), order, "cs_"+key))
	pay(t, store, order, n)
	return order
}

func pay(t testing.TB, store *models.Store, order *models.Order, n int) {
	t.Helper()
	_, err := store.SettleOrder(t.Context(), order.ID, models.Payment{SessionID: fmt.Sprint("cs_", n), PaymentIntentID: fmt.Sprint("pi_", n), Amount: order.Total, Currency: order.Currency, At: store.Now()})
	must(t, err)
}

// lapse places an order whose checkout runs out, so that its payment may come too late.
func lapse(t testing.TB, store *models.Store, shop *models.Shop, offer *models.OfferView, n int) *models.Order {
	t.Helper()
	key := fmt.Sprint(n)
	order, _, err := store.PlaceOrder(t.Context(), purchase(shop, offer, "fan"+key+"@example.com", key))
	must(t, err)
	must(t, store.RecordSession(t.Context(), order, "cs_"+key))
	must(t, store.ExpireOrder(t.Context(), order, nil))
	return order
}

// everySale reads all of a shop's sales through its pages.
func everySale(t testing.TB, store *models.Store, shop *models.Shop) []models.OrderView {
	t.Helper()
	var all []models.OrderView
	filter := models.SalesFilter{Page: models.Page{Size: 3}}
	for {
		rows, err := store.Sales(t.Context(), shop, filter)
		must(t, err)
		shown, _, older := models.Turn(filter.Page, rows)
		all = append(all, shown...)
		if !older {
			return all
		}
		filter.Page.Cursor = filter.PlaceOf(&shown[len(shown)-1].Order)
	}
}

// agree compares the figures kept by day with the orders themselves, in the shop's calendar.
func agree(t testing.TB, store *models.Store, shop *models.Shop) {
	t.Helper()
	figures, err := store.Figures(t.Context(), shop, 30)
	must(t, err)
	want := map[string]models.Day{}
	for _, order := range everySale(t, store, shop) {
		day := order.PaidAt.In(shop.Zone()).Format(time.DateOnly)
		sum := want[day]
		sum.Orders++
		sum.Gross.Amount += order.Total
		sum.Fees.Amount += order.FeeKept().Amount
		sum.Refunded.Amount += order.Refunded
		want[day] = sum
	}
	total := models.Received(append(figures.Days, figures.DaysBefore...))
	for _, day := range append(figures.Days, figures.DaysBefore...) {
		w := want[day.Date.Format(time.DateOnly)]
		if day.Orders != w.Orders || day.Gross.Amount != w.Gross.Amount || day.Fees.Amount != w.Fees.Amount || day.Refunded.Amount != w.Refunded.Amount {
			t.Errorf("%s: kept %+v, the orders say %+v", day.Date.Format(time.DateOnly), day, w)
		}
		sums, err := store.SalesSums(t.Context(), shop, &day.Date)
		must(t, err)
		listed, err := store.Sales(t.Context(), shop, models.SalesFilter{Day: &day.Date, Page: models.Page{Size: 100}})
		must(t, err)
		if w.Orders > 0 && (len(sums) != 1 || sums[0].Orders != w.Orders) || int64(len(listed)) != w.Orders {
			t.Errorf("%s: %d listed, %d summed, want %d", day.Date.Format(time.DateOnly), len(listed), len(sums), w.Orders)
		}
	}
	var net int64
	for _, order := range everySale(t, store, shop) {
		net += order.Net().Amount
	}
	if total.Amount != net {
		t.Errorf("received %d, the orders say %d", total.Amount, net)
	}
}

func TestFiguresAgreeOverADayOfTwentyFiveHours(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, offer := seller(t, store, "54")
	// Clocks go back in Paris on 25 October 2026 at 01:00 UTC: the day begins at 22:00 UTC and lasts 25 hours.
	clock.Advance(time.Date(2026, 10, 24, 20, 30, 0, 0, time.UTC).Sub(clock.Now()))
	late := []*models.Order{lapse(t, store, shop, offer, 100), lapse(t, store, shop, offer, 101)}
	for n := range 54 {
		sell(t, store, shop, offer, n)
		clock.Advance(30 * time.Minute)
	}
	agree(t, store, shop)
	figures, err := store.Figures(t.Context(), shop, 14)
	must(t, err)
	if long := figures.Days[len(figures.Days)-2]; long.Date.Day() != 25 || long.Orders != 50 {
		t.Errorf("the long day has %d orders: %v", long.Orders, long.Date)
	}
	pay(t, store, late[0], 100)
	agree(t, store, shop)
	// Another zone is another calendar; what goes back later still finds its day.
	settings := models.ShopSettings{Name: shop.Name, TimeZone: "America/New_York", Language: "en", SupportEmail: "ana@example.com"}
	must(t, store.UpdateShop(t.Context(), shop, user, settings))
	shop, err = store.ShopOf(t.Context(), shop.ID)
	must(t, err)
	agree(t, store, shop)
	pay(t, store, late[1], 101)
	for i, state := range []string{"failed", "succeeded"} {
		refunds, err := store.RefundsOf(t.Context(), late[i])
		must(t, err)
		must(t, store.RecordRefund(t.Context(), refunds[0].ID, fmt.Sprint("re_", i), state, "", nil))
	}
	agree(t, store, shop)
	failed, err := store.FailedRefunds(t.Context(), shop, 3)
	must(t, err)
	if len(failed) != 1 || failed[0].ID != late[0].ID {
		t.Errorf("failed refunds: %v", failed)
	}
}

func TestPagesStayWhileOrdersComeIn(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, _, offer := seller(t, store, "")
	for n := range 10 {
		sell(t, store, shop, offer, n)
		if n%3 > 0 { // some at the same moment
			clock.Advance(time.Minute)
		}
	}
	numbers := func(filter models.SalesFilter) (list []int64, first, last string, newer, older bool) {
		rows, err := store.Sales(t.Context(), shop, filter)
		must(t, err)
		rows, newer, older = models.Turn(filter.Page, rows)
		for _, row := range rows {
			list = append(list, row.Number)
		}
		return list, filter.PlaceOf(&rows[0].Order), filter.PlaceOf(&rows[len(rows)-1].Order), newer, older
	}
	page := func(cursor string, newer bool) models.SalesFilter {
		return models.SalesFilter{Page: models.Page{Cursor: cursor, Newer: newer, Size: 4}}
	}
	one, _, lastOfOne, newer, older := numbers(page("", false))
	if newer || !older {
		t.Errorf("first page: newer %v, older %v", newer, older)
	}
	two, firstOfTwo, lastOfTwo, _, _ := numbers(page(lastOfOne, false))
	for n := 10; n < 13; n++ {
		sell(t, store, shop, offer, n)
		clock.Advance(time.Minute)
	}
	three, firstOfThree, _, newer, older := numbers(page(lastOfTwo, false))
	if !newer || older || len(three) != 2 {
		t.Errorf("last page: newer %v, older %v, %v", newer, older, three)
	}
	seen := map[int64]int{}
	for _, n := range append(append(append([]int64{}, one...), two...), three...) {
		seen[n]++
	}
	if len(seen) != 10 {
		t.Errorf("the pages show %d of 10 orders: %v", len(seen), seen)
	}
	if back, _, _, _, older := numbers(page(firstOfThree, true)); fmt.Sprint(back) != fmt.Sprint(two) || !older {
		t.Errorf("back from the third page: %v, it was %v", back, two)
	}
	if back, firstOfOne, _, newer, _ := numbers(page(firstOfTwo, true)); fmt.Sprint(back) != fmt.Sprint(one) || !newer {
		t.Errorf("back from the second page: %v, it was %v; newer %v", back, one, newer)
	} else if top, _, _, newer, _ := numbers(page(firstOfOne, true)); len(top) != 3 || newer {
		t.Errorf("what came in: %v", top)
	}
}
