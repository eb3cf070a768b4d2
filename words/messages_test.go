package words

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

var (
	idPattern     = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)+$`)
	actionPattern = regexp.MustCompile(`\{\{[^}]*\}\}`)
)

func TestEveryMessageIsInEveryLanguage(t *testing.T) {
	for _, lang := range Languages {
		for _, other := range Languages {
			for id := range locales()[lang].messages {
				if locales()[other].messages[id] == nil {
					t.Errorf("%s.*.toml lacks %q, which %s has", other, id, lang)
				}
			}
		}
	}
}

func TestMessagesAreWhole(t *testing.T) {
	for _, lang := range Languages {
		for id, m := range locales()[lang].messages {
			if !idPattern.MatchString(id) {
				t.Errorf("%s %q: an id is small letters, digits and underscores with dots between", lang, id)
			}
			if strings.TrimSpace(m.Other) == "" {
				t.Errorf("%s %q has no text (other)", lang, id)
			}
			if m.Many != "" && m.One == "" {
				t.Errorf("%s %q has many and no one", lang, id)
			}
			if twin := locales()[Languages[0]].messages[id]; twin != nil && (twin.One == "") != (m.One == "") {
				t.Errorf("%q is plural in one language only", id)
			}
			for form, text := range forms(m) {
				for _, action := range actionPattern.FindAllString(text, -1) {
					if !paramPattern.MatchString(action) {
						t.Errorf("%s %q %s: %s is no plain {{.Name}}", lang, id, form, action)
					}
				}
				if text != strings.TrimSpace(text) && id != "common.error_title_prefix" {
					t.Errorf("%s %q %s begins or ends with a space", lang, id, form)
				}
			}
		}
	}
}

func TestPlaceholdersAreTheSameInEveryLanguage(t *testing.T) {
	first := locales()[Languages[0]]
	for _, lang := range Languages {
		for id, m := range locales()[lang].messages {
			if twin := first.messages[id]; twin != nil && !slices.Equal(placeholders(m.Other), placeholders(twin.Other)) {
				t.Errorf("%q: %s has %v, %s has %v", id, lang, placeholders(m.Other), first.lang, placeholders(twin.Other))
			}
			if many := placeholders(m.Many); m.Many != "" && !slices.Equal(many, placeholders(m.Other)) {
				t.Errorf("%s %q: many has %v, other has %v", lang, id, many, placeholders(m.Other))
			}
			for _, name := range placeholders(m.One) {
				if !slices.Contains(placeholders(m.Other), name) {
					t.Errorf("%s %q: one has {{.%s}}, other does not", lang, id, name)
				}
			}
		}
	}
}

// An id begins with the noun of its file, so that a message is found by looking at its id.
func TestMessagesAreInTheFileOfTheirNoun(t *testing.T) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := toml.Unmarshal(content, &messages); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		noun, _, _ := strings.Cut(name, ".")
		for id := range messages {
			if id != noun && !strings.HasPrefix(id, noun+".") {
				t.Errorf("%s: %q does not begin with %q", name, id, noun+".")
			}
		}
	}
}

// Words that blame, beg or say nothing, and marks that only look like words.
var unwanted = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)\bplease\b|\bsorry\b|\boops\b|\binvalid\b|successfully|an error occurred|is required|must not be blank|\bemail\b|\(s\)|\.\.\.`),
	"fr": regexp.MustCompile(`(?i)veuillez|s.il vous pla[iî]t|désolé|\boups\b|\binvalide\b|avec succès|une erreur (est survenue|s.est produite)|\bemail\b|(^|[^-])\bmail\b|\bcheckout\b|\(s\)|\.\.\.`),
}

func TestMessagesAreKind(t *testing.T) {
	for _, lang := range Languages {
		for id, m := range locales()[lang].messages {
			for form, text := range forms(m) {
				if found := unwanted[lang].FindString(text); found != "" {
					t.Errorf("%s %q %s: %q in %q", lang, id, form, found, text)
				}
			}
		}
	}
}

func forms(m *entry) map[string]string {
	forms := map[string]string{"other": m.Other}
	if m.One != "" {
		forms["one"] = m.One
	}
	if m.Many != "" {
		forms["many"] = m.Many
	}
	return forms
}

func placeholders(text string) []string {
	var names []string
	for _, found := range paramPattern.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A state and an error page have a title and a sentence, never one alone.
func TestTitlesHaveSentences(t *testing.T) {
	p := For("en", nil)
	for _, id := range ids() {
		if !strings.HasPrefix(id, "state.") && !strings.HasPrefix(id, "error.") {
			continue
		}
		if stem, ok := strings.CutSuffix(id, ".title"); ok && !p.Has(stem+".sentence") {
			t.Errorf("%q has no sentence", stem)
		}
		if stem, ok := strings.CutSuffix(id, ".sentence"); ok && !p.Has(stem+".title") {
			t.Errorf("%q has no title", stem)
		}
	}
}
