package web

import (
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listDifferences shows whether Stripe's books and ours agree.
func (s *Server) listDifferences(v *visit) error {
	a := views.AdminDifferences{State: oneOf(v.QueryParam("state"), []string{"open", "gone"})}
	l, err := listOf(v, func(page models.Page) ([]models.DifferenceView, error) {
		return s.store.Differences(v.ctx(), a.State, page)
	}, func(d *models.DifferenceView) (time.Time, string) { return d.FoundAt, d.ID })
	if err != nil {
		return err
	}
	a.Rows, a.Around = l.rows, l.around
	if a.Sums, err = s.store.DifferenceSums(v.ctx()); err != nil {
		return err
	}
	if a.Runs, err = s.store.Reconciliations(v.ctx(), models.Page{Size: 9}); err != nil {
		return err
	}
	p, err := v.adminPage("frame.admin.differences")
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminDifferencesPage(p, a))
}

// createReconciliation has the books compared now.
func (s *Server) createReconciliation(v *visit) error {
	if err := s.store.AskReconciliation(v.ctx(), v.User); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("difference.said"))
	return v.see(views.DifferencesPath)
}
