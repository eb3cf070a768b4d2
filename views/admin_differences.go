package views

import (
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// AdminDifferences is where Stripe's books and ours do not agree, and the runs that looked.
type AdminDifferences struct {
	State  string // open, gone: the tab
	Rows   []models.DifferenceView
	Around Around
	Sums   []models.DifferenceSum  // of the open ones
	Runs   []models.Reconciliation // the newest
}

func (a AdminDifferences) running() bool { return len(a.Runs) > 0 && a.Runs[0].State == "running" }

// done is the newest run that is through; nil where there is none.
func (a AdminDifferences) done() *models.Reconciliation {
	for i := range a.Runs {
		if a.Runs[i].EndedAt != nil {
			return &a.Runs[i]
		}
	}
	return nil
}

func (a AdminDifferences) tabs(p Page) []Tab {
	return []Tab{
		{Href: DifferencesPath, Label: p.T("difference.tab.open"), Count: p.Counts.Differences, Active: a.State == "open"},
		{Href: DifferencesPath + "?state=gone", Label: p.T("difference.tab.gone"), Active: a.State == "gone"},
	}
}

// dayText is a day of the books, which are kept in UTC.
func dayText(p Page, day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return p.W.In(time.UTC).Date(at)
}

// differenceObject is what a difference is about where it has an id of Stripe's.
func differenceObject(d *models.DifferenceView) string {
	if d.Order != nil && d.Object == d.Order.ID && d.Order.ChargeID != nil {
		return *d.Order.ChargeID
	}
	if d.Payout != nil {
		return d.Payout.StripeID
	}
	if prefix, _, ok := strings.Cut(d.Object, "_"); ok && len(prefix) <= 4 {
		return d.Object
	}
	return ""
}
