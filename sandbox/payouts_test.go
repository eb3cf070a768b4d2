package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

const day = 24 * time.Hour

// payouts are an account's payouts, newest first.
func (w *world) payouts(account string) []*stripe.Payout {
	w.t.Helper()
	params := &stripe.PayoutListParams{}
	params.SetStripeAccount(account)
	var all []*stripe.Payout
	list := w.api.Payouts.List(params)
	for list.Next() {
		all = append(all, list.Payout())
	}
	if err := list.Err(); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// inside adds up what a payout consists of, without the payout's own line.
func (w *world) inside(account, payout string) (sum int64, lines int) {
	w.t.Helper()
	params := &stripe.BalanceTransactionListParams{Payout: stripe.String(payout)}
	params.SetStripeAccount(account)
	list := w.api.BalanceTransactions.List(params)
	for list.Next() {
		if line := list.BalanceTransaction(); line.Type != "payout" {
			sum += line.Net
			lines++
		}
	}
	if err := list.Err(); err != nil {
		w.t.Fatal(err)
	}
	return sum, lines
}

func TestPayouts(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	e := w.listenTo(true, "balance.available", "payout.created", "payout.updated", "payout.paid", "payout.failed")
	intent := w.paid(sale{amount: 2400, fee: 240, to: shop}, "4242424242424242")
	w.paid(sale{amount: 1000, fee: 100, to: shop}, "4242424242424242")
	w.refund(intent, 400, true)
	w.sb.Advance(2 * day) // two days later, at 10:00: it cleared and went at midnight
	if types := e.types(2); types["balance.available"] != 1 || types["payout.created"] != 1 {
		t.Errorf("%v", types)
	}
	all := w.payouts(shop.ID)
	if len(all) != 1 || all[0].Amount != 2160-360+900 || all[0].Destination == nil || !all[0].Automatic {
		t.Fatalf("%+v", all)
	}
	if sum, lines := w.inside(shop.ID, all[0].ID); sum != all[0].Amount || lines != 3 {
		t.Errorf("%d lines in it add up to %d", lines, sum)
	}
	if available, pending := w.balance(shop.ID); available != 0 || pending != 0 {
		t.Errorf("%d and %d are left", available, pending)
	}
	w.sb.Advance(7 * time.Hour)
	if event := e.next(); event.Type != "payout.updated" {
		t.Errorf("%s", event.Type)
	}
	w.sb.Advance(day)
	if event := e.next(); event.Type != "payout.paid" {
		t.Errorf("%s", event.Type)
	}
	b := w.browser()
	if page := b.get(w.server.URL + "/"); !contains(page.body, all[0].ID) {
		t.Error("the page does not list the payout")
	}
	fail := url.Values{"outcome": {"failed"}, "failure_code": {"could_not_process"}}
	if end := b.post(w.server.URL+"/payouts/"+all[0].ID+"/outcome", fail); end.status != http.StatusSeeOther {
		t.Fatalf("%d", end.status)
	}
	if event := e.next(); event.Type != "payout.failed" {
		t.Errorf("%s", event.Type)
	}
	failed := w.payouts(shop.ID)[0]
	if failed.Status != "failed" || failed.FailureCode != "could_not_process" || failed.FailureBalanceTransaction == nil || failed.FailureMessage == "" {
		t.Errorf("%+v", failed)
	}
	if available, _ := w.balance(shop.ID); available != failed.Amount {
		t.Errorf("%d are back", available)
	}
	if end := b.post(w.server.URL+"/payouts/"+all[0].ID+"/outcome", fail); end.status != http.StatusUnprocessableEntity {
		t.Errorf("it failed twice: %d", end.status)
	}
	w.sb.Advance(day)
	if event := e.next(); event.Type != "payout.created" {
		t.Errorf("%s", event.Type)
	}
	again := w.payouts(shop.ID)[0]
	if sum, lines := w.inside(shop.ID, again.ID); again.ID == failed.ID || sum != again.Amount || lines != 1 {
		t.Errorf("%+v: %d lines, %d", again, lines, sum)
	}
	if end := b.post(w.server.URL+"/payouts/"+again.ID+"/outcome", url.Values{"outcome": {"paid"}}); end.status != http.StatusSeeOther || w.payouts(shop.ID)[0].Status != "paid" {
		t.Errorf("%d %s", end.status, w.payouts(shop.ID)[0].Status)
	}
}

func TestPayoutToClosedBank(t *testing.T) {
	w := newWorld(t)
	shop := w.account(false)
	b := w.browser()
	hand := func(bank string) {
		visit := w.server.URL + b.get(w.link(shop.ID)).location
		b.post(visit, url.Values{"step": {"2"}, "action": {"good"}})
		visit = w.server.URL + b.get(w.link(shop.ID)).location
		if end := b.post(visit, url.Values{"step": {"3"}, "action": {"submit"}, "bank": {bank}, "terms": {"yes"}}); end.location != returnURL {
			t.Fatalf("%d %s", end.status, problemsOf(end.body))
		}
	}
	hand("000111111113")
	w.paid(sale{amount: 2400, fee: 240, to: shop}, "4242424242424242")
	e := w.listenTo(true, "payout.failed", "account.updated", "account.external_account.updated")
	w.sb.Advance(3 * day)
	w.settle()
	w.sb.Advance(2 * day)
	if types := e.types(3); types["payout.failed"] != 1 || types["account.updated"] != 1 || types["account.external_account.updated"] != 1 {
		t.Errorf("%v", types)
	}
	account := must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil))
	if account.PayoutsEnabled || !account.ChargesEnabled || len(account.Requirements.CurrentlyDue) != 1 || account.Requirements.CurrentlyDue[0] != "external_account" {
		t.Errorf("%+v", account.Requirements)
	}
	if payout := w.payouts(shop.ID)[0]; payout.FailureCode != "account_closed" {
		t.Errorf("%+v", payout)
	}
	hand("000123456789")
	if account = must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil)); !account.PayoutsEnabled || len(account.Requirements.CurrentlyDue) != 0 {
		t.Errorf("%+v", account.Requirements)
	}
	created := w.listenTo(true, "payout.created", "payout.paid")
	w.sb.Advance(day)
	w.settle()
	w.sb.Advance(2 * day)
	if types := created.types(2); types["payout.paid"] != 1 {
		t.Errorf("%v", types)
	}
}

func TestPayoutSchedules(t *testing.T) {
	w := newWorld(t)
	weekly, manual := w.account(true), w.account(true)
	for id, interval := range map[string]string{weekly.ID: "weekly", manual.ID: "manual"} {
		schedule := &stripe.AccountSettingsPayoutsScheduleParams{Interval: stripe.String(interval)}
		if interval == "weekly" {
			schedule.WeeklyAnchor = stripe.String("friday")
		}
		must[*stripe.Account](t)(w.api.Accounts.Update(id, &stripe.AccountParams{Settings: &stripe.AccountSettingsParams{Payouts: &stripe.AccountSettingsPayoutsParams{Schedule: schedule}}}))
		w.paid(sale{amount: 2400, fee: 240, to: &stripe.Account{ID: id}}, "4242424242424242")
	}
	e := w.listenTo(true, "payout.created")
	for range 6 { // Sunday to Saturday
		w.sb.Advance(day)
		w.settle()
	}
	event := e.next()
	if all := w.payouts(weekly.ID); event.Account != weekly.ID || len(all) != 1 || time.Unix(all[0].Created, 0).UTC().Weekday() != time.Friday {
		t.Errorf("%+v", all)
	}
	if all := w.payouts(manual.ID); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	// By hand: no more than has cleared, and the schedule takes the rest when it is back.
	byHand := func(amount int64) (*stripe.Payout, error) {
		params := &stripe.PayoutParams{Amount: stripe.Int64(amount), Currency: stripe.String("eur")}
		params.SetStripeAccount(manual.ID)
		return w.api.Payouts.New(params)
	}
	if _, err := byHand(2161); asStripe(t, err).Code != stripe.ErrorCodeBalanceInsufficient {
		t.Errorf("%v", err)
	}
	if made := must[*stripe.Payout](t)(byHand(1000)); made.Automatic || made.Status != "pending" || w.nets(manual.ID) != 1160 {
		t.Errorf("%+v, %d is left", made, w.nets(manual.ID))
	}
	daily := &stripe.AccountSettingsPayoutsScheduleParams{Interval: stripe.String("daily")}
	must[*stripe.Account](t)(w.api.Accounts.Update(manual.ID, &stripe.AccountParams{Settings: &stripe.AccountSettingsParams{Payouts: &stripe.AccountSettingsPayoutsParams{Schedule: daily}}}))
	for range 3 {
		w.sb.Advance(day)
		w.settle()
	}
	if all := w.payouts(manual.ID); len(all) != 2 || w.nets(manual.ID) > 1160 {
		t.Errorf("%+v, %d is left", all, w.nets(manual.ID))
	}
}

// settle waits until what a move of the clock makes due has been done.
func (w *world) settle() {
	w.t.Helper()
	if err := w.sb.Settle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}
