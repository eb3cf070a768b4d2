package mail_test

import (
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

func TestPayoutLetters(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			w.post("ana@example.com")
			ctx, now := t.Context(), w.store.Now()
			told := models.Payout{StripeID: "po_1", StripeAccount: "acct_1", Amount: 123450, Currency: "eur", State: "paid", Automatic: true, ArrivesAt: now, MadeAt: now}
			w.must(w.store.KeepPayout(ctx, w.shop, told))
			if arrived := w.post("ana@example.com"); len(arrived) != 0 {
				t.Fatalf("a payout that went well wrote %v", arrived)
			}
			told.State, told.FailureCode = "failed", "account_closed"
			w.must(w.store.KeepPayout(ctx, w.shop, told))
			w.must(w.store.KeepPayout(ctx, w.shop, told))
			payout, err := w.store.PayoutByStripe(ctx, "po_1")
			w.must(err)
			r := open(t, w.post("ana@example.com")["payout_failed"])
			check(t, "payout_failed", r, lang, w.clock.Now())
			p := words.For(lang, nil)
			contains(t, "payout_failed", r, p.Money(payout.Money()), p.T("payout.failure.closed"), base+"/dashboard/payouts/"+payout.Slug)

			due := now.Add(14 * 24 * time.Hour).Truncate(time.Second)
			account := models.Account{ID: "acct_1", ChargesEnabled: true, PayoutsEnabled: true, DetailsSubmitted: true, Transfers: "active", CardPayments: "active", FetchedAt: now, DueAt: &due, Requirements: models.Requirements{Due: []string{"individual.verification.document"}}}
			for range 2 {
				_, err = w.store.RecordAccount(ctx, account, true)
				w.must(err)
			}
			r = open(t, w.post("ana@example.com")["requirement_due"])
			check(t, "requirement_due", r, lang, w.clock.Now())
			contains(t, "requirement_due", r, views.Want(views.Page{W: p}, "individual.verification.document"), p.In(w.shop.Zone()).Deadline(due), base+"/dashboard/onboarding")
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}
