package mail

import (
	"context"

	"github.com/tillbird/tillbird/views"
)

// fanEmail asks a fan to confirm the address of the wallet.
func (d *draft) fanEmail() {
	subject := d.w.T("letter.fan_email.subject")
	text := d.w.T("letter.fan_email.text", "Address", d.letter.Recipient)
	d.begin(subject, subject, text)
	d.say(text)
	d.button(d.w.T("letter.fan_email.button"), views.FanEmailPath(d.letter.Secret))
	d.say(d.w.T("letter.fan_email.end"))
	d.account()
}

// fanMoved tells the former address of a wallet that another took its place.
func (d *draft) fanMoved() {
	subject, text := d.w.T("letter.fan_moved.subject"), d.w.T("letter.fan_moved.text")
	d.begin(subject, subject, text)
	d.say(text)
	d.say(d.w.T("letter.fan_moved.end"))
	d.button(d.w.T("letter.fan_moved.button"), views.NewWalletStopPath)
	d.account()
}

// confirmOrder asks a fan about an order by reply where no public answer can, or is enough: with the private page on which
// it is confirmed or let go.
func (d *draft) confirmOrder(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	total, item := d.money(order.OrderView, order.Total), d.item(order.OrderView)
	text := d.w.T("letter.confirm_order.text", "Item", item, "Shop", order.shop.Name, "Total", total)
	d.open(d.w.T("letter.confirm_order.subject", "Item", item), d.w.T("letter.confirm_order.heading"), text)
	d.button(d.w.T("letter.confirm_order.button"), views.OrderPath(token))
	d.say(d.w.T("letter.confirm_order.until", "End", d.w.Deadline(order.OpenUntil)))
	return nil
}

// payLink gives a fan the private page on which an order by reply is paid, where its bank or card stood against the
// charge. The order waits for an hour.
func (d *draft) payLink(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	confirmation, err := d.mail.store.Confirmation(ctx, order.ID)
	if err != nil {
		return err
	}
	total, item := d.money(order.OrderView, order.Total), d.item(order.OrderView)
	text := d.w.T("letter.pay_link.text."+confirmation.Why, "Item", item, "Shop", order.shop.Name, "Total", total)
	d.open(d.w.T("letter.pay_link.subject", "Item", item), d.w.T("letter.pay_link.heading"), text)
	d.button(d.w.T("letter.pay_link.button", "Total", total), views.OrderPath(token))
	d.say(d.w.T("letter.pay_link.until", "End", d.w.Deadline(order.OpenUntil)))
	return nil
}
