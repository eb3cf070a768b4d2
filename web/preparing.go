package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/views"
)

// showPreparing stands for every page of a shop that is still being made. The browser looks again by itself.
func (s *Server) showPreparing(v *visit) error {
	note, err := s.store.Note(v.ctx(), "demo.progress")
	if err != nil {
		return err
	}
	before, after, _ := strings.Cut(note, "/")
	done, _ := strconv.Atoi(before)
	total, _ := strconv.Atoi(after)
	v.Response().Header().Set("Refresh", "2; url="+views.DashboardPath)
	p := v.page("overview.preparing.title")
	p.Shop = views.ShopBadge{} // it is not there yet
	return v.render(http.StatusOK, views.PreparingPage(p, done, total))
}
