package words

import (
	"flag"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

var fix = flag.Bool("fix", false, "set the French files as printers do, instead of complaining")

// typography is what a French file must not hold, with what belongs there: U+202F before ; ! ? and inside quotes,
// U+00A0 before : % and €, and the curly apostrophe.
var typography = []struct {
	fault *regexp.Regexp
	right string
	name  string
}{
	{regexp.MustCompile(`'`), "’", "a straight apostrophe"},
	{regexp.MustCompile(`[ \x{00a0}]([;!?»])`), nnbsp + "$1", "an ordinary or wide space before ; ! ? »"},
	{regexp.MustCompile(`«[ \x{00a0}]`), "«" + nnbsp, "an ordinary or wide space after «"},
	{regexp.MustCompile(`[ \x{202f}]:`), nbsp + ":", "an ordinary or thin space before :"},
	{regexp.MustCompile(` ([%€])`), nbsp + "$1", "an ordinary space before % or €"},
	{regexp.MustCompile(`([\pL\d}%€)’])([;!?])([\s"]|$)`), "$1" + nnbsp + "$2$3", "no space before ; ! ?"},
	{regexp.MustCompile(`([\pL\d}%€)])(:)([ "]|$)`), "$1" + nbsp + "$2$3", "no space before :"},
	{regexp.MustCompile(`([\pL\d}.!?…)’])»`), "$1" + nnbsp + "»", "no space before »"},
	{regexp.MustCompile(`«([\pL\d{(])`), "«" + nnbsp + "$1", "no space after «"},
	{regexp.MustCompile(`([\d}])([%€])`), "$1" + nbsp + "$2", "no space before % or €"},
	{regexp.MustCompile(`(\d) (\d{3})([^\d]|$)`), "$1" + nnbsp + "$2$3", "an ordinary space between thousands"},
}

// A French line of a file is key = "text"; the text is what must be well set. With -fix the files are corrected.
func TestFrenchIsSetAsPrintersDo(t *testing.T) {
	names, err := fs.Glob(os.DirFS("."), "*.fr.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(content), "\n")
		for i, line := range lines {
			start, end := strings.Index(line, `= "`)+3, strings.LastIndex(line, `"`)
			if start < 3 || end < start || strings.HasPrefix(line, "#") {
				continue
			}
			text := line[start:end]
			if strings.Contains(text, `\"`) {
				t.Errorf("%s:%d: a straight quote: %s", name, i+1, text)
			}
			for _, rule := range typography {
				if !rule.fault.MatchString(text) {
					continue
				}
				if !*fix {
					t.Errorf("%s:%d: %s (go test ./words -run French -fix puts it right): %s", name, i+1, rule.name, text)
				}
				text = rule.fault.ReplaceAllString(text, rule.right)
			}
			lines[i] = line[:start] + text + line[end:]
		}
		if fixed := strings.Join(lines, "\n"); *fix && fixed != string(content) {
			if err := os.WriteFile(name, []byte(fixed), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTypographyFindsFaults(t *testing.T) {
	for wrong, right := range map[string]string{
		"Prix ?":         "Prix\u202f?",
		"Prix?":          "Prix\u202f?",
		"Prix :  ":       "Prix\u00a0:  ",
		"Prix: 12":       "Prix\u00a0: 12",
		"« Tasse »":      "«\u202fTasse\u202f»",
		"«Tasse»":        "«\u202fTasse\u202f»",
		"l'offre ; fin":  "l’offre\u202f; fin",
		"12,5 % de 24€":  "12,5\u00a0% de 24\u00a0€",
		"1 234 ventes":   "1\u202f234 ventes",
		"{{.Count}} % !": "{{.Count}}\u00a0%\u202f!",
	} {
		got := wrong
		for _, rule := range typography {
			got = rule.fault.ReplaceAllString(got, rule.right)
		}
		if got != right {
			t.Errorf("%q becomes %q, want %q", wrong, got, right)
		}
	}
	for _, right := range []string{"à 14:30", "https://exemple.fr/?a=b", "Paris (14 h 30)", "2026-05-24 20:00"} {
		for _, rule := range typography {
			if rule.fault.MatchString(right) {
				t.Errorf("%q is taken for %s", right, rule.name)
			}
		}
	}
}
