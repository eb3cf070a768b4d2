package web

import (
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// figures are what /metrics tells.
type figures struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	events   *prometheus.GaugeVec
	taken    map[string]prometheus.Counter // requests that brought an event, by endpoint
}

func newFigures() *figures {
	f := &figures{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tillbird_requests_total", Help: "Requests answered, by route, method and status."}, []string{"route", "method", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tillbird_request_seconds", Help: "Time to answer, by route.", Buckets: prometheus.ExponentialBuckets(0.0005, 3, 10)}, []string{"route"}),
		events:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tillbird_events_left", Help: "Stripe's events that wait or failed, up to a thousand."}, []string{"state"}),
	}
	f.taken = map[string]prometheus.Counter{}
	for path, endpoint := range eventPaths {
		f.taken[endpoint] = f.requests.WithLabelValues(path, http.MethodPost, "200")
	}
	f.registry.MustRegister(f.requests, f.seconds, f.events, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return f
}

const requestIDKey = "request_id"

// observe names each request, counts it and writes one line of log.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		started := time.Now()
		id := newRequestID()
		c.Set(requestIDKey, id)
		c.Response().Header().Set("X-Request-Id", id)
		if err := next(c); err != nil {
			s.answerError(err, c)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		took := time.Since(started)
		status := c.Response().Status
		method := c.Request().Method
		if !knownMethod[method] {
			method = "other"
		}
		s.figures.tally(route, method, status).count(took)
		s.logRequest(c.Request().Context(), id, method, route, status, took, c.Response().Size)
		return nil
	}
}

var knownMethod = map[string]bool{http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true, http.MethodDelete: true, http.MethodOptions: true}

// recoverPanic turns a panic into an error with its stack in the log.
func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler {
					panic(r)
				}
				s.log.Error("panic", "id", c.Get(requestIDKey), "route", c.Path(), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return next(c)
	}
}

// showHealth says that the process answers.
func (s *Server) showHealth(v *visit) error { return v.String(http.StatusOK, "ok\n") }

// showReadiness says that the database takes changes.
func (s *Server) showReadiness(v *visit) error {
	if err := s.store.Ping(v.ctx()); err != nil {
		s.log.Error("not ready", "id", v.Get(requestIDKey), "error", err)
		v.Response().Header().Set("Retry-After", "5")
		return v.String(http.StatusServiceUnavailable, "the database does not take changes\n")
	}
	return v.String(http.StatusOK, "ready\n")
}

// showMetrics tells figures to this machine, and to others that have the token.
func (s *Server) showMetrics(v *visit) error {
	peer, _, _ := net.SplitHostPort(v.Request().RemoteAddr)
	local := net.ParseIP(peer).IsLoopback()
	for _, forwarded := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "X-Forwarded-Host", "Via"} {
		local = local && v.Request().Header.Get(forwarded) == "" // a proxy on this machine asks for somebody else
	}
	if !local && !sameSecret(v.Request().Header.Get("Authorization"), "Bearer "+s.set.MetricsToken) {
		return echo.ErrNotFound
	}
	if waiting, failed, err := s.store.EventsLeft(v.ctx()); err == nil {
		s.figures.events.WithLabelValues("waiting").Set(float64(waiting))
		s.figures.events.WithLabelValues("failed").Set(float64(failed))
	}
	promhttp.HandlerFor(s.figures.registry, promhttp.HandlerOpts{}).ServeHTTP(v.Response(), v.Request())
	return nil
}
