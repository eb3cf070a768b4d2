package web

import (
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// salesAsked is the list that an address asks for. What it does not understand does not count.
func (v *visit) salesAsked() (models.SalesFilter, views.Sales) {
	list := views.Sales{Query: v.QueryParam("q"), MaySend: v.Role.May(models.Answer)}
	switch tab := v.QueryParam("tab"); tab {
	case "to_send", "refunded", "disputed", "open":
		list.Tab = tab
	}
	if day, err := time.ParseInLocation(time.DateOnly, v.QueryParam("day"), v.Shop.Zone()); err == nil {
		list.Day = &day
	}
	filter := models.SalesFilter{Tab: list.Tab, Query: list.Query, Day: list.Day}
	if before := v.QueryParam("before"); before != "" {
		filter.Page = models.Page{Cursor: before, Newer: true}
	} else {
		filter.Page.Cursor = v.QueryParam("after")
	}
	return filter, list
}

// listSales shows a page of the shop's sales.
func (s *Server) listSales(v *visit) error {
	filter, list := v.salesAsked()
	rows, err := s.store.Sales(v.ctx(), v.Shop, filter)
	if err != nil {
		return err
	}
	if filter.Page.Newer && len(rows) <= filter.Page.Limit() {
		// The top is reached: the first page, as full as any other.
		filter.Page = models.Page{}
		if rows, err = s.store.Sales(v.ctx(), v.Shop, filter); err != nil {
			return err
		}
	}
	orders, newer, older := models.Turn(filter.Page, rows)
	list.Orders = orders
	if newer && len(orders) > 0 {
		list.Newer = filter.PlaceOf(&orders[0].Order)
	}
	if older && len(orders) > 0 {
		list.Older = filter.PlaceOf(&orders[len(orders)-1].Order)
	}
	if list.ToSend, err = s.store.ToSend(v.ctx(), v.Shop); err != nil {
		return err
	}
	if err := s.sumSales(v, &list, newer || older); err != nil {
		return err
	}
	return v.render(http.StatusOK, views.SalesPage(v.page("sale.title"), list))
}

// sumSales adds up the list: from the figures kept by day where they are exactly the list, else what is on the page.
func (s *Server) sumSales(v *visit, list *views.Sales, more bool) (err error) {
	if list.Tab == "" && list.Query == "" {
		list.Whole = true
		list.Sums, err = s.store.SalesSums(v.ctx(), v.Shop, list.Day)
		return err
	}
	list.Whole = !more
	if list.Tab != "open" {
		list.Sums = models.SumOf(list.Orders)
	}
	return nil
}

// showSale shows one order of the shop.
func (s *Server) showSale(v *visit) error {
	order, err := s.store.OrderIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	return s.answerSale(v, http.StatusOK, order, views.ShipmentFields{})
}

// answerSale shows an order with what was typed about its shipment.
func (s *Server) answerSale(v *visit, status int, order *models.OrderView, typed views.ShipmentFields) error {
	sale := views.Sale{Order: order, Typed: typed, MaySend: v.Role.May(models.Answer), MayRefund: v.Role.May(models.Refunds)}
	var err error
	if sale.Refunds, err = s.store.RefundsOf(v.ctx(), &order.Order); err != nil {
		return err
	}
	if sale.Shipment, err = s.store.ShipmentOf(v.ctx(), &order.Order); err != nil {
		return err
	}
	if sale.Withdrawal, err = s.store.WithdrawalOf(v.ctx(), &order.Order); err != nil {
		return err
	}
	if sale.Letters, err = s.store.BuyerLetters(v.ctx(), &order.Order); err != nil {
		return err
	}
	if sale.Files, sale.Codes, err = s.goodsOf(v, order); err != nil {
		return err
	}
	if err = s.saleTroubles(v, &sale, &order.Order); err != nil {
		return err
	}
	if sale.Changes, err = s.saleChanges(v, order); err != nil {
		return err
	}
	p := v.page("")
	p.Title, p.Path, p.Problems = v.W.T("sale.one.title", "Number", v.W.Number(order.Number)), views.SalePath(order.Slug), len(typed.Errors)
	return v.render(status, views.SalePage(p, sale))
}

// saleChanges is the timeline of an order with who or what caused each line.
func (s *Server) saleChanges(v *visit, order *models.OrderView) ([]views.SaleChange, error) {
	changes, err := s.store.Timeline(v.ctx(), &order.Order)
	if err != nil {
		return nil, err
	}
	var lines []views.SaleChange
	for _, change := range changes {
		line := views.SaleChange{Change: change}
		if change.EventID != nil {
			if event, err := s.store.Event(v.ctx(), *change.EventID); err == nil {
				line.Event = event.StripeID
			}
		}
		if change.UserID != nil {
			if user, err := s.store.User(v.ctx(), *change.UserID); err == nil {
				line.User = user.Email
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}
