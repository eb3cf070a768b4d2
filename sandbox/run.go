package sandbox

import (
	"context"
	"sync"
	"time"
)

// atOnce is how many deliveries are under way at the same time, so that one slow endpoint does not hold up the others.
const atOnce = 8

// Run does what happens by itself (deliveries, expiry, refunds that settle later) until ctx ends and what was under way is finished.
func (sb *Sandbox) Run(ctx context.Context) {
	sb.carry(ctx, sb.wake, sb.rouse, func(ctx context.Context, busy map[int64]bool) ([]delivery, int64, error) {
		nextTask, err := sb.runTasks(ctx)
		if err != nil && ctx.Err() == nil {
			sb.log.Error("sandbox: a scheduled task failed", "error", err)
		}
		due, next, err := sb.dueDeliveries(ctx, busy)
		if nextTask != 0 && (next == 0 || nextTask < next) {
			next = nextTask
		}
		return due, next, err
	}, sb.deliver)
}

// carry makes the deliveries that are due, again when it is woken or the next is due, until ctx ends and what was under
// way is finished.
func (sb *Sandbox) carry(ctx context.Context, wake <-chan struct{}, rouse func(), find func(context.Context, map[int64]bool) ([]delivery, int64, error), deliver func(context.Context, delivery) error) {
	var (
		mu      sync.Mutex
		working sync.WaitGroup
		busy    = map[int64]bool{}
	)
	defer working.Wait()
	for {
		mu.Lock()
		under := map[int64]bool{}
		for seq := range busy {
			under[seq] = true
		}
		mu.Unlock()
		due, next, err := find(ctx, under)
		if err != nil && ctx.Err() == nil {
			sb.log.Error("sandbox: the deliveries could not be read", "error", err)
		}
		mu.Lock()
		free := atOnce - len(busy)
		for _, d := range due[:min(free, len(due))] {
			busy[d.seq] = true
			working.Go(func() {
				if err := deliver(ctx, d); err != nil && ctx.Err() == nil {
					sb.log.Error("sandbox: a delivery could not be recorded", "event", d.event, "error", err)
				}
				mu.Lock()
				delete(busy, d.seq)
				mu.Unlock()
				rouse()
			})
		}
		mu.Unlock()
		timer := time.NewTimer(sb.untilUnix(next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// untilUnix is how long to sleep until a time of the sandbox's clock; a minute at most, which costs nothing.
func (sb *Sandbox) untilUnix(at int64) time.Duration {
	if at == 0 {
		return time.Minute
	}
	return min(max(time.Unix(at, 0).Sub(sb.Now()), 50*time.Millisecond), time.Minute)
}
