package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newRefund is the page of a refund that somebody is about to make: all that is left, unless they say otherwise.
func (s *Server) newRefund(v *visit) error {
	order, err := s.saleOf(v)
	if err != nil {
		return err
	}
	form := models.RefundForm{Amount: v.W.MoneyInput(order.Left()), Reason: "requested", Key: newKey()}
	if reason := v.QueryParam("reason"); slices.Contains(models.RefundReasons, reason) {
		form.Reason = reason
	}
	if order.Fulfilment == "to_do" && order.Restockable() > 0 {
		form.Restock = strconv.FormatInt(order.Restockable(), 10) // what has not left is on the shelf
	}
	return s.showRefundForm(v, http.StatusOK, order, form, nil)
}

func (s *Server) showRefundForm(v *visit, status int, order *models.OrderView, form models.RefundForm, problems models.Problems) error {
	form.Left = strconv.FormatInt(order.Left().Amount, 10)
	withdrawal, err := s.store.WithdrawalOf(v.ctx(), &order.Order)
	if err != nil {
		return err
	}
	p := v.page("")
	p.Title, p.Path, p.Problems = v.W.T("refund.title", "Number", v.W.Number(order.Number)), views.NewRefundPath(order.Slug), len(problems)
	return v.render(status, views.RefundFormPage(p, views.RefundAsk{Order: order, Form: form, Errors: v.problems(problems), Withdrawal: withdrawal}))
}

// createRefund checks a refund as typed and shows it once more; confirmed there, it gives the money back.
func (s *Server) createRefund(v *visit) error {
	order, err := s.saleOf(v)
	if err != nil {
		return err
	}
	typed, err := v.typed()
	if err != nil {
		return err
	}
	form := refundTyped(typed)
	if typed.Get("confirmed") == "" {
		refund, problems := form.Check(&order.Order)
		if len(problems) > 0 || typed.Get("change") != "" {
			return s.showRefundForm(v, status422(problems), order, form, problems)
		}
		p := v.page("")
		p.Title, p.Path = v.W.T("refund.check.title", "Amount", v.W.Money(order.Money(refund.Amount))), views.NewRefundPath(order.Slug)
		return v.render(http.StatusOK, views.RefundCheckPage(p, views.RefundAsk{Order: order, Form: form, Refund: refund}))
	}
	refund, err := s.store.AskRefund(v.ctx(), v.Shop, v.User, &order.Order, form)
	var problems models.Problems
	if errors.As(err, &problems) {
		if order, err = s.saleOf(v); err != nil {
			return err
		}
		return s.showRefundForm(v, http.StatusUnprocessableEntity, order, form, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("refund.done", "Amount", v.W.Money(order.Money(refund.Amount))))
	return v.see(views.SalePath(order.Slug))
}

// status422 is the status of a page that shows what is wrong, where something is.
func status422(problems models.Problems) int {
	if len(problems) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func refundTyped(typed url.Values) models.RefundForm {
	return models.RefundForm{
		Amount: typed.Get("amount"), Reason: typed.Get("reason"), Restock: typed.Get("restock"), Words: typed.Get("words"), Key: typed.Get("key"), Left: typed.Get("left"),
	}
}
