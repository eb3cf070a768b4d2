package social

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// stall is a shop with offers of every kind, and a reply to the mug's post.
func stall() ReplyContext {
	return ReplyContext{
		Shop: []string{"kestrel", "kestrel.bsky.social", "kestrel@mastodon.example"}, Below: "BuyMug",
		Offers: []ReplyOffer{
			{Tag: "BuyMug", Limit: 5},
			{Tag: "BuyTee", Options: []ReplyOption{{"Size", []string{"S", "M", "L", "XL"}}, {"Colour", []string{"sea blue", "blue", "Red"}}}},
			{Tag: "BuyShoe", Options: []ReplyOption{{"Size", []string{"38", "39", "2x"}}}},
			{Tag: "BuyMix", Options: []ReplyOption{{"Size", []string{"M", "L"}}, {"Material", []string{"M", "Linen"}}}},
			{Tag: "Café_Crème", Limit: 2},
			{Tag: "買うマグ", Options: []ReplyOption{{"色", []string{"青", "白", "青緑"}}}},
			{Tag: "اشتري_كوب"},
			{Tag: "BuyCup", Options: []ReplyOption{{"Handle", []string{"no handle", "round"}}}},
		},
	}
}

// with is a reply below the post of another offer, or of none.
func with(below string) ReplyContext {
	in := stall()
	in.Below = below
	return in
}

func (r Reading) short() string {
	parts := []string{string(r.Kind)}
	if r.Reason != "" {
		parts = append(parts, r.Reason)
	}
	if r.Kind == ReplyBuy {
		parts = append(parts, r.Tag, fmt.Sprint(r.Quantity))
		if len(r.Values) > 0 {
			parts = append(parts, strings.Join(r.Values, "/"))
		}
	}
	if r.Code != "" {
		parts = append(parts, r.Code)
	}
	return strings.Join(parts, " ")
}

type said struct{ text, want string }

func check(t *testing.T, in ReplyContext, cases []said) {
	t.Helper()
	for _, c := range cases {
		got := ReadReply(c.text, in)
		if got.short() != c.want {
			t.Errorf("%q: %s, want %s", c.text, got.short(), c.want)
		}
		soundSpans(t, c.text, got)
	}
	t.Logf("%d cases", len(cases))
}

// soundSpans tells whether the marked words are parts of the text, in order.
func soundSpans(t *testing.T, text string, r Reading) {
	t.Helper()
	last := 0
	for _, span := range r.Spans {
		if span.From < last || span.From >= span.To || span.To > len(text) {
			t.Errorf("%q: %+v", text, r.Spans)
		}
		last = span.From
	}
}

func TestReadReply(t *testing.T) {
	check(t, stall(), bought)
}

func TestReadReplyOptions(t *testing.T) {
	check(t, with("BuyTee"), []said{
		{"#BuyTee M blue", "buy BuyTee 1 M/blue"},
		{"#BuyTee m BLUE x2", "buy BuyTee 2 M/blue"},
		{"#BuyTee blue, M", "buy BuyTee 1 M/blue"},
		{"#BuyTee M sea blue", "buy BuyTee 1 M/sea blue"},
		{"#BuyTee sea   blue / XL", "buy BuyTee 1 XL/sea blue"},
		{"#BuyTee size: L, colour: red", "buy BuyTee 1 L/Red"},
		{"#BuyTee Ｍ ｂｌｕｅ", "buy BuyTee 1 M/blue"},
		{"M blue #BuyTee", "buy BuyTee 1 M/blue"},
		{"#BuyTee M M blue", "buy BuyTee 1 M/blue"},
		{"#BuyTee in M and red it is my favourite", "buy BuyTee 1 M/Red"},
		{"#BuyTee", "ask option_missing"},
		{"#BuyTee M", "ask option_missing"},
		{"#BuyTee blue", "ask option_missing"},
		{"#BuyTee x2", "ask option_missing"},
		{"#BuyTee M green", "ask option_missing"},
		{"#BuyTee M colour green", "ask option_unknown"},
		{"#BuyTee XXL blue", "ask option_unknown"},
		{"#BuyTee M XXL blue", "ask option_unknown"},
		{"#BuyTee M L blue", "ask two_values"},
		{"#BuyTee M or L, blue", "ask two_values"},
		{"#BuyTee M sea blue red", "ask two_values"},
		{"#BuyTee \"M\" blue", "ask option_missing"},
		{"#BuyTee M bluesy", "ask option_missing"},
		{"#BuyTee M blue x2 x3", "ask two_quantities"},
		{"#BuyTee M blue?", "ask question"},
		{"not #BuyTee M blue", "nothing negated"},
		{"#BuyMug", "nothing not_here"},
	})
	check(t, with("BuyShoe"), []said{
		{"#BuyShoe 38", "buy BuyShoe 1 38"},
		{"#BuyShoe 38 x2", "buy BuyShoe 2 38"},
		{"#BuyShoe ٣٨", "buy BuyShoe 1 38"},
		{"#BuyShoe 38 39", "ask two_values"},
		{"#BuyShoe 41", "ask option_missing"},
		{"#BuyShoe size 41", "ask option_unknown"},
		{"#BuyShoe 2x", "buy BuyShoe 1 2x"},
	})
	check(t, with("BuyMix"), []said{
		{"#BuyMix M Linen", "ask two_values"},
		{"#BuyMix size M Linen", "buy BuyMix 1 M/Linen"},
		{"#BuyMix L material: M", "buy BuyMix 1 L/M"},
		{"#BuyMix L Linen", "buy BuyMix 1 L/Linen"},
	})
	check(t, with("BuyCup"), []said{
		{"#BuyCup round", "buy BuyCup 1 round"},
		{"#BuyCup no handle", "ask negated_value"},
		{"#BuyCup round, no", "ask negated_value"},
		{"not #BuyCup no handle", "nothing negated"},
	})
	check(t, with("買うマグ"), []said{
		{"#買うマグ 青", "buy 買うマグ 1 青"},
		{"＃買うマグ　白を２つください", "buy 買うマグ 2 白"},
		{"#買うマグ 青緑", "buy 買うマグ 1 青緑"},
		{"#買うマグ 青と白", "ask two_values"},
		{"#買うマグ 青はいらない", "nothing negated"},
		{"#買うマグ", "ask option_missing"},
		{"#買うマグ 青ですか？", "ask question"},
		{"#買うマグ 黒", "ask option_missing"},
	})
	check(t, with("اشتري_كوب"), []said{
		{"#اشتري_كوب", "buy اشتري_كوب 1"},
		{"\u202b#اشتري_كوب ×٣\u202c", "buy اشتري_كوب 3"},
		{"#اشتري_كوب عدد ٢", "buy اشتري_كوب 2"},
		{"لا #اشتري_كوب", "nothing negated"},
		{"#اشتري_كوب؟", "ask question"},
	})
	check(t, with("Café_Crème"), []said{
		{"#café_crème", "buy Café_Crème 1"},
		{"#CAFÉ_CRÈME x2", "buy Café_Crème 2"},
		{"#cafe\u0301_cre\u0300me", "buy Café_Crème 1"},
		{"#Café_Crème x3", "ask above_limit"},
	})
}

// Where a reply stands decides whether it may buy.
func TestReadReplyBelonging(t *testing.T) {
	named, quoted, own, repost, edited, old, unheard := with(""), stall(), stall(), stall(), stall(), stall(), with("")
	named.Mentions = true
	quoted.Quote, own.Own, repost.Repost, edited.Edited, old.Age = true, true, true, true, 15*time.Minute+time.Second
	check(t, with(""), []said{
		{"#BuyMug", "nothing not_here"},
		{"#BuyMug x2", "nothing not_here"},
		{"@kestrel #BuyMug", "buy BuyMug 1"},
		{"@Kestrel #BuyMug", "buy BuyMug 1"},
		{"＠kestrel #BuyMug", "buy BuyMug 1"},
		{"@kestrel.bsky.social #BuyMug", "buy BuyMug 1"},
		{"@kestrel@mastodon.example #BuyMug", "buy BuyMug 1"},
		{"@kestrels #BuyMug", "nothing not_here"},
		{"@kestrel.example #BuyMug", "nothing not_here"},
		{"“@kestrel” #BuyMug", "nothing not_here"},
		{"kestrel #BuyMug", "nothing not_here"},
		{"CANCEL", "nothing no_tag"},
		{"HELP", "nothing no_tag"},
		{"@kestrel HELP", "help"},
		{"STOP", "stop"},
		{"CONFIRM K7QM", "confirm K7QM"},
	})
	check(t, named, []said{{"#BuyMug", "buy BuyMug 1"}, {"#BuyTee M Red", "buy BuyTee 1 M/Red"}})
	check(t, quoted, []said{{"#BuyMug", "nothing quote"}, {"CONFIRM K7QM", "nothing quote"}, {"STOP", "stop"}, {"cancel", "cancel"}})
	check(t, own, []said{{"#BuyMug", "nothing own"}, {"STOP", "nothing own"}})
	check(t, repost, []said{{"#BuyMug", "nothing repost"}, {"STOP", "nothing repost"}})
	check(t, edited, []said{{"#BuyMug x2", "nothing edited"}})
	check(t, old, []said{{"#BuyMug", "too_old"}, {"CONFIRM K7QM", "too_old K7QM"}, {"STOP #BuyMug", "stop"}, {"not #BuyMug", "nothing negated"}, {"nice", "nothing no_tag"}})
	check(t, unheard, []said{{"#Unknown @kestrel", "nothing no_tag"}})
	if n := len(bought); n < 200 {
		t.Errorf("only %d cases", n)
	}
}

func TestReadReplyMarksWhatMattered(t *testing.T) {
	text := "@kestrel 👍 #BuyTee sea blue, M ×２ thanks"
	var parts []string
	for _, span := range ReadReply(text, with("")).Spans {
		parts = append(parts, span.What+" "+text[span.From:span.To])
	}
	if got := strings.Join(parts, "|"); got != "mention @kestrel|tag #BuyTee|option sea|option blue|option M|quantity ×２" {
		t.Error(got)
	}
}

// A reply never buys without the tag of a live offer and without belonging; words of negation never make a yes of a no.
func FuzzReadReply(f *testing.F) {
	for i, c := range bought {
		f.Add(c.text, uint8(i))
	}
	f.Add("“#BuyMug x2” x2", uint8(3))
	f.Fuzz(func(t *testing.T, text string, where uint8) {
		in := stall()
		in.Mentions, in.Quote = where&1 != 0, where&2 != 0
		in.Below = []string{"BuyMug", "", "BuyTee", "買うマグ"}[where>>2&3]
		got := ReadReply(text, in)
		soundSpans(t, text, got)
		if got.Kind == ReplyBuy {
			if got.Quantity < 1 || in.Quote {
				t.Fatalf("%q: %+v", text, got)
			}
			if !slices.ContainsFunc(tokensOf(text), func(one token) bool { return one.kind == tokenTag && sameTag(one.text, got.Tag) }) {
				t.Fatalf("%q bought without its tag", text)
			}
			called := slices.ContainsFunc(tokensOf(text), func(one token) bool { return one.kind == tokenMention })
			if !in.Mentions && !called && !sameTag(in.Below, got.Tag) {
				t.Fatalf("%q bought where it does not belong", text)
			}
		}
		for _, word := range []string{"not", "pas", "لا", "買わない", "🚫", "don't"} {
			for _, more := range []string{text + " " + word, word + " " + text} {
				if after := ReadReply(more, in); after.Kind == ReplyBuy || after.Kind == ReplyConfirm {
					t.Fatalf("%q says no and is %s", more, after.Kind)
				}
			}
		}
		bare := in
		bare.Mentions, bare.Below, bare.Shop = false, "", nil
		if after := ReadReply(text, bare); after.Kind == ReplyBuy {
			t.Fatalf("%q bought by belonging nowhere", text)
		}
	})
}
