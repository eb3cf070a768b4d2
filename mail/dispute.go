package mail

import (
	"context"
	"errors"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// disputed loads the dispute of a letter with its order; times are then the shop's.
func (d *draft) disputed(ctx context.Context) (purchase, *models.Dispute, error) {
	order, err := d.purchase(ctx)
	if err != nil {
		return order, nil, err
	}
	if d.letter.DisputeID == nil {
		return order, nil, errors.New("the letter names no dispute")
	}
	dispute, err := d.mail.store.Dispute(ctx, *d.letter.DisputeID)
	return order, dispute, err
}

// dispute tells the merchant how a dispute stands: that one was opened and by when to answer, or how it ended.
func (d *draft) dispute(ctx context.Context) error {
	order, dispute, err := d.disputed(ctx)
	if err != nil {
		return err
	}
	amount, when, date := d.w.Money(dispute.Money()), "", ""
	if dispute.DueAt != nil {
		when, date = d.w.Deadline(*dispute.DueAt), d.w.Day(*dispute.DueAt)
	}
	due := false
	switch d.letter.Kind {
	case "dispute_opened":
		text := d.w.T("dispute.letter.opened.text", "Amount", amount, "When", when)
		d.begin(d.w.T("dispute.letter.opened.subject", "Amount", amount, "Date", date), d.w.T("dispute.letter.opened.heading"), text)
		d.say(text)
		due = true
	case "dispute_inquiry":
		text := d.w.T("dispute.letter.inquiry.text", "When", when)
		d.begin(d.w.T("dispute.letter.inquiry.subject", "Amount", amount, "Date", date), d.w.T("dispute.letter.inquiry.heading"), text)
		d.say(text)
		due = true
	case "dispute_won":
		text := d.w.T("dispute.letter.won.text", "Amount", amount)
		d.begin(d.w.T("dispute.letter.won.subject", "Amount", amount), d.w.T("dispute.letter.won.heading"), text)
		d.say(text)
	case "dispute_lost":
		text := d.w.T("dispute.letter.lost.text", "Amount", amount)
		d.begin(d.w.T("dispute.letter.lost.subject", "Amount", amount), d.w.T("dispute.letter.lost.heading"), text)
		d.say(text)
	default:
		text := d.w.T("dispute.letter.closed.text")
		d.begin(d.w.T("dispute.letter.closed.subject", "Amount", amount), d.w.T("dispute.letter.closed.heading"), text)
		d.say(text)
	}
	rows := []views.LetterRow{
		{Name: d.w.T("letter.receipt.item"), Value: d.item(order.OrderView)},
		{Name: d.w.T("dispute.letter.amount"), Value: amount, Strong: true},
		{Name: d.w.T("dispute.letter.reason"), Value: views.DisputeReason(d.w, dispute.Reason)},
		{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
	}
	if due {
		rows = append(rows, views.LetterRow{Name: d.w.T("dispute.letter.due"), Value: when, Strong: true})
	}
	d.rows(rows...)
	d.button(d.w.T("dispute.letter.button"), views.DisputePath(dispute.Slug))
	d.account()
	return nil
}

// fraudWarning tells the merchant that a card's bank thinks a payment is fraud.
func (d *draft) fraudWarning(ctx context.Context) error {
	order, err := d.purchase(ctx)
	if err != nil {
		return err
	}
	warnings, err := d.mail.store.WarningsOf(ctx, &order.Order)
	if err != nil {
		return err
	}
	amount := d.money(order.OrderView, order.Total)
	text, next := d.w.T("warning.letter.text", "Amount", amount), d.w.T("warning.letter.wait")
	for _, warning := range warnings {
		if warning.RefundID != nil {
			text, next = d.w.T("warning.letter.refunded", "Amount", amount), ""
		}
	}
	d.begin(d.w.T("warning.letter.subject", "Number", d.number(order.OrderView)), d.w.T("warning.letter.heading"), text)
	d.say(text)
	if next != "" && order.Fulfilment == "to_do" {
		d.say(next)
	}
	d.rows(
		views.LetterRow{Name: d.w.T("letter.receipt.item"), Value: d.item(order.OrderView)},
		views.LetterRow{Name: d.w.T("dispute.letter.amount"), Value: amount, Strong: true},
		views.LetterRow{Name: d.w.T("letter.sold.buyer"), Value: join(order.BuyerName, order.Email)},
		views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
	)
	d.button(d.w.T("letter.sold.button"), views.SalePath(order.Slug))
	d.account()
	return nil
}
