package models

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unfolded are letters that decomposing does not take apart.
var unfolded = strings.NewReplacer("æ", "ae", "œ", "oe", "ø", "o", "ß", "ss", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// SuggestHandle makes a handle of a shop's name: "Maison Élan & Fils" becomes maison-elan-fils. It is empty where the
// name gives too little.
func SuggestHandle(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(unfolded.Replace(strings.ToLower(name))) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			continue
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		default:
			gap = true
		}
	}
	handle := b.String()
	if len(handle) > 27 { // leaves room for a number
		handle = strings.TrimRight(handle[:27], "-")
	}
	if len(handle) < 3 {
		return ""
	}
	return handle
}

// FreeHandle makes a handle of a shop's name that no shop has yet, or gives an empty one.
func (s *Store) FreeHandle(ctx context.Context, name string) (string, error) {
	base := SuggestHandle(name)
	if base == "" {
		return "", nil
	}
	for n := 1; n < 100; n++ {
		handle := base
		if n > 1 {
			handle += "-" + strconv.Itoa(n)
		}
		var taken int64
		if err := s.read(ctx).Raw("SELECT count(*) FROM shops WHERE handle = ?", handle).Scan(&taken).Error; err != nil {
			return "", err
		}
		if taken == 0 && checkHandle(handle) == nil {
			return handle, nil
		}
	}
	return "", nil
}
