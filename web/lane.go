package web

import (
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tillbird/tillbird/static"
)

// The lane is where kept offer pages are answered ahead of the router: a post that goes viral asks for one page again
// and again, and finding a route, its wrappers and a visit cost more than the page. What it cannot answer from memory it
// leaves to the router, which makes and keeps the page. Both send the same headers, those that the still holds.

// offerRoute is how figures and the log name the offer page.
const offerRoute = "/o/:slug"

// answerKept answers a reader of a kept page, or tells that it did not.
func (s *Server) answerKept(w http.ResponseWriter, r *http.Request) (answered bool) {
	slug, ours := strings.CutPrefix(r.URL.Path, "/o/")
	if !ours || r.URL.RawPath != "" || r.Method != get && r.Method != http.MethodHead {
		return false
	}
	page := s.stills.get(stillKey{slug, languageOf(r, nil)})
	if page == nil {
		return false
	}
	started := time.Now()
	if !static.AcceptsGzip(r.Header.Get("Accept-Encoding")) || !s.fresh(page, s.store.Now()) {
		return false
	}
	id := newRequestID()
	defer func() {
		if failed := recover(); failed != nil {
			if failed == http.ErrAbortHandler {
				panic(failed)
			}
			s.log.Error("panic", "id", id, "route", offerRoute, "panic", fmt.Sprint(failed), "stack", string(debug.Stack()))
			panic(http.ErrAbortHandler) // part of the answer may be out
		}
	}()
	h := w.Header()
	h["X-Request-Id"] = []string{id}
	if name := s.cookieName(buyerCookie); !buyerID(cookieOf(r, name)) {
		http.SetCookie(w, s.cookie(name, cryptorand.Text(), buyerLasts))
	}
	status, bytes := page.write(w, r)
	took := time.Since(started)
	s.counted(r.Method, status).count(took)
	s.logRequest(r.Context(), id, r.Method, offerRoute, status, took, int64(bytes))
	return true
}

// write sends the page compressed, or says that the reader has it.
func (p *still) write(w http.ResponseWriter, r *http.Request) (status, bytes int) {
	h := w.Header()
	if p.status == http.StatusOK && static.Matches(r.Header.Get("If-None-Match"), p.tag) {
		for _, line := range p.known {
			h[line.name] = line.value
		}
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified, 0
	}
	for _, line := range p.whole {
		h[line.name] = line.value
	}
	w.WriteHeader(p.status)
	if r.Method == http.MethodHead {
		return p.status, 0
	}
	sent, _ := w.Write(p.small) // a reader who went away is no fault of ours
	return p.status, sent
}

// header is one line of an answer. Its value is shared between answers: it may be replaced, never added to.
type header struct {
	name  string
	value []string
}

// sharedLines puts headers into the form that answers share.
func sharedLines(from http.Header) []header {
	list := make([]header, 0, len(from))
	for name, value := range from {
		list = append(list, header{name, value})
	}
	return list
}

// newRequestID names a request in the log and on a page that failed. It is no secret, so it need not be costly.
func newRequestID() string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var id [12]byte
	for i, left := 0, rand.Uint64(); i < len(id); i, left = i+1, left>>5 {
		id[i] = digits[left&31]
	}
	return string(id[:])
}

// cookieOf is the value of a request's cookie, or "".
func cookieOf(r *http.Request, name string) string {
	for _, line := range r.Header["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			if value, found := strings.CutPrefix(strings.TrimLeft(part, " "), name); found && strings.HasPrefix(value, "=") {
				return strings.TrimSpace(value[1:])
			}
		}
	}
	return ""
}

// tally is what /metrics tells of one route, method and status.
type tally struct {
	requests prometheus.Counter
	seconds  prometheus.Observer
}

func (f *figures) tally(route, method string, status int) tally {
	return tally{f.requests.WithLabelValues(route, method, strconv.Itoa(status)), f.seconds.WithLabelValues(route)}
}

// keptTallies spares the lane the search for its figures by their labels.
type keptTallies struct{ whole, known tally }

// count counts one answer.
func (t tally) count(took time.Duration) {
	t.requests.Inc()
	t.seconds.Observe(took.Seconds())
}

// counted is where an answer of the lane is counted.
func (s *Server) counted(method string, status int) tally {
	switch {
	case method == get && status == http.StatusOK:
		return s.tallies.whole
	case method == get && status == http.StatusNotModified:
		return s.tallies.known
	}
	return s.figures.tally(offerRoute, method, status)
}

// logRequest writes one line of log. It has the route, never the address: that may hold the secret of an order.
func (s *Server) logRequest(ctx context.Context, id, method, route string, status int, took time.Duration, bytes int64) {
	if !s.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("id", id), slog.String("method", method), slog.String("route", route),
		slog.Int("status", status), slog.Int64("ms", took.Milliseconds()), slog.Int64("bytes", bytes))
}

// GiveRoom lets the process hold more between two rounds of the garbage collector than Go would by itself: a page that
// is asked for again and again costs a tenth less.
func GiveRoom() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(roomMost)
}

// roomMost is from where on memory is worth more than time.
const roomMost = 256 << 20
