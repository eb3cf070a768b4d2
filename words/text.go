package words

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// T is the message id, with pairs "Name", value, … put where it says {{.Name}}. Whole numbers, amounts, durations
// and times are written as the language writes them; an identifier made of digits is passed as a string.
// An id or a value that is missing is counted (see Missing) and the page goes on: an id stands for itself.
func (p *Printer) T(id string, pairs ...any) string {
	m := p.messages[id]
	if m == nil {
		return p.untold(id, nil, pairs)
	}
	if m.plain != "" {
		return m.plain
	}
	return p.fill(m, countIn(m, pairs), pairs)
}

// countIn finds the number that a plural message is about when T was asked for it, as with the values of a problem.
func countIn(m *entry, pairs []any) any {
	if m.One == "" {
		return nil
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] != "Count" {
			continue
		}
		switch n := pairs[i+1].(type) {
		case int:
			return int64(n)
		case int64:
			return n
		}
	}
	return nil
}

// N is the message id in the plural form that n wants; {{.Count}} is n as the language writes it.
func (p *Printer) N(id string, n int64, pairs ...any) string {
	m := p.messages[id]
	if m == nil {
		return p.untold(id, n, pairs)
	}
	return p.fill(m, n, pairs)
}

// Has reports whether there is a message id in this language.
func (p *Printer) Has(id string) bool { return p.messages[id] != nil }

// untold says a message that this language lacks in the first language, or else by its id.
func (p *Printer) untold(id string, count any, pairs []any) string {
	missing.add(p.lang + " " + id)
	first := locales()[Languages[0]]
	if m := first.messages[id]; m != nil && p.locale != first {
		return (&Printer{locale: first, zone: p.zone}).fill(m, count, pairs)
	}
	return id
}

func (p *Printer) fill(m *entry, count any, pairs []any) string {
	data := make(map[string]any, len(pairs)/2+1)
	if n, ok := count.(int64); ok {
		data["Count"] = p.Number(n)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			data[name] = p.value(pairs[i+1])
		}
	}
	for _, name := range m.params {
		if _, ok := data[name]; !ok {
			missing.add(p.lang + " " + m.ID + " {{." + name + "}}")
			data[name] = ""
		}
	}
	if len(m.parts) > 0 {
		return m.join(data)
	}
	text, _ := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: m.ID, PluralCount: count, TemplateData: data})
	if text == "" {
		missing.add(p.lang + " " + m.ID + " cannot be written")
		return m.ID
	}
	return text
}

// join puts the values between the parts, written as a template writes them.
func (m *entry) join(data map[string]any) string {
	var text strings.Builder
	for i, name := range m.between {
		text.WriteString(m.parts[i])
		fmt.Fprint(&text, data[name])
	}
	text.WriteString(m.parts[len(m.parts)-1])
	return text.String()
}

func (p *Printer) value(v any) any {
	switch v := v.(type) {
	case int:
		return p.Number(int64(v))
	case int64:
		return p.Number(v)
	case Amount:
		return p.Money(v)
	case time.Duration:
		return p.Duration(v)
	case time.Time:
		return p.DateTime(v)
	}
	return v
}

// maxMissing bounds the count, as some ids are computed.
const maxMissing = 500

// missing is what pages asked for in vain since the start: a fault of ours that must not cost anybody the page.
var missing tally

type tally struct {
	sync.Mutex
	counts map[string]int
}

func (t *tally) add(what string) {
	t.Lock()
	defer t.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	if _, known := t.counts[what]; known || len(t.counts) < maxMissing {
		t.counts[what]++
	}
}

// Missing is how often each "lang id" or "lang id {{.Name}}" was asked for in vain; tests want it empty.
func Missing() map[string]int {
	missing.Lock()
	defer missing.Unlock()
	return maps.Clone(missing.counts)
}
