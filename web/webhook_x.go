package web

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// crcToken is what X asks with. The answer is signed as X's own deliveries are, so nothing is signed that could be read as
// one: whoever asks could send it back to us as X's word.
var crcToken = regexp.MustCompile(`^[A-Za-z0-9+/=_.-]{1,200}$`)

// answerChallenge proves to X that we know the secret of its deliveries.
func (s *Server) answerChallenge(v *visit) error {
	x := s.x()
	token := v.QueryParam("crc_token")
	if x == nil || !crcToken.MatchString(token) {
		return echo.ErrBadRequest
	}
	v.Response().Header().Set("Cache-Control", "no-store")
	return v.JSON(http.StatusOK, map[string]string{"response_token": x.Challenge(token)})
}

// x is the client of X, nil where this installation has none.
func (s *Server) x() *social.XClient {
	if s.set.Publisher == nil {
		return nil
	}
	return s.set.Publisher.X()
}

// takeXEvent is for the router, which a delivery does not come to.
func (s *Server) takeXEvent(v *visit) error {
	s.receiveXEvent(v.Response(), v.Request())
	return nil
}

// receiveXEvent answers once what X delivers is kept. A delivery that is not X's is refused for good, what cannot be kept
// now is asked for again.
func (s *Server) receiveXEvent(w http.ResponseWriter, r *http.Request) {
	if s.x() == nil {
		http.NotFound(w, r)
		return
	}
	body, err := eventBody(w, r)
	if err == nil {
		_, err = s.set.Publisher.Receive(r.Context(), r.Header.Get("x-twitter-webhooks-signature"), body)
	}
	status := http.StatusOK
	var large *http.MaxBytesError
	switch {
	case err == nil:
	case errors.Is(err, social.ErrSignature):
		status = http.StatusForbidden
	case errors.Is(err, io.ErrUnexpectedEOF):
		status = http.StatusBadRequest
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	default:
		status = http.StatusServiceUnavailable
	}
	s.answerEvent(w, r, status, s.figures.requests.WithLabelValues(views.XWebhookPath, post, strconv.Itoa(status)), err)
}
