package models_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

func TestJobs(t *testing.T) {
	t.Parallel()
	store, _, damage := storetest.Frail(t)
	ctx := t.Context()
	admin, err := store.CreateAdmin(ctx, "sam@example.com", "a watchful heron", "en")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := store.AskReconciliation(ctx, admin); err != nil {
			t.Fatal(err)
		}
	}
	jobs, more, err := store.Jobs(ctx, models.JobFilter{Size: 2})
	if err != nil || len(jobs) != 2 || !more || jobs[0].State != "waiting" || jobs[0].Kind != "reconcile" || jobs[0].ID < jobs[1].ID {
		t.Fatalf("%+v, %v, %v", jobs, more, err)
	}
	if rest, more, err := store.Jobs(ctx, models.JobFilter{Size: 2, Before: jobs[1].ID, Kind: "reconcile"}); err != nil || len(rest) != 1 || more {
		t.Errorf("%+v, %v, %v", rest, more, err)
	}
	// A worker fails each, with words that no page may show.
	tried := make(chan struct{}, 10)
	work := models.NewWork()
	models.Handle(work, func(context.Context, models.Reconcile) error {
		tried <- struct{}{}
		return errors.New("mailbox <fan@example.com> at https://secret.example/x says no to sk_test_123")
	})
	if err := store.StartJobs(ctx, work); err != nil {
		t.Fatal(err)
	}
	var failing []models.JobRow
	for deadline := time.After(20 * time.Second); len(failing) < 3; {
		select {
		case <-tried:
		case <-deadline:
			t.Fatalf("only %d have failed", len(failing))
		case <-time.After(50 * time.Millisecond):
		}
		if failing, _, err = store.Jobs(ctx, models.JobFilter{State: "failing"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.StopJobs(ctx); err != nil {
		t.Fatal(err)
	}
	job := failing[0]
	if job.Tries < 1 || job.FailedAt == nil || job.Error != "mailbox <…> at … says no to …" {
		t.Errorf("%+v", job)
	}
	if n, err := store.JobsFailing(ctx); err != nil || n != 3 {
		t.Errorf("%d fail: %v", n, err)
	}
	if err := store.RetryJob(ctx, admin, &job); err != nil {
		t.Fatal(err)
	}
	if err := store.RetryJob(ctx, admin, &job); !errors.Is(err, models.ErrChanged) {
		t.Errorf("the second click: %v", err)
	}
	damage("UPDATE river_job SET state = 'discarded', attempt = max_attempts, finalized_at = created_at WHERE state = 'retryable'")
	discarded, _, err := store.Jobs(ctx, models.JobFilter{State: "discarded"})
	if err != nil || len(discarded) != 2 {
		t.Fatalf("%+v, %v", discarded, err)
	}
	if err := store.RetryJob(ctx, admin, &discarded[0]); err != nil {
		t.Fatal(err)
	}
	fresh, err := store.Job(ctx, discarded[0].ID)
	if err != nil || fresh.State != "waiting" || fresh.MaxTries <= fresh.Tries {
		t.Errorf("%+v, %v", fresh, err)
	}
	counts, err := store.JobCounts(ctx)
	if err != nil || len(counts) != 2 || counts[0].N+counts[1].N != 3 || !strings.Contains("waiting discarded", counts[0].State) {
		t.Errorf("%+v, %v", counts, err)
	}
}
