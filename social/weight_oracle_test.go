package social

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// What random texts are made of: what people write, and what has its own weight. The emoji are those that twitter-text
// knows without help.
var writings = []string{
	"a", "Mug", "linen apron", " ", "  ", "\n", "é", "e\u0301", "ß", "Ωμέγα", "привет", "שלום", "مرحبا", "ราคา", "안녕", "日本", "田中さん", "ﾊﾝｶｸ", "－", "…", "—", "’", "«", "€", "₿", "\u200b", "\u200d", "\u2060", "\ufe0f", "\u202f",
	"😀", "👍🏽", "👩‍👩‍👧", "🇫🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "☕", "1️⃣", "#", "@", "＃", "＠", "@kestrel", "#BuyMug", "＃été", "$TEA", "24", ".", ",", "!", "?", "(", ")", "/", ":", "-", "_", "&", "<", "\"",
	"https://till.example.com/p/abc", "http://example.com", "https://example.com/a_(b)?x=1&y=2#z", "example.com", "www.example.fr/a", "till.example.com:8080/x", "https://t.co/abc123", "http://", "https://例え.jp", "x.com", "co.uk", "tillbird.app.", "e.g.", "hello@example.com", "https://localhost/x", "http://1.2.3.4/x",
}

// between stands between them: where they are glued together, twitter-text has habits of its own that nobody's posts meet.
var between = []string{" ", " ", " ", "\n", "\n\n", ", ", "! ", ".\n", " – ", " · ", "\u202f! ", "… "}

func TestRandomTextsWeighWhatTheNetworkSays(t *testing.T) {
	t.Parallel()
	const many = 4000
	dice := rand.New(rand.NewPCG(20261122, 7))
	texts := make([]string, many)
	for i := range texts {
		var text strings.Builder
		for range 1 + dice.IntN(8) {
			text.WriteString(writings[dice.IntN(len(writings))])
			text.WriteString(between[dice.IntN(len(between))])
		}
		texts[i] = text.String()
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command("node", "testdata/weigh.cjs")
	program.Stdin = bytes.NewReader(in)
	out, err := program.Output()
	if err != nil {
		t.Fatalf("twitter-text does not run, `make test` installs it: %v", err)
	}
	var weights []int
	if err := json.Unmarshal(out, &weights); err != nil || len(weights) != many {
		t.Fatalf("%d weights, %v", len(weights), err)
	}
	wrong := 0
	for i, text := range texts {
		if got := weigh(norm.NFC.String(text)); got != weights[i] {
			if wrong++; wrong <= 20 {
				t.Errorf("%+q weighs %d, and X says %d", text, got, weights[i])
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d are wrong", wrong, many)
	}
}
