package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// AdminReports is what visitors reported and waits, or was decided.
type AdminReports struct {
	Cases   []models.ReportCase
	Decided bool // the tab
	Waiting int
	Now     time.Time
	Around  Around
}

func (a AdminReports) tabs(p Page) []Tab {
	return []Tab{
		{Href: ReportsPath, Label: p.T("admin.tab.waiting"), Count: a.Waiting, Active: !a.Decided},
		{Href: ReportsPath + "?tab=decided", Label: p.T("admin.tab.decided"), Active: a.Decided},
	}
}

func (a AdminReports) lead(p Page) string {
	if a.Decided || len(a.Cases) == 0 {
		return ""
	}
	return p.N("admin.reports.lead", int64(a.Waiting), "Age", age(p, a.Cases[0].CreatedAt, a.Now))
}

// AdminReport is one report with the offer that it is about.
type AdminReport struct {
	Case     *models.ReportCase
	Decider  string
	Conflict bool // another decided meanwhile
	Now      time.Time
	Form     DecisionForm
}

func (a AdminReport) facts(p Page) []Fact {
	from := a.Case.Email
	if from == "" {
		from = p.T("admin.report.from.nobody")
	}
	return []Fact{
		{Name: p.T("admin.column.reason"), Value: p.T("report.reason." + a.Case.Reason)},
		{Name: p.T("admin.report.from"), Value: from},
		{Name: p.T("admin.report.at"), Value: p.W.DateTime(a.Case.Report.CreatedAt) + " UTC"},
	}
}
