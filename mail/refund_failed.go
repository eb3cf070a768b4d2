package mail

import (
	"context"

	"github.com/tillbird/tillbird/views"
)

// refundFailedBuyer tells a buyer that the bank did not take the money back.
func (d *draft) refundFailedBuyer(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	refund, err := d.mail.store.Refund(ctx, d.letter.Told("refund"))
	if err != nil {
		return err
	}
	amount := d.money(order.OrderView, refund.Amount)
	text := d.w.T("letter.refund_failed_buyer.text", "Shop", order.shop.Name, "Amount", amount, "Item", d.item(order.OrderView))
	d.open(d.w.T("letter.refund_failed_buyer.subject", "Amount", amount), d.w.T("letter.refund_failed_buyer.heading"), text)
	d.say(d.w.T("letter.refund_failed_buyer.next", "Shop", order.shop.Name, "Address", order.shop.SupportEmail))
	d.button(d.w.T("letter.receipt.button"), views.OrderPath(token))
	d.rows(
		views.LetterRow{Name: d.w.T("letter.receipt.item"), Value: d.item(order.OrderView)},
		views.LetterRow{Name: d.w.T("letter.refund_failed.amount"), Value: amount, Strong: true},
		views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
	)
	return nil
}

// refundFailedShop tells the owners that money which was to go back has not.
func (d *draft) refundFailedShop(ctx context.Context) error {
	order, err := d.purchase(ctx)
	if err != nil {
		return err
	}
	refund, err := d.mail.store.Refund(ctx, d.letter.Told("refund"))
	if err != nil {
		return err
	}
	amount := d.money(order.OrderView, refund.Amount)
	text, next := d.w.T("letter.refund_failed_shop.text", "Buyer", order.Email, "Amount", amount), d.w.T("letter.refund_failed_shop.next", "Buyer", order.Email)
	if d.letter.Told("state") == "cancelled" {
		text, next = d.w.T("letter.refund_failed_shop.refused", "Buyer", order.Email, "Amount", amount), d.w.T("letter.refund_failed_shop.refused.next")
	}
	d.open(d.w.T("letter.refund_failed_shop.subject", "Number", d.number(order.OrderView), "Amount", amount), d.w.T("letter.refund_failed_shop.heading"), text)
	d.say(next)
	d.rows(
		views.LetterRow{Name: d.w.T("letter.receipt.item"), Value: d.item(order.OrderView)},
		views.LetterRow{Name: d.w.T("letter.refund_failed.amount"), Value: amount, Strong: true},
		views.LetterRow{Name: d.w.T("letter.sold.buyer"), Value: join(order.BuyerName, order.Email)},
		views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
	)
	d.button(d.w.T("letter.sold.button"), views.SalePath(order.Slug))
	d.account()
	return nil
}
