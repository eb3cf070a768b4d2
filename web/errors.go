package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/views"
)

// tooMany says that a limit is reached, and for how long.
type tooMany struct{ wait time.Duration }

// Error says so for the log.
func (t *tooMany) Error() string { return "too many: wait " + t.wait.String() }

// verdict is what an error means to a person: a status, and words by their id where the status's own do not do.
type verdict struct {
	status int
	words  string
	retry  time.Duration
}

// judge is the one place where an error becomes a status.
func judge(err error) verdict {
	var (
		limit    *tooMany
		size     *http.MaxBytesError
		httpErr  *echo.HTTPError
		problems models.Problems
	)
	switch {
	case errors.As(err, &limit):
		return verdict{status: http.StatusTooManyRequests, retry: limit.wait}
	case errors.As(err, &size):
		return verdict{status: http.StatusRequestEntityTooLarge}
	case errors.Is(err, models.ErrNotFound):
		return verdict{status: http.StatusNotFound}
	case errors.Is(err, models.ErrLinkOver):
		return verdict{status: http.StatusGone, words: "problem.download.link"}
	case errors.Is(err, models.ErrChanged):
		return verdict{status: http.StatusConflict, words: "problem.changed_meanwhile"}
	case errors.As(err, &problems):
		return verdict{status: http.StatusUnprocessableEntity}
	case errors.Is(err, payments.ErrAway):
		return verdict{status: http.StatusServiceUnavailable, words: "problem.stripe.away", retry: 30 * time.Second}
	case errors.Is(err, payments.ErrRefused):
		return verdict{status: http.StatusBadGateway, words: "problem.stripe.refused"}
	case models.Unavailable(err):
		return verdict{status: http.StatusServiceUnavailable, retry: 10 * time.Second}
	case errors.As(err, &httpErr):
		return verdict{status: httpErr.Code}
	}
	return verdict{status: http.StatusInternalServerError}
}

// answerError turns an error into a status, words and a line of log. People never see the error itself.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if errors.Is(c.Request().Context().Err(), context.Canceled) {
		// The client went away: nobody reads the answer, and what broke because of it is no fault of ours.
		c.Response().Status = 499
		s.log.Info("client gone", "id", c.Get(requestIDKey), "route", c.Path(), "error", err.Error())
		return
	}
	v := judge(err)
	line := s.log.Warn
	if v.status >= 500 {
		line = s.log.Error
	}
	if v.status != http.StatusNotFound && v.status != http.StatusMethodNotAllowed {
		line("refused", "id", c.Get(requestIDKey), "route", c.Path(), "status", v.status, "error", err.Error())
	}
	if v.retry > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(v.retry.Round(time.Second).Seconds())))
	}
	if path := c.Request().URL.Path; strings.HasPrefix(path, "/webhooks/") || !strings.Contains(c.Request().Header.Get("Accept"), "html") && c.Request().Header.Get("Accept") != "" && c.Request().Header.Get("Accept") != "*/*" {
		_ = c.String(v.status, http.StatusText(v.status)+"\n")
		return
	}
	visit := s.visitOf(c)
	if renderErr := visit.render(v.status, views.ErrorPage(visit.page(""), v.status, v.words)); renderErr != nil {
		s.log.Error("error page", "error", renderErr.Error())
		_ = c.String(v.status, http.StatusText(v.status)+"\n")
	}
}
