package web

import (
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// salesAsked is the list that an address asks for. What it does not understand does not count.
func (v *visit) salesAsked() (models.SalesFilter, views.Sales) {
	list := views.Sales{Query: v.QueryParam("q")}
	switch tab := v.QueryParam("tab"); tab {
	case "to_send", "refunded", "open":
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
	sale := views.Sale{Order: order}
	if sale.Refunds, err = s.store.RefundsOf(v.ctx(), &order.Order); err != nil {
		return err
	}
	changes, err := s.store.Timeline(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
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
		sale.Changes = append(sale.Changes, line)
	}
	p := v.page("")
	p.Title = v.W.T("sale.one.title", "Number", v.W.Number(order.Number))
	return v.render(http.StatusOK, views.SalePage(p, sale))
}
