package social

import (
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Part is a run of a post's text. Linked says that networks show it in the colour of links: a hashtag, a mention, an
// address.
type Part struct {
	Text   string
	Linked bool
}

var (
	hashtags = regexp.MustCompile(`[#＃][\p{L}\p{M}\p{Nd}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{Nd}_]*`)
	mentions = regexp.MustCompile(`[@＠][A-Za-z0-9_][A-Za-z0-9_-]*(?:[.@][A-Za-z0-9_-]+)*`)
)

// Parts takes a text apart as networks read it, in order and whole.
func Parts(text string) (parts []Part) {
	marks := addresses(text)
	marks = append(marks, standing(text, hashtags, marks)...)
	marks = append(marks, standing(text, mentions, marks)...)
	slices.SortFunc(marks, func(a, b span) int { return a.from - b.from })
	at := 0
	for _, mark := range marks {
		if mark.from > at {
			parts = append(parts, Part{Text: text[at:mark.from]})
		}
		parts = append(parts, Part{Text: text[mark.from:mark.to], Linked: true})
		at = mark.to
	}
	if at < len(text) {
		parts = append(parts, Part{Text: text[at:]})
	}
	return parts
}

// Hashtags are the hashtags of a text without their sign, and Mentions the names it calls without theirs, as written.
func Hashtags(text string) []string { return names(text, hashtags) }

// Mentions are the accounts that a text names.
func Mentions(text string) []string { return names(text, mentions) }

func names(text string, form *regexp.Regexp) (list []string) {
	for _, mark := range standing(text, form, addresses(text)) {
		_, size := utf8.DecodeRuneInString(text[mark.from:])
		list = append(list, text[mark.from+size:mark.to])
	}
	return list
}

// standing finds what has a form and stands apart: not within a word, and outside of what was found before.
func standing(text string, form *regexp.Regexp, before []span) (found []span) {
	for _, at := range form.FindAllStringIndex(text, -1) {
		last, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		inside := slices.ContainsFunc(before, func(s span) bool { return at[0] < s.to && s.from < at[1] })
		if !inside && (at[0] == 0 || !unicode.IsLetter(last) && !unicode.IsDigit(last) && last != '_' && last != '&') {
			found = append(found, span{at[0], at[1]})
		}
	}
	return found
}
