package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// backOff is how long after each failed try the next one comes; after the last the delivery has failed. As with Stripe
// the tries go on for about three days.
var backOff = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour,
	12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 12 * time.Hour,
}

// otherVersion renders for endpoints made without a version: the default of an account of today, which is not ours.
const otherVersion = "2024-06-20"

// delivery is one event on its way to one endpoint.
type delivery struct {
	seq             int64
	event, endpoint string
	times, tries    int
}

// dueDeliveries takes what should be sent now, and says when the next is due (0: none is waiting).
func (sb *Sandbox) dueDeliveries(ctx context.Context, busy map[int64]bool) (due []delivery, next int64, err error) {
	w, err := sb.switches(ctx)
	if err != nil {
		return nil, 0, err
	}
	now := sb.Now().Unix()
	rows, err := sb.read.QueryContext(ctx, `SELECT seq, event, endpoint, times, tries, due + ? FROM deliveries WHERE state = 'waiting' ORDER BY due, seq LIMIT 256`, w.all())
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var d delivery
		var at int64
		if err := rows.Scan(&d.seq, &d.event, &d.endpoint, &d.times, &d.tries, &at); err != nil {
			return nil, 0, err
		}
		switch {
		case busy[d.seq]:
		case at <= now:
			due = append(due, d)
		case next == 0 || at < next:
			next = at
		}
	}
	w.shuffle(due, now)
	return due, next, rows.Err()
}

// deliver makes one try and writes down what came of it.
func (sb *Sandbox) deliver(ctx context.Context, d delivery) error {
	w, err := sb.switches(ctx)
	if err != nil {
		return err
	}
	if w.drops(d) {
		return sb.record(ctx, d, "dropped", []post{{note: "dropped: the operator asked for it"}})
	}
	payload, endpoint, err := sb.payload(ctx, d)
	if err != nil || endpoint == nil {
		return err
	}
	times := d.times
	if times < 2 && w.twice(d) {
		times = 2
	}
	var posts []post
	state := "delivered"
	for range times {
		p := sb.post(ctx, str(endpoint, "url"), str(endpoint, "_secret"), payload)
		posts = append(posts, p)
		if !p.ok {
			state = "waiting"
			if d.tries >= len(backOff) {
				state = "failed"
			}
			break
		}
	}
	if ctx.Err() != nil { // stopped in mid-flight: the same try is made again after the restart
		return nil
	}
	return sb.record(ctx, d, state, posts)
}

// post is one HTTP request of a try.
type post struct {
	ok     bool
	status int
	note   string
}

func (sb *Sandbox) post(ctx context.Context, address, secret string, payload []byte) post {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(payload)))
	if err != nil {
		return post{note: err.Error()}
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	r.Header.Set("Stripe-Signature", signature(sb.Now().Unix(), payload, secret))
	resp, err := sb.poster.Do(r)
	if err != nil {
		return post{note: "no answer: " + err.Error()}
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return post{ok: resp.StatusCode/100 == 2, status: resp.StatusCode, note: strings.TrimSpace(string(said))}
}

// signature is the Stripe-Signature header for a payload sent at a time.
func signature(at int64, payload []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at, payload)
	return fmt.Sprintf("t=%d,v1=%s", at, hex.EncodeToString(mac.Sum(nil)))
}

func (sb *Sandbox) payload(ctx context.Context, d delivery) (payload []byte, endpoint object, err error) {
	err = sb.look(ctx, func(c *call) error {
		endpoint, err = c.load(d.endpoint)
		if err != nil || endpoint == nil {
			return err
		}
		found, err := c.all(`SELECT account, `+eventBody+` FROM events WHERE id = ?`, d.event)
		if err != nil || len(found) == 0 {
			return err
		}
		event := c.present(found[0])
		if str(endpoint, "api_version") == "" {
			event["api_version"] = otherVersion
		}
		text, err := encode(event)
		payload = []byte(text)
		return err
	})
	return payload, endpoint, err
}

// record keeps a try: when the delivery is over, or when it is tried again.
func (sb *Sandbox) record(ctx context.Context, d delivery, state string, posts []post) error {
	return sb.change(context.WithoutCancel(ctx), 0, func(c *call) error {
		due := c.now
		if state == "waiting" {
			due += int64(backOff[d.tries] / time.Second)
		}
		for _, p := range posts {
			if _, err := c.db.ExecContext(c.ctx, `INSERT INTO attempts (delivery, at, status, note) SELECT seq, ?, ?, ? FROM deliveries WHERE seq = ?`, c.now, p.status, p.note, d.seq); err != nil {
				return err
			}
		}
		if state == "delivered" {
			if _, err := c.db.ExecContext(c.ctx, `UPDATE events SET open = open - 1 WHERE id = ? AND open > 0 AND EXISTS (SELECT 1 FROM deliveries WHERE seq = ? AND ever = 0)`, d.event, d.seq); err != nil {
				return err
			}
		}
		_, err := c.db.ExecContext(c.ctx, `UPDATE deliveries SET state = ?, due = ?, tries = tries + 1, times = 1, ever = max(ever, ?) WHERE seq = ?`, state, due, state == "delivered", d.seq)
		return err
	})
}

// redeliver sends an event again, now, to every endpoint that wants it, each as often as times says.
func (c *call) redeliver(id string, times int) error {
	found, err := c.all(`SELECT account, body FROM events WHERE id = ?`, id)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return missing("event", id)
	}
	c = c.as(str(found[0], "account"))
	hooks, err := c.wanting(str(found[0], "type"))
	if err != nil {
		return err
	}
	for _, h := range hooks {
		made, err := c.db.ExecContext(c.ctx, `INSERT INTO deliveries (event, endpoint, due, times, state) VALUES (?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING`, id, h.id, c.now, times)
		if err != nil {
			return err
		}
		if n, _ := made.RowsAffected(); n > 0 {
			if _, err := c.db.ExecContext(c.ctx, `UPDATE events SET open = open + 1, held = 0 WHERE id = ?`, id); err != nil {
				return err
			}
			continue
		}
		if _, err := c.db.ExecContext(c.ctx, `UPDATE deliveries SET due = ?, times = ?, tries = 0, state = 'waiting' WHERE event = ? AND endpoint = ?`, c.now, times, id, h.id); err != nil {
			return err
		}
	}
	return nil
}
