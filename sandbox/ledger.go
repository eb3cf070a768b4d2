package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// CheckLedger recomputes the books of every account and says where they do not add up; nil when they do.
func (sb *Sandbox) CheckLedger(ctx context.Context) error {
	var wrong []error
	err := sb.look(ctx, func(c *call) error {
		for _, check := range ledgerChecks {
			found, err := c.texts(check.query)
			if err != nil {
				return fmt.Errorf("%s: %w", check.says, err)
			}
			for _, text := range found {
				wrong = append(wrong, fmt.Errorf("%s: %s", check.says, text))
			}
		}
		return nil
	})
	return errors.Join(append([]error{err}, wrong...)...)
}

// ledgerChecks are the invariants of the ledger, each as a query whose rows break it. They name their indexes and take
// the type off the id (+), or SQLite makes each a product of two tables.
var ledgerChecks = []struct{ says, query string }{
	{"a line's net is not its amount less its fee", `SELECT id FROM objects WHERE kind = 'balance_transaction'
		AND json_extract(body, '$.net') <> json_extract(body, '$.amount') - json_extract(body, '$.fee')`},
	{"a line's fee is not the sum of its details", `SELECT id FROM objects WHERE kind = 'balance_transaction'
		AND json_extract(body, '$.fee') <> (SELECT coalesce(sum(json_extract(value, '$.amount')), 0) FROM json_each(objects.body, '$.fee_details'))`},
	{"a line has a source that is not there", `SELECT id FROM objects WHERE kind = 'balance_transaction' AND json_extract(body, '$.source') IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM objects AS source WHERE source.id = json_extract(objects.body, '$.source'))`},
	{"a paid charge is not in the books once with its amount", `SELECT id FROM objects WHERE kind = 'charge' AND json_extract(body, '$.paid') AND 1 <> (
		SELECT count(*) FROM objects AS line INDEXED BY balance_transaction_source
		WHERE line.kind = 'balance_transaction' AND json_extract(line.body, '$.source') = +objects.id AND line.account = objects.account
		AND json_extract(line.body, '$.amount') = json_extract(objects.body, '$.amount'))`},
	{"a charge's refunds are not what it says of them, or are more than it", `SELECT id || ' says ' || json_extract(body, '$.amount_refunded') FROM objects WHERE kind = 'charge' AND account = '' AND (
		json_extract(body, '$.amount_refunded') > json_extract(body, '$.amount') OR json_extract(body, '$.amount_refunded') <> (
		SELECT coalesce(sum(json_extract(refund.body, '$.amount')), 0) FROM objects AS refund INDEXED BY refund_charge WHERE refund.kind = 'refund'
		AND json_extract(refund.body, '$.charge') = +objects.id AND json_extract(refund.body, '$.status') IN ('pending', 'succeeded')))`},
	{"a transfer's reversals are not what it says of them, or are more than it", `SELECT id FROM objects WHERE kind = 'transfer' AND (
		json_extract(body, '$.amount_reversed') > json_extract(body, '$.amount') OR json_extract(body, '$.amount_reversed') <> (
		SELECT coalesce(sum(json_extract(back.body, '$.amount')), 0) FROM objects AS back INDEXED BY transfer_reversal_transfer WHERE back.kind = 'transfer_reversal' AND json_extract(back.body, '$.transfer') = +objects.id))`},
	{"a fee's refunds are not what it says of them, or are more than it", `SELECT id FROM objects WHERE kind = 'application_fee' AND (
		json_extract(body, '$.amount_refunded') > json_extract(body, '$.amount') OR json_extract(body, '$.amount_refunded') <> (
		SELECT coalesce(sum(json_extract(back.body, '$.amount')), 0) FROM objects AS back INDEXED BY fee_refund_fee WHERE back.kind = 'fee_refund' AND json_extract(back.body, '$.fee') = +objects.id))`},
	{"a dispute has taken or given back other than it should have", `SELECT id || ' is ' || json_extract(body, '$.status') FROM objects WHERE kind = 'dispute' AND (
		SELECT coalesce(sum(json_extract(line.body, '$.net')), 0) FROM objects AS line INDEXED BY balance_transaction_source
		WHERE line.kind = 'balance_transaction' AND json_extract(line.body, '$.source') = +objects.id
		) <> CASE WHEN json_extract(body, '$.status') IN ('needs_response', 'under_review', 'lost')
		THEN -json_extract(body, '$.amount') - json_extract(body, '$.balance_transactions[0].fee') ELSE 0 END`},
	{"a payout is not the sum of what it consists of", `SELECT id FROM objects WHERE kind = 'payout' AND json_extract(body, '$.automatic') AND json_extract(body, '$.amount') <> (
		SELECT coalesce(sum(json_extract(line.body, '$.net')), 0) FROM objects AS line INDEXED BY balance_transaction_payout WHERE line.kind = 'balance_transaction'
		AND json_extract(line.body, '$._payout') = +objects.id AND json_extract(line.body, '$._payout') IS NOT NULL AND json_extract(line.body, '$.source') <> objects.id)`},
	{"a payout that came back is not in the books again", `SELECT id FROM objects WHERE kind = 'payout' AND (
		SELECT coalesce(sum(json_extract(line.body, '$.net')), 0) FROM objects AS line INDEXED BY balance_transaction_source
		WHERE line.kind = 'balance_transaction' AND json_extract(line.body, '$.source') = +objects.id
		) <> CASE WHEN json_extract(body, '$.status') IN ('failed', 'canceled') THEN 0 ELSE -json_extract(body, '$.amount') END`},
	{"what goes between the platform and the merchants does not cancel out", `SELECT json_extract(body, '$.currency') || ' ' || sum(json_extract(body, '$.net')) FROM objects
		WHERE kind = 'balance_transaction' AND (json_extract(body, '$.type') IN ('transfer', 'payment', 'transfer_refund', 'payment_refund', 'application_fee', 'application_fee_refund')
		OR json_extract(body, '$.type') = 'adjustment' AND account <> '') GROUP BY json_extract(body, '$.currency') HAVING sum(json_extract(body, '$.net')) <> 0`},
}

// texts gives the first hundred rows of a query of one column.
func (c *call) texts(query string) ([]string, error) {
	rows, err := c.db.QueryContext(c.ctx, query+` LIMIT 100`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, rows.Err()
}

// ledgerLists are the objects of the ledger's page, each with what is needed to recompute the books of a product.
var ledgerLists = []struct{ name, where, keys string }{
	{"charges", `kind = 'charge' AND account = '' AND json_extract(body, '$.paid')`, "id payment_intent amount amount_refunded currency created disputed transfer application_fee_amount transfer_data metadata balance_transaction"},
	{"sessions", `kind = 'checkout.session' AND json_extract(body, '$.payment_status') = 'paid'`, "id payment_intent amount_total total_details automatic_tax metadata"},
	{"refunds", `kind = 'refund' AND account = ''`, "id charge payment_intent amount currency created status transfer_reversal metadata"},
	{"disputes", `kind = 'dispute'`, "id charge payment_intent amount currency created status reason"},
	{"transfers", `kind = 'transfer'`, "id amount amount_reversed currency created destination destination_payment source_transaction transfer_group metadata"},
	{"application_fees", `kind = 'application_fee'`, "id account amount amount_refunded currency created charge originating_transaction"},
	{"payouts", `kind = 'payout'`, "id amount currency created arrival_date status failure_code"},
}

// showLedger answers the books of every account, for a separate process to recompute.
func (sb *Sandbox) showLedger(w http.ResponseWriter, r *http.Request) {
	differences := []string{}
	if err := sb.CheckLedger(r.Context()); err != nil {
		differences = append(differences, err.Error())
	}
	page := object{"now": sb.Now().Unix(), "differences": differences}
	err := sb.look(r.Context(), func(c *call) (err error) {
		if page["accounts"], err = c.ledgerAccounts(); err != nil {
			return err
		}
		for _, l := range ledgerLists {
			if page[l.name], err = c.ledgerList(l.where, l.keys); err != nil {
				return err
			}
		}
		left, err := sb.waiting(c)
		page["deliveries_due"], page["deliveries_waiting"], page["tasks_due"] = left.DeliveriesDue, left.Deliveries, left.TasksDue
		return err
	})
	if err != nil {
		sb.broken(w, r, err)
		return
	}
	answer(w, http.StatusOK, []byte(pretty(page)))
}

// Waiting is how much the sandbox still has to do by itself: a test that waits for quiet waits for zeroes.
type Waiting struct {
	DeliveriesDue int64 // webhooks whose time has come
	Deliveries    int64 // all webhooks that were not taken yet
	TasksDue      int64 // what follows by itself, whose time has come
}

// Waiting counts it.
func (sb *Sandbox) Waiting(ctx context.Context) (left Waiting, err error) {
	err = sb.look(ctx, func(c *call) error {
		left, err = sb.waiting(c)
		return err
	})
	return left, err
}

func (sb *Sandbox) waiting(c *call) (left Waiting, err error) {
	w, err := sb.switches(c.ctx)
	if err != nil {
		return left, err
	}
	for query, into := range map[string]*int64{
		fmt.Sprintf(`SELECT count(*) FROM deliveries WHERE state = 'waiting' AND due + %d <= %d`, w.all(), c.now): &left.DeliveriesDue,
		`SELECT count(*) FROM deliveries WHERE state = 'waiting'`:                                                 &left.Deliveries,
		fmt.Sprintf(`SELECT count(*) FROM tasks WHERE not_before <= %d`, c.now):                                   &left.TasksDue,
	} {
		if err := c.db.QueryRowContext(c.ctx, query).Scan(into); err != nil {
			return left, err
		}
	}
	return left, nil
}

// ledgerAccounts are the sums of every account that has a line, by currency; the platform's id is "".
func (c *call) ledgerAccounts() ([]any, error) {
	found, err := c.all(`SELECT account, json_object('currency', json_extract(body, '$.currency'), 'lines', count(*), 'net', sum(json_extract(body, '$.net')),
			'amount', sum(json_extract(body, '$.amount')), 'fee', sum(json_extract(body, '$.fee')),
			'available', coalesce(sum(CASE WHEN json_extract(body, '$.available_on') <= ?1 THEN json_extract(body, '$.net') END), 0),
			'pending', coalesce(sum(CASE WHEN json_extract(body, '$.available_on') > ?1 THEN json_extract(body, '$.net') END), 0))
		FROM objects WHERE kind = 'balance_transaction' GROUP BY account, json_extract(body, '$.currency') ORDER BY account, json_extract(body, '$.currency')`, c.now)
	rows := []any{}
	for _, o := range found {
		o["account"] = o["_account"]
		delete(o, "_account")
		types, typesErr := c.netByType(str(o, "account"), str(o, "currency"))
		o["net_by_type"] = types
		err = errors.Join(err, typesErr)
		rows = append(rows, o)
	}
	return rows, err
}

func (c *call) netByType(account, currency string) (object, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT json_extract(body, '$.type'), sum(json_extract(body, '$.net')) FROM objects
		WHERE kind = 'balance_transaction' AND account = ? AND json_extract(body, '$.currency') = ? GROUP BY 1`, account, currency)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums := object{}
	for rows.Next() {
		var kind string
		var net int64
		if err := rows.Scan(&kind, &net); err != nil {
			return nil, err
		}
		sums[kind] = net
	}
	return sums, rows.Err()
}

func (c *call) ledgerList(where, keys string) ([]any, error) {
	found, err := c.all(`SELECT account, body FROM objects WHERE ` + where + ` ORDER BY seq`)
	rows := []any{}
	for _, o := range found {
		row := object{"account": o["_account"]}
		for _, key := range strings.Fields(keys) {
			row[key] = o[key]
		}
		rows = append(rows, row)
	}
	return rows, err
}
