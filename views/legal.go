package views

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"
)

// Legal is a text that the operator answers for.
type Legal struct {
	Name     string // terms, privacy, imprint
	Operator string // who runs this installation, may be empty
	Text     string // the operator's own, as HTML that holds nothing active; empty where there is none yet
	Lang     string // of the text
}

// html is the text as it is: web has taken out whatever could act.
func (l Legal) html() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, l.Text)
		return err
	})
}

// points are the numbered messages that begin with a stem, as many as there are.
func points(p Page, stem string) (list []string) {
	for n := 1; p.W.Has(stem + strconv.Itoa(n)); n++ {
		list = append(list, p.T(stem+strconv.Itoa(n)))
	}
	return list
}
