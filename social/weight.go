package social

import "unicode/utf8"

// weigh is the weighted length of a text in NFC by the rules of twitter-text, version 3: an address counts 23, an
// emoji 2, a character of the ranges below 1 and any other 2.
func weigh(text string) int {
	used := 0
	found := addresses(text)
	for at := 0; at < len(text); {
		if len(found) > 0 && at == found[0].from {
			used += addressWeight
			at, found = found[0].to, found[1:]
			continue
		}
		if size := emojiAt(text[at:]); size > 0 {
			used += 2
			at += size
			continue
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		used += weightOf(r)
		at += size
	}
	return used
}

func weightOf(r rune) int {
	switch {
	case r <= 4351, r >= 8192 && r <= 8205, r >= 8208 && r <= 8223, r >= 8242 && r <= 8247:
		return 1
	}
	return 2
}
