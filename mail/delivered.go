package mail

import (
	"context"
	"errors"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// delivered tells a buyer who waited for a file that it is there.
func (d *draft) delivered(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	text := d.w.T("letter.delivered.text", "Shop", order.shop.Name, "Item", d.item(order.OrderView))
	d.open(d.w.T("letter.delivered.subject", "Item", d.item(order.OrderView)), d.w.T("letter.delivered.heading"), text)
	d.button(d.w.T("letter.delivered.button"), views.OrderPath(token))
	return nil
}

// codesLow warns the merchant that few licence codes are left.
func (d *draft) codesLow(ctx context.Context) error {
	if d.letter.OfferID == nil {
		return errors.New("the letter names no offer")
	}
	offer, count, err := d.mail.store.CodesLeft(ctx, *d.letter.OfferID)
	if err != nil {
		return err
	}
	title := offer.Version.Title
	text := d.w.N("letter.codes_low.text", count.Free, "Title", title)
	d.open(d.w.T("letter.codes_low.subject", "Title", title), d.w.T("letter.codes_low.heading"), text)
	d.button(d.w.T("letter.codes_low.button"), views.CodesPath(offer.Slug))
	d.account()
	return nil
}

// codes are those of an order that its letter may show: where seeing them ends no right.
func (d *draft) codes(ctx context.Context, order purchase) error {
	codes, err := d.mail.store.CodesOf(ctx, &order.Order)
	if err != nil || len(codes) == 0 {
		return err
	}
	if !order.CodesShown() {
		d.say(d.w.T("letter.receipt.codes.covered"))
		return nil
	}
	d.say(d.w.T("letter.receipt.codes"))
	d.quote(join(texts(codes)...))
	return nil
}

func texts(codes []models.GivenCode) (list []string) {
	for _, code := range codes {
		list = append(list, code.Text)
	}
	return list
}
