package mail_test

import (
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// TestProfileExpiredLetter: an owner reads once which account lets Tillbird in no more, why, and where to mend it.
func TestProfileExpiredLetter(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			for reason, account := range map[string]string{"lost": "1", "refused": "2"} {
				profile, err := w.store.Connect(ctx, w.shop, w.owner, models.Connection{Network: "x", Account: account, Handle: "kestrel" + account, Name: "Kestrel", Grant: "{}"})
				w.must(err)
				w.post("ana@example.com")
				for range 2 {
					w.must(w.store.Expire(ctx, profile, reason))
				}
				d, ok := w.post("ana@example.com")["profile_expired"]
				if !ok {
					t.Fatalf("%s: no letter", reason)
				}
				r := open(t, d)
				check(t, "profile_expired", r, lang, w.clock.Now())
				contains(t, "profile_expired", r, "kestrel"+account, "Maison Kestrel", base+"/dashboard/settings/networks")
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}
