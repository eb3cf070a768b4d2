package social

import (
	"slices"
	"strings"
)

// The words of commands, without accents, in the languages that we speak.
var (
	stopWords    = []string{"stop", "arreter", "arretez", "stopper", "stoppez", "unsubscribe"}
	helpWords    = []string{"help", "aide"}
	cancelWords  = []string{"cancel", "annuler", "annulez"}
	confirmWords = []string{"confirm", "confirmer"}

	// compounds are words before "stop" that make another thing of it.
	compounds = []string{"bus", "full", "one", "pit", "truck", "train", "tube", "door", "rest", "tram", "taxi"}

	// negations are words after which nothing is bought, wherever they stand: a sale that was not meant is worse than one
	// that is asked for again.
	negations = []string{
		"not", "no", "never", "none", "nope", "nah", "nor", "neither", "cannot", "dont", "wont", "cant", "isnt", "arent", "wasnt", "didnt", "doesnt", "wouldnt", "couldnt", "shouldnt", "havent", "hasnt", "aint", "without",
		"ne", "pas", "non", "jamais", "aucun", "aucune", "rien", "ni", "sans",
		"nicht", "kein", "keine", "keinen", "nein", "nie", "nunca", "nao", "niente", "nessuno", "niet", "geen", "nada", "ninguno", "nem",
		"لا", "ولا", "لن", "لم", "ليس", "ليست", "لست", "بدون", "مش", "مو", "ما", "غير",
		"не", "нет",
	}
	// negatedParts are those of scripts without spaces, found inside what is written.
	negatedParts = []string{"ない", "ません", "なし", "いらん", "要らん", "不要", "不買", "不买", "않", "말고", "没有", "沒有"}
	negatedSigns = "🚫❌🙅👎⛔❎"
	// refusals come closely before a command that is not meant.
	refusals = []string{"dont", "not", "never", "cant", "cannot", "wont", "ne", "pas", "jamais", "non", "didnt", "doesnt", "wouldnt"}
)

// reposted tells the old way to repost: RT @somebody.
func (r *reader) reposted() bool {
	return len(r.all) > 1 && r.all[0].plain == "rt" && r.all[1].kind == tokenMention
}

// words are the places of the author's own words.
func (r *reader) words() (list []int) {
	for i, t := range r.all {
		if t.kind == tokenWord {
			list = append(list, i)
		}
	}
	return list
}

// stopAt is where the author says stop: alone, first, last, in capitals or between marks. It is heard even in quotation
// marks, and outranks everything else.
func (r *reader) stopAt() int {
	words := r.words()
	for k, i := range words {
		if !slices.Contains(stopWords, r.all[i].plain) || r.refused(i) {
			continue
		}
		before, after := r.near(i, -1), r.near(i, 1)
		compound := before != nil && before.kind == tokenWord && slices.Contains(compounds, before.plain) || r.hyphen(i)
		alone := (before == nil || before.kind != tokenWord) && (after == nil || after.kind != tokenWord)
		if alone || !compound && (k == 0 || k == len(words)-1 || r.shouted(i)) {
			return i
		}
	}
	return -1
}

// commandAt is where a command stands: as the first word, alone between marks, shouted, or, where it may, last.
func (r *reader) commandAt(command []string, last bool) int {
	words := r.words()
	for k, i := range words {
		if !slices.Contains(command, r.all[i].plain) || r.all[i].quoted || r.refused(i) {
			continue
		}
		if k == 0 || last && k == len(words)-1 || r.shouted(i) {
			return i
		}
	}
	return -1
}

func (r *reader) wordAt(command []string) int {
	return slices.IndexFunc(r.all, func(t token) bool {
		return t.kind == tokenWord && !t.quoted && slices.Contains(command, t.plain)
	})
}

// shouted tells a word of capitals in a text that has small letters too.
func (r *reader) shouted(i int) bool {
	return r.all[i].capital && slices.ContainsFunc(r.all, func(t token) bool { return t.kind == tokenWord && !t.capital })
}

// near is the token beside one, nil where there is none.
func (r *reader) near(i, step int) *token {
	if i += step; i < 0 || i >= len(r.all) {
		return nil
	}
	return &r.all[i]
}

// hyphen tells whether a word is a part of a compound: non-stop, stop-motion.
func (r *reader) hyphen(i int) bool {
	joins := func(t *token, joined bool) bool {
		return t != nil && t.kind == tokenMark && strings.ContainsAny(t.text, "-‐‑") && joined
	}
	before, after := r.near(i, -1), r.near(i, 1)
	return joins(before, r.all[i].joined && before != nil && before.joined) || after != nil && joins(after, after.joined && i+2 < len(r.all) && r.all[i+2].joined)
}

// refused tells whether one of the words right before says that a command is not meant: don't ever stop.
func (r *reader) refused(i int) bool {
	for k := i - 1; k >= max(0, i-3) && r.all[k].kind == tokenWord; k-- {
		if slices.Contains(refusals, strings.ReplaceAll(r.all[k].plain, "'", "")) || strings.HasSuffix(r.all[k].plain, "n't") {
			return true
		}
	}
	return false
}

// negated finds a word that says no, and marks it.
func (r *reader) negated() bool {
	found := false
	for i, t := range r.all {
		if t.negates() {
			r.mark(i, "negation")
			found = true
		}
	}
	return found
}

// negates tells a word, a sign or a tag that says no.
func (t *token) negates() bool {
	switch t.kind {
	case tokenWord:
		bare := strings.ReplaceAll(t.plain, "'", "")
		return slices.Contains(negations, bare) || strings.HasSuffix(t.plain, "n't") || strings.HasPrefix(t.plain, "n'") ||
			slices.ContainsFunc(negatedParts, func(part string) bool { return strings.Contains(t.text, part) })
	case tokenTag:
		return slices.Contains(negations, t.text) // #BuyMug #not
	case tokenMark:
		return strings.Contains(negatedSigns, t.text)
	}
	return false
}

// negatesValue tells whether all that says no could be a part of a value's name, such as "no handle".
func (r *reader) negatesValue(offer *ReplyOffer) bool {
	for _, t := range r.all {
		if !t.negates() {
			continue
		}
		named := slices.ContainsFunc(wantedOf(offer), func(want wanted) bool { return slices.Contains(want.words, t.text) })
		if !named {
			return false
		}
	}
	return true
}
