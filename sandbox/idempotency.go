package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
)

// keyLife is how long Stripe remembers an idempotency key for certain.
const keyLife = 24 * 60 * 60

// once does a write, or repeats the answer that its idempotency key got before. The answer is kept in the transaction
// of the work itself, so that a crash leaves both or neither.
func (sb *Sandbox) once(ctx context.Context, asked *asking, id string, work func(*call) (int, []byte, error)) (status int, body []byte, origin string) {
	if asked.key != "" {
		if !sb.enter(asked.account + " " + asked.key) {
			return sb.refuse(&failure{
				status: http.StatusConflict, kind: "idempotency_error", code: "idempotency_key_in_use",
				message: "There is currently another in-progress request using this idempotency key (that probably means you submitted twice, and the other request is still going through): " + asked.key + ". Please try again later.",
			}, id)
		}
		defer sb.leave(asked.account + " " + asked.key)
	}
	err := sb.change(ctx, asked.at, func(c *call) error {
		if asked.key == "" {
			var err error
			status, body, err = work(c)
			return err
		}
		var before string
		var text string
		err := c.db.QueryRowContext(ctx, `SELECT request, origin, status, answer FROM idempotency WHERE account = ? AND key = ? AND created > ?`,
			asked.account, asked.key, c.now-keyLife).Scan(&before, &origin, &status, &text)
		if err == nil {
			if before != asked.request {
				origin = ""
				return &failure{
					status: http.StatusBadRequest, kind: "idempotency_error", volatile: true,
					message: "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '" + asked.key + "' if you meant to execute a different request.",
				}
			}
			body = []byte(text)
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return sb.firstTime(c, asked, id, &status, &body, work)
	})
	if err != nil && body == nil {
		return sb.refuse(asFailure(err), id)
	}
	if err != nil && !isFailure(err) {
		sb.log.Error("sandbox: a request failed", "request", id, "error", err)
		return sb.refuse(asFailure(err), id)
	}
	return status, body, origin
}

// firstTime does the work and keeps its answer. Work that fails is undone to a savepoint, and its answer kept all the same.
func (sb *Sandbox) firstTime(c *call, asked *asking, id string, status *int, body *[]byte, work func(*call) (int, []byte, error)) error {
	if _, err := c.db.ExecContext(c.ctx, `SAVEPOINT work`); err != nil {
		return err
	}
	var err error
	*status, *body, err = work(c)
	f := asFailure(err)
	if err != nil && (!isFailure(err) || f.volatile) {
		return err
	}
	if err != nil && !f.commits {
		if _, undoErr := c.db.ExecContext(c.ctx, `ROLLBACK TO work`); undoErr != nil {
			return undoErr
		}
		kept := *f
		kept.commits = true // only the kept answer is left to commit
		err = &kept
	}
	if _, keepErr := c.db.ExecContext(c.ctx, `INSERT INTO idempotency (account, key, request, created, origin, status, answer) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, key) DO UPDATE SET request = excluded.request, created = excluded.created, origin = excluded.origin, status = excluded.status, answer = excluded.answer`,
		asked.account, asked.key, asked.request, c.now, id, *status, string(*body)); keepErr != nil {
		return keepErr
	}
	return err
}

func isFailure(err error) bool {
	var f *failure
	return errors.As(err, &f)
}

func (sb *Sandbox) refuse(f *failure, id string) (int, []byte, string) {
	status, body := sb.settle(nil, f, id)
	return status, body, ""
}

// enter notes that a key is in use; false when it already is.
func (sb *Sandbox) enter(key string) bool {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	if sb.inFlight[key] {
		return false
	}
	sb.inFlight[key] = true
	return true
}

func (sb *Sandbox) leave(key string) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	delete(sb.inFlight, key)
}
