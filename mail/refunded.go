package mail

import (
	"context"
	"strings"

	"github.com/tillbird/tillbird/views"
)

// refunded tells a buyer how much money comes back, with the seller's words about it.
func (d *draft) refunded(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	refund, err := d.mail.store.Refund(ctx, strings.TrimPrefix(d.letter.Key, "refunded-"))
	if err != nil {
		return err
	}
	amount := d.money(order.OrderView, refund.Amount)
	text := d.w.T("letter.refunded.text", "Shop", order.shop.Name, "Amount", amount, "Item", d.item(order.OrderView))
	d.open(d.w.T("letter.refunded.subject", "Amount", amount), d.w.T("letter.refunded.heading"), text)
	if refund.Words != "" {
		d.say(d.w.T("letter.refunded.words", "Shop", order.shop.Name))
		d.quote(refund.Words)
	}
	d.button(d.w.T("letter.receipt.button"), views.OrderPath(token))
	d.rows(
		views.LetterRow{Name: d.w.T("letter.receipt.item"), Value: d.item(order.OrderView)},
		views.LetterRow{Name: d.w.T("letter.refunded.amount"), Value: amount, Strong: true},
		views.LetterRow{Name: d.w.T("letter.refunded.total"), Value: d.money(order.OrderView, order.Total)},
		views.LetterRow{Name: d.w.T("letter.receipt.date"), Value: d.w.DateTime(refund.UpdatedAt)},
		views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
	)
	d.say(d.w.T("letter.refunded.contact", "Address", order.shop.SupportEmail))
	return nil
}
