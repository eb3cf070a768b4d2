package social

import (
	"encoding/json"
	"os"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// The file holds what twitter-text 3.1.0 of npm counts (parseTweet, weightedLength), with twemoji-parser 14.0.0, whose
// emoji are those of Unicode 14: the version it comes with knows none younger than 2018.
func TestWeightedLengthIsTheNetworksOwn(t *testing.T) {
	content, err := os.ReadFile("testdata/weighted.json")
	if err != nil {
		t.Fatal(err)
	}
	var corpus []struct {
		Text   string
		Weight int
	}
	if err := json.Unmarshal(content, &corpus); err != nil {
		t.Fatal(err)
	}
	if len(corpus) < 300 {
		t.Fatalf("only %d texts", len(corpus))
	}
	for _, c := range corpus {
		if got := weigh(norm.NFC.String(c.Text)); got != c.Weight {
			t.Errorf("%.80q weighs %d, want %d", c.Text, got, c.Weight)
		}
	}
}
