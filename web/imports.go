package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// How many offers of an import a page lists, and how many of those that the merchant changed it asks about.
const (
	importPage = 50
	importAsks = 200
)

// listImports takes a file of offers, and lists the files that came before.
func (s *Server) listImports(v *visit) error {
	return s.showImports(v, http.StatusOK, newKey(), nil)
}

func (s *Server) showImports(v *visit, status int, key string, problems models.Problems) error {
	page := pageOf(v)
	imports, err := s.store.Imports(v.ctx(), v.Shop, page)
	if err != nil {
		return err
	}
	shown, newer, older := models.Turn(page, imports)
	list := views.ImportList{Imports: shown, Key: key, Currency: v.Shop.Currency, Errors: v.problems(problems)}
	if len(shown) > 0 {
		first, last := shown[0], shown[len(shown)-1]
		list.Newer, list.Older = besides(views.ImportsPath, newer, older, models.CursorOf(first.CreatedAt, first.ID), models.CursorOf(last.CreatedAt, last.ID))
	}
	p := v.page("import.title")
	p.Path, p.Problems = views.ImportsPath, len(problems)
	return v.render(status, views.ImportsPage(p, list))
}

// createImport reads a file and shows what it would bring. Nothing is made of it yet.
func (s *Server) createImport(v *visit) error {
	if err := v.allow(limitUpload, v.Shop.ID); err != nil {
		return err
	}
	typed, file, err := readUpload(v.Request(), "file", models.ImportBytesMost)
	if err != nil {
		return err
	}
	key := typed.Get("key")
	if file == nil {
		return s.showImports(v, http.StatusUnprocessableEntity, key, models.Problems{{Field: "file", Code: "import.none"}})
	}
	one, err := s.store.CreateImport(v.ctx(), v.Shop, v.User, file.name, key, file.content)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showImports(v, http.StatusUnprocessableEntity, key, problems)
	}
	if err != nil {
		return err
	}
	return v.see(views.ImportPath(one.Slug))
}

// showImport shows what a file brings, or how far it is.
func (s *Server) showImport(v *visit) error {
	one, err := s.store.ImportIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	shown := views.ShopImport{Import: one, Kind: v.QueryParam("kind")}
	if shown.Counts, err = s.store.ImportCounts(v.ctx(), one); err != nil {
		return err
	}
	after, _ := strconv.ParseInt(v.QueryParam("after"), 10, 64)
	shown.First = after <= 0
	if shown.Items, err = s.store.ImportItems(v.ctx(), one, shown.Kind, max(after, 0), importPage); err != nil {
		return err
	}
	if len(shown.Items) > importPage {
		shown.Items = shown.Items[:importPage]
		shown.After = shown.Items[importPage-1].Position
	}
	if one.State == "preview" && shown.Counts.Kinds["edited"] > 0 {
		if shown.Edited, err = s.store.ImportItems(v.ctx(), one, "edited", 0, importAsks); err != nil {
			return err
		}
		shown.Edited = shown.Edited[:min(len(shown.Edited), importAsks)]
	}
	p := v.page("")
	p.Title = v.W.T("import.page", "Name", one.FileName)
	return v.render(http.StatusOK, views.ImportPage(p, shown))
}

// startImport makes the drafts of a file that was looked at.
func (s *Server) startImport(v *visit) error {
	one, err := s.store.ImportIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	typed, err := v.typed()
	if err != nil {
		return err
	}
	if err := s.store.StartImport(v.ctx(), v.Shop, v.User, one, typed["overwrite"]); err != nil {
		return err
	}
	return v.see(views.ImportPath(one.Slug))
}

// deleteImport takes the drafts of an import away again, or drops a file that was only looked at.
func (s *Server) deleteImport(v *visit) error {
	one, err := s.store.ImportIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	if err := s.store.UndoImport(v.ctx(), v.Shop, v.User, one); err != nil {
		return err
	}
	if one.State == "preview" {
		v.say(views.ToneInfo, v.W.T("import.done.dropped", "Name", one.FileName))
		return v.see(views.ImportsPath)
	}
	return v.see(views.ImportPath(one.Slug))
}
