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

// TestRepliesQuietLetter: owners are told once in a day that an offer's replies are not answered for now.
func TestRepliesQuietLetter(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			offer := w.live("Linen apron", "ship", "9")
			profile, err := w.store.Connect(ctx, w.shop, w.owner, models.Connection{Network: "x", Account: "1", Handle: "kestrel", Grant: "{}"})
			w.must(err)
			w.post("ana@example.com")
			for _, id := range []string{"71", "72"} {
				_, err := w.store.KeepReplies(ctx, profile, "poll", []models.Arrived{{RemoteID: id, AuthorID: id, Text: "#BuyApron", WrittenAt: w.store.Now()}})
				w.must(err)
				ids, err := w.store.UnreadReplies(ctx, w.store.Now(), 10)
				w.must(err)
				reply, err := w.store.Reply(ctx, ids[0])
				w.must(err)
				w.must(w.store.DecideReply(ctx, reply, models.ReplyDecision{Outcome: models.OutcomeNothing, Reason: "breaker", Offer: &offer.Offer}))
				d, told := w.post("ana@example.com")["replies_quiet"]
				if told != (id == "71") {
					t.Fatalf("%s: told %t", id, told)
				}
				if told {
					check(t, "replies_quiet", open(t, d), lang, w.clock.Now())
					contains(t, "replies_quiet", open(t, d), "Linen apron", base+"/dashboard/replies")
				}
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}
