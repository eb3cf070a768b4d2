package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// again shows a form again for what is wrong with it, with the words beside the fields: problems are 422, a limit is 429
// and says how long to wait. Any other error is passed on.
func (v *visit) again(err error, title string, show func(views.Page, views.FieldErrors) templ.Component) error {
	var (
		problems models.Problems
		limit    *tooMany
		status   int
		words    views.FieldErrors
	)
	switch {
	case errors.As(err, &limit):
		status = http.StatusTooManyRequests
		words = views.FieldErrors{"": v.W.T("problem.too_many", "Wait", v.W.Duration(limit.wait))}
		v.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(limit.wait.Seconds()))))
	case errors.As(err, &problems):
		status, words = http.StatusUnprocessableEntity, v.problems(problems)
	default:
		return err
	}
	p := v.page(title)
	p.Problems = len(words)
	return v.render(status, show(p, words))
}
