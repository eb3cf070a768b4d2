package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Reconciliation is one run through Stripe's books beside ours: all accounts, each over the same period. It goes on where
// a stop left it.
type Reconciliation struct {
	ID          string
	State       string  // running, done
	AskedBy     *string // the admin who asked for it; nil by the clock
	FromDay     string  // 2006-01-02, UTC
	UntilAt     time.Time
	Account     string // the account whose books are being read; "" is our own
	AfterLine   string // the line after which to go on
	Lines       int64  // read so far
	Repaired    int64  // of ours that were put right
	Differences int64  // left open at the end
	LastError   string
	LeasedUntil time.Time
	BeganAt     time.Time
	EndedAt     *time.Time
}

// From is when the period begins.
func (r *Reconciliation) From() time.Time {
	at, _ := time.Parse(time.DateOnly, r.FromDay)
	return at
}

const (
	reconcileEvery  = 6 * time.Hour
	reconcileLease  = 2 * time.Minute
	reconcileBack   = 7                // days before the end of the last run that are read again
	reconcileMargin = 15 * time.Minute // what is younger may still be on its way to us
)

// Reconcile asks payments to compare our books with Stripe's.
type Reconcile struct{}

// Kind names the job in the queue.
func (Reconcile) Kind() string { return "reconcile" }

// TakeReconciliation claims the run that is under way, or begins one where the last is hours old. nil where there is
// nothing to do, or another instance is at it.
func (s *Store) TakeReconciliation(ctx context.Context) (*Reconciliation, error) {
	now := s.now()
	last, err := s.LastReconciliation(ctx)
	if err != nil {
		return nil, err
	}
	if last == nil || last.State == "done" {
		if last != nil && now.Sub(last.BeganAt) < reconcileEvery {
			return nil, nil
		}
		// The books of a world that is still being made are not looked at.
		var sold int64
		if err := s.read(ctx).Raw("SELECT count(*) FROM shops WHERE opened_at IS NOT NULL AND orders_count > 0").Scan(&sold).Error; err != nil || sold == 0 {
			return nil, err
		}
		if last, err = s.beginReconciliation(ctx, nil, nil); err != nil || last == nil {
			return nil, err
		}
	}
	now = s.now()
	err = s.write(ctx, func(db *tx) error {
		return changed(db.Exec("UPDATE reconciliations SET leased_until = ? WHERE id = ? AND state = 'running' AND leased_until <= ?", now.Add(reconcileLease), last.ID, now))
	})
	if errors.Is(err, ErrChanged) {
		return nil, nil
	}
	return last, err
}

// AskReconciliation begins a run now, for an admin. One that is under way is that run.
func (s *Store) AskReconciliation(ctx context.Context, admin *User) error {
	_, err := s.beginReconciliation(ctx, admin, Reconcile{})
	return err
}

func (s *Store) beginReconciliation(ctx context.Context, admin *User, job Job) (*Reconciliation, error) {
	from, err := s.reconcileFrom(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	run := &Reconciliation{ID: newID(), State: "running", FromDay: from.Format(time.DateOnly), UntilAt: now.Add(-reconcileMargin).Truncate(time.Second), LeasedUntil: now.Add(-time.Second), BeganAt: now}
	if admin != nil {
		run.AskedBy = &admin.ID
	}
	err = s.write(ctx, func(db *tx) error {
		rows, err := db.exec(`INSERT INTO reconciliations (id, state, asked_by, from_day, until_at, leased_until, began_at) VALUES ($1, 'running', $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			run.ID, run.AskedBy, run.FromDay, run.UntilAt, run.LeasedUntil, run.BeganAt)
		if err != nil {
			return err
		}
		if rows == 1 && admin != nil {
			if err := db.audit(Audit{UserID: &admin.ID, Action: "reconciliation.asked", Object: run.ID}); err != nil {
				return err
			}
		}
		if job != nil {
			return db.enqueue(job)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.LastReconciliation(ctx)
}

// reconcileFrom is the day a new run begins with: some before the end of the last, the oldest open difference, or, the
// first time, the first order.
func (s *Store) reconcileFrom(ctx context.Context) (time.Time, error) {
	from := s.now().AddDate(0, 0, -1)
	var last Reconciliation
	err := s.read(ctx).Where("state = 'done'").Order("began_at DESC, id DESC").Take(&last).Error
	switch {
	case err == nil:
		from = last.UntilAt.AddDate(0, 0, -reconcileBack)
	case !errors.Is(err, gorm.ErrRecordNotFound):
		return from, err
	default:
		var first []Order
		if err := s.read(ctx).Select("id", "created_at").Order("created_at, id").Limit(1).Find(&first).Error; err != nil {
			return from, err
		}
		if len(first) > 0 && first[0].CreatedAt.Before(from) {
			from = first[0].CreatedAt
		}
	}
	var days []string
	if err := s.read(ctx).Raw("SELECT day FROM differences WHERE state = 'open' ORDER BY day LIMIT 1").Scan(&days).Error; err != nil {
		return from, err
	}
	if len(days) > 0 {
		if day, err := time.Parse(time.DateOnly, days[0]); err == nil && day.Before(from) {
			from = day
		}
	}
	return from, nil
}

// LastReconciliation is the newest run; nil where there was none.
func (s *Store) LastReconciliation(ctx context.Context) (*Reconciliation, error) {
	var runs []Reconciliation
	err := s.read(ctx).Order("began_at DESC, id DESC").Limit(1).Find(&runs).Error
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	return &runs[0], nil
}

// Reconciliations lists the runs, newest first.
func (s *Store) Reconciliations(ctx context.Context, page Page) ([]Reconciliation, error) {
	var runs []Reconciliation
	err := page.apply(s.read(ctx), "began_at").Find(&runs).Error
	return runs, err
}

// Step is what one page of an account's books brought.
type Step struct {
	Lines       []BalanceLine
	Repaired    int64
	Differences []Difference
	After       string // the line after which to go on; "" where the account is through
	Account     string // where to go on
	End         bool   // all accounts are through
}

// RecordStep keeps what a page brought and where the run goes on. Where an account is through, its differences that
// were not found again are gone.
func (s *Store) RecordStep(ctx context.Context, run *Reconciliation, step Step) error {
	return s.write(ctx, func(db *tx) error {
		now := db.store.now()
		if err := db.keepLines(step.Lines); err != nil {
			return err
		}
		for _, d := range step.Differences {
			if err := db.keepDifference(run, d); err != nil {
				return err
			}
		}
		through := step.After == ""
		if through {
			if err := db.Exec("UPDATE differences SET state = 'gone', gone_at = ? WHERE state = 'open' AND account = ? AND run_id <> ?", now, run.Account, run.ID).Error; err != nil {
				return err
			}
		}
		set := map[string]any{
			"lines": gorm.Expr("lines + ?", len(step.Lines)), "repaired": gorm.Expr("repaired + ?", step.Repaired), "after_line": step.After, "account": step.Account, "leased_until": now.Add(reconcileLease), "last_error": "",
		}
		if step.End {
			var open int64
			if err := db.Raw("SELECT count(*) FROM differences WHERE state = 'open'").Scan(&open).Error; err != nil {
				return err
			}
			set["state"], set["ended_at"], set["differences"] = "done", now, open
		}
		if err := changed(db.Model(&Reconciliation{}).Where("id = ? AND state = 'running' AND account = ? AND after_line = ?", run.ID, run.Account, run.AfterLine).Updates(set)); err != nil {
			return err
		}
		run.Account, run.AfterLine = step.Account, step.After
		return nil
	})
}

// ReleaseReconciliation lets another try go on with the run, and keeps why this one stopped.
func (s *Store) ReleaseReconciliation(ctx context.Context, run *Reconciliation, cause error) error {
	text := ""
	if cause != nil {
		text = cause.Error()
	}
	return s.write(ctx, func(db *tx) error {
		return db.Exec("UPDATE reconciliations SET leased_until = ?, last_error = ? WHERE id = ? AND state = 'running'", db.store.now(), text[:min(len(text), 500)], run.ID).Error
	})
}

// NextBooks is the account whose books are read after another: those of shops that sold or were paid out in the period,
// or shortly before it. "" where there is none left.
func (s *Store) NextBooks(ctx context.Context, run *Reconciliation) (string, error) {
	since := run.From().AddDate(0, 0, -30)
	var accounts []string
	err := s.read(ctx).Raw(`SELECT stripe_account FROM shops WHERE stripe_account > ? AND selling <> 'closed' AND (EXISTS (SELECT 1 FROM orders WHERE orders.shop_id = shops.id AND orders.paid_at >= ?)
		OR EXISTS (SELECT 1 FROM payouts WHERE payouts.shop_id = shops.id AND payouts.made_at >= ?) OR EXISTS (SELECT 1 FROM differences WHERE differences.shop_id = shops.id AND differences.state = 'open'))
		ORDER BY stripe_account LIMIT 1`, run.Account, since, since).Scan(&accounts).Error
	if err != nil || len(accounts) == 0 {
		return "", err
	}
	return accounts[0], nil
}
