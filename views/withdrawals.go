package views

import "github.com/tillbird/tillbird/models"

// WithdrawalAsk is a withdrawal that a buyer is about to confirm.
type WithdrawalAsk struct {
	Order       *models.OrderView
	Shop        *models.Shop
	Token       string
	Right       models.WithdrawalRight
	Name, Words string
	Errors      FieldErrors
}

// withdrawalKind is an offer's rule; an offer that has none yet lets buyers withdraw.
func withdrawalKind(kind string) string {
	if kind == "" {
		return "yes"
	}
	return kind
}

func withdrawals(p Page) []Option {
	var list []Option
	for _, kind := range models.Withdrawals {
		list = append(list, Option{Value: kind, Label: p.T("withdrawal.kind." + kind)})
	}
	return list
}

// withdrawalWords are the id of words about a withdrawal: where nothing was sent, nothing comes back.
func withdrawalWords(order *models.OrderView, id string) string {
	if order.Version.Fulfilment != "ship" {
		return id + ".nothing"
	}
	return id
}
