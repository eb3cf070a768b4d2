package social

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// ReplyContext is what is known of a reply before it is read.
type ReplyContext struct {
	Shop     []string      // handles of the shop's account there, without the @
	Offers   []ReplyOffer  // live offers that may be bought by reply
	Below    string        // the hashtag of the offer whose post it answers, "" for none
	Mentions bool          // the author named the shop's account, as the network says
	Own      bool          // the shop wrote it itself
	Repost   bool          // the words are somebody else's
	Quote    bool          // it quotes a post
	Edited   bool          // a later state of a post that was read before
	Age      time.Duration // how old it was when we first saw it
}

// ReplyOffer is an offer as far as a reply may name it.
type ReplyOffer struct {
	Tag     string // without the #
	Options []ReplyOption
	Limit   int64 // of one buyer, 0 for none
}

// ReplyOption is a thing to choose with its values.
type ReplyOption struct {
	Name   string
	Values []string
}

// ReplyKind is what a reply asks for.
type ReplyKind string

// The kinds of replies. ReplyAsk is a wish to buy that has to be asked about, for the reason that the reading gives.
const (
	ReplyNothing ReplyKind = "nothing"
	ReplyBuy     ReplyKind = "buy"
	ReplyAsk     ReplyKind = "ask"
	ReplyConfirm ReplyKind = "confirm"
	ReplyCancel  ReplyKind = "cancel"
	ReplyStop    ReplyKind = "stop"
	ReplyHelp    ReplyKind = "help"
	ReplyTooOld  ReplyKind = "too_old"
)

// Reading is what a reply was understood to say.
type Reading struct {
	Kind     ReplyKind
	Reason   string   // of nothing: own, repost, edited, quote, no_tag, not_here, negated; of ask: see ReadReply
	Tag      string   // as the offer has it
	Values   []string // of the offer's options, in their order; of ask those that are known, "" for the others
	Quantity int64
	Code     string // of confirm
	Spans    []Span // the words that mattered, in the order of the text
}

// Span is a part of the text as written, in bytes. What is one of mention, tag, option, quantity, command, negation,
// question.
type Span struct {
	From, To int
	What     string
}

// The bounds of reading.
const (
	replyLasts    = 15 * time.Minute // older ones are not for buying any more
	quantityMost  = 999
	codeLetters   = 4
	quantityWords = "qty quantity qte quantite quantites عدد كمية 数量"
	counters      = "個 つ 点 枚 本 개"
	ideals        = "一二三四五六七八九十両百"
)

// ReadReply reads a reply by the one grammar of all networks. It asks, rather than guess, for the reasons two_tags,
// two_quantities, quantity_unclear, zero, above_limit, two_values, option_unknown, option_missing, negated_value, question,
// code_missing.
func ReadReply(text string, in ReplyContext) Reading {
	r := reader{in: in, all: tokensOf(text)}
	switch {
	case in.Own:
		return r.nothing("own")
	case in.Repost || r.reposted():
		return r.nothing("repost")
	case in.Edited:
		return r.nothing("edited")
	}
	out := r.read()
	slices.SortStableFunc(r.spans, func(a, b Span) int { return a.From - b.From })
	out.Spans = r.spans
	return out
}

// reader is a reply while it is read.
type reader struct {
	in    ReplyContext
	all   []token
	used  []bool
	spans []Span
}

func (r *reader) nothing(reason string) Reading { return Reading{Kind: ReplyNothing, Reason: reason} }

func (r *reader) mark(i int, what string) {
	r.spans = append(r.spans, Span{r.all[i].from, r.all[i].to, what})
	r.used[i] = true
}

func (r *reader) read() Reading {
	r.used = make([]bool, len(r.all))
	if i := r.stopAt(); i >= 0 {
		r.mark(i, "command")
		return Reading{Kind: ReplyStop}
	}
	named := r.namesShop()
	if i := r.commandAt(cancelWords, true); i >= 0 && (named || r.in.Below != "") {
		r.mark(i, "command")
		return Reading{Kind: ReplyCancel}
	}
	if r.in.Quote {
		return r.nothing("quote")
	}
	negated := r.negated()
	if i := r.wordAt(confirmWords); i >= 0 {
		if negated {
			return r.nothing("negated")
		}
		return r.confirm(i)
	}
	if i := r.commandAt(helpWords, false); i >= 0 && (named || r.in.Below != "") {
		r.mark(i, "command")
		return Reading{Kind: ReplyHelp}
	}
	return r.buy(named, negated)
}

// confirm reads the code behind the word.
func (r *reader) confirm(i int) Reading {
	out := Reading{Kind: ReplyConfirm}
	if r.in.Age > replyLasts {
		out.Kind = ReplyTooOld
	}
	r.mark(i, "command")
	for k := i + 1; k < len(r.all); k++ {
		t := r.all[k]
		if t.kind == tokenMark || t.kind == tokenWord && t.plain == "code" {
			continue
		}
		if code := strings.ToUpper(t.plain); (t.kind == tokenWord || t.kind == tokenTag) && len(code) == codeLetters && ascii(code) {
			out.Code = code
			r.mark(k, "command")
			return out
		}
		break
	}
	if out.Kind == ReplyConfirm {
		out.Kind, out.Reason = ReplyAsk, "code_missing"
	}
	return out
}

func ascii(text string) bool {
	return strings.IndexFunc(text, func(c rune) bool { return c >= 0x80 || c == '\'' || c == '_' }) < 0
}

// buy reads a wish to buy: the tag of a live offer, in a reply to its post or with the shop named.
func (r *reader) buy(named, negated bool) Reading {
	offer, at, several := r.offer()
	if offer == nil {
		return r.nothing("no_tag")
	}
	if !named && !sameTag(r.in.Below, offer.Tag) {
		return r.nothing("not_here")
	}
	if negated && !r.negatesValue(offer) {
		return r.nothing("negated")
	}
	out := Reading{Kind: ReplyBuy, Tag: offer.Tag, Quantity: 1}
	if r.in.Age > replyLasts {
		return Reading{Kind: ReplyTooOld, Tag: offer.Tag}
	}
	ask := func(reason string) {
		if out.Kind == ReplyBuy {
			out.Kind, out.Reason = ReplyAsk, reason
		}
	}
	if several {
		out.Kind, out.Reason, out.Tag = ReplyAsk, "two_tags", ""
		return out
	}
	if negated { // a value such as "no handle": whether it is chosen or refused, the fan says
		ask("negated_value")
	}
	var reason string
	if out.Quantity, reason = r.quantity(offer); reason != "" {
		ask(reason)
	}
	if out.Values, reason = r.options(offer, at); reason != "" {
		ask(reason)
	}
	for i := at + 1; i < len(r.all); i++ {
		if t := r.all[i]; t.kind == tokenMark && !t.quoted && (t.text == "?" || t.text == "؟" || t.text == "⸮") {
			r.mark(i, "question")
			ask("question")
			break
		}
	}
	return out
}

// offer is the live offer that the author's own words name, and where; several where they name more than one.
func (r *reader) offer() (offer *ReplyOffer, at int, several bool) {
	for i, t := range r.all {
		if t.kind != tokenTag || t.quoted {
			continue
		}
		for k := range r.in.Offers {
			if !sameTag(r.in.Offers[k].Tag, t.text) {
				continue
			}
			r.mark(i, "tag")
			if offer != nil && !sameTag(offer.Tag, t.text) {
				several = true
			} else if offer == nil {
				offer, at = &r.in.Offers[k], i
			}
			break
		}
	}
	return offer, at, several
}

func sameTag(a, b string) bool {
	return a != "" && b != "" && runesOf(lettersOf(a)) == runesOf(lettersOf(b))
}

// namesShop tells whether the author named the shop, as the network says or as the text shows.
func (r *reader) namesShop() bool {
	named := r.in.Mentions
	for i, t := range r.all {
		if t.kind == tokenMention && !t.quoted && slices.ContainsFunc(r.in.Shop, func(handle string) bool { return sameTag(handle, t.text) }) {
			r.mark(i, "mention")
			named = true
		}
	}
	return named
}

// quantity is how many are wanted: 1 where nothing is said of it. A number without a mark is none.
func (r *reader) quantity(offer *ReplyOffer) (n int64, reason string) {
	found := []int64{}
	take := func(text string, at ...int) {
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil || value > quantityMost {
			value = quantityMost + 1
		}
		for _, i := range at {
			r.mark(i, "quantity")
		}
		if r.broken(at[0]-1, at[0]) || r.broken(at[len(at)-1]+1, at[len(at)-1]+2) {
			reason = "quantity_unclear" // 2.5, -2
		}
		if !slices.Contains(found, value) {
			found = append(found, value)
		}
	}
	for i, t := range r.all {
		if t.kind != tokenWord || t.quoted || r.used[i] || r.isValue(offer, t.text) {
			continue
		}
		next := i + 1
		if next < len(r.all) && r.all[next].text == ":" {
			next++
		}
		follows := next < len(r.all) && !r.all[next].quoted
		switch inside, before := strings.CutPrefix(t.text, "x"); {
		case before && number(inside):
			take(inside, i)
		case strings.HasSuffix(t.text, "x") && number(strings.TrimSuffix(t.text, "x")):
			take(strings.TrimSuffix(t.text, "x"), i)
		case t.text == "x" && i > 0 && number(r.all[i-1].text): // 30 x 40
		case t.text == "x" && i+2 < len(r.all) && r.broken(i+1, i+2) && number(r.all[i+2].text), idealNumber(t.text):
			reason = "quantity_unclear"
		case (t.text == "x" || slices.Contains(strings.Fields(quantityWords), t.plain)) && follows && number(r.all[next].text):
			take(r.all[next].text, i, next)
		case number(t.text) && follows && next == i+1 && (r.all[next].text == "x" && !(next+1 < len(r.all) && number(r.all[next+1].text)) || counter(r.all[next].text)):
			take(t.text, i, next)
		}
	}
	switch {
	case len(found) > 1:
		return 0, "two_quantities"
	case reason != "":
		return 0, reason
	case len(found) == 0:
		return 1, ""
	case found[0] == 0:
		return 0, "zero"
	case found[0] > quantityMost || offer.Limit > 0 && found[0] > offer.Limit:
		return found[0], "above_limit"
	}
	return found[0], ""
}

// broken tells whether a sign that makes another number of it stands right at a number.
func (r *reader) broken(sign, behind int) bool {
	return sign >= 0 && behind < len(r.all) && r.all[sign].kind == tokenMark && strings.ContainsAny(r.all[sign].text, ".,-−") && r.all[behind].joined &&
		(r.all[sign].text == "-" || r.all[sign].joined) && r.all[behind].kind == tokenWord && strings.ContainsAny(r.all[behind].text, "0123456789")
}

// idealNumber tells a quantity in ideographs, which are not read.
func idealNumber(text string) bool {
	for _, word := range strings.Fields(counters) {
		if before, _, found := strings.Cut(text, word); found && before != "" && strings.Trim(before, ideals) == "" {
			return true
		}
	}
	return false
}

func number(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func counter(text string) bool {
	return slices.ContainsFunc(strings.Fields(counters), func(word string) bool { return strings.HasPrefix(text, word) })
}
