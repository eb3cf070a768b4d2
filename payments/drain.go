package payments

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/stripe/stripe-go/v76"
	"golang.org/x/sync/errgroup"

	"github.com/tillbird/tillbird/models"
)

const (
	drainMost  = 400              // how many events one round claims
	drainers   = 2                // rounds at once: one may wait for Stripe
	drainWide  = 64               // how many events of a round are worked at once, so that their changes share commits
	drainEvery = 10 * time.Second // how often to look for events that another process kept or that are due again
)

// Run applies events as they come, until ctx ends. Those under way are finished.
func (p *Payments) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range drainers {
		all.Go(func() { p.runOne(ctx) })
	}
	all.Wait()
}

func (p *Payments) runOne(ctx context.Context) {
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

// Drain claims the events that are due, one round of them, applies them and tells how many they were. Events of one
// object come one after the other; those of different objects are worked side by side, and what they change shares
// transactions. What they did is written down together at the end: an event that a crash leaves claimed is applied
// again, which changes nothing.
func (p *Payments) Drain(ctx context.Context) (int, error) {
	events, err := p.store.TakeEvents(ctx, drainMost)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	byObject := map[string][]*models.Event{}
	var objects [][]*models.Event
	for i := range events {
		key := objectOf(&events[i])
		byObject[key] = append(byObject[key], &events[i])
	}
	for _, list := range byObject {
		objects = append(objects, list)
	}
	var (
		mu       sync.Mutex
		finished []models.Finished
		unbegun  []*models.Event
		errs     []error
		panicked any
	)
	group := errgroup.Group{}
	group.SetLimit(drainWide)
	for _, list := range objects {
		group.Go(func() error {
			defer func() {
				if p := recover(); p != nil {
					mu.Lock()
					defer mu.Unlock()
					panicked = p
				}
			}()
			done, left, err := p.drainObject(ctx, list)
			mu.Lock()
			defer mu.Unlock()
			finished, unbegun, errs = append(finished, done...), append(unbegun, left...), append(errs, err)
			return nil
		})
	}
	_ = group.Wait()
	if panicked != nil {
		panic(panicked) // where the caller sees it
	}
	after, cancel := kept(ctx)
	defer cancel()
	errs = append(errs, p.store.FinishEvents(after, finished), p.store.ReturnEvents(after, unbegun))
	return len(events), errors.Join(errs...)
}

// objectOf names what an event is about: of a shop's account everything, so that it is fetched once.
func objectOf(event *models.Event) string {
	switch {
	case event.Endpoint == "connect":
		return event.Account
	case event.ObjectID == "":
		return event.ID
	}
	return event.ObjectID
}

// drainObject applies the events of one object in the order in which they came. What is fetched for one of them serves
// the others: all were received before.
func (p *Payments) drainObject(ctx context.Context, events []*models.Event) (done []models.Finished, left []*models.Event, err error) {
	r := round{Payments: p, fetched: map[string]*models.Shop{}, refunds: map[string][]*stripe.Refund{}}
	for i, event := range events {
		if ctx.Err() != nil {
			return done, events[i:], ctx.Err()
		}
		result, err := p.work(ctx, &r, event)
		switch {
		case err != nil:
			return done, events[i+1:], err
		case result != nil:
			done = append(done, models.Finished{Event: event, Result: *result})
		}
	}
	return done, nil, nil
}

// work applies one event. It gives what became of it, or nil where it failed and is kept for later.
func (p *Payments) work(ctx context.Context, r *round, event *models.Event) (*models.EventResult, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 50*time.Second) // less than the claim on the event lasts
	defer cancel()
	result, err := r.apply(ctx, event)
	if err == nil {
		return &result, nil
	}
	p.log.WarnContext(ctx, "payments: an event was not applied", "event", event.StripeID, "type", event.Type, "try", event.Tries, "error", err)
	if errors.Is(err, ErrAway) {
		// An outage of Stripe's must not use up the tries: nobody should have to push events by hand after it.
		event.Tries = min(event.Tries, 9)
	}
	return nil, p.store.PostponeEvent(ctx, event, err)
}
