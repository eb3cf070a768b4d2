package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listJobs shows the work that is not done.
func (s *Server) listJobs(v *visit) error {
	filter := models.JobFilter{State: oneOf(v.QueryParam("state"), append([]string{""}, models.JobStates...)), Kind: v.QueryParam("kind")}
	filter.Before, _ = strconv.ParseInt(v.QueryParam("after"), 10, 64)
	jobs, more, err := s.store.Jobs(v.ctx(), filter)
	if err != nil {
		return err
	}
	a := views.AdminJobs{Jobs: jobs, Filter: filter}
	if a.Counts, err = s.store.JobCounts(v.ctx()); err != nil {
		return err
	}
	for _, c := range a.Counts {
		if !slices.Contains(a.Kinds, c.Kind) {
			a.Kinds = append(a.Kinds, c.Kind)
		}
	}
	if more {
		a.Around.Older = v.besides("after", jobs[len(jobs)-1].Place())
	}
	p, err := v.adminPage("frame.admin.jobs")
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminJobsPage(p, a))
}

// retryJob lets a job that failed be tried again now.
func (s *Server) retryJob(v *visit) error {
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return models.ErrNotFound
	}
	job, err := s.store.Job(v.ctx(), id)
	if err != nil {
		return err
	}
	err = s.store.RetryJob(v.ctx(), v.User, job)
	switch {
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("job.conflict"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("job.said"))
	}
	return v.see(views.JobsPath)
}
