package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// xOperatorPage is where a person makes the local X behave badly.
type xOperatorPage struct {
	xPage
	Clock         string
	Set           xSwitches
	Faults        []operatorFault
	Seed          int64
	Only          string
	Webhooks      []xWebhook
	Subscriptions []operatorSubscription
	Deliveries    []operatorDelivery
	Cards         []xCard
}

type operatorSubscription struct{ Kind, Handle, Tag string }

type operatorDelivery struct {
	Seq, At, Tries                 int64
	Type, About, State, Note, Tone string
}

func (x *X) showOperator(w http.ResponseWriter, r *http.Request) {
	v, err := x.open(r, "x.operator.title")
	p := xOperatorPage{xPage: v, Clock: x.sb.Now().Format("Monday 2 January 2006, 15:04:05 UTC")}
	p.Lang = "en"
	x.mu.Lock()
	p.Faults, p.Seed, p.Only = x.faults.rows(), x.faults.seed, x.faults.only
	x.mu.Unlock()
	if err == nil {
		err = x.look(r.Context(), func(c *xcall) error { return c.operator(&p) })
	}
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	x.sb.show(w, http.StatusOK, "x_operator.html", p, policy{})
}

func (c *xcall) operator(p *xOperatorPage) (err error) {
	if p.Set, err = c.x.switches(c.ctx); err != nil {
		return err
	}
	if p.Webhooks, err = c.webhooks(`ORDER BY id`); err != nil {
		return err
	}
	read := func(query string, scan func(func(...any) error) error) error {
		rows, err := c.db.QueryContext(c.ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := scan(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	err = read(`SELECT s.type, p.handle, s.tag FROM x_subscriptions s JOIN x_people p ON p.id = s.person ORDER BY s.id DESC LIMIT 50`, func(scan func(...any) error) error {
		var s operatorSubscription
		defer func() { p.Subscriptions = append(p.Subscriptions, s) }()
		return scan(&s.Kind, &s.Handle, &s.Tag)
	})
	if err != nil {
		return err
	}
	err = read(`SELECT seq, at, tries, type, about, state, note FROM x_deliveries ORDER BY seq DESC LIMIT 40`, func(scan func(...any) error) error {
		var d operatorDelivery
		defer func() { p.Deliveries = append(p.Deliveries, d) }()
		err := scan(&d.Seq, &d.At, &d.Tries, &d.Type, &d.About, &d.State, &d.Note)
		d.Tone = map[string]string{"delivered": "good", "waiting": "warn", "failed": "bad", "dropped": "bad"}[d.State]
		return err
	})
	if err != nil {
		return err
	}
	return read(`SELECT url, kind, domain, problem, fetched FROM x_cards ORDER BY fetched DESC LIMIT 20`, func(scan func(...any) error) error {
		var card xCard
		defer func() { p.Cards = append(p.Cards, card) }()
		return scan(&card.URL, &card.Kind, &card.Domain, &card.Problem, &card.Fetched)
	})
}

// updateClock moves the sandbox's one clock.
func (x *X) updateClock(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	by, err := time.ParseDuration(strings.ReplaceAll(strings.TrimSpace(r.PostFormValue("by")), " ", ""))
	if err == nil && by > 0 && by <= 400*24*time.Hour {
		x.sb.Advance(by)
	}
	x.toOperator(w, r, nil)
}

// createCheck checks a webhook now.
func (x *X) createCheck(w http.ResponseWriter, r *http.Request) {
	var hook xWebhook
	err := x.look(r.Context(), func(c *xcall) (err error) { hook, err = c.webhookNamed(r.PathValue("id")); return err })
	if err != nil {
		x.sb.notFound(w, r)
		return
	}
	_, err = x.checkAgain(r.Context(), hook, false)
	x.toOperator(w, r, err)
}

// repeatDelivery delivers an event again, as often as the field times says.
func (x *X) repeatDelivery(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	times, err := strconv.Atoi(r.PostFormValue("times"))
	if err != nil || times < 1 || times > 10 {
		times = 1
	}
	_, err = x.sb.write.ExecContext(r.Context(), `UPDATE x_deliveries SET state = 'waiting', due = ?, times = ?, tries = 0 WHERE seq = ?`, x.sb.Now().Unix(), times, r.PathValue("seq"))
	x.rouse()
	x.toOperator(w, r, err)
}
