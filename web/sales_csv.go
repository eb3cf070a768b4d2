package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// salesColumns are the heads of the file, in one language for all: programs read it too.
var salesColumns = []string{
	"number", "date", "offer", "quantity", "currency", "items", "discount", "shipping", "tax", "total", "tillbird_fee", "refunded", "disputed", "you_receive",
	"payment", "fulfilment", "dispute", "source", "post", "buyer_email", "buyer_name", "variant", "sku", "code", "tax_included", "ship_to",
}

// exportSales sends the sales of the view as a file, a hundred at a time, so that years of them fit.
func (s *Server) exportSales(v *visit) error {
	filter, _ := v.salesAsked()
	filter.Page = models.Page{Size: 100}
	rows, err := s.store.Sales(v.ctx(), v.Shop, filter)
	if err != nil {
		return err
	}
	name := v.Shop.Handle + "-sales-" + s.store.Now().In(v.Shop.Zone()).Format(time.DateOnly)
	return s.sendTable(v, name, salesColumns, func(write func([]string)) (more bool, err error) {
		orders, _, older := models.Turn(filter.Page, rows)
		for i := range orders {
			write(salesLine(&orders[i], v.Shop.Zone()))
		}
		if older {
			filter.Page.Cursor = filter.PlaceOf(&orders[len(orders)-1].Order)
			rows, err = s.store.Sales(v.ctx(), v.Shop, filter)
		}
		return older, err
	})
}

func salesLine(o *models.OrderView, zone *time.Location) []string {
	money := func(n int64) string { return plainMoney(o.Money(n)) }
	at, net, fee, post := o.CreatedAt, "", "", ""
	if o.PaidAt != nil {
		at, net, fee = *o.PaidAt, plainMoney(o.Net()), plainMoney(o.FeeKept())
	}
	if o.Post != nil {
		post = o.Post.Code
	}
	return []string{
		strconv.FormatInt(o.Number, 10), at.In(zone).Format(time.RFC3339), cell(o.Version.Title), strconv.FormatInt(o.Quantity, 10), strings.ToUpper(o.Currency),
		money(o.Items), money(o.Discount), money(o.Shipping), money(o.Tax), money(o.Total), fee, money(o.Refunded), money(o.Disputed), net,
		o.Payment, o.Fulfilment, disputeWord(&o.Order), o.Source, cell(post), cell(o.Email), cell(o.BuyerName), cell(o.Variant), cell(o.SKU), cell(o.Code), money(o.TaxIncluded), o.ShipTo,
	}
}

// disputeWord is an order's dispute, or inquiry where the bank only asks.
func disputeWord(o *models.Order) string {
	if o.Dispute == "none" && o.Inquiry == "open" {
		return "inquiry"
	}
	return o.Dispute
}

// plainMoney is an amount as programs read it: 1234.50, 1500 for yen, 1.250 for dinars.
func plainMoney(m models.Money) string { return words.For("en", nil).MoneyInput(m) }

// cell keeps a text from being run as a formula by the program that opens the file.
func cell(text string) string {
	return models.SafeCell(text)
}
