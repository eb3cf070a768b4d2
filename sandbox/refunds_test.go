package sandbox_test

import (
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

func (w *world) refund(intent *stripe.PaymentIntent, amount int64, whole bool) *stripe.Refund {
	w.t.Helper()
	params := &stripe.RefundParams{PaymentIntent: stripe.String(intent.ID)}
	if amount > 0 {
		params.Amount = stripe.Int64(amount)
	}
	if whole {
		params.ReverseTransfer, params.RefundApplicationFee = stripe.Bool(true), stripe.Bool(true)
	}
	return must[*stripe.Refund](w.t)(w.api.Refunds.New(params))
}

// nets adds up an account's ledger.
func (w *world) nets(account string) int64 {
	w.t.Helper()
	params := &stripe.BalanceTransactionListParams{}
	params.Limit = stripe.Int64(100)
	if account != "" {
		params.SetStripeAccount(account)
	}
	var sum int64
	list := w.api.BalanceTransactions.List(params)
	for list.Next() {
		line := list.BalanceTransaction()
		if line.Net != line.Amount-line.Fee {
			w.t.Errorf("%s: %d - %d = %d", line.ID, line.Amount, line.Fee, line.Net)
		}
		sum += line.Net
	}
	if err := list.Err(); err != nil {
		w.t.Fatal(err)
	}
	return sum
}

func (w *world) balance(account string) (available, pending int64) {
	w.t.Helper()
	params := &stripe.BalanceParams{}
	if account != "" {
		params.SetStripeAccount(account)
	}
	balance := must[*stripe.Balance](w.t)(w.api.Balance.Get(params))
	return balance.Available[0].Amount, balance.Pending[0].Amount
}

func TestRefundOfDestinationCharge(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	intent := w.paid(sale{amount: 2500, fee: 333, to: shop}, "4242424242424242")
	for i, part := range []int64{1000, 333, 0} { // the last one is what is left
		refund := w.refund(intent, part, true)
		if refund.Status != "succeeded" || refund.TransferReversal == nil {
			t.Errorf("part %d: %+v", i, refund)
		}
	}
	charge := w.intentOf(w.sessionOf(intent)).LatestCharge
	if !charge.Refunded || charge.AmountRefunded != 2500 {
		t.Errorf("%d of %d are refunded", charge.AmountRefunded, charge.Amount)
	}
	transfer := must[*stripe.Transfer](t)(w.api.Transfers.Get(charge.Transfer.ID, nil))
	if !transfer.Reversed || len(transfer.Reversals.Data) != 3 {
		t.Errorf("%+v", transfer)
	}
	fees := w.api.ApplicationFees.List(&stripe.ApplicationFeeListParams{})
	if !fees.Next() || fees.ApplicationFee().AmountRefunded != 333 || !fees.ApplicationFee().Refunded {
		t.Errorf("%+v", fees.ApplicationFee())
	}
	if sum := w.nets(shop.ID); sum != 0 {
		t.Errorf("the merchant is left with %d", sum)
	}
	if sum := w.nets(""); sum != -63 { // Stripe keeps its fee
		t.Errorf("the platform is left with %d", sum)
	}
	if _, err := w.api.Refunds.New(&stripe.RefundParams{PaymentIntent: stripe.String(intent.ID)}); asStripe(t, err).Code != "charge_already_refunded" {
		t.Errorf("%v", err)
	}
}

func (w *world) sessionOf(intent *stripe.PaymentIntent) string {
	w.t.Helper()
	list := w.api.CheckoutSessions.List(&stripe.CheckoutSessionListParams{PaymentIntent: stripe.String(intent.ID)})
	if !list.Next() {
		w.t.Fatal("no session has this intent")
	}
	return list.CheckoutSession().ID
}

func TestRefundThatLeavesTheMerchant(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	intent := w.paid(sale{amount: 2400, fee: 240, to: shop}, "4242424242424242")
	w.refund(intent, 0, false)
	if sum := w.nets(shop.ID); sum != 2160 {
		t.Errorf("the merchant has %d", sum)
	}
	if sum := w.nets(""); sum != 2400-61-2400+240-2400 {
		t.Errorf("the platform has %d", sum)
	}
	if _, err := w.api.Refunds.New(&stripe.RefundParams{Charge: stripe.String("ch_nobody")}); asStripe(t, err).Code != "resource_missing" {
		t.Errorf("%v", err)
	}
}

func TestRefundsThatTakeTime(t *testing.T) {
	w := newWorld(t)
	told := w.listen("refund.updated")
	slow := w.refund(w.paid(sale{amount: 2400}, "4000000000007726"), 0, false)
	back := w.refund(w.paid(sale{amount: 2400}, "4000000000005126"), 0, false)
	if slow.Status != "pending" || back.Status != "succeeded" {
		t.Fatalf("%s, %s", slow.Status, back.Status)
	}
	w.sb.Advance(2 * time.Minute)
	told.next()
	told.next()
	if slow = must[*stripe.Refund](t)(w.api.Refunds.Get(slow.ID, nil)); slow.Status != "succeeded" {
		t.Errorf("slow: %s", slow.Status)
	}
	if back = must[*stripe.Refund](t)(w.api.Refunds.Get(back.ID, nil)); back.Status != "failed" || back.FailureReason == "" || back.FailureBalanceTransaction == nil {
		t.Errorf("back: %+v", back)
	}
	charge := must[*stripe.Charge](t)(w.api.Charges.Get(back.Charge.ID, nil))
	if charge.Refunded || charge.AmountRefunded != 0 {
		t.Error("the money is back, and the charge is refunded all the same")
	}
}

func TestLedger(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	for i, amount := range []int64{50, 99, 2400, 123456, 99999999} {
		intent := w.paid(sale{amount: amount, fee: amount / 10, to: shop}, "4242424242424242")
		if i%2 == 0 {
			w.refund(intent, amount/3, i%4 == 0)
		}
	}
	for _, account := range []string{"", shop.ID} {
		available, pending := w.balance(account)
		if sum := w.nets(account); sum != available+pending {
			t.Errorf("%q: the lines add up to %d, the balance is %d + %d", account, sum, available, pending)
		}
	}
	told := w.listenTo(true, "balance.available")
	w.sb.Advance(3 * 24 * time.Hour)
	if e := told.next(); e.Account != shop.ID {
		t.Errorf("%s was told", e.Account)
	}
	if available, pending := w.balance(shop.ID); pending != 0 || available != w.nets(shop.ID) {
		t.Errorf("after three days %d are available and %d pending", available, pending)
	}
}

func TestCurrencies(t *testing.T) {
	w := newWorld(t)
	for currency, want := range map[string]struct {
		amount, fee int64
		shown       string
	}{"jpy": {2400, 86, "¥2,400"}, "kwd": {2400, 170, "KWD 2.400"}, "usd": {2400, 100, "$24.00"}} {
		session := w.session(sale{amount: want.amount, currency: currency})
		if page := w.browser().get(session.URL); !contains(page.body, "Pay "+want.shown) {
			t.Errorf("%s: the button does not say %s", currency, want.shown)
		}
		w.pay(session, "4242424242424242")
		if intent := w.intentOf(session.ID); intent.LatestCharge.BalanceTransaction.Fee != want.fee {
			t.Errorf("%s: the fee is %d", currency, intent.LatestCharge.BalanceTransaction.Fee)
		}
	}
}
