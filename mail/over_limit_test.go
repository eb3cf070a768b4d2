package mail_test

import (
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// TestOverLimitLetters: who paid by a card over the limit, and the merchant, are told once, in their language.
func TestOverLimitLetters(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			p := words.For(lang, w.shop.Zone())
			offer := w.live("Linen apron", "ship", "9")
			w.must(w.store.UpdateOffer(ctx, w.shop, w.owner, &offer.Offer, limited(offer)))
			offer, _, err := w.store.PublicOffer(ctx, offer.Slug)
			w.must(err)
			for _, who := range []string{"fan", "other"} {
				order := w.place(offer, who+"@example.com", who, "1")
				w.pay(order, who)
				for range 2 {
					w.must(w.store.RecordCharge(ctx, order, models.Charge{ID: "ch_" + who, Card: "visa 4242", Fingerprint: "one card"}))
				}
			}
			letters := w.post("fan@example.com", "other@example.com", "ana@example.com")
			total := p.Money(models.Money{Amount: 4200, Currency: "eur"})
			for kind, wanted := range map[string][]string{
				"over_limit_buyer": {"Linen apron", total, "Maison Kestrel", "help@kestrel.example.com"},
				"over_limit_shop":  {"Linen apron", total, "other@example.com", base + "/dashboard/sales/"},
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
			if again := w.post("other@example.com", "ana@example.com"); len(again) > 0 {
				t.Errorf("told again: %v", again)
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}

// limited is the offer as it is, but one for each buyer.
func limited(offer *models.OfferView) models.OfferForm {
	v := offer.Version
	return models.OfferForm{Title: v.Title, Words: v.Words, Price: "42", Currency: v.Currency, Stock: "9", Limit: "1", Fulfilment: v.Fulfilment, Hashtag: v.Hashtag}
}
