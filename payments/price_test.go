package payments_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// ships gives the shop one zone at 5 euros, free above 100, and a way to take tax.
func (w *world) ships(tax string) {
	w.t.Helper()
	form := models.ShippingForm{Zone: map[string]string{"FR": "1", "DE": "1", "CH": "2"}, FreeAbove: "100", Tax: tax}
	form.Rates[0], form.Rates[1] = "5,00", "12.50"
	must(w.t, w.store.UpdateShipping(w.ctx, w.shop, w.owner, form))
	w.refresh()
}

func (w *world) refresh() {
	w.t.Helper()
	var err error
	w.shop, err = w.store.ShopOf(w.ctx, w.shop.ID)
	must(w.t, err)
}

func (w *world) code(form models.CodeForm) *models.Code {
	w.t.Helper()
	code, err := w.store.CreateCode(w.ctx, w.shop, w.owner, form)
	must(w.t, err)
	return code
}

func (w *world) uses(code *models.Code) int64 {
	w.t.Helper()
	fresh, _, err := w.store.CodeIn(w.ctx, w.shop, code.Slug)
	must(w.t, err)
	return fresh.Uses
}

// TestPriceAtStripe leads a discount, a rate and tax through the hosted page and back.
func TestPriceAtStripe(t *testing.T) {
	t.Parallel()
	for _, tax := range models.TaxModes {
		t.Run(tax, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("10")
			w.ships(tax)
			code := w.code(models.CodeForm{Code: "spring ten", Kind: "percent", Percent: "10", Most: "5", EachOnce: "on"})
			in := w.purchase(offer, "bea")
			in.Code, in.Country, in.Quantity = "SpringTen", "FR", "2"
			order, address, err := w.pay.StartCheckout(w.ctx, in)
			must(t, err)
			if order.Items != 8400 || order.Discount != 840 || order.Shipping != 500 || order.Total != 8060 || order.Code != "SPRINGTEN" || order.ShipTo != "FR" {
				t.Fatalf("the order is %+v", order)
			}
			if w.payAt(address, goodCard) == "" {
				t.Fatal("the card was not taken")
			}
			must(t, w.pay.Settle(w.ctx, order))
			paid := w.order(order)
			want := map[string][3]int64{"off": {0, 0, 8060}, "inclusive": {0, 1260 + 83, 8060}, "exclusive": {1612, 0, 9672}}[tax]
			if got := [3]int64{paid.Tax, paid.TaxIncluded, paid.Total}; paid.Payment != "paid" || got != want {
				t.Errorf("%s: tax, contained tax and total are %v, want %v", paid.Payment, got, want)
			}
			if paid.ApplicationFee != models.Fee(models.Money{Amount: 8060, Currency: "eur"}, 340, 25).Amount {
				t.Errorf("the fee is %d", paid.ApplicationFee)
			}
			if n := w.uses(code); n != 1 {
				t.Errorf("the code counts %d uses", n)
			}
			// All of it goes back, and the use with it.
			view, err := w.store.OrderIn(w.ctx, w.shop, paid.Slug)
			must(t, err)
			_, err = w.store.AskRefund(w.ctx, w.shop, w.owner, &view.Order, models.RefundForm{Amount: plain(paid.Total), Reason: "requested", Key: "once"})
			must(t, err)
			if n := w.uses(code); n != 0 {
				t.Errorf("after the refund the code counts %d uses", n)
			}
			sums, err := w.store.SalesSums(w.ctx, w.shop, nil)
			must(t, err)
			if len(sums) != 1 || sums[0].Gross.Amount != paid.Total || sums[0].Refunded.Amount != paid.Total || sums[0].Net().Amount != 0 {
				t.Errorf("the figures are %+v", sums)
			}
		})
	}
}

func plain(n int64) string {
	return strings.Join([]string{itoa(n / 100), itoa(n%100 + 100)[1:]}, ".")
}

func itoa(n int64) string {
	digits := ""
	for ; n > 9; n /= 10 {
		digits = string(rune('0'+n%10)) + digits
	}
	return string(rune('0'+n)) + digits
}

// TestEventsOfATaxedOrder applies the events of an order whose tax came on top in every early order: none is refused.
func TestEventsOfATaxedOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	w.hook()
	offer := w.offer("10")
	w.ships("exclusive")
	in := w.purchase(offer, "bea")
	in.Country = "FR"
	order, address, err := w.pay.StartCheckout(w.ctx, in)
	must(t, err)
	if w.payAt(address, goodCard) == "" {
		t.Fatal("the card was not taken")
	}
	events := w.eventsOf(order)
	for i := len(events) - 1; i >= 0; i-- { // the charge before the session
		must(t, w.deliver(events[i]))
	}
	w.drain()
	for _, event := range events {
		kept := w.last(event.ID)
		if kept.State == "failed" {
			t.Errorf("%s: %s", event.Type, kept.Outcome)
		}
	}
	if paid := w.order(order); paid.Payment != "paid" || paid.Tax != 940 || paid.Total != 5640 {
		t.Errorf("%s with tax %d and total %d", paid.Payment, paid.Tax, paid.Total)
	}
}

// TestLostCouponAnswer starts anew where the answer to the coupon was lost: one coupon, one session.
func TestLostCouponAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("10")
	code := w.code(models.CodeForm{Code: "FIVE", Kind: "amount", Amount: "5", Most: "1"})
	in := w.purchase(offer, "bea")
	in.Code = "five"
	w.wire.breaks(posts("/coupons", lost))
	if _, _, err := w.pay.StartCheckout(w.ctx, in); !errors.Is(err, payments.ErrAway) {
		t.Fatalf("the call gave %v", err)
	}
	w.wire.breaks(nil)
	order, address, err := w.pay.StartCheckout(w.ctx, in)
	must(t, err)
	if w.payAt(address, goodCard) == "" || w.uses(code) != 1 || order.Total != 3700 {
		t.Errorf("uses %d, total %d", w.uses(code), order.Total)
	}
	coupon, err := w.stripe.Coupons.Get("order-"+order.ID, nil)
	must(t, err)
	if coupon.TimesRedeemed != 1 || coupon.Valid || coupon.AmountOff != 500 || coupon.Name != "FIVE" {
		t.Errorf("the coupon is %+v", coupon)
	}
}

// TestCodeNeverOverItsLimit has many buyers type one code at once.
func TestCodeNeverOverItsLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("100")
	code := w.code(models.CodeForm{Code: "RARE", Kind: "amount", Amount: "5", Most: "3", EachOnce: "on"})
	var wait sync.WaitGroup
	var mu sync.Mutex
	var orders []*models.Order
	words := map[string]int{}
	for _, buyer := range strings.Fields("a b c d e f g h i j") {
		for range 2 { // each clicks twice
			wait.Go(func() {
				in := w.purchase(offer, buyer)
				in.Code = "RARE"
				order, _, err := w.pay.StartCheckout(w.ctx, in)
				mu.Lock()
				defer mu.Unlock()
				var problems models.Problems
				if errors.As(err, &problems) {
					words[problems[0].Code]++
				} else if err != nil {
					t.Error(err)
				} else {
					orders = append(orders, order)
				}
			})
		}
	}
	wait.Wait()
	taken := map[string]bool{}
	for _, order := range orders {
		taken[order.ID] = true
	}
	if n := w.uses(code); n != 3 || len(taken) != 3 || words["code.used_up"] != 14 {
		t.Fatalf("%d uses, %d orders, refused: %v", n, len(taken), words)
	}
	// One lets go: exactly one use comes back, also where it is said twice.
	for range 2 {
		must(t, w.pay.CancelCheckout(w.ctx, w.order(orders[0])))
	}
	if n := w.uses(code); n != 2 {
		t.Errorf("after one let go: %d uses", n)
	}
}

// TestLateMoneyWithoutACode is paid after Stripe said that the checkout was over, when another buyer has the last use: it
// is refunded whole, and the goods stay on the shelf.
func TestLateMoneyWithoutACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("10")
	code := w.code(models.CodeForm{Code: "LAST", Kind: "amount", Amount: "5", Most: "1"})
	in := w.purchase(offer, "bea")
	in.Code = "LAST"
	late, address, err := w.pay.StartCheckout(w.ctx, in)
	must(t, err)
	w.payAt(address, goodCard)
	must(t, w.store.ExpireOrder(w.ctx, late, nil)) // a message that comes before the one of the payment
	if n := w.uses(code); n != 0 {
		t.Fatalf("an abandoned checkout leaves %d uses", n)
	}
	other := w.purchase(offer, "cem")
	other.Code = "LAST"
	_, _, err = w.pay.StartCheckout(w.ctx, other)
	must(t, err)
	must(t, w.pay.Settle(w.ctx, w.order(late)))
	after := w.order(late)
	if !after.Shortfall || after.Payment != "refunded" || w.uses(code) != 1 {
		t.Errorf("shortfall %v, %s, %d uses", after.Shortfall, after.Payment, w.uses(code))
	}
	view, err := w.store.OfferIn(w.ctx, w.shop, offer.Slug)
	must(t, err)
	if view.Sold != 0 || view.Held != 1 {
		t.Errorf("sold %d, held %d", view.Sold, view.Held)
	}
}

// TestCodeWords: each refusal has words of its own.
func TestCodeWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer, other := w.offer("10"), w.offer("10")
	zone := w.shop.Zone()
	local := func(days int) string { return w.clock.Now().AddDate(0, 0, days).In(zone).Format("2006-01-02T15:04") }
	w.code(models.CodeForm{Code: "PAST", Kind: "amount", Amount: "5", EndsAt: local(-1)})
	w.code(models.CodeForm{Code: "SOON", Kind: "amount", Amount: "5", StartsAt: local(1)})
	w.code(models.CodeForm{Code: "ELSE", Kind: "amount", Amount: "5", Scope: "chosen", Offers: []string{other.Slug}})
	w.code(models.CodeForm{Code: "WHOLE", Kind: "percent", Percent: "100"})
	stopped := w.code(models.CodeForm{Code: "GONE", Kind: "amount", Amount: "5"})
	must(t, w.store.StopCode(w.ctx, w.shop, w.owner, stopped))
	once := w.code(models.CodeForm{Code: "ONCE", Kind: "amount", Amount: "5", EachOnce: "on"})
	first := w.purchase(offer, "bea")
	first.Code = "ONCE"
	_, address, err := w.pay.StartCheckout(w.ctx, first)
	must(t, err)
	w.payAt(address, goodCard)
	for typed, want := range map[string]string{
		"PAST": "code.expired", "SOON": "code.not_yet", "ELSE": "code.other_offer", "GONE": "code.stopped", "NONE": "code.unknown", "WHOLE": "code.below_least", "ONCE": "code.already",
	} {
		in := w.purchase(other, "bea+shop") // the same person
		if typed == "ELSE" {
			in = w.purchase(offer, "bea+shop")
		}
		in.Code = typed
		_, _, err := w.pay.StartCheckout(w.ctx, in)
		var problems models.Problems
		if !errors.As(err, &problems) || problems[0].Code != want || problems[0].Field != "code" {
			t.Errorf("%s: %v", typed, err)
		}
	}
	if n := w.uses(once); n != 1 {
		t.Errorf("%d uses", n)
	}
	for _, call := range w.wire.calls() {
		if call == http.MethodPost+" /v1/promotion_codes" {
			t.Error("a promotion code was made at Stripe")
		}
	}
}

// TestChosenPrice takes what the buyer typed, and nothing below the least.
func TestChosenPrice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("10")
	offer.Approved.ChosenPrice, offer.Approved.Suggested = true, 6000
	for typed, want := range map[string]string{"": "amount.blank", "41,99": "amount.below_min", "0": "amount.below_min", "much": "price.malformed"} {
		in := w.purchase(offer, "bea")
		in.Amount = typed
		_, _, err := w.pay.StartCheckout(w.ctx, in)
		var problems models.Problems
		if !errors.As(err, &problems) || problems[0].Code != want || problems[0].Field != "amount" {
			t.Errorf("%q: %v", typed, err)
		}
	}
	in := w.purchase(offer, "bea")
	in.Amount, in.Quantity = "50,50 €", "2"
	order, _, err := w.pay.StartCheckout(w.ctx, in)
	must(t, err)
	if order.Items != 10100 || order.Total != 10100 {
		t.Errorf("the order is %+v", order)
	}
}
