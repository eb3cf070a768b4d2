package views

import (
	"net/url"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// BuyerOrder is an order as its buyer sees it.
type BuyerOrder struct {
	Order   *models.OrderView
	Shop    *models.Shop
	Token   string // of the page's address
	Asking  bool   // Stripe has not told us yet whether it is paid
	Notice  string // why something just now did not work
	Refunds []models.Refund
	Changes []models.Change

	Shipment   *models.Shipment   // nil where nothing was sent
	Files      []models.BuyerFile // that we hand over
	Codes      []models.GivenCode
	Withdrawal *models.Withdrawal
	Right      models.WithdrawalRight
}

// state names what the page is about, in the words order.<state>.….
func (o BuyerOrder) state() string {
	order := o.Order
	switch {
	case order.Shortfall:
		return "shortfall"
	case order.OverLimit:
		return "over_limit"
	case order.Payment == "pending" && o.soldOut():
		return "closing"
	case order.Payment == "cancelled" && o.soldOut():
		return "sold_out"
	case order.Payment == "pending" && o.happened("cancel_asked"):
		return "letting_go"
	case order.Payment == "pending" && o.Asking:
		return "asking"
	}
	return order.Payment
}

func (o BuyerOrder) tone() Tone {
	switch o.state() {
	case "paid":
		return ToneSuccess
	case "failed":
		return ToneError
	case "shortfall", "over_limit", "partly_refunded":
		return ToneWarning
	}
	return ToneInfo
}

func (o BuyerOrder) happened(kind string) bool {
	for _, change := range o.Changes {
		if change.Kind == kind {
			return true
		}
	}
	return false
}

// payLabel is what the button says: of an order by reply it is the last word, for the saved card is charged.
func (o BuyerOrder) payLabel(p Page) string {
	total := p.W.Money(o.Order.Money(o.Order.Total))
	if o.Order.ByCard {
		return p.T("wallet.confirm", "Total", total)
	}
	return p.T("buy.pay", "Amount", total)
}

// soldOut tells whether the checkout was closed because the goods were gone.
func (o BuyerOrder) soldOut() bool {
	for _, change := range o.Changes {
		if change.Kind == "cancel_asked" {
			return change.Detail == "sold_out"
		}
	}
	return false
}

// sentence says what is so, and what comes next.
func (o BuyerOrder) sentence(p Page) string {
	order := o.Order
	id := "order." + o.state() + ".sentence"
	switch o.state() {
	case "pending":
		if order.ByCard {
			return p.T("order.pending.by_card", "Until", p.W.Deadline(order.OpenUntil))
		}
		if order.FirstPaid {
			return p.T("order.pending.first_paid", "Until", p.W.Deadline(order.OpenUntil))
		}
		return p.T(id, "Until", p.W.Deadline(order.OpenUntil))
	case "paid":
		if o.Shipment != nil {
			return p.T("order.paid.sent."+order.Version.Fulfilment, "Shop", o.Shop.Name, "When", p.W.DateTimeText(o.Shipment.SentAt))
		}
		if len(o.Files) > 0 {
			return p.T("delivery.files.sentence")
		}
		if len(o.Codes) > 0 {
			return p.T("delivery.codes.sentence")
		}
		return p.T("order.paid.next."+order.Version.Fulfilment, "Shop", o.Shop.Name)
	case "partly_refunded":
		return p.T(id, "Refunded", p.W.Money(order.Money(order.Refunded)), "Total", p.W.Money(order.Money(order.Total)))
	case "shortfall":
		if order.Code != "" {
			return p.T("order.shortfall.code", "Refunded", p.W.Money(order.Money(order.Total)), "Code", order.Code)
		}
		return p.T(id, "Refunded", p.W.Money(order.Money(order.Total)))
	case "refunded", "over_limit":
		return p.T(id, "Refunded", p.W.Money(order.Money(order.Total)))
	}
	return p.T(id)
}

// refundFailed tells whether money that should have come back has not.
func (o BuyerOrder) refundFailed() bool {
	for _, refund := range o.Refunds {
		if refund.State == "failed" {
			return true
		}
	}
	return false
}

// card is the card that paid, as people know it: Visa •••• 4242.
func (o BuyerOrder) card() string {
	brand, last4, found := strings.Cut(o.Order.Card, " ")
	if !found || brand == "" {
		return o.Order.Card
	}
	return strings.ToUpper(brand[:1]) + brand[1:] + " •••• " + last4
}

// postedTo is the buyer's name and address; its last line is a country, which Stripe gives by its code.
func (o BuyerOrder) postedTo(p Page) string {
	lines := strings.Split(o.Order.BuyerName+"\n"+o.Order.Address, "\n")
	if last := lines[len(lines)-1]; len(last) == 2 {
		lines[len(lines)-1] = p.W.Country(last)
	}
	return strings.Join(lines, "\n")
}

// buyAgain tells whether there is a way back to the offer.
func (o BuyerOrder) buyAgain() bool {
	switch o.Order.Payment {
	case "expired", "failed", "cancelled":
		return o.Order.Offer.State != "taken_down"
	}
	return false
}

func (o BuyerOrder) amounts(p Page) []Fact {
	order := o.Order
	each := p.W.Money(models.Money{Amount: order.Items / max(order.Quantity, 1), Currency: order.Currency})
	list := []Fact{{Name: p.T("order.items", "Quantity", p.W.Number(order.Quantity), "Each", each), Value: p.W.Money(order.Money(order.Items))}}
	for _, part := range []struct {
		name   string
		amount int64
	}{{discountName(p, &order.Order, "order.discount"), -order.Discount}, {p.T("order.shipping"), order.Shipping}, {p.T("order.tax"), order.Tax}} {
		if part.amount != 0 {
			list = append(list, Fact{Name: part.name, Value: p.W.Money(order.Money(part.amount))})
		}
	}
	list = append(list, Fact{Name: p.T("common.total"), Value: p.W.Money(order.Money(order.Total)), Total: true})
	if order.TaxIncluded > 0 {
		list = append(list, Fact{Name: p.T("price.tax_included"), Value: p.W.Money(order.Money(order.TaxIncluded))})
	}
	if order.Refunded > 0 {
		list = append(list, Fact{Name: p.T("order.given_back"), Value: p.W.Money(order.Money(order.Refunded))})
	}
	return list
}

func mailSubject(p Page, o BuyerOrder) string {
	return url.PathEscape(p.T("order.number", "Number", p.W.Number(o.Order.Number)) + ": " + Plain(o.Order.Title()))
}
