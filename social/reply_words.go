package social

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// replyMost is how many letters of a reply are read: no network lets people write more to a shop.
const replyMost = 5_000

// letter is one letter of a reply as it is compared: NFKC, case folded, digits of any script as 0 to 9; with where it
// stands in the text as written, and whether it was written in capitals.
type letter struct {
	r        rune
	from, to int
	capital  bool
}

// lettersOf makes the letters of a text comparable. What draws nothing, and so could hide in a word, is dropped.
func lettersOf(text string) (list []letter) {
	fold := cases.Fold()
	var iter norm.Iter
	iter.InitString(norm.NFKC, strings.ToValidUTF8(text, " "))
	for !iter.Done() && len(list) < replyMost {
		from := iter.Pos()
		segment := string(iter.Next())
		first, _ := utf8.DecodeRuneInString(segment)
		for _, r := range fold.String(segment) {
			switch {
			case unicode.In(r, unicode.Cf, unicode.Me, unicode.Variation_Selector) || r == '\u0640': // also the Arabic stretch
				continue
			case unicode.IsDigit(r):
				r = '0' + digit(r)
			case strings.ContainsRune("×✕✖╳", r):
				r = 'x'
			case r == '’' || r == 'ʼ' || r == '‘' || r == '´' || r == '`':
				r = '\''
			}
			list = append(list, letter{r, from, iter.Pos(), unicode.IsUpper(first) || unicode.IsTitle(first)})
		}
	}
	return list
}

// digit is the value of a decimal digit: each script's ten stand together.
func digit(r rune) (n rune) {
	for n < 9 && unicode.IsDigit(r-1-n) {
		n++
	}
	return n
}

// What a token is.
const (
	tokenWord = iota
	tokenTag
	tokenMention
	tokenLink
	tokenMark // punctuation, a sign, an emoji
)

// token is a word of a reply, or what stands between words.
type token struct {
	kind     int
	text     string // folded; of tags and mentions without the sign
	plain    string // a word without its accents
	from, to int    // in the text as written
	capital  bool   // a word of capitals alone
	joined   bool   // nothing stands between it and the token before
	quoted   bool   // said by somebody else
}

// tokensOf takes a text apart.
func tokensOf(text string) (list []token) {
	all := lettersOf(text)
	for i := 0; i < len(all); {
		if unicode.IsSpace(all[i].r) {
			i++
			continue
		}
		kind, end := tokenAt(all, i)
		one := token{kind: kind, from: all[i].from, to: all[end-1].to, capital: kind == tokenWord, joined: i > 0 && !unicode.IsSpace(all[i-1].r)}
		begin := i
		if kind == tokenTag || kind == tokenMention {
			begin++
		}
		var word strings.Builder
		for _, l := range all[begin:end] {
			word.WriteRune(l.r)
			one.capital = one.capital && (l.capital || !unicode.IsLetter(l.r))
		}
		one.text = word.String()
		if one.plain = one.text; kind == tokenWord {
			one.plain = unaccented(one.text)
		}
		list = append(list, one)
		i = end
	}
	return quote(text, list)
}

func unaccented(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(word))
}

// tokenAt is what begins at a letter, and where it ends.
func tokenAt(all []letter, i int) (kind, end int) {
	inTag := func(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.Nd) || r == '_' }
	free := i == 0 || !inTag(all[i-1].r)
	end = i + 1
	switch r := all[i].r; {
	case r == '#' && free:
		for end < len(all) && inTag(all[end].r) {
			end++
		}
		if end > i+1 {
			return tokenTag, end
		}
	case r == '@' && free:
		for end < len(all) && (inTag(all[end].r) || strings.ContainsRune(".-@", all[end].r) && end+1 < len(all) && inTag(all[end+1].r)) {
			end++
		}
		if end > i+1 {
			return tokenMention, end
		}
	case free && linkAt(all[i:]):
		for end < len(all) && !unicode.IsSpace(all[end].r) {
			end++
		}
		return tokenLink, end
	case unicode.In(r, unicode.L, unicode.M, unicode.Nd):
		for end < len(all) {
			next := all[end].r
			inside := next == '\'' && end+1 < len(all) && unicode.IsLetter(all[end+1].r)
			if !inside && (!unicode.In(next, unicode.L, unicode.M, unicode.Nd) || ideal(next) != ideal(all[end-1].r) && all[end-1].r != '\'') {
				break
			}
			end++
		}
		return tokenWord, end
	}
	return tokenMark, i + 1
}

func linkAt(rest []letter) bool {
	for _, begins := range []string{"http://", "https://", "www."} {
		n := len(begins)
		if len(rest) > n && strings.EqualFold(runesOf(rest[:n]), begins) {
			return true
		}
	}
	return false
}

func runesOf(list []letter) string {
	var out strings.Builder
	for _, l := range list {
		out.WriteRune(l.r)
	}
	return out.String()
}

// ideal tells the scripts that write without spaces, whose words end where another script begins.
func ideal(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// quotes are the signs between which somebody else speaks.
var quotes = map[string]string{"\"": "\"", "“": "”", "„": "“", "«": "»", "「": "」", "『": "』", "‹": "›"}

// quote marks what stands between quotation marks, and lines that begin as quotations do.
func quote(text string, list []token) []token {
	for i := 0; i < len(list); i++ {
		if before := strings.TrimRight(text[:list[i].from], " \t"); list[i].text == ">" && (before == "" || strings.HasSuffix(before, "\n")) {
			line, _, _ := strings.Cut(text[list[i].from:], "\n")
			for q := i; q < len(list) && list[q].from < list[i].from+len(line); q++ {
				list[q].quoted = true
			}
			continue
		}
		ends, begins := quotes[list[i].text]
		if list[i].kind != tokenMark || !begins {
			continue
		}
		for k := i + 1; k < len(list); k++ {
			if list[k].kind == tokenMark && (list[k].text == ends || ends == "“" && list[k].text == "”") {
				for q := i; q <= k; q++ {
					list[q].quoted = true
				}
				i = k
				break
			}
		}
	}
	return list
}
