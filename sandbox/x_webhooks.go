package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// How X checks an endpoint.
const (
	checkedEvery = time.Hour
	missedFor    = time.Minute
	mostMisses   = 3
	answersIn    = 10 * time.Second
)

// xWebhook is an address that X tells of events.
type xWebhook struct {
	ID, Created, Checked, Misses int64
	URL                          string
	Valid                        bool
}

func (h xWebhook) shown() object {
	return object{"id": idText(h.ID), "url": h.URL, "valid": h.Valid, "created_at": xTime(h.Created)}
}

func (c *xcall) webhooks(rest string, args ...any) ([]xWebhook, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT id, url, valid, created, checked, misses FROM x_webhooks `+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []xWebhook
	for rows.Next() {
		var h xWebhook
		if err := rows.Scan(&h.ID, &h.URL, &h.Valid, &h.Created, &h.Checked, &h.Misses); err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, rows.Err()
}

// listXWebhooks is GET /2/webhooks.
func listXWebhooks(r *xrequest) (object, error) {
	found, err := r.webhooks(`ORDER BY id`)
	data := []any{}
	for _, h := range found {
		data = append(data, h.shown())
	}
	return object{"data": data, "meta": object{"result_count": len(data)}}, err
}

// createXWebhook is POST /2/webhooks: the address has to pass the check before it is kept.
func createXWebhook(r *xrequest) (object, error) {
	address := str(r.body, "url")
	if !isWebAddress(address) {
		return nil, invalidRequest("url", address, "CreateWebhookRequest.url is not a valid address.")
	}
	known, err := r.number(`SELECT 1 FROM x_webhooks WHERE url = ?`, address)
	if err != nil {
		return nil, err
	}
	if known != 0 {
		return nil, invalidRequest("url", address, "DuplicateUrlFailed")
	}
	if err := r.x.check(r.ctx, address); err != nil {
		return nil, invalidRequest("url", address, "CrcValidationFailed: %s", err)
	}
	h := xWebhook{URL: address, Valid: true, Created: milliseconds(r.now), Checked: milliseconds(r.now)}
	err = r.x.change(r.ctx, time.Time{}, func(c *xcall) error {
		if h.ID, err = c.nextID(); err != nil {
			return err
		}
		_, err := c.db.ExecContext(c.ctx, `INSERT INTO x_webhooks (id, url, valid, created, checked) VALUES (?, ?, 1, ?, ?)`, h.ID, h.URL, h.Created, h.Checked)
		return err
	})
	return object{"data": h.shown()}, err
}

// checkXWebhook is PUT /2/webhooks/{id}: a check at once.
func checkXWebhook(r *xrequest) (object, error) {
	h, err := r.webhookNamed(r.http.PathValue("id"))
	if err != nil {
		return nil, err
	}
	failed, err := r.x.checkAgain(r.ctx, h, false)
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, invalidRequest("webhook_id", idText(h.ID), "CrcValidationFailed: %s", failed)
	}
	return object{"data": object{"valid": true}}, nil
}

// deleteXWebhook is DELETE /2/webhooks/{id}; its subscriptions go with it.
func deleteXWebhook(r *xrequest) (object, error) {
	h, err := r.webhookNamed(r.http.PathValue("id"))
	if err != nil {
		return nil, err
	}
	_, err = r.db.ExecContext(r.ctx, `DELETE FROM x_webhooks WHERE id = ?`, h.ID)
	return object{"data": object{"deleted": true}}, err
}

func (c *xcall) webhookNamed(text string) (xWebhook, error) {
	id, _ := readID(text)
	found, err := c.webhooks(`WHERE id = ?`, id)
	if err == nil && len(found) == 0 {
		err = notThere("webhook", "webhook_id", text)
	}
	if err != nil {
		return xWebhook{}, err
	}
	return found[0], nil
}

// check asks an address to prove that it knows the consumer secret.
func (x *X) check(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, answersIn)
	defer cancel()
	where, err := url.Parse(address)
	if err != nil {
		return err
	}
	token := random(48)
	values := where.Query()
	values.Set("crc_token", token)
	where.RawQuery = values.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, where.String(), nil)
	if err != nil {
		return err
	}
	resp, err := x.sb.poster.Do(r)
	if err != nil {
		return errors.New("no answer")
	}
	defer resp.Body.Close()
	var said struct {
		Token string `json:"response_token"`
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New("the answer is " + resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<14)).Decode(&said); err != nil {
		return errors.New("the answer is not JSON")
	}
	if !hmac.Equal([]byte(said.Token), []byte(x.sign([]byte(token)))) {
		return errors.New("the response token is not the right one")
	}
	return nil
}

// checkAgain checks a registered address and keeps what came of it: nothing is delivered to one that fails. One that
// only does not answer on the hour is asked a few times more first.
func (x *X) checkAgain(ctx context.Context, h xWebhook, patient bool) (failed, err error) {
	failed = x.check(ctx, h.URL)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	h.Misses++
	if failed == nil {
		h.Misses = 0
	}
	valid := failed == nil || patient && h.Valid && h.Misses < mostMisses
	_, err = x.sb.write.ExecContext(ctx, `UPDATE x_webhooks SET valid = ?, checked = ?, misses = ? WHERE id = ?`, valid, milliseconds(x.sb.Now()), h.Misses, h.ID)
	x.rouse()
	return failed, err
}

// sign is the signature of a body, and the answer to a challenge.
func (x *X) sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(x.keys.ConsumerSecret))
	mac.Write(body)
	return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// checkDue checks the addresses whose hour is over, and says when the next is (Unix seconds, 0 for none).
func (x *X) checkDue(ctx context.Context) (next int64, err error) {
	var hooks []xWebhook
	if err := x.look(ctx, func(c *xcall) error { hooks, err = c.webhooks(``); return err }); err != nil {
		return 0, err
	}
	for _, h := range hooks {
		every := checkedEvery
		if h.Misses > 0 && h.Valid {
			every = missedFor
		}
		due := time.UnixMilli(h.Checked).Add(every)
		if !due.After(x.sb.Now()) {
			if _, err := x.checkAgain(ctx, h, true); err != nil {
				return 0, err
			}
			due = x.sb.Now().Add(missedFor)
		}
		if at := due.Unix() + 1; next == 0 || at < next {
			next = at
		}
	}
	return next, nil
}
