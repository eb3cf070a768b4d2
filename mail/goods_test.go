package mail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

func TestLettersOfGoodsAndLimits(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			p := words.For(lang, w.shop.Zone())
			fresh := func(offer *models.OfferView) *models.OfferView {
				view, _, err := w.store.PublicOffer(ctx, offer.Slug)
				w.must(err)
				return view
			}

			// Somebody waits for a file.
			book := w.live("Slow <bread>", "file", "")
			early := w.place(book, "early@example.com", "early", "1")
			w.pay(early, "early")
			w.post("ana@example.com", "early@example.com")
			_, err := w.store.AddFile(ctx, w.shop, w.owner, &book.Offer, "bread.pdf", strings.NewReader("flour"))
			w.must(err)

			// One code too few to be at ease.
			brushes := w.live("Ink brushes", "licence_code", "")
			var list strings.Builder
			for i := range models.CodesLow + 1 {
				fmt.Fprintf(&list, "BRUSH-%04d\n", i)
			}
			_, err = w.store.AddCodes(ctx, w.shop, w.owner, &brushes.Offer, list.String())
			w.must(err)
			w.pay(w.place(fresh(brushes), "coder@example.com", "coder", "1"), "coder")

			// The only print goes back to the shop, and to who waits for it.
			sheet := w.live("Harbour print", "ship", "1")
			sold := w.place(sheet, "hasty@example.com", "hasty", "1")
			w.pay(sold, "hasty")
			w.must(w.store.JoinWaitlist(ctx, fresh(sheet), "", "patient@example.com", lang))
			sold, err = w.store.Order(ctx, sold.ID)
			w.must(err)
			_, err = w.store.AskRefund(ctx, w.shop, w.owner, sold, models.RefundForm{Amount: "42,00", Reason: "requested", Restock: "1"})
			w.must(err)

			// One card buys twice what one buyer may have once.
			mug, err := w.store.CreateOffer(ctx, w.shop, w.owner, models.OfferForm{Title: "Blue mug", Price: "42,00", Currency: "eur", Stock: "9", Limit: "1", Fulfilment: "ship"})
			w.must(err)
			w.must(w.store.SendToReview(ctx, w.shop, w.owner, mug))
			queue, err := w.store.ReviewQueue(ctx)
			w.must(err)
			w.must(w.store.Decide(ctx, w.admin, &queue[0], models.Decision{Verdict: "approved"}))
			view, err := w.store.OfferIn(ctx, w.shop, mug.Slug)
			w.must(err)
			w.must(w.store.Publish(ctx, w.shop, w.owner, &view.Offer, true))
			var twice *models.Order
			for _, who := range []string{"one", "two"} {
				order := w.place(fresh(view), who+"@example.com", who, "1")
				w.pay(order, who)
				twice, err = w.store.Order(ctx, order.ID)
				w.must(err)
				w.must(w.store.RecordCharge(ctx, twice, models.Charge{ID: "ch_" + who, Card: "visa 4242", Fingerprint: "the-same"}))
			}

			// Somebody wants to be told when an offer begins.
			begins := w.clock.Now().Add(26 * time.Hour).Truncate(time.Minute)
			later, err := w.store.CreateOffer(ctx, w.shop, w.owner, models.OfferForm{Title: "Winter print", Price: "42,00", Currency: "eur", Fulfilment: "ship", StartsAt: begins.In(w.shop.Zone()).Format("2006-01-02T15:04")})
			w.must(err)
			w.must(w.store.SendToReview(ctx, w.shop, w.owner, later))
			queue, err = w.store.ReviewQueue(ctx)
			w.must(err)
			w.must(w.store.Decide(ctx, w.admin, &queue[0], models.Decision{Verdict: "approved"}))
			view, err = w.store.OfferIn(ctx, w.shop, later.Slug)
			w.must(err)
			w.must(w.store.Publish(ctx, w.shop, w.owner, &view.Offer, true))
			w.must(w.store.RemindMe(ctx, &fresh(view).Offer, "keen@example.com", lang))
			asked, err := w.store.LatestLetter(ctx, "reminder_asked", "keen@example.com")
			w.must(err)
			reminder, err := w.store.ReminderByToken(ctx, asked.Secret)
			w.must(err)
			w.must(w.store.ConfirmReminder(ctx, reminder))
			w.clock.Advance(27 * time.Hour)
			w.must(w.store.Remind(ctx))
			w.clock.Advance(-27 * time.Hour)

			letters := w.post("ana@example.com", "early@example.com", "patient@example.com", "two@example.com", "keen@example.com")
			price := p.Money(models.Money{Amount: 4200, Currency: "eur"})
			for kind, wanted := range map[string][]string{
				"delivered":        {"Slow <bread>", "Maison Kestrel", base + "/orders/"},
				"codes_low":        {"Ink brushes", p.Number(models.CodesLow), base + "/dashboard/offers/" + brushes.Slug + "/codes"},
				"waitlist_joined":  {"Harbour print", "Maison Kestrel", p.Duration(models.TurnUsual * time.Minute), base + "/waits/", base + "/unsubscriptions/"},
				"freed":            {"Harbour print", "Maison Kestrel", price, p.Deadline(w.clock.Now().Add(models.TurnUsual * time.Minute)), base + "/waits/", base + "/unsubscriptions/"},
				"reminder_asked":   {"Winter print", "Maison Kestrel", p.Deadline(begins), base + "/reminders/" + asked.Secret},
				"reminder":         {"Winter print", "Maison Kestrel", base + "/o/" + later.Slug},
				"over_limit_buyer": {"Blue mug", "Maison Kestrel", price, "help@kestrel.example.com", base + "/orders/"},
				"over_limit_shop":  {"Blue mug", "two@example.com", price, base + "/dashboard/sales/" + twice.Slug},
			} {
				d, ok := letters[kind]
				if !ok {
					t.Errorf("no letter %s", kind)
					continue
				}
				r := open(t, d)
				check(t, kind, r, lang, w.clock.Now())
				contains(t, kind, r, wanted...)
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}
