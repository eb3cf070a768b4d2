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
				w.must(w.store.Agree(ctx, fan, models.FanForm{Agreed: true, Email: email, Currency: "eur", CapOrder: "50", CapDay: "100", Language: lang, Name: "Béa Martin", Address: "3 rue du Port", Country: "FR"}, 0))
				letter, err := w.store.LatestLetter(ctx, "fan_email", email)
				w.must(err)
				d, ok := w.post(email)["fan_email"]
				if !ok {
					t.Fatalf("%s: nothing asks to confirm the address", why)
				}
				check(t, "fan_email", open(t, d), lang, w.clock.Now())
				contains(t, "fan_email", open(t, d), email, base+"/wallet/email/")
				w.must(w.store.ConfirmFanEmail(ctx, letter.Secret))
				fan, err = w.store.Fan(ctx, fan.ID)
				w.must(err)
				address := models.FanForm{Email: "elsewhere-" + email, Name: "Béa Martin", Address: "3 rue du Port", Country: "FR"}
				w.must(w.store.ChangeAddress(ctx, fan, address))
				d, ok = w.post(email)["fan_moved"]
				if !ok {
					t.Fatalf("%s: the former address hears nothing", why)
				}
				check(t, "fan_moved", open(t, d), lang, w.clock.Now())
				contains(t, "fan_moved", open(t, d), base+"/wallet/stop/new")
				address.Email = email
				if fan, err = w.store.Fan(ctx, fan.ID); err != nil {
					t.Fatal(err)
				}
				w.must(w.store.ChangeAddress(ctx, fan, address))
				letter, err = w.store.LatestLetter(ctx, "fan_email", email)
				w.must(err)
				w.must(w.store.ConfirmFanEmail(ctx, letter.Secret))
				fan, err = w.store.Fan(ctx, fan.ID)
				w.must(err)
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
				w.askPrivately(order, why)
				d, ok = w.post(email)["confirm_order"]
				if !ok {
					t.Fatalf("%s: nothing asks to confirm the order", why)
				}
				check(t, "confirm_order", open(t, d), lang, w.clock.Now())
				contains(t, "confirm_order", open(t, d), "Linen apron", "Maison Kestrel", p.Money(order.Money(order.Total)), base+"/orders/")
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

// askPrivately decides about a reply so that its author is asked by letter.
func (w *world) askPrivately(order *models.Order, who string) {
	w.t.Helper()
	ctx := w.t.Context()
	profile, err := w.store.Connect(ctx, w.shop, w.owner, models.Connection{Network: "x", Account: "1", Handle: "maisonkestrel", Grant: "{}"})
	w.must(err)
	_, err = w.store.KeepReplies(ctx, profile, "poll", []models.Arrived{{RemoteID: who, AuthorID: who, AuthorHandle: who, Text: "#BuyApron", WrittenAt: w.store.Now()}})
	w.must(err)
	ids, err := w.store.UnreadReplies(ctx, w.store.Now(), 10)
	w.must(err)
	reply, err := w.store.Reply(ctx, ids[0])
	w.must(err)
	w.must(w.store.DecideReply(ctx, reply, models.ReplyDecision{
		Outcome: models.OutcomeAwaiting, Reason: "waits", OrderID: order.ID, Answer: &models.PublicAnswer{Kind: "private", Text: "Look at your e-mail", DropAt: order.OpenUntil},
	}))
}
