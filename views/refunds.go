package views

import (
	"strings"

	"github.com/tillbird/tillbird/models"
)

// RefundAsk is a refund that somebody is about to make.
type RefundAsk struct {
	Order      *models.OrderView
	Form       models.RefundForm
	Errors     FieldErrors
	Refund     models.Refund      // as it was understood, on the page that asks once more
	Withdrawal *models.Withdrawal // nil where the buyer has not withdrawn
}

// refundFields are the fields in their order, for the error summary.
var refundFields = []string{"refund", "amount", "reason", "restock", "words"}

func (r RefundAsk) left(p Page) string { return p.W.Money(r.Order.Left()) }

func (r RefundAsk) field(p Page, id, value string) Field {
	f := Field{ID: id, Label: p.T("refund." + id + ".label"), Value: value, Error: r.Errors[id]}
	if hint := "refund." + id + ".hint"; p.W.Has(hint) {
		f.Hint = p.T(hint)
	}
	return f
}

func (r RefundAsk) amount(p Page) Field {
	f := r.field(p, "amount", r.Form.Amount)
	f.Hint, f.Size, f.Suffix, f.Required = p.T("refund.amount.hint", "Left", r.left(p)), "m", strings.ToUpper(r.Order.Currency), true
	return f
}

func (r RefundAsk) restock(p Page) Field {
	f := r.field(p, "restock", r.Form.Restock)
	f.Hint, f.Size, f.Optional = p.N("refund.restock.hint", r.Order.Restockable()), "s", true
	return f
}

func (r RefundAsk) words(p Page) Field {
	f := r.field(p, "words", r.Form.Words)
	f.Rows, f.Limit, f.Optional, f.Attrs = 3, models.RefundWordsMost, true, map[string]any{"dir": "auto"}
	return f
}

func refundReasons(p Page) []Option {
	var list []Option
	for _, reason := range models.RefundReasons {
		list = append(list, Option{Value: reason, Label: p.T("sale.refund_reason." + reason)})
	}
	return list
}

// check is what is about to happen, line by line.
func (r RefundAsk) check(p Page) []Fact {
	after := r.Order.Order
	after.Refunded += r.Refund.Amount
	facts := []Fact{
		{Name: p.T("refund.check.to"), Value: r.Order.Email},
		{Name: p.T("refund.reason.label"), Value: p.T("sale.refund_reason." + r.Refund.Reason)},
	}
	if r.Order.Card != "" {
		facts = append(facts, Fact{Name: p.T("sale.buyer.card"), Value: cardText(r.Order.Card)})
	}
	if r.Order.Restockable() > 0 {
		facts = append(facts, Fact{Name: p.T("refund.restock.label"), Value: p.W.Number(r.Refund.Restocked)})
	}
	return append(
		facts,
		Fact{Name: p.T("refund.check.before"), Value: p.W.Money(r.Order.Net())},
		Fact{Name: p.T("refund.check.after"), Value: p.W.Money(after.Net()), Total: true},
	)
}
