package words

import (
	"testing"
	"testing/fstest"
	"time"
)

// speaking is a printer of messages made up for a test.
func speaking(t *testing.T, lang string, files map[string]string) *Printer {
	t.Helper()
	fs := fstest.MapFS{}
	for name, content := range files {
		fs[name] = &fstest.MapFile{Data: []byte(content)}
	}
	loaded, err := load(fs)
	if err != nil {
		t.Fatal(err)
	}
	return &Printer{locale: loaded[lang], zone: time.UTC}
}

func TestTextIsFilled(t *testing.T) {
	p := speaking(t, "fr", map[string]string{"cup.fr.toml": `
"cup.plain" = "Tasse"
"cup.said" = "{{.Name}} : {{.Price}}, {{.Left}}, {{.Wait}}, {{.When}}, {{.ID}}"
["cup.sold"]
one = "{{.Count}} tasse de {{.Name}}"
other = "{{.Count}} tasses de {{.Name}}"
`})
	for got, want := range map[string]string{
		p.T("cup.plain"): "Tasse",
		p.T("cup.said", "Name", "<Ana> {{.Left}}", "Price", amount{2400, "eur", 2}, "Left", 1200, "Wait", time.Duration(0),
			"When", time.Date(2026, 5, 24, 20, 0, 0, 0, time.UTC), "ID", "1200"): "<Ana> {{.Left}} : 24,00\u00a0€, 1\u202f200, 0 seconds, 24\u00a0mai 2026, 20:00, 1200",
		p.N("cup.sold", 0, "Name", "thé"):             "0 tasse de thé",
		p.N("cup.sold", 1, "Name", "thé"):             "1 tasse de thé",
		p.N("cup.sold", 2, "Name", "thé"):             "2 tasses de thé",
		p.N("cup.sold", 1234, "Name", "thé"):          "1\u202f234 tasses de thé",
		p.N("cup.sold", 1000000, "Name", "thé"):       "1\u202f000\u202f000 tasses de thé",
		p.T("cup.sold", "Count", 1, "Name", "thé"):    "1 tasse de thé",
		p.T("cup.sold", "Name", "thé", "Count", 2):    "2 tasses de thé",
		p.T("cup.sold", "Name", "thé", "Count", 3, 4): "3 tasses de thé",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhatIsMissingIsCounted(t *testing.T) {
	before := Missing()
	p := speaking(t, "fr", map[string]string{"cup.fr.toml": `"cup.of" = "Tasse de {{.Name}}"`})
	for got, want := range map[string]string{
		p.T("cup.gone"):       "cup.gone",
		p.N("cup.gone", 2):    "cup.gone",
		p.T("common.save"):    "Save",
		p.T("cup.of"):         "Tasse de ",
		p.T("cup.of", "Name"): "Tasse de ",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	after := Missing()
	for what, want := range map[string]int{"fr cup.gone": 2, "fr common.save": 1, "fr cup.of {{.Name}}": 2} {
		if got := after[what] - before[what]; got != want {
			t.Errorf("%s was missed %d times, want %d", what, got, want)
		}
	}
	if p.Has("cup.gone") || !p.Has("cup.of") {
		t.Error("Has is wrong")
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"not TOML":       {"cup.en.toml": `"cup.a = 1`},
		"twice":          {"cup.en.toml": `"cup.a" = "1"`, "tea.en.toml": `"cup.a" = "1"`},
		"other language": {"cup.de.toml": `"cup.a" = "1"`},
	} {
		fs := fstest.MapFS{}
		for name, content := range files {
			fs[name] = &fstest.MapFile{Data: []byte(content)}
		}
		if _, err := load(fs); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
