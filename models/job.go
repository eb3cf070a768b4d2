package models

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	"gorm.io/gorm"
)

// JobRow is a unit of later work as the queue has it.
type JobRow struct {
	ID       int64
	Kind     string
	State    string // waiting, running, failing, discarded
	Args     string // JSON: ids alone
	Tries    int64
	MaxTries int64
	Error    string // of the last try, with addresses and secrets taken out; empty where none failed
	FailedAt *time.Time
	NextAt   time.Time // when it is tried next, where it waits
	MadeAt   time.Time
}

// Place is the cursor of a job in the list.
func (j *JobRow) Place() string { return strconv.FormatInt(j.ID, 10) }

// JobStates are the states in which a job needs anything: what is done is not listed.
var JobStates = []string{"waiting", "running", "failing", "discarded"}

// jobWhere are the queue's own conditions for our states.
var jobWhere = map[string]string{
	"waiting":   "state IN ('available', 'scheduled', 'pending')",
	"running":   "state = 'running'",
	"failing":   "state = 'retryable'",
	"discarded": "state = 'discarded'",
}

func jobState(state string) string {
	switch state {
	case "running", "discarded":
		return state
	case "retryable":
		return "failing"
	}
	return "waiting"
}

// JobFilter narrows the admin's list of jobs; blank fields do not count.
type JobFilter struct {
	State, Kind string
	Before      int64 // the jobs older than this one; 0 from the newest
	Size        int   // 0 = 25
}

// Jobs lists work that is not done, newest first, and tells whether there is more.
func (s *Store) Jobs(ctx context.Context, filter JobFilter) (jobs []JobRow, more bool, err error) {
	size := filter.Size
	if size <= 0 {
		size = 25
	}
	query := s.read(ctx).Table("river_job").Order("id DESC").Limit(size + 1)
	if where, ok := jobWhere[filter.State]; ok {
		query = query.Where(where)
	} else {
		query = query.Where("state NOT IN ('completed', 'cancelled')")
	}
	if filter.Kind != "" {
		query = query.Where("kind = ?", filter.Kind)
	}
	if filter.Before > 0 {
		query = query.Where("id < ?", filter.Before)
	}
	jobs, err = s.jobRows(query)
	if more = len(jobs) > size; more {
		jobs = jobs[:size]
	}
	return jobs, more, err
}

// Job finds one job, or ErrNotFound.
func (s *Store) Job(ctx context.Context, id int64) (*JobRow, error) {
	jobs, err := s.jobRows(s.read(ctx).Table("river_job").Where("id = ?", id))
	if err == nil && len(jobs) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &jobs[0], nil
}

func (s *Store) jobRows(query *gorm.DB) ([]JobRow, error) {
	last := "json_extract(errors, '$[#-1]')"
	args := "json(args)"
	if s.sqlite == nil {
		last, args = "errors[array_length(errors, 1)]::text", "args::text"
	}
	var rows []struct {
		ID, Attempt, MaxAttempts int64
		Kind, State, Arguments   string
		LastError                *string
		ScheduledAt, CreatedAt   time.Time
	}
	err := query.Select("id, attempt, max_attempts, kind, state, " + args + " AS arguments, " + last + " AS last_error, scheduled_at, created_at").Scan(&rows).Error
	jobs := make([]JobRow, len(rows))
	for i, r := range rows {
		jobs[i] = JobRow{ID: r.ID, Kind: r.Kind, State: jobState(r.State), Args: r.Arguments, Tries: r.Attempt, MaxTries: r.MaxAttempts, NextAt: r.ScheduledAt.UTC(), MadeAt: r.CreatedAt.UTC()}
		if r.LastError != nil {
			jobs[i].Error, jobs[i].FailedAt = lastFailure(*r.LastError)
		}
	}
	return jobs, err
}

// private are addresses, secrets and links: an error may quote them, and a page must not.
var private = regexp.MustCompile(`(?:sk|rk|pk|whsec)_[A-Za-z0-9_*]+|https?://\S+|[^\s<>"]+@[^\s<>"]+|[A-Za-z0-9+/_-]{40,}`)

// lastFailure reads the queue's record of a failed try.
func lastFailure(record string) (text string, at *time.Time) {
	var failure struct {
		At    time.Time `json:"at"`
		Error string    `json:"error"`
	}
	if json.Unmarshal([]byte(record), &failure) != nil {
		return "", nil
	}
	text = private.ReplaceAllString(failure.Error, "…")
	if letters := []rune(text); len(letters) > 300 {
		text = string(letters[:300]) + "…"
	}
	when := failure.At.UTC()
	return text, &when
}

// RetryJob lets a job that failed, or waits for a later time, be tried now. ErrChanged where it is running or done.
func (s *Store) RetryJob(ctx context.Context, admin *User, job *JobRow) error {
	return s.write(ctx, func(db *tx) error {
		// When it was tried last lies behind us, in the queue's own way of writing time.
		err := changed(db.Exec(`UPDATE river_job SET state = 'available', scheduled_at = COALESCE(attempted_at, created_at), finalized_at = NULL,
			max_attempts = CASE WHEN attempt >= max_attempts THEN attempt + 1 ELSE max_attempts END WHERE id = ? AND state IN ('retryable', 'discarded', 'scheduled')`, job.ID))
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &admin.ID, Action: "job.retried", Object: job.Kind, Detail: itoa(job.ID)})
	})
}

// JobCount is how many jobs of a kind are in a state.
type JobCount struct {
	Kind, State string
	N           int64
}

// JobCounts counts what is not done, by kind and state.
func (s *Store) JobCounts(ctx context.Context) ([]JobCount, error) {
	var rows []JobCount
	err := s.read(ctx).Raw("SELECT kind, state, count(*) AS n FROM river_job WHERE state NOT IN ('completed', 'cancelled') GROUP BY kind, state ORDER BY kind, state").Scan(&rows).Error
	var counts []JobCount
	for _, row := range rows {
		row.State = jobState(row.State)
		if last := len(counts) - 1; last >= 0 && counts[last].Kind == row.Kind && counts[last].State == row.State {
			counts[last].N += row.N
			continue
		}
		counts = append(counts, row)
	}
	return counts, err
}

// JobsFailing counts the jobs that failed and wait for another try, or were given up, up to a thousand.
func (s *Store) JobsFailing(ctx context.Context) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM river_job WHERE state IN ('retryable', 'discarded') LIMIT 1000) AS bad").Scan(&n).Error
	return n, err
}
