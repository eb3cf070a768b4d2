package mail

import (
	"context"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// shopOf is the shop that a letter is about; the letter goes on in its zone.
func (d *draft) shopOf(ctx context.Context) (*models.Shop, error) {
	shop, err := d.mail.store.ShopOf(ctx, *d.letter.ShopID)
	if err == nil {
		d.in(shop.Zone())
	}
	return shop, err
}

// payoutFailed tells an owner that money did not arrive at the bank, why, and what to do.
func (d *draft) payoutFailed(ctx context.Context) error {
	shop, err := d.shopOf(ctx)
	if err != nil {
		return err
	}
	payout, err := d.mail.store.Payout(ctx, *d.letter.PayoutID)
	if err != nil {
		return err
	}
	amount := d.w.Money(payout.Money())
	text := d.w.T("letter.payout_failed.text", "Amount", amount, "Shop", shop.Name)
	if payout.WasPaid {
		text = d.w.T("letter.payout_failed.returned", "Amount", amount, "Shop", shop.Name)
	}
	d.begin(d.w.T("letter.payout_failed.subject", "Amount", amount), d.w.T("letter.payout_failed.heading"), text)
	d.say(text)
	d.say(views.PayoutFailure(d.w, payout.FailureCode))
	d.button(d.w.T("letter.payout_failed.button"), views.PayoutPath(payout.Slug))
	bank := ""
	if payout.Bank != "" {
		bank = "••" + payout.Bank
	}
	d.rows(
		views.LetterRow{Name: d.w.T("letter.payout_failed.amount"), Value: amount, Strong: true},
		views.LetterRow{Name: d.w.T("letter.payout_failed.bank"), Value: bank},
		views.LetterRow{Name: d.w.T("letter.payout_failed.made"), Value: d.w.Date(payout.MadeAt)},
	)
	d.say(d.w.T("letter.payout_failed.end"))
	d.account()
	return nil
}

// requirementDue tells an owner what Stripe wants, and by when.
func (d *draft) requirementDue(ctx context.Context) error {
	shop, err := d.shopOf(ctx)
	if err != nil {
		return err
	}
	wanted := views.WantedNow(views.Page{W: d.w}, shop.Wanted())
	if shop.RequirementsDueAt == nil || len(wanted) == 0 { // handed in meanwhile
		text := d.w.T("letter.requirement_due.settled", "Shop", shop.Name)
		d.begin(d.w.T("letter.requirement_due.subject.settled"), d.w.T("letter.requirement_due.subject.settled"), text)
		d.say(text)
		d.account()
		return nil
	}
	when := d.w.Deadline(*shop.RequirementsDueAt)
	text := d.w.T("letter.requirement_due.text", "Shop", shop.Name, "When", when)
	d.begin(d.w.T("letter.requirement_due.subject", "When", d.w.Date(*shop.RequirementsDueAt)), d.w.T("letter.requirement_due.heading"), text)
	d.say(text)
	d.rows(
		views.LetterRow{Name: d.w.T("letter.requirement_due.what"), Value: join(wanted...), Strong: true},
		views.LetterRow{Name: d.w.T("letter.requirement_due.when"), Value: when},
	)
	d.button(d.w.T("letter.requirement_due.button"), views.OnboardingPath)
	d.say(d.w.T("letter.requirement_due.end"))
	d.account()
	return nil
}
