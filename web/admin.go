package web

import (
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// adminPage begins a page of the admin's frame, with what waits beside its entries.
func (v *visit) adminPage(title string) (views.Page, error) {
	p := v.page(title)
	reviews, reports, err := v.server.store.Waiting(v.ctx())
	if err != nil {
		return p, err
	}
	_, failed, err := v.server.store.EventsLeft(v.ctx())
	if err != nil {
		return p, err
	}
	letters, err := v.server.store.LettersLeft(v.ctx())
	if err != nil {
		return p, err
	}
	silent, err := v.server.store.SilentTypes(v.ctx())
	if err != nil {
		return p, err
	}
	differences, err := v.server.store.DifferencesOpen(v.ctx())
	if err != nil {
		return p, err
	}
	jobs, err := v.server.store.JobsFailing(v.ctx())
	if err != nil {
		return p, err
	}
	p.Counts = views.Counts{Reviews: int(reviews), Reports: int(reports), Events: int(failed) + len(silent), Letters: int(letters), Differences: int(differences), Jobs: int(jobs)}
	return p, nil
}

// list is one page of a list, with the addresses of the pages beside it.
type list[T any] struct {
	rows   []T
	around views.Around
}

// listOf loads the page of a list that the address asks for: after or before a place. load gives a page, at tells a
// row's place.
func listOf[T any](v *visit, load func(models.Page) ([]T, error), at func(*T) (time.Time, string)) (l list[T], err error) {
	asked := models.Page{Cursor: v.QueryParam("after")}
	if before := v.QueryParam("before"); before != "" {
		asked = models.Page{Cursor: before, Newer: true}
	}
	rows, err := load(asked)
	if err == nil && asked.Newer && len(rows) <= asked.Limit() {
		// The top is reached: the first page, as full as any other.
		asked = models.Page{}
		rows, err = load(asked)
	}
	if err != nil {
		return l, err
	}
	shown, newer, older := models.Turn(asked, rows)
	l.rows = shown
	if newer && len(shown) > 0 {
		l.around.Newer = v.besides("before", models.CursorOf(at(&shown[0])))
	}
	if older && len(shown) > 0 {
		l.around.Older = v.besides("after", models.CursorOf(at(&shown[len(shown)-1])))
	}
	return l, nil
}

// besides is this address with another place in the list.
func (v *visit) besides(name, place string) string {
	query := v.Request().URL.Query()
	query.Del("before")
	query.Del("after")
	query.Set(name, place)
	return v.Request().URL.Path + "?" + query.Encode()
}

// oneOf is a value of the address if the list has it, else the first of the list.
func oneOf(value string, known []string) string {
	for _, k := range known {
		if k == value {
			return value
		}
	}
	return known[0]
}

// nameOf is the address of an admin by the id that a decision keeps; empty where there is none.
func (v *visit) nameOf(userID *string) (string, error) {
	if userID == nil {
		return "", nil
	}
	user, err := v.server.store.User(v.ctx(), *userID)
	if err != nil {
		return "", err
	}
	return user.Email, nil
}

// listAudit shows who did what when.
func (s *Server) listAudit(v *visit) error {
	l, err := listOf(v, func(page models.Page) ([]models.AuditLine, error) {
		return s.store.AuditEntries(v.ctx(), models.AuditFilter{Page: page})
	}, func(line *models.AuditLine) (time.Time, string) { return line.CreatedAt, line.ID })
	if err != nil {
		return err
	}
	p, err := v.adminPage("frame.admin.audit")
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminAuditPage(p, views.AdminAudit{Lines: l.rows, Around: l.around}))
}
