package web

import (
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/static"
)

// receiveAccountEvent takes an event about our own Stripe account.
func (s *Server) receiveAccountEvent(v *visit) error { return s.receiveEvent(v, "account") }

// receiveConnectEvent takes an event about a shop's account.
func (s *Server) receiveConnectEvent(v *visit) error { return s.receiveEvent(v, "connect") }

// receiveEvent answers once the event is kept; what it changes comes after. Whatever is not Stripe's is refused for
// good, whatever cannot be kept now is asked for again.
func (s *Server) receiveEvent(v *visit, endpoint string) error {
	body, err := io.ReadAll(v.Request().Body)
	if err != nil {
		return formError(err)
	}
	err = s.pay.Receive(v.ctx(), endpoint, body, v.Request().Header.Get("Stripe-Signature"))
	switch {
	case errors.Is(err, payments.ErrSignature):
		return echo.NewHTTPError(http.StatusBadRequest, endpoint+" event").SetInternal(err)
	case err != nil:
		v.Response().Header().Set("Retry-After", "10")
		return echo.NewHTTPError(http.StatusServiceUnavailable, endpoint+" event").SetInternal(err)
	}
	return v.String(http.StatusOK, "kept\n")
}

// showRobots tells crawlers where not to go.
func (s *Server) showRobots(v *visit) error {
	return echo.WrapHandler(static.File("robots.txt"))(v.Context)
}

// showFavicon is for those who ask without having read a page.
func (s *Server) showFavicon(v *visit) error {
	return echo.WrapHandler(static.File("bird-32.png"))(v.Context)
}
