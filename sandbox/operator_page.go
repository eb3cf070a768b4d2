package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// operatorPage is where a person makes the sandbox behave badly, or moves its clock.
type operatorPage struct {
	page
	Now      string
	Switches switches
	Faults   []operatorFault
	Seed     int64 // of the faults
	Takes    string
	Accounts []operatorAccount
	Sessions []operatorSession
	Charges  []operatorCharge
	Disputes []operatorDispute
	Payouts  []operatorPayout
	Events   []operatorEvent
	Held     int64
	Type     string
	X        string // where the sandbox's X is
}

type operatorSession struct {
	ID, Amount, Status, Tone, Email, URL string
	At                                   int64
}

type operatorCharge struct {
	ID, Amount, Status, Tone, Card, To string
	At                                 int64
}

type operatorEvent struct {
	ID, Type, Object, Account, State, Tone string
	At                                     int64
}

func (sb *Sandbox) showOperator(w http.ResponseWriter, r *http.Request) {
	p := operatorPage{page: page{"en", "Sandbox operator"}, Now: sb.Now().Format("Monday 2 January 2006, 15:04:05 UTC"), Type: strings.TrimSpace(r.FormValue("type"))}
	p.Faults, p.Seed = sb.operatorFaults()
	p.X = sb.x.url("/")
	err := sb.look(r.Context(), func(c *call) error {
		var err error
		if p.Switches, err = sb.switches(c.ctx); err != nil {
			return err
		}
		takes, err := c.verificationTakes(-1)
		if err != nil {
			return err
		}
		if takes >= 0 {
			p.Takes = (time.Duration(takes) * time.Second).String()
		}
		if p.Accounts, err = c.operatorAccounts(); err != nil {
			return err
		}
		if p.Sessions, err = c.operatorSessions(); err != nil {
			return err
		}
		if p.Charges, err = c.operatorCharges(); err != nil {
			return err
		}
		if p.Payouts, err = c.operatorPayouts(); err != nil {
			return err
		}
		if p.Disputes, err = c.operatorDisputes(); err != nil {
			return err
		}
		if p.Events, err = c.operatorEvents(p.Type); err != nil {
			return err
		}
		return c.db.QueryRowContext(c.ctx, `SELECT count(*) FROM events WHERE held = 1`).Scan(&p.Held)
	})
	if err != nil {
		sb.broken(w, r, err)
		return
	}
	sb.show(w, http.StatusOK, "operator.html", p, policy{})
}

const newest = `SELECT account, body FROM objects WHERE kind = ? ORDER BY seq DESC LIMIT 20`

func (c *call) operatorSessions() ([]operatorSession, error) {
	found, err := c.all(newest, "checkout.session")
	if err != nil {
		return nil, err
	}
	var rows []operatorSession
	for _, o := range found {
		row := operatorSession{
			ID: str(o, "id"), Amount: money(num(o, "amount_total"), str(o, "currency"), "en"), Status: str(o, "status"), Tone: "warn",
			Email: str(sub(o, "customer_details"), "email"), URL: str(o, "url"), At: num(o, "created"),
		}
		switch row.Status {
		case "complete":
			row.Tone = "good"
		case "expired":
			row.Tone = ""
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (c *call) operatorCharges() ([]operatorCharge, error) {
	found, err := c.all(`SELECT account, body FROM objects WHERE kind = ? AND account = '' ORDER BY seq DESC LIMIT 20`, "charge")
	if err != nil {
		return nil, err
	}
	var rows []operatorCharge
	for _, o := range found {
		row := operatorCharge{
			ID: str(o, "id"), Amount: money(num(o, "amount"), str(o, "currency"), "en"), Status: str(o, "status"), Tone: "good",
			Card: str(sub(sub(o, "payment_method_details"), "card"), "last4"), To: str(sub(o, "transfer_data"), "destination"), At: num(o, "created"),
		}
		switch {
		case row.Status == "failed":
			row.Status, row.Tone = "failed: "+str(o, "failure_code"), "bad"
		case yes(o, "disputed"):
			row.Status, row.Tone = "disputed", "warn"
		case yes(o, "refunded"):
			row.Status, row.Tone = "refunded", ""
		case num(o, "amount_refunded") > 0:
			row.Status, row.Tone = "partly refunded", "warn"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (c *call) operatorEvents(kind string) ([]operatorEvent, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT id, type, object, account, created, held,
			(SELECT count(*) FROM deliveries WHERE event = events.id), (SELECT count(*) FROM deliveries WHERE event = events.id AND state = 'delivered'),
			(SELECT count(*) FROM deliveries WHERE event = events.id AND state IN ('failed', 'dropped')), (SELECT coalesce(sum(tries), 0) FROM deliveries WHERE event = events.id)
		FROM events WHERE ?1 = '' OR type GLOB ?1 ORDER BY seq DESC LIMIT 50`, kind)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []operatorEvent
	for rows.Next() {
		var e operatorEvent
		var held, all, done, lost, tries int64
		if err := rows.Scan(&e.ID, &e.Type, &e.Object, &e.Account, &e.At, &held, &all, &done, &lost, &tries); err != nil {
			return nil, err
		}
		switch {
		case held == 1:
			e.State = "held for catch-up"
		case all == 0:
			e.State = "no endpoint wants it"
		case done == all:
			e.State, e.Tone = "delivered", "good"
		case lost > 0:
			e.State, e.Tone = "not delivered", "bad"
		case tries > 0:
			e.State, e.Tone = "trying again, "+strconv.FormatInt(tries, 10)+" so far", "warn"
		default:
			e.State, e.Tone = "waiting", "warn"
		}
		found = append(found, e)
	}
	return found, rows.Err()
}
