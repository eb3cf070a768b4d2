package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// quarter is the span that X counts requests in.
const quarter = 15 * time.Minute

// window is a quarter of an hour of one caller at one endpoint.
type window struct {
	ends time.Time
	used int
}

// count takes one request of who at an endpoint, says in the headers what is left, and whether it is too many.
func (x *X) count(w http.ResponseWriter, who, endpoint string, limit int, spent bool) *problem {
	now := x.sb.Now()
	x.mu.Lock()
	key := who + " " + endpoint
	at := x.windows[key]
	if at == nil || !now.Before(at.ends) {
		at = &window{ends: now.Add(quarter).Truncate(time.Second)}
		x.windows[key] = at
	}
	if spent {
		at.used = limit
	}
	at.used++
	left, ends := limit-at.used, at.ends
	if x.unlimited {
		left = limit
	}
	x.mu.Unlock()
	h := w.Header()
	h.Set("x-rate-limit-limit", strconv.Itoa(limit))
	h.Set("x-rate-limit-remaining", strconv.Itoa(max(left, 0)))
	h.Set("x-rate-limit-reset", strconv.FormatInt(ends.Unix(), 10))
	if left < 0 {
		return &problem{status: http.StatusTooManyRequests, title: "Too Many Requests", detail: "Too Many Requests"}
	}
	return nil
}
