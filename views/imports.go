package views

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
)

// ImportList is what the page of files of offers shows.
type ImportList struct {
	Imports      []models.Import
	Key          string // of the form
	Currency     string
	Newer, Older string
	Errors       FieldErrors // by file
}

// ShopImport is what the page of one file shows.
type ShopImport struct {
	Import *models.Import
	Counts models.ImportCounts
	Items  []models.ImportItemView
	Edited []models.ImportItemView // offers that the merchant changed too, to ask about
	Kind   string                  // one of models.ImportKinds, or "" for all
	First  bool                    // the first page of the items
	After  int64                   // where the next page begins; 0 where there is none
}

// ImportState is where a file stands.
func ImportState(p Page, state string) State {
	s := State{Title: p.T("import.state." + state), Tone: ToneInfo}
	switch state {
	case "done":
		s.Tone = ToneSuccess
	case "preview", "removed":
		s.Tone = ToneNeutral
	}
	return s
}

// toBring is how many offers are brought without asking.
func (i ShopImport) toBring() int64 { return i.Counts.Kinds["new"] + i.Counts.Kinds["changed"] }

// watching makes a page look again by itself while a job is at it.
func (i ShopImport) watching() templ.Attributes {
	if !i.Import.Busy() {
		return nil
	}
	return templ.Attributes{"hx-get": i.path(i.Kind, 0), "hx-trigger": "every 1s", "hx-select": "#import", "hx-swap": "outerHTML"}
}

func (i ShopImport) path(kind string, after int64) string {
	path := ImportPath(i.Import.Slug)
	mark := "?"
	if kind != "" {
		path, mark = path+mark+"kind="+esc(kind), "&"
	}
	if after > 0 {
		path += mark + "after=" + strconv.FormatInt(after, 10)
	}
	return path
}

// older and newer are the pages beside this one: forward by position, back to the beginning.
func (i ShopImport) older() string {
	if i.After == 0 {
		return ""
	}
	return i.path(i.Kind, i.After)
}

func (i ShopImport) newer() string {
	if i.First {
		return ""
	}
	return i.path(i.Kind, 0)
}

func (i ShopImport) tabs(p Page) []Tab {
	list := []Tab{{Href: i.path("", 0), Label: p.T("offer.tab.all"), Count: int(i.Counts.Total()), Active: i.Kind == ""}}
	for _, kind := range models.ImportKinds {
		if n := i.Counts.Kinds[kind]; n > 0 {
			list = append(list, Tab{Href: i.path(kind, 0), Label: p.T("import.kind." + kind), Count: int(n), Active: i.Kind == kind})
		}
	}
	return list
}

// progress is how far the job is, and of how many.
func (i ShopImport) progress() (done, total int64) {
	switch i.Import.State {
	case "pictures":
		total = i.Counts.States["made"] + i.Counts.States["updated"]
		return total - i.Counts.Pictures, total
	case "removing":
		total = i.Counts.States["made"] + i.Counts.States["removed"]
		return i.Counts.States["removed"], total
	}
	total = i.Counts.Total() - i.Counts.States["kept"]
	return total - i.Counts.States["waiting"], total
}

// came are what was done, in words.
func (i ShopImport) came(p Page) []Fact {
	var list []Fact
	for _, state := range []string{"made", "updated", "removed", "kept", "failed"} {
		if n := i.Counts.States[state]; n > 0 {
			list = append(list, Fact{Name: p.T("import.came." + state), Value: p.W.Number(n)})
		}
	}
	return list
}

// itemState is what becomes, or became, of an offer of the file.
func itemState(p Page, item *models.ImportItemView) State {
	switch item.State {
	case "made", "updated":
		return State{Tone: ToneSuccess, Title: p.T("import.item." + item.State)}
	case "failed":
		return State{Tone: ToneError, Title: p.T("import.item.failed")}
	case "removed":
		return State{Tone: ToneNeutral, Title: p.T("import.item.removed")}
	}
	s := State{Title: p.T("import.kind." + item.Kind), Tone: ToneNeutral}
	switch item.Kind {
	case "new", "changed":
		s.Tone = ToneInfo
	case "edited", "skipped":
		s.Tone = ToneWarning
	}
	return s
}

// itemPrice is what an offer of the file costs, as far as it can be read.
func itemPrice(p Page, item *models.ImportItemView) string {
	form := item.Content.Form
	money, wrong := models.ParseMoney(form.Price, form.Currency)
	if wrong != nil {
		return p.T("offer.price.none")
	}
	for _, line := range form.Variants {
		if line.Extra != "" {
			return p.T("variant.from", "Least", money)
		}
	}
	return p.W.Money(money)
}

// itemVariants is how many variants an offer of the file has.
func itemVariants(p Page, item *models.ImportItemView) string {
	return p.W.Number(int64(max(1, len(item.Content.Form.Variants))))
}

// noteText says what is to be said of a row: where, and what.
func noteText(p Page, note models.ImportNote) string {
	what := p.T("problem."+note.Code, note.Data...)
	if note.Column == "" {
		return p.T("import.note.row", "Row", note.Row, "What", what)
	}
	return p.T("import.note.cell", "Row", note.Row, "Column", note.Column, "What", what)
}
