package social

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

const (
	joiner      = '\u200d'
	emojiStyle  = '\ufe0f'
	keycap      = '\u20e3'
	blackFlag   = '\U0001f3f4'
	blackSquare = '\u2b1b' // of the black cat: a picture without U+FE0F
	flagLetterA = '\U0001f1e6'
	flagLetterZ = '\U0001f1ff'
	tagFirst    = '\U000e0020'
	tagLast     = '\U000e007f'
)

// emojiAt is how many bytes at the beginning of text are one emoji, of however many characters; 0 where none begins.
// A sequence that no font draws as one is not taken as one: it counts as its parts, as the network counts it.
func emojiAt(text string) int {
	size := elementAt(text)
	if size == 0 {
		return 0
	}
	for {
		r, width := utf8.DecodeRuneInString(text[size:])
		if r != joiner || !joinsTo(text[size+width:]) {
			return size
		}
		size += width
		_, least := utf8.DecodeRuneInString(text[size:])
		size += max(elementAt(text[size:]), least)
	}
}

// elementAt is how many bytes are one emoji without what is joined to it.
func elementAt(text string) int {
	r, size := utf8.DecodeRuneInString(text)
	second, width := utf8.DecodeRuneInString(text[size:])
	switch {
	case r >= '0' && r <= '9' || r == '#' || r == '*':
		if second == emojiStyle {
			if third, more := utf8.DecodeRuneInString(text[size+width:]); third == keycap {
				return size + width + more
			}
		} else if second == keycap {
			return size + width
		}
		return 0
	case r >= flagLetterA && r <= flagLetterZ:
		if second >= flagLetterA && second <= flagLetterZ && hasFlag(r, second) {
			return size + width
		}
		return size
	case r == blackFlag && second >= tagFirst && second <= tagLast:
		return size + subdivision(text[size:])
	case second == emojiStyle && pictographic(r):
		return size + width
	case isSkinTone(second) && unicode.Is(toned, r):
		return size + width
	case r >= 0x1f000 && r <= 0x1faff:
		return size
	}
	return 0
}

// pictographic tells whether r turns into a picture where U+FE0F follows.
func pictographic(r rune) bool {
	if r >= 0x1f000 {
		return r <= 0x1faff
	}
	return unicode.Is(unicode.So, r) || unicode.Is(unicode.Sm, r) && r > 0x2000 || strings.ContainsRune("‼⁉ℹ〰〽", r)
}

func isSkinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// hasFlag tells whether two letters name a country or one of the few other places that have a flag.
func hasFlag(a, b rune) bool {
	code := string([]rune{'A' + a - flagLetterA, 'A' + b - flagLetterA})
	if strings.Contains("AC CP DG EA EU IC TA UN XK", code) {
		return true
	}
	region, err := language.ParseRegion(code)
	return err == nil && region.IsCountry() && region.String() == code
}

// subdivision is how many bytes of tags after a black flag make it England's, Scotland's or Wales's.
func subdivision(text string) int {
	var letters strings.Builder
	for at, r := range text {
		if r < tagFirst || r > tagLast {
			break
		}
		if r == tagLast {
			switch letters.String() {
			case "gbeng", "gbsct", "gbwls":
				return at + utf8.RuneLen(r)
			}
			break
		}
		letters.WriteRune(r - 0xe0000)
	}
	return 0
}

// joinsTo tells whether text begins with something that others are joined to: a person, a trade, a sign of gender, hair.
// A sign without its U+FE0F is only typed so by mistake and not counted as joined.
func joinsTo(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return r == blackSquare || elementAt(text) > 0 && unicode.Is(joined, r)
}

var (
	// joined may stand behind a joiner.
	joined = table(
		0x2620, 0x2620, 0x2640, 0x2640, 0x2642, 0x2642, 0x2695, 0x2696, 0x26a7, 0x26a7, 0x2708, 0x2708, 0x2744, 0x2744,
		0x2764, 0x2764, 0x27a1, 0x27a1,
		0x1f308, 0x1f308, 0x1f33e, 0x1f33e, 0x1f373, 0x1f373, 0x1f37c, 0x1f37c, 0x1f384, 0x1f384, 0x1f393, 0x1f393,
		0x1f3a4, 0x1f3a4, 0x1f3a8, 0x1f3a8, 0x1f3eb, 0x1f3eb, 0x1f3ed, 0x1f3ed, 0x1f430, 0x1f430, 0x1f466, 0x1f469,
		0x1f48b, 0x1f48b, 0x1f4a5, 0x1f4a5, 0x1f4a8, 0x1f4a8, 0x1f4ab, 0x1f4ab, 0x1f4bb, 0x1f4bc, 0x1f525, 0x1f525,
		0x1f527, 0x1f527, 0x1f52c, 0x1f52c, 0x1f680, 0x1f680, 0x1f692, 0x1f692, 0x1f7e9, 0x1f7e9,
		0x1f7eb, 0x1f7eb, 0x1f91d, 0x1f91d, 0x1f9af, 0x1f9b3, 0x1f9ba, 0x1f9ba, 0x1f9bc, 0x1f9bd, 0x1f9d1, 0x1f9d2,
		0x1fa79, 0x1fa79,
	)
	// toned take a skin tone (Emoji_Modifier_Base).
	toned = table(
		0x261d, 0x261d, 0x26f9, 0x26f9, 0x270a, 0x270d, 0x1f385, 0x1f385, 0x1f3c2, 0x1f3c4, 0x1f3c7, 0x1f3c7, 0x1f3ca, 0x1f3cc,
		0x1f442, 0x1f443, 0x1f446, 0x1f450, 0x1f466, 0x1f478, 0x1f47c, 0x1f47c, 0x1f481, 0x1f483, 0x1f485, 0x1f487,
		0x1f48f, 0x1f48f, 0x1f491, 0x1f491, 0x1f4aa, 0x1f4aa, 0x1f574, 0x1f575, 0x1f57a, 0x1f57a, 0x1f590, 0x1f590,
		0x1f595, 0x1f596, 0x1f645, 0x1f647, 0x1f64b, 0x1f64f, 0x1f6a3, 0x1f6a3, 0x1f6b4, 0x1f6b6, 0x1f6c0, 0x1f6c0,
		0x1f6cc, 0x1f6cc, 0x1f90c, 0x1f90c, 0x1f90f, 0x1f90f, 0x1f918, 0x1f91f, 0x1f926, 0x1f926, 0x1f930, 0x1f939,
		0x1f93c, 0x1f93e, 0x1f977, 0x1f977, 0x1f9b5, 0x1f9b6, 0x1f9b8, 0x1f9b9, 0x1f9bb, 0x1f9bb, 0x1f9cd, 0x1f9cf,
		0x1f9d1, 0x1f9dd, 0x1fac3, 0x1fac5, 0x1faf0, 0x1faf8,
	)
)

// table makes ranges of pairs: first, last, first, last, …
func table(pairs ...rune) *unicode.RangeTable {
	made := &unicode.RangeTable{}
	for i := 0; i < len(pairs); i += 2 {
		if first, last := pairs[i], pairs[i+1]; last <= 0xffff {
			made.R16 = append(made.R16, unicode.Range16{Lo: uint16(first), Hi: uint16(last), Stride: 1})
		} else {
			made.R32 = append(made.R32, unicode.Range32{Lo: uint32(first), Hi: uint32(last), Stride: 1})
		}
	}
	return made
}
