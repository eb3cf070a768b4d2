package mail

import (
	"context"
	"errors"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// freed tells somebody on a waitlist that one is set aside for them. Where it was written too late to be of use, it
// still says until when that was.
func (d *draft) freed(ctx context.Context) error {
	offer, shop, err := d.waitedFor(ctx)
	if err != nil {
		return err
	}
	wait, err := d.mail.store.WaitByToken(ctx, d.letter.Secret)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	title := views.Plain(offer.Version.Title)
	d.begin(d.w.T("letter.freed.subject", "Title", title), d.w.T("letter.freed.heading"), d.w.T("letter.freed.text", "Title", title, "Shop", shop.Name))
	d.say(d.w.T("letter.freed.text", "Title", title, "Shop", shop.Name))
	if wait != nil && wait.OfferedUntil != nil {
		d.rows(
			views.LetterRow{Name: d.w.T("letter.freed.price"), Value: d.w.Money(offer.Version.Money()), Strong: true},
			views.LetterRow{Name: d.w.T("letter.freed.until"), Value: d.w.Deadline(*wait.OfferedUntil)},
		)
	}
	d.button(d.w.T("letter.freed.button"), views.WaitPath(d.letter.Secret))
	d.say(d.w.T("letter.freed.end"))
	d.links(views.LetterLink{Href: d.mail.link(views.WaitPath(d.letter.Secret)), Label: d.w.T("letter.freed.leave"), About: d.w.T("letter.freed.leave.about")})
	d.because(d.w.T("letter.freed.because", "Site", d.mail.site()))
	return nil
}

// waitlistJoined tells somebody that the address stands on a waitlist, and how to leave it before a turn.
func (d *draft) waitlistJoined(ctx context.Context) error {
	offer, shop, err := d.waitedFor(ctx)
	if err != nil {
		return err
	}
	title := views.Plain(offer.Version.Title)
	d.begin(d.w.T("letter.waitlist.subject", "Title", title), d.w.T("letter.waitlist.heading"), d.w.T("letter.waitlist.text", "Title", title, "Shop", shop.Name))
	d.say(d.w.T("letter.waitlist.text", "Title", title, "Shop", shop.Name))
	d.say(d.w.T("letter.waitlist.next", "Time", d.w.Duration(offer.TurnLasts())))
	d.links(views.LetterLink{Href: d.mail.link(views.WaitPath(d.letter.Secret)), Label: d.w.T("letter.waitlist.leave"), About: d.w.T("letter.waitlist.leave.about")})
	d.because(d.w.T("letter.freed.because", "Site", d.mail.site()))
	return nil
}

// waitedFor is the offer of a waitlist's letter, and its shop, in whose time zone the letter goes on.
func (d *draft) waitedFor(ctx context.Context) (*models.OfferView, *models.Shop, error) {
	if d.letter.OfferID == nil {
		return nil, nil, errors.New("a letter of a waitlist without its offer")
	}
	slug, err := d.mail.store.OfferSlug(ctx, *d.letter.OfferID)
	if err != nil {
		return nil, nil, err
	}
	offer, shop, err := d.mail.store.PublicOffer(ctx, slug)
	if err == nil {
		d.in(shop.Zone())
	}
	return offer, shop, err
}
