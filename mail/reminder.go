package mail

import (
	"context"

	"github.com/tillbird/tillbird/views"
)

// reminderAsked asks an address whether it wants to be told when an offer begins. Who did not ask for that does nothing,
// and no letter follows.
func (d *draft) reminderAsked(ctx context.Context) error {
	title, shop, starts, _, err := d.reminded(ctx)
	if err != nil {
		return err
	}
	d.begin(d.w.T("letter.reminder_asked.subject", "Title", title), d.w.T("letter.reminder_asked.heading"), d.w.T("letter.reminder_asked.text", "Title", title, "Shop", shop))
	d.say(d.w.T("letter.reminder_asked.text", "Title", title, "Shop", shop))
	if starts != "" {
		d.rows(views.LetterRow{Name: d.w.T("letter.reminder_asked.starts"), Value: starts, Strong: true})
	}
	d.button(d.w.T("letter.reminder_asked.button"), views.ReminderPath(d.letter.Secret))
	d.say(d.w.T("letter.reminder_asked.end"))
	d.links(views.LetterLink{Href: d.mail.link(views.ReminderPath(d.letter.Secret)), Label: d.w.T("letter.reminder_asked.leave"), About: d.w.T("letter.reminder_asked.leave.about")})
	d.because(d.w.T("letter.reminder.because", "Site", d.mail.site()))
	return nil
}

// reminder tells that an offer has begun.
func (d *draft) reminder(ctx context.Context) error {
	title, shop, _, slug, err := d.reminded(ctx)
	if err != nil {
		return err
	}
	d.begin(d.w.T("letter.reminder.subject", "Title", title), d.w.T("letter.reminder.heading"), d.w.T("letter.reminder.text", "Title", title, "Shop", shop))
	d.say(d.w.T("letter.reminder.text", "Title", title, "Shop", shop))
	d.button(d.w.T("letter.reminder.button"), views.OfferPath(slug))
	d.say(d.w.T("letter.reminder.end"))
	d.because(d.w.T("letter.reminder.because", "Site", d.mail.site()))
	return nil
}

// reminded are the words about the offer, in the time of its shop.
func (d *draft) reminded(ctx context.Context) (title, shop, starts, slug string, err error) {
	offer, seller, err := d.waitedFor(ctx)
	if err != nil {
		return "", "", "", "", err
	}
	if offer.StartsAt != nil {
		starts = d.w.Deadline(*offer.StartsAt)
	}
	return views.Plain(offer.Version.Title), seller.Name, starts, offer.Slug, nil
}
