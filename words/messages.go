package words

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// locale is one language: its messages and how it writes numbers and dates.
type locale struct {
	lang      string
	localizer *i18n.Localizer
	messages  map[string]*entry
	format
}

// entry is what T needs to know of a message before it asks go-i18n.
type entry struct {
	*i18n.Message
	// plain is the whole text where there is nothing to fill in: most of a page.
	plain  string
	params []string
	// parts stand around the values where the text has one form, and nothing but values in it: cut once, so that a
	// page need not run a template for each of its sentences.
	parts, between []string
}

var paramPattern = regexp.MustCompile(`\{\{\s*\.([A-Za-z][A-Za-z0-9]*)\s*\}\}`)

var locales = sync.OnceValue(func() map[string]*locale {
	loaded, err := load(files)
	if err != nil {
		// The files are in the binary: a bad one is a fault of the build, which the tests find.
		panic(err)
	}
	return loaded
})

// load parses the message files <noun>.<lang>.toml; an id may be defined once in each language.
func load(files fs.FS) (map[string]*locale, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	loaded := map[string]*locale{}
	for _, lang := range Languages {
		loaded[lang] = &locale{lang: lang, messages: map[string]*entry{}, format: formats[lang]}
	}
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		file, err := bundle.ParseMessageFileBytes(content, path.Base(name))
		if err != nil {
			return nil, fmt.Errorf("words: %s: %w", name, err)
		}
		l := loaded[file.Tag.String()]
		if l == nil {
			return nil, fmt.Errorf("words: %s: the name must end in .<lang>.toml with a language of Languages", name)
		}
		for _, m := range file.Messages {
			if l.messages[m.ID] != nil {
				return nil, fmt.Errorf("words: %s: %q is defined twice", name, m.ID)
			}
			l.messages[m.ID] = newEntry(m)
		}
	}
	for lang, l := range loaded {
		l.localizer = i18n.NewLocalizer(bundle, lang)
	}
	return loaded, nil
}

func newEntry(m *i18n.Message) *entry {
	known := &entry{Message: m}
	for _, text := range []string{m.One, m.Many, m.Other} {
		for _, found := range paramPattern.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known.params, found[1]) {
				known.params = append(known.params, found[1])
			}
		}
	}
	if m.One == "" && m.Many == "" && len(known.params) == 0 {
		known.plain = m.Other
	}
	if m.One == "" && m.Many == "" && strings.Count(m.Other, "{{") == len(paramPattern.FindAllString(m.Other, -1)) {
		known.parts = paramPattern.Split(m.Other, -1)
		for _, found := range paramPattern.FindAllStringSubmatch(m.Other, -1) {
			known.between = append(known.between, found[1])
		}
	}
	return known
}
