package web

import (
	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// createWarningDismissal lets the fraud warnings about an order be.
func (s *Server) createWarningDismissal(v *visit) error {
	order, err := s.store.OrderIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	if err := s.store.DismissWarnings(v.ctx(), v.Shop, v.User, &order.Order); err != nil {
		return err
	}
	v.say(views.ToneInfo, v.W.T("warning.dismissed"))
	return v.see(views.SalePath(order.Slug))
}

// disputeTroubles are disputes that wait for an answer, the nearest deadline first, then warnings and reviews of payments.
func (s *Server) disputeTroubles(v *visit) ([]views.Trouble, error) {
	var list []views.Trouble
	due, err := s.store.DueDisputes(v.ctx(), v.Shop, mostTroubles)
	if err != nil {
		return nil, err
	}
	for i := range due {
		d := &due[i]
		left, amount := views.DisputeLeft(v.W, &d.Dispute, s.store.Now()), v.W.Money(d.Money())
		if left == "" {
			continue // nothing can be done any more
		}
		t := views.Trouble{
			Tone: views.ToneError, Title: v.W.T("dispute.trouble.open", "Left", left, "Amount", amount), Text: v.W.T("dispute.trouble.text", "Item", d.Order.Title(), "When", v.W.Deadline(*d.DueAt)),
			Act: views.Button{Label: v.W.T("dispute.trouble.act"), Href: views.DisputePath(d.Slug)},
		}
		if d.Inquiry() {
			t.Tone, t.Title = views.ToneWarning, v.W.T("dispute.trouble.inquiry", "Left", left, "Amount", amount)
		}
		list = append(list, t)
	}
	warned, err := s.store.WarnedOrders(v.ctx(), v.Shop, mostTroubles)
	if err != nil {
		return nil, err
	}
	for _, o := range warned {
		list = append(list, views.Trouble{
			Tone: views.ToneWarning, Title: v.W.T("warning.trouble", "Number", v.W.Number(o.Number), "Amount", v.W.Money(o.Money(o.Total))), Text: v.W.T("warning.trouble.text"),
			Act: views.Button{Label: v.W.T("warning.trouble.act"), Href: views.SalePath(o.Slug)},
		})
	}
	reviewed, err := s.store.ReviewedOrders(v.ctx(), v.Shop, mostTroubles)
	for _, o := range reviewed {
		list = append(list, views.Trouble{
			Tone: views.ToneInfo, Title: v.W.T("warning.review.trouble", "Number", v.W.Number(o.Number)), Text: v.W.T("warning.review.trouble.text"),
			Act: views.Button{Label: v.W.T("warning.review.trouble.act"), Href: views.SalePath(o.Slug)},
		})
	}
	return list, err
}

// saleTroubles adds to a sale what its bank and Stripe think of it.
func (s *Server) saleTroubles(v *visit, sale *views.Sale, order *models.Order) (err error) {
	sale.Now = s.store.Now()
	if sale.Disputes, err = s.store.DisputesOf(v.ctx(), order); err != nil {
		return err
	}
	if sale.Warnings, err = s.store.WarningsOf(v.ctx(), order); err != nil {
		return err
	}
	sale.PaymentReviews, err = s.store.PaymentReviewsOf(v.ctx(), order)
	return err
}
