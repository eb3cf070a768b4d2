package mail

import (
	"context"
	"errors"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// withdrawal loads the order of the letter with the withdrawal from it.
func (d *draft) withdrawal(ctx context.Context) (purchase, *models.Withdrawal, error) {
	order, err := d.purchase(ctx)
	if err != nil {
		return order, nil, err
	}
	withdrawal, err := d.mail.store.WithdrawalOf(ctx, &order.Order)
	if err == nil && withdrawal == nil {
		err = errors.New("the order has no withdrawal")
	}
	return order, withdrawal, err
}

// withdrawnBuyer is the dated receipt of a withdrawal.
func (d *draft) withdrawnBuyer(ctx context.Context) error {
	order, withdrawal, err := d.withdrawal(ctx)
	if err != nil {
		return err
	}
	token, err := d.mail.store.OrderToken(&order.Order)
	if err != nil {
		return err
	}
	text := d.w.T("letter.withdrawn_buyer.text", "Item", d.item(order.OrderView), "Shop", order.shop.Name, "Date", d.w.Date(withdrawal.RefundBy()))
	d.begin(d.w.T("letter.withdrawn_buyer.subject", "Number", d.number(order.OrderView)), d.w.T("letter.withdrawn_buyer.heading"), text)
	d.say(text)
	d.rows(
		views.LetterRow{Name: d.w.T("letter.withdrawn.when"), Value: d.w.DateTime(withdrawal.CreatedAt) + " (" + d.w.City() + ")", Strong: true},
		views.LetterRow{Name: d.w.T("letter.withdrawn.name"), Value: withdrawal.Name},
		views.LetterRow{Name: d.w.T("letter.receipt.item"), Value: d.item(order.OrderView)},
		views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
		views.LetterRow{Name: d.w.T("letter.receipt.total"), Value: d.money(order.OrderView, order.Total)},
	)
	d.quote(withdrawal.Words)
	d.button(d.w.T("letter.receipt.button"), views.OrderPath(token))
	if order.Version.Fulfilment == "ship" {
		d.say(d.w.T("letter.withdrawn_buyer.goods", "Address", order.shop.SupportEmail))
	}
	d.rows(d.seller(order)...)
	d.answerTo(order.shop)
	d.because(d.w.T("letter.footer.buyer", "Site", d.mail.site()))
	return nil
}

// withdrawnShop tells the merchant of it, and by when the money must be back.
func (d *draft) withdrawnShop(ctx context.Context) error {
	order, withdrawal, err := d.withdrawal(ctx)
	if err != nil {
		return err
	}
	text := d.w.T("letter.withdrawn_shop.text", "Buyer", order.Email, "Item", d.item(order.OrderView), "Total", d.money(order.OrderView, order.Total-order.Refunded), "Date", d.w.Date(withdrawal.RefundBy()))
	d.begin(d.w.T("letter.withdrawn_shop.subject", "Number", d.number(order.OrderView)), d.w.T("letter.withdrawn_shop.heading"), text)
	d.say(text)
	d.quote(withdrawal.Words)
	if order.Fulfilment == "to_do" {
		d.say(d.w.T("letter.withdrawn_shop.unsent"))
	}
	d.button(d.w.T("letter.sold.button"), views.SalePath(order.Slug))
	d.account()
	return nil
}
