package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// saleOf finds the shop's order that the address names.
func (s *Server) saleOf(v *visit) (*models.OrderView, error) {
	return s.store.OrderIn(v.ctx(), v.Shop, v.Param("slug"))
}

// createShipment marks an order as sent, or changes carrier and number of one that was.
func (s *Server) createShipment(v *visit) error {
	order, err := s.saleOf(v)
	if err != nil {
		return err
	}
	typed, err := v.typed()
	if err != nil {
		return err
	}
	fields := views.ShipmentFields{Form: models.ShipmentForm{Carrier: typed.Get("carrier"), Tracking: typed.Get("tracking"), URL: typed.Get("tracking_url")}}
	err = s.store.MarkSent(v.ctx(), v.Shop, v.User, &order.Order, fields.Form)
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		fields.Errors = v.problems(problems)
		return s.answerSale(v, http.StatusUnprocessableEntity, order, fields)
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("fulfilment.nothing"))
		return v.see(views.SalePath(order.Slug))
	case err != nil:
		return err
	}
	if order.Fulfilment == "done" {
		v.say(views.ToneSuccess, v.W.T("fulfilment.done.changed"))
		return v.see(views.SalePath(order.Slug))
	}
	v.say(views.ToneSuccess, v.W.T("fulfilment.done.sent"))
	v.undo(views.ShipmentRemovalPath(order.Slug))
	return v.see(views.SalePath(order.Slug))
}

// deleteShipment takes back that an order was sent.
func (s *Server) deleteShipment(v *visit) error {
	order, err := s.saleOf(v)
	if err != nil {
		return err
	}
	if err := s.store.UnmarkSent(v.ctx(), v.Shop, v.User, &order.Order); err != nil {
		return err
	}
	v.say(views.ToneInfo, v.W.T("fulfilment.done.undone"))
	return v.see(views.SalePath(order.Slug))
}

// createShipments marks the chosen orders of the list as sent.
func (s *Server) createShipments(v *visit) error {
	typed, err := v.typed()
	if err != nil {
		return err
	}
	slugs := typed["order"]
	n, err := s.store.MarkAllSent(v.ctx(), v.Shop, v.User, slugs)
	if err != nil {
		return err
	}
	if n == 0 {
		v.say(views.ToneInfo, v.W.T("fulfilment.none_chosen"))
	} else {
		v.say(views.ToneSuccess, v.W.N("fulfilment.done.many", int64(n)))
	}
	return v.see(views.SalesPath + "?tab=to_send")
}

// showSlip is the packing slip of an order, to print and put into the parcel.
func (s *Server) showSlip(v *visit) error {
	order, err := s.saleOf(v)
	if err != nil {
		return err
	}
	// The slip is for the buyer, so it speaks the buyer's language; the page around it speaks the merchant's.
	p := v.page("")
	p.Title = v.W.T("fulfilment.slip.title", "Number", v.W.Number(order.Number))
	return v.render(http.StatusOK, views.SlipPage(p, views.SlipOf(p, order, v.Shop)))
}
