package views

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestSources keeps out of the pages what their content security policy refuses or what cannot be drawn.
func TestSources(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatal("no pages found", err)
	}
	never := map[string]*regexp.Regexp{
		"an inline style":                         regexp.MustCompile(`\sstyle=`),
		"an inline handler":                       regexp.MustCompile(`\son[a-z]+=`),
		"raw HTML":                                regexp.MustCompile(`templ\.Raw\(`),
		"a label inside an icon, which is lost":   regexp.MustCompile(`@icon(Small)?\([^)]*\)[ \t]*\{`),
		"a sleeping script element":               regexp.MustCompile(`<script>`),
		"a message of a program shown to a human": regexp.MustCompile(`\.Error\(\)`),
	}
	icons := regexp.MustCompile(`(?:@icon(?:Small)?\(|Icon:\s*)"([A-Za-z]+)"`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for what, pattern := range never {
			if file == "letters.templ" && what == "an inline style" {
				continue // mail programs know no other
			}
			if at := pattern.Find(source); at != nil {
				t.Errorf("%s holds %s: %s", file, what, at)
			}
		}
		for _, found := range icons.FindAllSubmatch(source, -1) {
			if iconPaths[string(found[1])] == "" {
				t.Errorf("%s: no icon %q", file, found[1])
			}
		}
	}
}
