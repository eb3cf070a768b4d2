package views

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/tillbird/tillbird/words"
)

// TestWhatWasDoneHasWords: each act that models write down is named in both languages.
func TestWhatWasDoneHasWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../models/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	named := regexp.MustCompile(`(?:Action: |\baction(?:, \w+)? :?= )"([a-z]+\.[a-z_]+)"`)
	acts := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(source), -1) {
			acts[m[1]] = true
		}
	}
	if len(acts) < 40 {
		t.Fatalf("only %d acts were read", len(acts))
	}
	for _, language := range words.Languages {
		for act := range acts {
			if !words.For(language, nil).Has("admin.audit.action." + act) {
				t.Errorf("%s: %q has no words", language, act)
			}
		}
	}
}
