package mail

import (
	"context"

	"github.com/tillbird/tillbird/views"
)

// overLimitBuyer tells a buyer that the card had bought up to the limit, and that the money comes back.
func (d *draft) overLimitBuyer(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	total := d.money(order.OrderView, order.Total)
	text := d.w.T("letter.over_limit_buyer.text", "Item", d.item(order.OrderView), "Shop", order.shop.Name, "Total", total)
	d.open(d.w.T("letter.over_limit_buyer.subject", "Total", total), d.w.T("letter.over_limit_buyer.heading"), text)
	d.button(d.w.T("letter.receipt.button"), views.OrderPath(token))
	d.say(d.w.T("letter.shortfall_buyer.contact", "Address", order.shop.SupportEmail))
	return nil
}

// overLimitShop tells the merchant of it.
func (d *draft) overLimitShop(ctx context.Context) error {
	order, err := d.purchase(ctx)
	if err != nil {
		return err
	}
	text := d.w.T("letter.over_limit_shop.text", "Buyer", order.Email, "Item", d.item(order.OrderView), "Total", d.money(order.OrderView, order.Total))
	d.open(d.w.T("letter.over_limit_shop.subject", "Number", d.number(order.OrderView)), d.w.T("letter.over_limit_shop.heading"), text)
	d.button(d.w.T("letter.over_limit_shop.button"), views.SalePath(order.Slug))
	d.account()
	return nil
}
