package models

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// Jobs are inserted in the transaction of the change that wants them and worked at least once, so each work function
// must bear running twice. A job cut off by a crash is taken up again after jobRescue.
const (
	jobTimeout  = 45 * time.Second
	jobRescue   = time.Minute
	jobsFinish  = 10 * time.Second // half of what the process has to stop
	jobAttempts = 20
)

// SendLetter asks mail to send a letter that waits.
type SendLetter struct {
	LetterID string `json:"letter_id"`
}

// MakeRefund asks payments to carry a refund to Stripe.
type MakeRefund struct {
	RefundID string `json:"refund_id"`
}

// ReadCharge asks payments for the card and Stripe's fee of a paid order.
type ReadCharge struct {
	OrderID string `json:"order_id"`
}

// ExpireCheckout asks payments to close the checkout of an order that will not be paid.
type ExpireCheckout struct {
	OrderID string `json:"order_id"`
}

// CloseHopeless asks payments to close the open checkouts of an offer whose goods are gone.
type CloseHopeless struct {
	OfferID string `json:"offer_id"`
}

// Kind names the job in the queue.
func (SendLetter) Kind() string     { return "send_letter" }
func (MakeRefund) Kind() string     { return "make_refund" }
func (ReadCharge) Kind() string     { return "read_charge" }
func (ExpireCheckout) Kind() string { return "expire_checkout" }
func (CloseHopeless) Kind() string  { return "close_hopeless" }

// Job is the arguments of a unit of later work.
type Job = river.JobArgs

// Work says what is done for each kind of job. Fill it with Handle before StartJobs.
type Work struct {
	workers  *river.Workers
	periodic []*river.PeriodicJob
}

// NewWork is an empty list of work.
func NewWork() *Work { return &Work{workers: river.NewWorkers()} }

// Handle says what is done for jobs of type T.
func Handle[T Job](w *Work, do func(ctx context.Context, job T) error) {
	river.AddWorker(w.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error { return do(ctx, job.Args) }))
}

// Every does a job now and then: at the start and each period. Only the leader among the instances inserts it.
func Every(w *Work, period time.Duration, job Job) {
	w.periodic = append(w.periodic, river.NewPeriodicJob(river.PeriodicInterval(period), func() (river.JobArgs, *river.InsertOpts) {
		return job, &river.InsertOpts{MaxAttempts: 1}
	}, &river.PeriodicJobOpts{RunOnStart: true}))
}

type jobs struct {
	insert func(ctx context.Context, tx *sql.Tx, list []Job) error
	start  func(ctx context.Context, w *Work) error
	stop   func(ctx context.Context) error
}

// newJobs makes the inserting side. The working side is made by StartJobs, when it is known what is to be done.
func newJobs(s *Store) (*jobs, error) {
	j := &jobs{stop: func(context.Context) error { return nil }}
	if s.sqlite != nil {
		inserter, err := river.NewClient(riversqlite.New(s.sqlite), quietConfig())
		if err != nil {
			return nil, err
		}
		j.insert = insertWith(inserter)
		j.start = func(ctx context.Context, w *Work) error {
			client, err := river.NewClient(riversqlite.New(s.sqlite), s.workConfig(w))
			if err != nil {
				return err
			}
			if err := s.freeJobs(ctx); err != nil {
				return err
			}
			j.stop = client.Stop
			return client.Start(ctx)
		}
		return j, nil
	}
	inserter, err := river.NewClient(riverdatabasesql.New(nil), quietConfig())
	if err != nil {
		return nil, err
	}
	j.insert = insertWith(inserter)
	j.start = func(ctx context.Context, w *Work) error {
		client, err := river.NewClient[pgx.Tx](riverpgxv5.New(s.pool), s.workConfig(w))
		if err != nil {
			return err
		}
		j.stop = client.Stop
		return client.Start(ctx)
	}
	return j, nil
}

// freeJobs takes up at once what a crash left running, jobs and events: the folder's lock says that no other process can be at it.
// On PostgreSQL another instance may be, and the rescuer finds them after jobRescue.
func (s *Store) freeJobs(ctx context.Context) error {
	return s.write(ctx, func(db *tx) error {
		// What is done now and then begins anew by itself: were it kept, many crashes would leave a queue of nothing else.
		if err := db.Exec("DELETE FROM river_job WHERE max_attempts = 1 AND state IN ('running', 'available')").Error; err != nil {
			return err
		}
		if err := db.Exec("UPDATE river_job SET state = 'available' WHERE state = 'running'").Error; err != nil {
			return err
		}
		if err := db.Exec("UPDATE events SET next_try_at = ? WHERE state = 'received' AND tries > 0", s.now()).Error; err != nil {
			return err
		}
		if err := db.Exec("UPDATE posts SET lease_until = NULL, try_at = ? WHERE state = 'publishing'", s.now()).Error; err != nil {
			return err
		}
		if err := db.Exec("UPDATE reply_cursors SET lease_until = NULL, due_at = ? WHERE lease_until IS NOT NULL", s.now()).Error; err != nil {
			return err
		}
		if err := db.Exec("UPDATE reply_answers SET lease_until = NULL, try_at = ? WHERE state = 'sending'", s.now()).Error; err != nil {
			return err
		}
		return db.Exec("DELETE FROM river_leader").Error
	})
}

func insertWith(client *river.Client[*sql.Tx]) func(context.Context, *sql.Tx, []Job) error {
	return func(ctx context.Context, tx *sql.Tx, list []Job) error {
		if len(list) == 0 {
			return nil
		}
		params := make([]river.InsertManyParams, len(list))
		for i, job := range list {
			params[i] = river.InsertManyParams{Args: job, InsertOpts: &river.InsertOpts{MaxAttempts: jobAttempts, Queue: queueOf(job)}}
		}
		_, err := client.InsertManyFastTx(ctx, tx, params)
		return err
	}
}

// enqueueAll inserts what the changes of a group leave for later, at once.
func enqueueAll(changes []*change, tx *sql.Tx) error {
	var list []Job
	for _, c := range changes {
		if c.err == nil && c.panicked == nil && c.tx != nil {
			list = append(list, c.tx.jobs...)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return changes[0].store.jobs.insert(context.Background(), tx, list)
}

// quickQueue is for work that somebody waits for on a network: a backlog of letters does not hold it up.
const quickQueue = "quick"

// slowQueue is for asking networks, whose servers may take as long as a job may: what waits for them holds up nothing else.
const slowQueue = "slow"

func queueOf(job Job) string {
	switch job.(type) {
	case ReadReply, AnswerReply, ThankReply, ClaimReplies, ChargeConfirmed:
		return quickQueue
	case PollReplies, CheckProfile:
		return slowQueue
	}
	return river.QueueDefault
}

func quietConfig() *river.Config {
	return &river.Config{Logger: slog.New(slog.DiscardHandler)}
}

func (s *Store) workConfig(w *Work) *river.Config {
	return &river.Config{
		Workers:              w.workers,
		PeriodicJobs:         w.periodic,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 8}, quickQueue: {MaxWorkers: 4}, slowQueue: {MaxWorkers: 8}},
		FetchPollInterval:    500 * time.Millisecond,
		FetchCooldown:        20 * time.Millisecond, // with the usual 100 a backlog gets no more than eighty done in a second
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: jobRescue,
		SoftStopTimeout:      jobsFinish,
		Logger:               slog.New(atLeast{s.log.Handler(), slog.LevelWarn}),
	}
}

// StartJobs begins to work the queue until StopJobs.
func (s *Store) StartJobs(ctx context.Context, w *Work) error { return s.jobs.start(ctx, w) }

// StopJobs lets running jobs finish; what takes longer than jobsFinish is broken off, and done again after the next start.
func (s *Store) StopJobs(ctx context.Context) error { return s.jobs.stop(ctx) }

// enqueue leaves work for later, if and only if this transaction commits.
func (t *tx) enqueue(job Job) error {
	if t.store.quiet && ofReplies(job) {
		return nil // a world with a past does it by itself, at its own time
	}
	t.jobs = append(t.jobs, job)
	switch job.(type) {
	case ReadReply, AnswerReply:
		t.afterCommit(t.store.quick.ring)
	}
	return nil
}

// Quick tells that there are fresh replies or answers: whoever serves takes them up at once, and the queue, which looks
// twice a second, is for what that misses.
func (s *Store) Quick() <-chan struct{} { return s.quick.c }

// ofReplies tells the work that follows from a reply.
func ofReplies(job Job) bool {
	switch job.(type) {
	case ReadReply, AnswerReply, ThankReply, ChargeConfirmed, OpenLink:
		return true
	}
	return false
}

// atLeast drops log lines below a level.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled tells whether a line of the level is kept.
func (h atLeast) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level && h.Handler.Enabled(ctx, level)
}

// bell wakes whoever waits for something to have been written, without ever blocking the writer.
type bell struct{ c chan struct{} }

func newBell() *bell { return &bell{make(chan struct{}, 1)} }

func (b *bell) ring() {
	select {
	case b.c <- struct{}{}:
	default:
	}
}
