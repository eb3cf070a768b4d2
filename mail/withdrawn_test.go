package mail_test

import (
	"strings"
	"testing"
)

// TestWithdrawalLetters: the buyer gets a dated receipt, the seller learns by when the money must be back, and the
// receipt of digital goods keeps what was agreed to.
func TestWithdrawalLetters(t *testing.T) {
	t.Parallel()
	for lang, said := range map[string]struct{ when, by, consent string }{
		"en": {"4 October 2026", "18 October 2026", "lose my right of withdrawal"},
		"fr": {"4 octobre 2026", "18 octobre 2026", "perds mon droit de rétractation"},
	} {
		w := newWorld(t, lang)
		w.open()
		offer := w.live("Field recordings", "file", "")
		_, err := w.store.AddFile(t.Context(), w.shop, w.owner, &offer.Offer, "harbour.wav", strings.NewReader("waves"))
		w.must(err)
		order := w.place(offer, "fan@example.com", "a", "")
		w.pay(order, "a")
		if text := open(t, w.post("fan@example.com")["receipt"]).text; !strings.Contains(text, said.consent) {
			t.Errorf("%s: the receipt lacks the consent:\n%s", lang, text)
		}
		view, err := w.store.OrderIn(t.Context(), w.shop, order.Slug)
		w.must(err)
		w.must(w.store.Withdraw(t.Context(), view, w.shop, "Noé Fan", "Too many gulls."))
		letters := w.post("fan@example.com", "ana@example.com")
		for kind, wants := range map[string][]string{
			"withdrawn_buyer": {said.when, "Noé Fan", "Too many gulls.", "Field recordings", said.by},
			"withdrawn_shop":  {"fan@example.com", "Too many gulls.", said.by},
		} {
			got, sent := letters[kind]
			if !sent {
				t.Fatalf("%s: no %s", lang, kind)
			}
			text := strings.ReplaceAll(open(t, got).text, "\u00a0", " ")
			for _, want := range wants {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %s lacks %q:\n%s", lang, kind, want, text)
				}
			}
		}
	}
}
