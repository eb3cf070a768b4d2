package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// xBackOff is how long after each failed try the next one comes.
var xBackOff = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// Run checks the webhooks and delivers to them until ctx ends and what was under way is finished.
func (x *X) Run(ctx context.Context) {
	x.sb.carry(ctx, x.wake, x.rouse, x.due, x.deliver)
}

// due takes what should be sent now, and says when the next is due (0: nothing is waiting).
func (x *X) due(ctx context.Context, busy map[int64]bool) (due []delivery, next int64, err error) {
	if next, err = x.checkDue(ctx); err != nil {
		return nil, 0, err
	}
	set, err := x.switches(ctx)
	if err != nil {
		return nil, 0, err
	}
	now := x.sb.Now().Unix()
	rows, err := x.sb.read.QueryContext(ctx, `SELECT d.seq, d.times, d.tries, d.due + ? FROM x_deliveries d JOIN x_webhooks h ON h.id = d.webhook WHERE d.state = 'waiting' AND h.valid = 1 ORDER BY d.due, d.seq LIMIT 256`, set.all())
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var d delivery
		var at int64
		if err := rows.Scan(&d.seq, &d.times, &d.tries, &at); err != nil {
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
	set.shuffle(due, now)
	return due, next, rows.Err()
}

// deliver makes one try and writes down what came of it.
func (x *X) deliver(ctx context.Context, d delivery) error {
	set, err := x.switches(ctx)
	if err != nil {
		return err
	}
	state, note := "delivered", ""
	if set.drops(d) {
		state, note = "dropped", "the operator asked for it"
	} else {
		times := d.times
		if times < 2 && set.twice(d) {
			times = 2
		}
		for range times {
			p, err := x.post(ctx, d.seq)
			if err != nil {
				return err
			}
			if note = p.note; !p.ok {
				state = "waiting"
				if d.tries >= len(xBackOff) {
					state = "failed"
				}
				break
			}
		}
	}
	if ctx.Err() != nil { // stopped in mid-flight: the same try is made again after the restart
		return nil
	}
	due := x.sb.Now().Unix()
	if state == "waiting" {
		due += int64(xBackOff[d.tries] / time.Second)
	}
	_, err = x.sb.write.ExecContext(context.WithoutCancel(ctx), `UPDATE x_deliveries SET state = ?, due = ?, tries = tries + 1, times = 1, note = ? WHERE seq = ?`, state, due, note, d.seq)
	return err
}

// post sends one event to its address.
func (x *X) post(ctx context.Context, seq int64) (post, error) {
	var address, body string
	err := x.sb.read.QueryRowContext(ctx, `SELECT h.url, d.body FROM x_deliveries d JOIN x_webhooks h ON h.id = d.webhook WHERE d.seq = ?`, seq).Scan(&address, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return post{note: "the webhook is gone"}, nil
	}
	if err != nil {
		return post{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answersIn)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return post{note: err.Error()}, nil
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("x-twitter-webhooks-signature", x.sign([]byte(body)))
	resp, err := x.sb.poster.Do(r)
	if err != nil {
		return post{note: "no answer"}, nil
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return post{ok: resp.StatusCode == http.StatusOK, status: resp.StatusCode, note: resp.Status + " " + strings.TrimSpace(string(said))}, nil
}
