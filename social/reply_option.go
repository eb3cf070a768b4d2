package social

import (
	"slices"
	"sort"
	"strings"
)

// sizes are words that are sizes wherever they stand in capitals: one that the offer does not have is asked about.
var sizes = []string{"xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "2xl", "3xl", "4xl", "5xl"}

// wanted is a value of an option as it is looked for.
type wanted struct {
	option int
	value  string
	words  []string // folded
	inside bool     // of a script without spaces: found inside what is written
}

// isValue tells whether a word alone is a value of the offer, such as a size 2x: then it is no quantity.
func (r *reader) isValue(offer *ReplyOffer, word string) bool {
	for _, option := range offer.Options {
		for _, value := range option.Values {
			if runesOf(lettersOf(value)) == word {
				return true
			}
		}
	}
	return false
}

// options finds the values that are named, by their known names only and the longest first. Values that say nothing new
// are passed over; two of one option, one that the offer does not have, and none are asked about.
func (r *reader) options(offer *ReplyOffer, tag int) (values []string, reason string) {
	values = make([]string, len(offer.Options))
	named := make([][]string, len(offer.Options))
	for _, want := range wantedOf(offer) {
		for i := range r.all {
			n := r.said(want, i)
			if n == 0 {
				continue
			}
			option := want.option
			if twins := r.twins(offer, want); len(twins) > 1 {
				if option = r.meant(offer, twins, i); option < 0 {
					return values, "two_values"
				}
			}
			for k := i; k < i+n; k++ {
				r.mark(k, "option")
				if want.inside { // the rest of what is written together may name another
					r.used[k], r.all[k].text = false, strings.Replace(r.all[k].text, want.words[k-i], " ", 1)
				}
			}
			if !slices.Contains(named[option], want.value) {
				named[option] = append(named[option], want.value)
			}
		}
	}
	for k, list := range named {
		switch {
		case len(list) == 1:
			values[k] = list[0]
		case len(list) > 1:
			reason = "two_values"
		}
	}
	if reason != "" {
		return values, reason
	}
	for i, t := range r.all {
		if t.kind == tokenWord && !t.quoted && !r.used[i] && slices.Contains(sizes, t.text) && (t.capital || i == tag+1) && r.alone(i) {
			return values, "option_unknown"
		}
	}
	for k, option := range offer.Options {
		if values[k] == "" {
			if r.namesOption(option.Name) {
				return values, "option_unknown"
			}
			return values, "option_missing"
		}
	}
	return values, ""
}

// alone tells a word that is not a part of a longer one, such as the T of T-shirt.
func (r *reader) alone(i int) bool { return !r.hyphen(i) }

// wantedOf are the values of all options, the longest first, so that "sea blue" is not taken for "blue".
func wantedOf(offer *ReplyOffer) (list []wanted) {
	for k, option := range offer.Options {
		for _, value := range option.Values {
			want := wanted{option: k, value: value}
			for _, t := range tokensOf(value) {
				want.words = append(want.words, t.text)
				want.inside = want.inside || t.kind == tokenWord && strings.IndexFunc(t.text, ideal) >= 0
			}
			if len(want.words) > 0 {
				list = append(list, want)
			}
		}
	}
	sort.SliceStable(list, func(a, b int) bool {
		return len(strings.Join(list[a].words, " ")) > len(strings.Join(list[b].words, " "))
	})
	return list
}

// said is how many tokens from i on name a value; 0 for none.
func (r *reader) said(want wanted, i int) int {
	if i+len(want.words) > len(r.all) {
		return 0
	}
	for k, word := range want.words {
		t := r.all[i+k]
		if r.used[i+k] || t.quoted || t.kind == tokenTag || t.kind == tokenMention || t.kind == tokenLink {
			return 0
		}
		if t.text != word && !(want.inside && t.kind == tokenWord && strings.IndexFunc(word, ideal) >= 0 && strings.Contains(t.text, word)) {
			return 0
		}
	}
	if len(want.words) == 1 && len([]rune(want.words[0])) == 1 && !r.alone(i) {
		return 0
	}
	return len(want.words)
}

// twins are the options that have the same value.
func (r *reader) twins(offer *ReplyOffer, want wanted) (list []int) {
	for k, option := range offer.Options {
		if slices.ContainsFunc(option.Values, func(value string) bool { return sameTag(value, want.value) }) {
			list = append(list, k)
		}
	}
	return list
}

// meant is the one of several options whose name stands right before its value, or -1.
func (r *reader) meant(offer *ReplyOffer, twins []int, at int) int {
	before := r.near(at, -1)
	if before != nil && before.text == ":" {
		before = r.near(at, -2)
	}
	for _, k := range twins {
		if before != nil && sameTag(offer.Options[k].Name, before.text) {
			return k
		}
	}
	return -1
}

func (r *reader) namesOption(name string) bool {
	return slices.ContainsFunc(r.all, func(t token) bool { return t.kind == tokenWord && !t.quoted && sameTag(name, t.text) })
}
