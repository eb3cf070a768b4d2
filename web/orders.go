package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/views"
)

// settleMost is how long a buyer's page waits for Stripe before it says that we are still asking.
const settleMost = 6 * time.Second

// newOrderLookup asks for the address that orders were made with.
func (s *Server) newOrderLookup(v *visit) error {
	page := v.page("order.lookup.title")
	return v.render(http.StatusOK, views.OrderLookupPage(page, "", nil, v.QueryParam("asked") != ""))
}

// createOrderLookup sends the links of somebody's orders to that address. The answer does not tell whether there are any.
func (s *Server) createOrderLookup(v *visit) error {
	form, err := v.typed()
	if err != nil {
		return err
	}
	email := form.Get("email")
	for _, who := range []string{"client " + v.RealIP(), "orders " + models.CleanEmail(email)} {
		if err := v.allow(limitLetter, who); err != nil {
			return err
		}
	}
	err = s.store.FindOrders(v.ctx(), email, v.W.Lang())
	var problems models.Problems
	if errors.As(err, &problems) {
		page := v.page("order.lookup.title")
		page.Path, page.Problems = views.OrdersPath, len(problems)
		return v.render(http.StatusUnprocessableEntity, views.OrderLookupPage(page, email, v.problems(problems), false))
	}
	if err != nil {
		return err
	}
	return v.see(views.OrdersPath + "?asked=1")
}

// showOrder is a buyer's order. While it is pending Stripe is asked first, so that whoever comes back from paying sees
// it paid whether the event was quicker or not.
func (s *Server) showOrder(v *visit) error {
	order, shop, err := s.orderOfVisit(v)
	if err != nil {
		return err
	}
	asking := false
	if order.Payment == "pending" && order.SessionID != nil {
		ctx, cancel := context.WithTimeout(v.ctx(), settleMost)
		defer cancel()
		if err := s.pay.Settle(ctx, &order.Order); err != nil {
			s.log.Warn("order not settled yet", "id", requestID(v), "order", order.ID, "error", err.Error())
			asking = true
		}
		if order, shop, err = s.orderOfVisit(v); err != nil {
			return err
		}
	}
	asking = order.Payment == "pending" && (asking || v.QueryParam("paid") != "")
	return s.answerOrder(v, http.StatusOK, order, shop, asking, "")
}

func (s *Server) orderOfVisit(v *visit) (*models.OrderView, *models.Shop, error) {
	order, shop, err := s.store.OrderByToken(v.ctx(), v.Param("token"))
	if err != nil {
		return nil, nil, err
	}
	v.W = v.W.In(shop.Zone())
	return order, shop, nil
}

// answerOrder shows an order. Its address is a secret: nothing keeps it and nobody is told of it.
func (s *Server) answerOrder(v *visit, status int, order *models.OrderView, shop *models.Shop, asking bool, notice string) error {
	token := v.Param("token")
	page := v.page("")
	page.Path, page.NoIndex = views.OrderPath(token), true
	page.Title = v.W.T("order.title", "Number", v.W.Number(order.Number), "Shop", shop.Name)
	changes, err := s.store.Timeline(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
	refunds, err := s.store.RefundsOf(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
	shipment, err := s.store.ShipmentOf(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
	withdrawal, err := s.store.WithdrawalOf(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
	files, codes, err := s.goodsOf(v, order)
	if err != nil {
		return err
	}
	v.Response().Header().Set("Referrer-Policy", "no-referrer")
	v.Response().Header().Set("X-Robots-Tag", "noindex")
	return v.renderStill(status, views.OrderPage(page, views.BuyerOrder{
		Order: order, Shop: shop, Token: token, Asking: asking, Notice: notice, Refunds: refunds, Changes: changes, Shipment: shipment,
		Files: files, Codes: codes, Withdrawal: withdrawal, Right: order.RightAt(s.store.Now(), shipment, shop.Zone()),
	}))
}

// resumePayment leads back to the open checkout of a pending order.
func (s *Server) resumePayment(v *visit) error {
	order, shop, err := s.orderOfVisit(v)
	if err != nil {
		return err
	}
	if err := v.allow(limitCheckout, v.RealIP()); err != nil {
		return err
	}
	if order.ByCard && order.Payment == "pending" {
		return s.confirmOrder(v, order, shop)
	}
	address, err := s.pay.ResumeCheckout(v.ctx(), &order.Order)
	switch {
	case errors.Is(err, payments.ErrAway):
		s.log.Warn("checkout not resumed", "id", requestID(v), "order", order.ID, "error", err.Error())
		v.Response().Header().Set("Retry-After", "30")
		return s.answerOrder(v, http.StatusServiceUnavailable, order, shop, false, v.W.T("problem.stripe.away"))
	case err != nil:
		return err
	case address == "":
		return v.see(views.OrderPath(v.Param("token")))
	}
	return v.see(address)
}

// confirmOrder takes a fan's word for an order by reply, whose letter led here: the kept card is charged.
func (s *Server) confirmOrder(v *visit, order *models.OrderView, shop *models.Shop) error {
	err := s.store.ConfirmByLetter(v.ctx(), &order.Order)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.answerOrder(v, http.StatusConflict, order, shop, false, v.W.T("problem."+problems[0].Code))
	}
	if err != nil {
		return err
	}
	return v.see(views.OrderPath(v.Param("token")) + "?paid=1")
}

// createCancellation lets a pending order go. The stock comes back when Stripe confirms that nobody can pay any more.
func (s *Server) createCancellation(v *visit) error {
	order, _, err := s.orderOfVisit(v)
	if err != nil {
		return err
	}
	switch {
	case order.Payment != "pending":
	case order.ByCard:
		if err := s.store.CancelConfirmation(v.ctx(), order.ID, "fan"); err != nil {
			return err
		}
	default:
		if err := s.pay.CancelCheckout(v.ctx(), &order.Order); err != nil {
			return err
		}
	}
	return v.see(views.OrderPath(v.Param("token")))
}
