package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unseen tells whether a rune draws nothing and steers what is around it: overrides of direction, which make a text read
// as another, and invisible letters. The joiners stay: emoji, Persian and Indic scripts need them.
func unseen(r rune) bool {
	switch r {
	case '\u200c', '\u200d':
		return false
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cf, unicode.Cc)
}

// cleanLine is a text of one line as we keep it: single spaces, nothing unseen.
func cleanLine(typed string) string { return strings.Join(strings.Fields(cleanLines(typed)), " ") }

// cleanLines is a text of several lines as we keep it.
func cleanLines(typed string) string {
	text := strings.ReplaceAll(strings.ToValidUTF8(typed, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, text))
}

// blank tells whether a text shows nothing.
func blank(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return !unicode.IsSpace(r) && !unseen(r) && r != '\u200c' && r != '\u200d' && !unicode.Is(unicode.Mn, r)
	}) < 0
}

// checkText finds what is wrong with a text: <noun>.blank, <noun>.long, text.malformed.
func checkText(text, noun string, most int, blankAllowed bool) *Problem {
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return problem("text.malformed")
	case blank(text) && !blankAllowed:
		return problem(noun + ".blank")
	case n > most:
		return problem(noun+".long", "Max", most, "Over", n-most)
	}
	return nil
}

// shortened is a text cut to its first letters.
func shortened(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
