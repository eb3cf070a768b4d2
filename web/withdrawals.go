package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newWithdrawal is where a buyer confirms that they withdraw from a contract: no account, two presses in all.
func (s *Server) newWithdrawal(v *visit) error {
	order, shop, err := s.orderOfVisit(v)
	if err != nil {
		return err
	}
	return s.showWithdrawal(v, http.StatusOK, order, shop, views.WithdrawalAsk{Name: order.BuyerName})
}

func (s *Server) showWithdrawal(v *visit, status int, order *models.OrderView, shop *models.Shop, ask views.WithdrawalAsk) error {
	withdrawal, err := s.store.WithdrawalOf(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
	if withdrawal != nil {
		return v.see(views.OrderPath(v.Param("token")))
	}
	shipment, err := s.store.ShipmentOf(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
	ask.Order, ask.Shop, ask.Token, ask.Right = order, shop, v.Param("token"), order.RightAt(s.store.Now(), shipment, shop.Zone())
	page := v.page("withdrawal.title")
	page.Path, page.NoIndex, page.Problems = views.NewWithdrawalPath(ask.Token), true, len(ask.Errors)
	v.Response().Header().Set("Referrer-Policy", "no-referrer")
	v.Response().Header().Set("X-Robots-Tag", "noindex")
	return v.renderStill(status, views.WithdrawalPage(page, ask))
}

// createWithdrawal keeps a withdrawal, once, and leads back to the order, which shows it with its date.
func (s *Server) createWithdrawal(v *visit) error {
	order, shop, err := s.orderOfVisit(v)
	if err != nil {
		return err
	}
	if err := v.allow(limitCheckout, v.RealIP()); err != nil {
		return err
	}
	typed, err := v.typed()
	if err != nil {
		return err
	}
	ask := views.WithdrawalAsk{Name: typed.Get("name"), Words: typed.Get("words")}
	err = s.store.Withdraw(v.ctx(), order, shop, ask.Name, ask.Words)
	var problems models.Problems
	if errors.As(err, &problems) {
		ask.Errors = v.problems(problems)
		return s.showWithdrawal(v, http.StatusUnprocessableEntity, order, shop, ask)
	}
	if err != nil {
		return err
	}
	return v.see(views.OrderPath(v.Param("token")))
}
