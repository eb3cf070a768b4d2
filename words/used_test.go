package words

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var failUnused = flag.Bool("unused", false, "fail on messages that nobody says, instead of listing them")

// said are calls with a literal id: W.T("offer.title"), p.N(`offer.left`, …), W.T("state.offer." + …).
var said = regexp.MustCompile("\\.(T|N)\\(\\s*[\"`]([^\"`]*)[\"`]\\s*(\\+?)")

// wrong are the places where models names a problem: its code is the id after "problem.".
var wrong = regexp.MustCompile(`(?:\bproblem\(|Problems?\{+(?:Field: "[a-z_.]+", )?Code: |roblems\.Add\("[a-z_.]+", )"([a-z_.]+)"`)

// measured are texts that models measures, whose problems end in .blank and .long.
var measured = regexp.MustCompile(`checkText\([^"\n]*, "([a-z_]+)"`)

// given are the names of the values that go with an id.
var given = regexp.MustCompile(`"([A-Z][A-Za-z0-9]*)"`)

// quoted are texts that may be an id, or the beginning of one that is put together.
var quoted = regexp.MustCompile("[\"`]([a-z][a-z0-9_]*(?:\\.[A-Za-z0-9_]*)+)[\"`]")

// computed are the beginnings of ids that are put together from codes, or kept ready for every page.
var computed = []string{"problem.", "state.", "error.", "common."}

func TestEveryIdThatIsSaidExists(t *testing.T) {
	en := locales()["en"]
	for name, content := range sources(t) {
		for _, at := range said.FindAllStringSubmatchIndex(content, -1) {
			how, id, joined := content[at[2]:at[3]], content[at[4]:at[5]], at[6] < at[7]
			m := en.messages[id]
			switch {
			case joined:
				if !slices.ContainsFunc(ids(), func(known string) bool { return strings.HasPrefix(known, id) }) {
					t.Errorf("%s: no message begins with %q", name, id)
				}
			case m == nil:
				t.Errorf("%s: there is no message %q", name, id)
			case how == "N" && m.One == "":
				t.Errorf("%s: %q has no plural forms", name, id)
			default:
				for _, param := range lacking(m, arguments(content[at[5]:])) {
					if how != "N" || param != "Count" {
						t.Errorf("%s: %q is said without {{.%s}}", name, id, param)
					}
				}
			}
		}
	}
}

func TestEveryProblemHasWords(t *testing.T) {
	for name, content := range sources(t) {
		for _, at := range wrong.FindAllStringSubmatchIndex(content, -1) {
			id := "problem." + content[at[2]:at[3]]
			m := locales()["en"].messages[id]
			if m == nil {
				t.Errorf("%s: there is no message %q", name, id)
				continue
			}
			for _, param := range lacking(m, arguments(content[at[3]:])) {
				t.Errorf("%s: %q is noted without {{.%s}}", name, id, param)
			}
		}
		for _, call := range measured.FindAllStringSubmatch(content, -1) {
			for _, id := range []string{"problem." + call[1] + ".blank", "problem." + call[1] + ".long"} {
				if !For("en", nil).Has(id) {
					t.Errorf("%s: there is no message %q", name, id)
				}
			}
		}
	}
}

// arguments is what follows in a call up to its closing bracket.
func arguments(rest string) string {
	open := 1
	for i, r := range rest {
		switch r {
		case '(', '{':
			open++
		case ')', '}':
			open--
		}
		if open == 0 {
			return rest[:i]
		}
	}
	return rest
}

// lacking are the values that a message wants and a call does not name; a call that passes a list on is trusted.
func lacking(m *entry, arguments string) []string {
	if strings.Contains(arguments, "...") {
		return nil
	}
	var lacking []string
	for _, param := range m.params {
		named := slices.ContainsFunc(given.FindAllStringSubmatch(arguments, -1), func(found []string) bool { return found[1] == param })
		if !named {
			lacking = append(lacking, param)
		}
	}
	return lacking
}

func TestEveryMessageIsSaid(t *testing.T) {
	var whole, beginnings []string
	for _, content := range sources(t) {
		for _, text := range quoted.FindAllStringSubmatch(content, -1) {
			if strings.HasSuffix(text[1], ".") || strings.HasSuffix(text[1], "_") {
				beginnings = append(beginnings, text[1])
			} else {
				whole = append(whole, text[1])
			}
		}
	}
	slices.Sort(whole)
	for _, id := range ids() {
		begins := func(beginning string) bool { return strings.HasPrefix(id, beginning) }
		if _, found := slices.BinarySearch(whole, id); found || slices.ContainsFunc(beginnings, begins) || slices.ContainsFunc(computed, begins) {
			continue
		}
		if *failUnused {
			t.Errorf("nobody says %q", id)
		} else {
			t.Logf("nobody says %q", id)
		}
	}
}

func ids() []string {
	var ids []string
	for id := range locales()[Languages[0]].messages {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// sources are the files of the module that may say something, but for generated ones, tests and the stand-ins.
func sources(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != ".." && (strings.HasPrefix(name, ".") || slices.Contains([]string{"node_modules", "words", "sandbox", "tools", "testdata"}, name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		if strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".templ") {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			found[path] = string(content)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
