package social

import (
	"testing"
	"unicode"
)

func TestEmojiCountAsOne(t *testing.T) {
	for text, want := range map[string]int{
		"👨‍👩‍👧‍👦": 2, "👩🏽‍💻": 2, "🏳️‍🌈": 2, "🏴‍☠️": 2, "❤️‍🔥": 2, "🐈‍⬛": 2, "🧑🏽‍🤝‍🧑🏿": 2, // joined
		"🇫🇷": 2, "🇫🇷🇩🇪": 4, "🇦🇦": 4, "🏴󠁧󠁢󠁥󠁮󠁧󠁿": 2, // flags, and letters that are none
		"1️⃣": 2, "#️⃣": 2, "1️": 3, // keycaps, and one without its key
		"👍🏿": 2, "✌🏽": 2, "😀🏽": 4, // skin tones, and one on what takes none
		"😀\u200d😀": 5, "👩\u200d": 3, // joiners that join nothing
	} {
		if got := weigh(text); got != want {
			t.Errorf("%q weighs %d, want %d", text, got, want)
		}
	}
}

func TestTablesAreInOrder(t *testing.T) {
	for name, ranges := range map[string]*unicode.RangeTable{"joined": joined, "toned": toned} {
		for i := 1; i < len(ranges.R16); i++ {
			if ranges.R16[i].Lo <= ranges.R16[i-1].Hi {
				t.Errorf("%s: %x", name, ranges.R16[i].Lo)
			}
		}
		for i := 1; i < len(ranges.R32); i++ {
			if ranges.R32[i].Lo <= ranges.R32[i-1].Hi {
				t.Errorf("%s: %x", name, ranges.R32[i].Lo)
			}
		}
	}
}

func FuzzMeasure(f *testing.F) {
	f.Add("Linen apron https://example.com/é 👨‍👩‍👧‍👦", "https://a.co/p/x")
	f.Add("\xff.com\u200d", "")
	f.Fuzz(func(t *testing.T, text, link string) {
		for _, network := range Networks {
			if count := Measure(network, text, link); count.Used < 0 || count.Over < 0 {
				t.Errorf("%s %q: %+v", network, text, count)
			}
			if fits, excess := Fitting(network, text, link); fits+excess != text {
				t.Errorf("%s: %q + %q", network, fits, excess)
			}
		}
	})
}
