package mail

import (
	"context"

	"github.com/tillbird/tillbird/views"
)

// shortfallBuyer tells a buyer that the goods were gone and the money comes back.
func (d *draft) shortfallBuyer(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	total := d.money(order.OrderView, order.Total)
	text := d.w.T("letter.shortfall_buyer.text", "Item", d.item(order.OrderView), "Shop", order.shop.Name, "Total", total)
	if order.Code != "" {
		text = d.w.T("letter.shortfall_buyer.code", "Item", d.item(order.OrderView), "Shop", order.shop.Name, "Total", total, "Code", order.Code)
	}
	d.open(d.w.T("letter.shortfall_buyer.subject", "Total", total), d.w.T("letter.shortfall_buyer.heading"), text)
	d.button(d.w.T("letter.receipt.button"), views.OrderPath(token))
	d.say(d.w.T("letter.shortfall_buyer.contact", "Address", order.shop.SupportEmail))
	return nil
}

// shortfallShop tells the merchant of it.
func (d *draft) shortfallShop(ctx context.Context) error {
	order, err := d.purchase(ctx)
	if err != nil {
		return err
	}
	text := d.w.T("letter.shortfall_shop.text", "Buyer", order.Email, "Item", d.item(order.OrderView), "Total", d.money(order.OrderView, order.Total))
	if order.Code != "" {
		text = d.w.T("letter.shortfall_shop.code", "Buyer", order.Email, "Item", d.item(order.OrderView), "Total", d.money(order.OrderView, order.Total), "Code", order.Code)
	}
	d.open(d.w.T("letter.shortfall_shop.subject", "Number", d.number(order.OrderView)), d.w.T("letter.shortfall_shop.heading"), text)
	d.button(d.w.T("letter.shortfall_shop.button"), views.ShopOfferPath(order.Offer.Slug))
	d.account()
	return nil
}
