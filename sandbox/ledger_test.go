package sandbox_test

import (
	"database/sql"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

type ledger struct {
	Differences []string
	Accounts    []struct {
		Account, Currency       string
		Net, Available, Pending int64
		NetByType               map[string]int64 `json:"net_by_type"`
	}
	Charges, Refunds, Disputes, Transfers, Payouts []struct {
		ID, Account, Status string
		Amount              int64
	}
	Fees []struct{ Amount int64 } `json:"application_fees"`
}

func (w *world) ledger() ledger {
	w.t.Helper()
	var l ledger
	page := w.browser().get(w.server.URL + "/ledger.json")
	if err := json.Unmarshal([]byte(page.body), &l); err != nil || page.status != 200 {
		w.t.Fatalf("%d %v", page.status, err)
	}
	return l
}

func TestLedgerOfEverything(t *testing.T) {
	w := newWorld(t)
	shop, other := w.account(true), w.account(true)
	b := w.browser()
	for i, number := range []string{"4242424242424242", "4000000000000259", "4000000000002685", "4000000000001976", "4000000000005126", "4000000000007726"} {
		to := shop
		if i%2 == 1 {
			to = other
		}
		intent := w.paid(sale{amount: 2401 + int64(i), fee: 241, to: to}, number)
		if i == 0 || i > 3 {
			w.refund(intent, 333, i != 4)
		}
	}
	w.sb.Advance(time.Minute)
	w.settle()
	disputes := w.api.Disputes.List(&stripe.DisputeListParams{})
	for i := 0; disputes.Next(); i++ {
		w.evidence(disputes.Dispute().ID, []string{"winning_evidence", "losing_evidence", "winning_evidence"}[i])
	}
	w.sb.Advance(time.Minute)
	w.settle()
	w.sb.Advance(2 * day)
	w.settle()
	payout := w.payouts(shop.ID)[0]
	b.post(w.server.URL+"/payouts/"+payout.ID+"/outcome", url.Values{"outcome": {"failed"}})
	b.post(w.server.URL+"/payouts/"+w.payouts(other.ID)[0].ID+"/outcome", url.Values{"outcome": {"canceled"}})
	w.sb.Advance(2 * day)
	w.settle()
	if err := w.sb.CheckLedger(t.Context()); err != nil {
		t.Error(err)
	}
	l := w.ledger()
	if len(l.Differences) != 0 || len(l.Accounts) != 3 || len(l.Charges) != 6 || len(l.Refunds) != 3 || len(l.Disputes) != 3 || len(l.Transfers) != 6 || len(l.Fees) != 6 || len(l.Payouts) < 3 {
		t.Errorf("%+v", l)
	}
	for _, account := range l.Accounts {
		available, pending := w.balance(account.Account)
		var sum int64
		for _, net := range account.NetByType {
			sum += net
		}
		if account.Net != sum || account.Net != w.nets(account.Account) || account.Available != available || account.Pending != pending {
			t.Errorf("%+v: the balance is %d and %d", account, available, pending)
		}
	}
}

func TestCheckLedgerFinds(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	w.refund(w.paid(sale{amount: 2400, fee: 240, to: shop}, "4242424242424242"), 100, true)
	w.disputed(sale{amount: 2400, fee: 240, to: shop}, "4000000000000259")
	w.sb.Advance(3 * day)
	w.settle()
	file, err := sql.Open("sqlite3", w.path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := w.sb.CheckLedger(t.Context()); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]string{
		"net is not":               `UPDATE objects SET body = json_set(body, '$.net', json_extract(body, '$.net') + 1) WHERE kind = 'balance_transaction' AND json_extract(body, '$.type') = 'charge'`,
		"charge's refunds are not": `UPDATE objects SET body = json_set(body, '$.amount_refunded', 99) WHERE kind = 'charge' AND json_extract(body, '$.amount_refunded') = 100 AND account = ''`,
		"transfer's reversals":     `UPDATE objects SET body = json_set(body, '$.amount_reversed', 7) WHERE kind = 'transfer'`,
		"fee's refunds":            `UPDATE objects SET body = json_set(body, '$.amount_refunded', 7) WHERE kind = 'application_fee'`,
		"dispute has taken":        `UPDATE objects SET body = json_set(body, '$.status', 'won') WHERE kind = 'dispute'`,
		"payout is not the sum":    `UPDATE objects SET body = json_set(body, '$.amount', 1) WHERE kind = 'payout'`,
		"payout that came back":    `UPDATE objects SET body = json_set(body, '$.status', 'failed') WHERE kind = 'payout'`,
		"source that is not there": `UPDATE objects SET body = json_set(body, '$.source', 'nobody') WHERE kind = 'balance_transaction' AND json_extract(body, '$.type') = 'payout'`,
		"does not cancel out":      `UPDATE objects SET body = json_set(body, '$.net', json_extract(body, '$.net') + 1, '$.amount', json_extract(body, '$.amount') + 1) WHERE kind = 'balance_transaction' AND json_extract(body, '$.type') = 'transfer'`,
		"not in the books once":    `UPDATE objects SET body = json_set(body, '$.amount', 1, '$.amount_refunded', 0) WHERE kind = 'charge'`,
		"sum of its details":       `UPDATE objects SET body = json_set(body, '$.fee_details', json('[]')) WHERE kind = 'balance_transaction'`,
	} {
		if _, err := file.Exec(`CREATE TABLE kept AS SELECT id, body FROM objects`); err != nil {
			t.Fatal(err)
		}
		if _, err := file.Exec(change); err != nil {
			t.Fatal(err)
		}
		if err := w.sb.CheckLedger(t.Context()); err == nil || !contains(err.Error(), says) {
			t.Errorf("%q is not found: %v", says, err)
		}
		if _, err := file.Exec(`UPDATE objects SET body = (SELECT kept.body FROM kept WHERE kept.id = objects.id); `); err != nil {
			t.Fatal(err)
		}
		if _, err := file.Exec(`DROP TABLE kept`); err != nil {
			t.Fatal(err)
		}
	}
}
