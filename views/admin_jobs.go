package views

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// AdminJobs is a page of work that is not done.
type AdminJobs struct {
	Jobs   []models.JobRow
	Counts []models.JobCount
	Kinds  []string
	Filter models.JobFilter
	Around Around
}

func (a AdminJobs) address(state string) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", state)
	}
	if len(q) == 0 {
		return JobsPath
	}
	return JobsPath + "?" + q.Encode()
}

func (a AdminJobs) tabs(p Page) []Tab {
	sums := map[string]int{}
	for _, c := range a.Counts {
		sums[c.State] += int(c.N)
	}
	list := []Tab{{Href: a.address(""), Label: p.T("admin.tab.all"), Active: a.Filter.State == ""}}
	for _, state := range models.JobStates {
		list = append(list, Tab{Href: a.address(state), Label: JobState(p, state).Title, Count: sums[state], Active: state == a.Filter.State})
	}
	return list
}

// kinds are the choices of the filter, each with how many there are.
func (a AdminJobs) kinds(p Page) []Option {
	options := []Option{{Value: "", Label: p.T("job.kind.all")}}
	for _, kind := range a.Kinds {
		var n int64
		for _, c := range a.Counts {
			if c.Kind == kind {
				n += c.N
			}
		}
		options = append(options, Option{Value: kind, Label: jobKind(p, kind) + " (" + p.W.Number(n) + ")"})
	}
	return options
}

// jobKind names a kind of work; one without words is shown by its code.
func jobKind(p Page, kind string) string {
	if id := "job.kind." + kind; p.W.Has(id) {
		return p.T(id)
	}
	return kind
}

// jobAbout is what a job is about: the ids of its arguments.
func jobAbout(p Page, job *models.JobRow) string {
	var args map[string]any
	if json.Unmarshal([]byte(job.Args), &args) != nil || len(args) == 0 {
		return p.T("common.none")
	}
	var parts []string
	for name, value := range args {
		if text, ok := value.(string); ok {
			parts = append(parts, strings.TrimSuffix(name, "_id")+" "+text)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// jobErrors are what the words of an error mean, by a part of them.
var jobErrors = []struct{ part, word string }{
	{"Stripe cannot be reached", "stripe_away"},
	{"Stripe refused", "stripe_refused"},
	{"does not match", "mismatch"},
	{"Stripe has not booked", "not_booked"},
	{"deadline exceeded", "timeout"},
	{"no mail server", "no_mail"},
	{"letter", "letter"},
	{"dial", "network"},
	{"connection refused", "network"},
}

// jobError says in words what kind of error a job ended with.
func jobError(p Page, text string) string {
	for _, e := range jobErrors {
		if strings.Contains(text, e.part) {
			return p.T("job.error." + e.word)
		}
	}
	return p.T("job.error.other")
}
