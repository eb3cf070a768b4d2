package models_test

import (
	"math/rand/v2"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestPriceAddsUp prices ten thousand purchases in currencies with no, two and three decimals: the parts make the total to
// the last unit, nothing is negative, no code takes off more than the items cost, and every amount can be charged.
func TestPriceAddsUp(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 1415))
	for range 10_000 {
		currency := []string{"jpy", "eur", "kwd"}[dice.IntN(3)]
		step := map[string]int64{"jpy": 1, "eur": 1, "kwd": 10}[currency]
		money := func(most int64) models.Money {
			return models.Money{Amount: dice.Int64N(most/step) * step, Currency: currency}
		}
		quote, quantity := models.Quote{Unit: money(900_000)}, 1+dice.Int64N(100)
		switch dice.IntN(3) {
		case 1:
			quote.Code = &models.Code{Kind: "percent", Percent: 1 + dice.Int64N(100)}
		case 2:
			quote.Code = &models.Code{Kind: "amount", Amount: money(2_000_000).Amount, Currency: currency}
		}
		if dice.IntN(2) == 1 {
			quote.Shipping = &models.Rate{Amount: money(5_000), FreeAbove: money(2_000_000).Amount}
		}
		p := quote.Price(quantity)
		switch {
		case p.Items != quote.Unit.Amount*quantity, p.Items-p.Discount+p.Shipping != p.Total:
			t.Fatalf("%+v of %+v does not add up", p, quote)
		case p.Discount < 0, p.Discount > p.Items, p.Shipping < 0, p.Total < 0:
			t.Fatalf("%+v of %+v is out of bounds", p, quote)
		case p.Discount%step != 0, p.Total%step != 0:
			t.Fatalf("%+v cannot be charged in %s", p, currency)
		case quote.Code != nil && quote.Code.Kind == "percent" && abs(100*p.Discount-p.Items*quote.Code.Percent) > 50*step:
			t.Fatalf("%d %% of %d is not %d", quote.Code.Percent, p.Items, p.Discount)
		}
	}
}

// TestRefundsShareTheFee gives paid orders back in random parts: what Tillbird keeps and gives up of its fee, and what the
// merchant has left, add up to the total at each step, and all of it is gone in the end.
func TestRefundsShareTheFee(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(2, 7182))
	for range 5_000 {
		currency := []string{"jpy", "eur", "kwd"}[dice.IntN(3)]
		o := models.Order{Currency: currency, Items: 1 + dice.Int64N(900_000), Payment: "paid", KeepsFee: dice.IntN(4) == 0}
		o.Discount, o.Shipping, o.Tax = dice.Int64N(o.Items), dice.Int64N(5_000), dice.Int64N(100_000)
		before := o.Items - o.Discount + o.Shipping // the fee is counted before tax
		o.Total = before + o.Tax
		o.ApplicationFee = models.Fee(models.Money{Amount: before, Currency: currency}, dice.Int64N(2_000), dice.Int64N(100)).Amount
		last := o.ApplicationFee
		for o.Refunded < o.Total {
			o.Refunded += 1 + dice.Int64N(o.Total-o.Refunded)
			kept := o.FeeKept().Amount
			if kept < 0 || kept > last || o.Net().Amount+kept+o.Refunded != o.Total {
				t.Fatalf("of %+v the fee kept is %d, the net %d", o, kept, o.Net().Amount)
			}
			last = kept
		}
		if !o.KeepsFee && (last != 0 || o.Net().Amount != 0) {
			t.Fatalf("all went back of %+v, and %d is kept", o, last)
		}
	}
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
