package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/views"
)

// showPayouts says whether money goes to the merchant's bank, what is on its way, and what went before.
func (s *Server) showPayouts(v *visit) error { return s.payouts(v, http.StatusOK, "") }

func (s *Server) payouts(v *visit, status int, away string) error {
	p := v.page("payout.title")
	o := views.Payouts{Now: s.store.Now(), May: v.Role.May(models.Bank), Role: p.Shop.Role, Away: away}
	var err error
	if away != "" {
		o.Shop = v.Shop
		o.Balance, err = s.store.Balance(v.ctx(), v.Shop)
	} else {
		o.Balance, o.Shop, err = s.pay.Balance(v.ctx(), v.Shop)
	}
	if errors.Is(err, payments.ErrAway) || errors.Is(err, payments.ErrRefused) {
		s.log.Warn("balance not fetched", "id", requestID(v), "error", err.Error())
		o.Stale, err = true, nil
	}
	if err != nil {
		return err
	}
	if o.Moving, err = s.store.MovingPayouts(v.ctx(), v.Shop); err != nil {
		return err
	}
	if o.Failed, err = s.store.FailedPayout(v.ctx(), v.Shop); err != nil {
		return err
	}
	l, err := listOf(v, func(page models.Page) ([]models.Payout, error) {
		return s.store.Payouts(v.ctx(), v.Shop, page)
	}, func(payout *models.Payout) (time.Time, string) { return payout.MadeAt, payout.ID })
	if err != nil {
		return err
	}
	o.Past, o.Around = l.rows, l.around
	return v.render(status, views.PayoutsPage(p, o))
}

// showPayout shows one payout with the orders inside.
func (s *Server) showPayout(v *visit) error {
	payout, err := s.store.PayoutIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	d := views.PayoutDetail{Shop: v.Shop, Payout: payout, May: v.Role.May(models.Bank)}
	if d.Parts, err = s.store.PayoutParts(v.ctx(), payout); err != nil {
		return err
	}
	l, err := listOf(v, func(page models.Page) ([]models.PayoutLine, error) {
		return s.store.PayoutLines(v.ctx(), payout, page)
	}, func(line *models.PayoutLine) (time.Time, string) { return line.BookedAt, line.StripeID })
	if err != nil {
		return err
	}
	d.Lines, d.Around = l.rows, l.around
	p := v.page("")
	p.Title = v.W.T("payout.one", "Amount", v.W.Money(payout.Money()))
	return v.render(http.StatusOK, views.PayoutPage(p, d))
}

// createStripeLogin sends the owner to the shop's page at Stripe. Its address is a secret, in the redirect alone.
func (s *Server) createStripeLogin(v *visit) error {
	if v.Shop.StripeAccount == nil || !v.Shop.DetailsSubmitted {
		return v.see(views.OnboardingPath) // Stripe has no such page before
	}
	if err := v.allow(limitStripe, v.Shop.ID); err != nil {
		return err
	}
	link, err := s.pay.ExpressLogin(v.ctx(), v.Shop)
	if err != nil {
		return s.withoutStripe(v, err, s.payouts)
	}
	return v.leave(link)
}
