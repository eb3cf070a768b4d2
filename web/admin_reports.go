package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listReports shows what visitors reported.
func (s *Server) listReports(v *visit) error {
	p, err := v.adminPage("frame.admin.reports")
	if err != nil {
		return err
	}
	a := views.AdminReports{Decided: v.QueryParam("tab") == "decided", Waiting: p.Counts.Reports, Now: s.store.Now()}
	if a.Decided {
		l, err := listOf(v, func(page models.Page) ([]models.ReportCase, error) { return s.store.DecidedReports(v.ctx(), page) },
			func(c *models.ReportCase) (time.Time, string) { return *c.DecidedAt, c.Report.ID })
		if err != nil {
			return err
		}
		a.Cases, a.Around = l.rows, l.around
	} else if a.Cases, err = s.store.OpenReports(v.ctx()); err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminReportsPage(p, a))
}

// showReport shows one report with its offer.
func (s *Server) showReport(v *visit) error {
	c, err := s.store.ReportCase(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	return s.renderReport(v, http.StatusOK, views.AdminReport{Case: c})
}

func (s *Server) renderReport(v *visit, status int, a views.AdminReport) (err error) {
	a.Now = s.store.Now()
	if a.Decider, err = v.nameOf(a.Case.Report.DecidedBy); err != nil {
		return err
	}
	p, err := v.adminPage("")
	if err != nil {
		return err
	}
	p.Title, p.Problems = v.W.T("admin.report.title", "Title", a.Case.Offer.Version.Title), len(a.Form.Errors)
	return v.render(status, views.AdminReportPage(p, a))
}

// decideReport keeps the decision and goes on to the next report. Upheld takes the offer down.
func (s *Server) decideReport(v *visit) error {
	c, err := s.store.ReportCase(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	form := views.DecisionForm{Verdict: v.FormValue("verdict"), Reason: v.FormValue("reason")}
	err = s.store.DecideReport(v.ctx(), v.User, c, form.Verdict, form.Reason)
	var problems models.Problems
	switch {
	case errors.Is(err, models.ErrChanged):
		return s.tooLateForReport(v, c)
	case errors.As(err, &problems):
		form.Errors = v.problems(problems)
		return s.renderReport(v, http.StatusUnprocessableEntity, views.AdminReport{Case: c, Form: form})
	case err != nil:
		return err
	}
	v.say(views.ToneSuccess, v.W.T("admin.report.said."+form.Verdict, "Title", c.Offer.Version.Title))
	open, err := s.store.OpenReports(v.ctx())
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return v.see(views.ReportPath(open[0].Report.ID))
	}
	return v.see(views.ReportsPath)
}

// tooLateForReport shows what was decided meanwhile. The admin's own second press of the button is no conflict.
func (s *Server) tooLateForReport(v *visit, c *models.ReportCase) error {
	c, err := s.store.ReportCase(v.ctx(), c.Report.ID)
	if err != nil {
		return err
	}
	if c.Report.DecidedBy != nil && *c.Report.DecidedBy == v.User.ID {
		return v.see(views.ReportPath(c.Report.ID))
	}
	return s.renderReport(v, http.StatusConflict, views.AdminReport{Case: c, Conflict: true})
}
