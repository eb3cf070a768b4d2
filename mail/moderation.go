package mail

import (
	"context"
	"strings"

	"github.com/tillbird/tillbird/views"
)

// offerTakenDown tells the owners that a moderator has ended an offer, and what can be done.
func (d *draft) offerTakenDown(ctx context.Context) error {
	shop, err := d.shop(ctx)
	if err != nil {
		return err
	}
	offer, err := d.mail.store.OfferIn(ctx, shop, d.letter.Told("slug"))
	if err != nil {
		return err
	}
	subject := d.w.T("letter.offer_taken_down.subject", "Title", offer.Version.Title)
	text := d.w.T("letter.offer_taken_down.text", "Title", offer.Version.Title)
	d.begin(subject, subject, text)
	d.say(text)
	d.say(d.w.T("letter.review.note"))
	d.quote(d.letter.Told("reason"))
	d.say(d.w.T("letter.offer_taken_down.next"))
	d.button(d.w.T("letter.review.button"), views.ShopOfferPath(offer.Slug))
	d.account()
	return nil
}

// shopStanding tells the owners how the shop stands with the rules now, and what to do.
func (d *draft) shopStanding(ctx context.Context) error {
	shop, err := d.shop(ctx)
	if err != nil {
		return err
	}
	standing := d.letter.Told("standing")
	var subject, text, next string
	switch standing {
	case "warned":
		subject, text, next = d.w.T("letter.standing.warned.subject", "Shop", shop.Name), d.w.T("letter.standing.warned.text", "Shop", shop.Name), d.w.T("letter.standing.warned.next")
	case "suspended":
		subject, text, next = d.w.T("letter.standing.suspended.subject", "Shop", shop.Name), d.w.T("letter.standing.suspended.text", "Shop", shop.Name), d.w.T("letter.standing.suspended.next")
	default:
		subject, text, next = d.w.T("letter.standing.good.subject", "Shop", shop.Name), d.w.T("letter.standing.good.text", "Shop", shop.Name), d.w.T("letter.standing.good.next")
	}
	d.begin(subject, subject, text)
	d.say(text)
	if reason := strings.TrimSpace(d.letter.Told("reason")); reason != "" {
		d.say(d.w.T("letter.review.note"))
		d.quote(reason)
	}
	d.say(next)
	d.button(d.w.T("letter.standing.button"), views.DashboardPath)
	d.account()
	return nil
}
