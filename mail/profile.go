package mail

import (
	"context"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// profileExpired tells an owner that an account of the shop lets Tillbird in no more, so that posts do not wait in vain.
func (d *draft) profileExpired(ctx context.Context) error {
	shop, err := d.shopOf(ctx)
	if err != nil {
		return err
	}
	told := d.letter.Told
	profile := models.Profile{Network: told("network"), Handle: told("handle")}
	page := views.Page{W: d.w}
	account := views.AccountName(page, &profile)
	text := d.w.T("letter.profile_expired.text", "Account", account, "Shop", shop.Name)
	d.begin(d.w.T("letter.profile_expired.subject", "Account", account), d.w.T("letter.profile_expired.heading"), text)
	d.say(text)
	d.say(d.w.T("profile.reason."+told("reason"), "Network", d.w.T("post.network."+told("network"))))
	d.button(d.w.T("letter.profile_expired.button"), views.NetworksPath)
	d.say(d.w.T("letter.profile_expired.end"))
	d.account()
	return nil
}

// repliesQuiet tells an owner that the replies to an offer are not answered for an hour, because nobody confirms.
func (d *draft) repliesQuiet(ctx context.Context) error {
	shop, err := d.shopOf(ctx)
	if err != nil {
		return err
	}
	offer, err := d.mail.store.OfferIn(ctx, shop, d.letter.Told("slug"))
	if err != nil {
		return err
	}
	title := offer.Version.Title
	d.open(d.w.T("letter.replies_quiet.subject", "Title", title), d.w.T("letter.replies_quiet.heading"), d.w.T("letter.replies_quiet.text", "Title", title))
	d.say(d.w.T("letter.replies_quiet.end"))
	d.button(d.w.T("letter.replies_quiet.button"), views.RepliesPath)
	d.account()
	return nil
}
