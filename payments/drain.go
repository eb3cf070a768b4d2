package payments

import (
	"context"
	"errors"
	"time"

	"github.com/tillbird/tillbird/models"
)

const (
	drainMost  = 50               // how many events one round claims
	drainEvery = 10 * time.Second // how often to look for events that another process kept or that are due again
)

// Run applies events as they come, until ctx ends. The one under way is finished.
func (p *Payments) Run(ctx context.Context) {
	tick := time.NewTicker(drainEvery)
	defer tick.Stop()
	for {
		for {
			n, err := p.Drain(ctx)
			if err != nil && ctx.Err() == nil {
				p.log.ErrorContext(ctx, "payments: events could not be worked", "error", err)
			}
			if n == 0 || err != nil || ctx.Err() != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-p.store.EventsWaiting():
		case <-tick.C:
		}
	}
}

// Drain applies the events that are due, one round of them, and tells how many they were.
func (p *Payments) Drain(ctx context.Context) (int, error) {
	events, err := p.store.TakeEvents(ctx, drainMost)
	if err != nil {
		return 0, err
	}
	r := round{Payments: p, fetched: map[string]*models.Shop{}}
	for i := range events {
		if ctx.Err() != nil {
			return i, ctx.Err()
		}
		if err := p.work(ctx, &r, &events[i]); err != nil {
			return i, err
		}
	}
	return len(events), nil
}

// work applies one event and keeps what became of it.
func (p *Payments) work(ctx context.Context, r *round, event *models.Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 50*time.Second) // less than the claim on the event lasts
	defer cancel()
	result, err := r.apply(ctx, event)
	if err == nil {
		return p.store.FinishEvent(ctx, event, result)
	}
	p.log.WarnContext(ctx, "payments: an event was not applied", "event", event.StripeID, "type", event.Type, "try", event.Tries, "error", err)
	if errors.Is(err, ErrAway) {
		// An outage of Stripe's must not use up the tries: nobody should have to push events by hand after it.
		event.Tries = min(event.Tries, 9)
	}
	return p.store.PostponeEvent(ctx, event, err)
}
