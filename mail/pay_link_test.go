package mail_test

import (
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// TestPayLinkLetter: a fan whose bank or card stood against the charge gets the private page, once, and reads why.
func TestPayLinkLetter(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			p := words.For(lang, w.shop.Zone())
			offer := w.live("Linen apron", "ship", "9")
			for _, why := range []string{"check", "declined", "gone"} {
				email := why + "@example.com"
				fan, err := w.store.EnterFan(ctx, models.Identity{Network: "x", RemoteID: why, Handle: why}, nil, lang, "")
				w.must(err)
				w.must(w.store.Agree(ctx, fan, models.FanForm{Agreed: true, Email: email, Currency: "eur", CapOrder: "50", CapDay: "100", Language: lang}, 0))
				letter, err := w.store.LatestLetter(ctx, "fan_email", email)
				w.must(err)
				d, ok := w.post(email)["fan_email"]
				if !ok {
					t.Fatalf("%s: nothing asks to confirm the address", why)
				}
				check(t, "fan_email", open(t, d), lang, w.clock.Now())
				contains(t, "fan_email", open(t, d), email, base+"/wallet/email/")
				w.must(w.store.ConfirmFanEmail(ctx, letter.Secret))
				setup, err := w.store.OpenCardSetup(ctx, fan)
				w.must(err)
				w.must(w.store.KeepFanCard(ctx, setup, models.KeptCard{Method: "pm_" + why, Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2090}))
				card, err := w.store.UsualCard(ctx, fan)
				w.must(err)
				order, _, err := w.store.PlaceOrder(ctx, models.Purchase{
					Offer: offer, Shop: w.shop, Email: email, Language: lang, AttemptKey: "reply-" + why, OnBehalfOf: true, FeeBasis: 340, FeeFixed: 25, CheckoutLasts: 30 * time.Minute,
					ByCard: &models.ByCard{Fan: fan, Card: card, ReplyID: why, Code: "K7QM"},
				})
				w.must(err)
				_, err = w.store.ConfirmByCode(ctx, fan, "K7QM", w.store.Now())
				w.must(err)
				for range 2 {
					w.must(w.store.TurnToLink(ctx, order, why))
				}
				d, ok = w.post(email)["pay_link"]
				if !ok {
					t.Fatalf("%s: no letter", why)
				}
				r := open(t, d)
				check(t, "pay_link", r, lang, w.clock.Now())
				contains(t, "pay_link", r, "Linen apron", "Maison Kestrel", p.Money(order.Money(order.Total)), base+"/orders/")
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}
