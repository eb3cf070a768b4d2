package social

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// span is a part of a text, in bytes.
type span struct{ from, to int }

const (
	pathLetter  = `a-z\p{Cyrillic}0-9\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{24f}`
	pathGeneral = `[` + pathLetter + `!*';:=+,.$/%#\[\]\-\x{2013}_~@|&]`
	pathEnd     = `[` + pathLetter + `=_#/+\-]`
	pathParens  = `\((?:` + pathGeneral + `+|` + pathGeneral + `*\(` + pathGeneral + `+\)` + pathGeneral + `*)\)`
	queryLetter = `[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@]`
	queryEnd    = `[a-z0-9\-_&=#/]`
)

// longestSearched bounds the work on a text that no network takes anyway.
const longestSearched = 16 << 10

// tail is what may follow a host: a port, a path, a query. Punctuation at the very end stays outside.
var tail = regexp.MustCompile(`(?i)^(?::[0-9]+)?(?:/(?:(?:` + pathGeneral + `*(?:` + pathParens + pathGeneral + `*)*(?:` + pathEnd + `|` + pathParens + `))|@` + pathGeneral + `+/)?)?(?:\?` + queryLetter + `*` + queryEnd + `)?`)

// scheme stands at the end of what is before a host.
var scheme = regexp.MustCompile(`(?i)https?://$`)

// shortened are the network's own short addresses, which end with their code.
var shortened = regexp.MustCompile(`(?i)^https?://t\.co/[a-z0-9]+(?:\?[a-z0-9=&_-]+)?`)

// addresses finds what the network takes for addresses, with and without a scheme, in order and apart.
func addresses(text string) []span {
	if !strings.Contains(text, ".") {
		return nil
	}
	text = text[:min(len(text), longestSearched)]
	var found []span
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !hostRune(r) {
			at += size
			continue
		}
		run := at + strings.IndexFunc(text[at:]+" ", func(r rune) bool { return !hostRune(r) })
		address, end := addressIn(text, at, run)
		if address != nil && (len(found) == 0 || address.from >= found[len(found)-1].to) {
			found = append(found, *address)
			end = max(end, address.to)
		}
		at = max(end, at+size)
	}
	return found
}

// addressIn finds the address whose host stands in the run of host characters text[at:run], and tells where to go on.
func addressIn(text string, at, run int) (*span, int) {
	if marks := scheme.FindString(text[max(at-len("https://"), 0):at]); marks != "" {
		from := at - len(marks)
		last, _ := utf8.DecodeLastRuneInString(text[:from])
		to := hostEnd(text, at, run)
		if to > 0 && mayPrecede(last, from) && plausible(text[at:to]) {
			to += len(tail.FindString(text[to:min(len(text), to+longestAddress+1)]))
			if to-from > longestAddress {
				return nil, to
			}
			if short := shortened.FindString(text[from:to]); short != "" {
				to = from + len(short)
			}
			return &span{from, to}, to
		}
		return nil, run
	}
	return bareAddressIn(text, at, run)
}

// bareAddressIn is addressIn without a scheme: there only hosts in plain letters count.
func bareAddressIn(text string, at, run int) (*span, int) {
	from := at
	for from < run {
		r, size := utf8.DecodeRuneInString(text[from:])
		if plainHostRune(r) {
			break
		}
		from += size
	}
	plainEnd := from + strings.IndexFunc(text[from:run]+" ", func(r rune) bool { return !plainHostRune(r) })
	last, _ := utf8.DecodeLastRuneInString(text[:from])
	if strings.ContainsRune("-_./", last) && from > 0 || !mayPrecede(last, from) {
		return nil, max(plainEnd, from)
	}
	to := hostEnd(text, from, plainEnd)
	if to == 0 || !plausible(text[from:to]) {
		return nil, max(plainEnd, from)
	}
	to += len(tail.FindString(text[to:min(len(text), to+longestAddress+1)]))
	if to-from > longestAddress {
		return nil, to
	}
	return &span{from, to}, to
}

// mayPrecede tells whether an address may begin behind last: not within a word, a mention or a hashtag.
func mayPrecede(last rune, from int) bool {
	if from == 0 {
		return true
	}
	return !(last < utf8.RuneSelf && (unicode.IsLetter(last) || unicode.IsDigit(last))) && !strings.ContainsRune("@＠$#＃", last)
}

func hostRune(r rune) bool {
	return r == '.' || r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

func plainHostRune(r rune) bool {
	return r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xc0 && r <= 0x24f && r != 0xd7 && r != 0xf7
}

// hostEnd finds where the longest host within text[from:run] ends: behind a known top-level domain that nothing of a
// word follows; 0 where there is none.
func hostEnd(text string, from, run int) int {
	for dot := run; ; {
		dot = from + strings.LastIndexByte(text[from:min(dot, run)], '.')
		if dot <= from {
			return 0
		}
		if size := topLevelAt(text[dot+1:]); size > 0 && wellFormed(text[from:dot]) {
			return dot + 1 + size
		}
	}
}

// topLevelAt is how many bytes at the beginning of text are a top-level domain that ends there.
func topLevelAt(text string) int {
	plain := strings.IndexFunc(text+" ", func(r rune) bool {
		return r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-'
	})
	if plain > 0 {
		name := text[:plain]
		if !strings.HasPrefix(strings.ToLower(name), "xn--") {
			name, _, _ = strings.Cut(name, "-")
		}
		if endsDomain(text[len(name):]) && topLevel(name) {
			return len(name)
		}
		return 0
	}
	longest, runes := 0, 0
	for at, r := range text {
		if r < utf8.RuneSelf || runes == 24 {
			break
		}
		runes++
		if end := at + utf8.RuneLen(r); endsDomain(text[end:]) && topLevel(text[:end]) {
			longest = end
		}
	}
	return longest
}

func endsDomain(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("@+-", r)
}

// topLevel tells whether a name is a top-level domain of the public list.
func topLevel(name string) bool {
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(name))
	if err != nil {
		return false
	}
	_, listed := publicsuffix.PublicSuffix("a." + ascii)
	return listed
}

// wellFormed tells whether the labels before the top-level domain are labels.
func wellFormed(host string) bool {
	labels := strings.Split(host, ".")
	for i, label := range labels {
		if label == "" || strings.HasSuffix(label, "-") || strings.HasSuffix(label, "_") || strings.HasPrefix(label, "-") || strings.HasPrefix(label, "_") {
			return false
		}
		if i == len(labels)-1 && strings.Contains(label, "_") {
			return false
		}
	}
	return true
}

// plausible tells whether no label of a host is longer than the name system allows.
func plausible(host string) bool {
	for _, label := range strings.Split(host, ".") {
		ascii, err := idna.Punycode.ToASCII(strings.ToLower(label))
		if err != nil || len(ascii) > 63 {
			return false
		}
	}
	return true
}
