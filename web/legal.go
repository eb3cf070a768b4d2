package web

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// legalPages are the texts that the operator of an installation writes.
var legalPages = []string{"terms", "privacy", "imprint"}

// legalMost bounds a text of the operator's.
const legalMost = 1 << 20

// showLegal shows the operator's own text, or says honestly that there is none yet.
func (s *Server) showLegal(v *visit) error {
	name := v.Param("page")
	if !slices.Contains(legalPages, name) {
		return models.ErrNotFound
	}
	page := v.page("legal." + name + ".title")
	html, lang, err := s.operatorText(name, v.W.Lang())
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.LegalPage(page, views.Legal{Name: name, Operator: s.set.Operator, Text: html, Lang: lang}))
}

// showAccessibility says how far these pages can be used by everybody, and whom to tell where they cannot.
func (s *Server) showAccessibility(v *visit) error {
	return v.render(http.StatusOK, views.AccessibilityPage(v.page("legal.accessibility.title"), s.set.Operator))
}

// operatorText reads a text from the operator's folder in the reader's language, else in another, and gives it as HTML
// that holds nothing active; "" where there is none.
func (s *Server) operatorText(name, lang string) (html, in string, err error) {
	if s.set.LegalFolder == "" {
		return "", "", nil
	}
	for _, in := range append([]string{lang}, words.Languages...) {
		source, err := os.ReadFile(filepath.Join(s.set.LegalFolder, name+"."+in+".md"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", "", err
		}
		html, err := markdown(source[:min(len(source), legalMost)])
		return html, in, err
	}
	return "", "", nil
}

var harmless = bluemonday.UGCPolicy().AllowAttrs("id").OnElements("h2", "h3", "h4", "h5", "h6")

// markdown turns a text into HTML without anything active; the page has the first heading already, so its headings go
// down by one.
func markdown(source []byte) (string, error) {
	document := goldmark.DefaultParser().Parse(text.NewReader(source))
	err := ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if heading, ok := n.(*ast.Heading); ok && entering {
			heading.Level = min(heading.Level+1, 6)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := goldmark.New().Renderer().Render(&out, source, document); err != nil {
		return "", err
	}
	return string(harmless.SanitizeBytes(out.Bytes())), nil
}
