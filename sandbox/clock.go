package sandbox

import (
	"context"
	"strconv"
	"time"
)

// Now is the sandbox's time in UTC: the wall clock plus the offset that Advance has added up.
func (sb *Sandbox) Now() time.Time {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.wall().Add(sb.offset).UTC()
}

// Advance moves the sandbox's clock by d, for good, and wakes whatever waits for a time.
func (sb *Sandbox) Advance(d time.Duration) {
	sb.mu.Lock()
	sb.offset += d
	offset, hooks := sb.offset, sb.onMove
	sb.mu.Unlock()
	if err := sb.keepSetting(context.Background(), "offset", strconv.FormatInt(int64(offset), 10)); err != nil {
		sb.log.Error("sandbox: the clock moved but could not be kept", "error", err)
	}
	sb.rouse()
	for _, hook := range hooks {
		hook()
	}
}

// OnAdvance registers a function to be called after each move of the clock.
func (sb *Sandbox) OnAdvance(hook func()) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.onMove = append(sb.onMove, hook)
}

// rouse wakes the background work without waiting for it.
func (sb *Sandbox) rouse() {
	select {
	case sb.wake <- struct{}{}:
	default:
	}
}
