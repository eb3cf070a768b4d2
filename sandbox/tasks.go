package sandbox

import (
	"context"
	"errors"
	"strings"
)

// grace is how long the maker of a past has, in real time, before what was due in that past happens by itself.
const grace = 60

// doTask are the things that happen by themselves; each is given the id of what it is about.
var doTask = map[string]func(*call, string) error{
	"expire session":    expireWhenDue,
	"verify account":    finishVerification,
	"requirement due":   requirementDue,
	"check documents":   documentsChecked,
	"settle refund":     settleRefund,
	"fail refund":       failRefund,
	"balance available": announceBalance,
	"warn":              warnLater,
	"open review":       reviewLater,
	"pay out":           payOut,
	"payout leaves":     payoutLeavesNow,
	"payout arrives":    payoutArrives,
	"open dispute":      disputeLater,
	"decide dispute":    decideDispute,
	"dispute due":       disputeDue,
}

// later plans a task of the call's account.
func (c *call) later(kind, subject string, due int64) error {
	notBefore := due
	if c.held {
		notBefore = max(due, c.sb.Now().Unix()+grace)
	}
	_, err := c.db.ExecContext(c.ctx, `INSERT INTO tasks (kind, subject, account, due, not_before, held) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		kind, subject, c.account, due, notBefore, c.held)
	return err
}

// task is one planned thing.
type task struct {
	seq, due               int64
	kind, subject, account string
	held                   bool
}

const taskColumns = `SELECT seq, due, kind, subject, account, held FROM tasks`

func (c *call) tasks(query string, args ...any) ([]task, error) {
	rows, err := c.db.QueryContext(c.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []task
	for rows.Next() {
		var t task
		if err := rows.Scan(&t.seq, &t.due, &t.kind, &t.subject, &t.account, &t.held); err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return found, rows.Err()
}

// runTasks does what is due and says when the next is (0: nothing is planned).
func (sb *Sandbox) runTasks(ctx context.Context) (next int64, err error) {
	sb.tasking.Lock()
	defer sb.tasking.Unlock()
	for {
		var due []task
		err = sb.look(ctx, func(c *call) error {
			due, err = c.tasks(taskColumns+` WHERE not_before <= ? ORDER BY due, seq LIMIT 100`, c.now)
			if err != nil {
				return err
			}
			return c.db.QueryRowContext(ctx, `SELECT coalesce(min(not_before), 0) FROM tasks WHERE not_before > ?`, c.now).Scan(&next)
		})
		if err != nil || len(due) == 0 {
			return next, err
		}
		var failed error
		for _, t := range due { // one that fails must not hold up the others
			failed = errors.Join(failed, sb.change(ctx, 0, func(c *call) error { return c.run(t) }))
		}
		if failed != nil {
			return next, failed
		}
	}
}

// runHeldTasks does what a made-up past has reached, before the next thing in that past happens.
func (c *call) runHeldTasks() error {
	due, err := c.tasks(taskColumns+` WHERE held = 1 AND due <= ? ORDER BY due, seq`, c.now)
	if err != nil {
		return err
	}
	for _, t := range due {
		if err := c.run(t); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) run(t task) error {
	done, err := c.db.ExecContext(c.ctx, `DELETE FROM tasks WHERE seq = ?`, t.seq)
	if err != nil {
		return err
	}
	if n, _ := done.RowsAffected(); n == 0 { // a pay form of the same moment was quicker
		return nil
	}
	own := c.as(t.account)
	own.held, own.request, own.key = t.held, "", ""
	if t.held {
		own.now = t.due
	}
	return doTask[t.kind](own, strings.TrimSpace(t.subject))
}

// Settle does now what is due by itself, so that whoever moved the clock can look at the outcome at once.
func (sb *Sandbox) Settle(ctx context.Context) error {
	_, err := sb.runTasks(ctx)
	return err
}
