package web

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/static"
)

// eventPaths are the doors for Stripe's events. Bursts of them come at once, so they are answered ahead of all that pages
// need: no cookie, no policy, no page can be had here.
var eventPaths = map[string]string{"/webhooks/stripe": "account", "/webhooks/stripe/connect": "connect"}

// receiveAccountEvent takes an event about our own Stripe account.
func (s *Server) receiveAccountEvent(v *visit) error {
	s.receiveEvent(v.Response(), v.Request(), "account")
	return nil
}

// receiveConnectEvent takes an event about a shop's account.
func (s *Server) receiveConnectEvent(v *visit) error {
	s.receiveEvent(v.Response(), v.Request(), "connect")
	return nil
}

// receiveEvent answers once the event is kept; what it changes comes after. Whatever is not Stripe's is refused for
// good, whatever cannot be kept now is asked for again.
func (s *Server) receiveEvent(w http.ResponseWriter, r *http.Request, endpoint string) {
	status := http.StatusOK
	body, err := eventBody(w, r)
	if err == nil {
		err = s.pay.Receive(r.Context(), endpoint, body, r.Header.Get("Stripe-Signature"))
	}
	var large *http.MaxBytesError
	switch {
	case err == nil:
	case errors.Is(err, payments.ErrSignature), errors.Is(err, io.ErrUnexpectedEOF):
		status = http.StatusBadRequest
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	default:
		status = http.StatusServiceUnavailable
	}
	counter := s.figures.taken[endpoint]
	if status != http.StatusOK {
		counter = s.figures.requests.WithLabelValues(r.URL.Path, r.Method, strconv.Itoa(status))
	}
	s.answerEvent(w, r, status, counter, err)
}

// answerEvent says whether an event is kept, and counts it.
func (s *Server) answerEvent(w http.ResponseWriter, r *http.Request, status int, counter prometheus.Counter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	w.WriteHeader(status)
	counter.Inc()
	if status == http.StatusOK {
		_, _ = io.WriteString(w, "kept\n")
		return
	}
	_, _ = io.WriteString(w, "not kept\n")
	s.log.Warn("an event was not kept", "route", r.URL.Path, "status", status, "error", err.Error())
}

// eventBody reads an event whole, into room of the right size where its length was said.
func eventBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > webhookMost {
		return nil, &http.MaxBytesError{Limit: webhookMost}
	}
	in := http.MaxBytesReader(w, r.Body, webhookMost)
	if r.ContentLength < 0 {
		return io.ReadAll(in)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(in, body)
	return body, err
}

// showFavicon is for those who ask without having read a page.
func (s *Server) showFavicon(v *visit) error {
	return echo.WrapHandler(static.File("bird-32.png"))(v.Context)
}
