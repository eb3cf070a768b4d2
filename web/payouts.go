package web

import (
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// showPayouts says whether money goes to the merchant's bank, as Stripe told last.
func (s *Server) showPayouts(v *visit) error { return s.payouts(v, http.StatusOK, "") }

func (s *Server) payouts(v *visit, status int, away string) error {
	p := v.page("payout.title")
	return v.render(status, views.PayoutsPage(p, views.Payouts{Shop: v.Shop, Now: s.store.Now(), May: v.Role.May(models.Bank), Role: p.Shop.Role, Away: away}))
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
