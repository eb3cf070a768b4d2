// Package words is what Tillbird says, in each language: messages, amounts, dates.
//
// Messages are kept in a file for each noun and language, offer.en.toml beside offer.fr.toml, under ids that begin with
// the noun: "offer.title.label" = "Title", or a table ["offer.left"] with one, other and, in French, many. The tests
// hold the files together, and "go test ./words -run French -fix" sets spaces and apostrophes as French printers do.
package words

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/text/language"
)

// Languages are the languages that Tillbird speaks, the first being the one used when none fits.
var Languages = []string{"en", "fr"}

var matcher = language.NewMatcher([]language.Tag{language.English, language.French})

// maxAcceptLanguage bounds what Match reads: browsers send some tens of bytes.
const maxAcceptLanguage = 512

// Printer puts words, amounts and times into one language and one time zone. It may be shared.
type Printer struct {
	*locale
	zone *time.Location
}

// For returns the printer of a language ("en", "fr"; another is matched to the nearest) in a zone (nil is UTC).
func For(lang string, zone *time.Location) *Printer {
	if zone == nil {
		zone = time.UTC
	}
	if !slices.Contains(Languages, lang) {
		lang = Match(lang)
	}
	return &Printer{locale: locales()[lang], zone: zone}
}

// matched remembers the choice for the headers that browsers send, of which there are few.
var matched struct {
	sync.RWMutex
	languages map[string]string
}

const matchedMost = 1000

// Match chooses one of Languages for an Accept-Language header.
func Match(acceptLanguage string) string {
	if len(acceptLanguage) > maxAcceptLanguage {
		return Languages[0]
	}
	matched.RLock()
	known, found := matched.languages[acceptLanguage]
	matched.RUnlock()
	if found {
		return known
	}
	chosen := match(acceptLanguage)
	matched.Lock()
	defer matched.Unlock()
	if matched.languages == nil || len(matched.languages) >= matchedMost {
		matched.languages = map[string]string{}
	}
	matched.languages[acceptLanguage] = chosen
	return chosen
}

func match(acceptLanguage string) string {
	wanted, weights, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return Languages[0]
	}
	// The parser sorts by weight but keeps what the browser refuses with q=0.
	for i, weight := range weights {
		if weight <= 0 {
			wanted = wanted[:i]
			break
		}
	}
	_, i, confidence := matcher.Match(wanted...)
	if confidence == language.No {
		return Languages[0]
	}
	return Languages[i]
}

// Lang is the printer's language, as the lang attribute wants it.
func (p *Printer) Lang() string { return p.lang }

// Zone is the zone that the printer's times are shown in.
func (p *Printer) Zone() *time.Location { return p.zone }

// In is the same language in another zone (nil is UTC).
func (p *Printer) In(zone *time.Location) *Printer {
	if zone == nil {
		zone = time.UTC
	}
	return &Printer{locale: p.locale, zone: zone}
}
