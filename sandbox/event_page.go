package sandbox

import (
	"net/http"
)

// eventPage is one event with all its tries.
type eventPage struct {
	page
	ID, Type, Body string
	At             int64
	Deliveries     []eventDelivery
}

type eventDelivery struct {
	URL, State string
	Due        int64
	Waiting    bool
	Tries      []eventTry
}

type eventTry struct {
	At     int64
	Status int
	Note   string
}

func (sb *Sandbox) showEvent(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	err := sb.look(r.Context(), func(c *call) error {
		found, err := c.all(`SELECT account, `+eventBody+` FROM events WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			sb.notFound(w, r)
			return nil
		}
		event := c.present(found[0])
		p := eventPage{page: page{"en", str(event, "type")}, ID: id, Type: str(event, "type"), At: num(event, "created"), Body: pretty(event)}
		if p.Deliveries, err = c.deliveriesOf(id); err != nil {
			return err
		}
		sb.show(w, http.StatusOK, "event.html", p, policy{})
		return nil
	})
	if err != nil {
		sb.broken(w, r, err)
	}
}

func (c *call) deliveriesOf(event string) ([]eventDelivery, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT d.seq, d.state, d.due, coalesce(json_extract(o.body, '$.url'), d.endpoint) FROM deliveries d LEFT JOIN objects o ON o.id = d.endpoint WHERE d.event = ? ORDER BY d.seq`, event)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []eventDelivery
	var ids []int64
	for rows.Next() {
		var d eventDelivery
		var seq int64
		if err := rows.Scan(&seq, &d.State, &d.Due, &d.URL); err != nil {
			return nil, err
		}
		d.Waiting = d.State == "waiting"
		found, ids = append(found, d), append(ids, seq)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i, seq := range ids {
		if found[i].Tries, err = c.triesOf(seq); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (c *call) triesOf(delivery int64) ([]eventTry, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT at, status, note FROM attempts WHERE delivery = ? ORDER BY seq`, delivery)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tries []eventTry
	for rows.Next() {
		var t eventTry
		if err := rows.Scan(&t.At, &t.Status, &t.Note); err != nil {
			return nil, err
		}
		tries = append(tries, t)
	}
	return tries, rows.Err()
}

// createDeliveries sends an event again, once or twice.
func (sb *Sandbox) createDeliveries(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	times := 1
	if r.PostFormValue("times") == "2" {
		times = 2
	}
	id := r.PathValue("id")
	err := sb.change(r.Context(), 0, func(c *call) error { return c.redeliver(id, times) })
	if isFailure(err) {
		sb.notFound(w, r)
		return
	}
	if err != nil {
		sb.broken(w, r, err)
		return
	}
	http.Redirect(w, r, "/events/"+id, http.StatusSeeOther)
}
