package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/views"
)

// limitStripe bounds what one shop makes us ask Stripe by hand.
var limitStripe = models.Limit{Name: "stripe", Burst: 12, Every: 10 * time.Second}

// showOnboarding shows where the shop stands with Stripe, as last fetched.
func (s *Server) showOnboarding(v *visit) error { return s.onboarding(v, http.StatusOK, "") }

func (s *Server) onboarding(v *visit, status int, away string) error {
	setup, err := s.store.Setup(v.ctx(), v.Shop)
	if err != nil {
		return err
	}
	p := v.page("onboarding.title")
	steps := views.SetupSteps(p, v.Shop, setup, v.Role)
	for i := range steps {
		steps[i].Act = views.Button{} // the page's own act is what is next here
	}
	return v.render(status, views.OnboardingPage(p, views.Onboarding{
		Shop: v.Shop, Now: s.store.Now(), May: v.Role.May(models.Bank), Role: p.Shop.Role, Steps: steps, Away: away,
	}))
}

// createOnboardingLink sends the merchant to Stripe. The address of the page there is a secret that opens the account:
// it is in the redirect and nowhere else.
func (s *Server) createOnboardingLink(v *visit) error {
	if err := v.allow(limitStripe, v.Shop.ID); err != nil {
		return err
	}
	link, err := s.pay.Connect(v.ctx(), v.Shop)
	if err != nil {
		return s.withoutStripe(v, err, s.onboarding)
	}
	return v.leave(link)
}

// refreshOnboarding is where Stripe sends a browser whose link was used or has run out.
func (s *Server) refreshOnboarding(v *visit) error {
	if v.Shop.StripeAccount == nil {
		return v.see(views.OnboardingPath)
	}
	return s.createOnboardingLink(v)
}

// returnFromOnboarding is where Stripe sends a browser that is through or gave up: that it came says nothing, so the
// account is fetched.
func (s *Server) returnFromOnboarding(v *visit) error { return s.checkOnboarding(v) }

// checkOnboarding fetches the account and says what was found.
func (s *Server) checkOnboarding(v *visit) error {
	if v.Shop.StripeAccount == nil {
		return v.see(views.OnboardingPath)
	}
	if err := v.allow(limitStripe, v.Shop.ID); err != nil {
		return err
	}
	shop, err := s.pay.RefreshAccount(v.ctx(), v.Shop)
	switch {
	case errors.Is(err, payments.ErrAway), errors.Is(err, payments.ErrRefused):
		s.log.Warn("account not fetched", "id", requestID(v), "error", err.Error())
		v.say(views.ToneWarning, v.W.T("onboarding.flash.away"))
	case err != nil:
		return err
	default:
		v.say(found(v, shop))
	}
	return v.see(views.OnboardingPath)
}

// found says in a sentence what Stripe told of the account.
func found(v *visit, shop *models.Shop) (views.Tone, string) {
	wanted := shop.Wanted()
	wants := views.WantedNow(v.page(""), wanted)
	switch {
	case shop.Selling == "ready":
		return views.ToneSuccess, v.W.T("onboarding.flash.ready")
	case len(wants) > 0:
		return views.ToneWarning, v.W.T("onboarding.flash.wants", "What", v.W.List(wants))
	case len(wanted.Pending) > 0:
		return views.ToneInfo, v.W.T("onboarding.flash.checking")
	}
	return views.ToneInfo, v.W.T("onboarding.flash.unchanged")
}

// withoutStripe shows a page with what we know where Stripe was needed and did not answer, or said no.
func (s *Server) withoutStripe(v *visit, err error, page func(v *visit, status int, away string) error) error {
	status, away := http.StatusServiceUnavailable, "away"
	switch {
	case errors.Is(err, payments.ErrRefused):
		status, away = http.StatusBadGateway, "declined"
	case !errors.Is(err, payments.ErrAway):
		return err
	default:
		v.Response().Header().Set("Retry-After", "30")
	}
	s.log.Error("no page at Stripe", "id", requestID(v), "route", v.Path(), "error", err.Error())
	return page(v, status, away)
}

// leave sends the browser to an address that is a secret: nothing keeps the answer.
func (v *visit) leave(address string) error {
	v.Response().Header().Set("Cache-Control", "no-store")
	return v.Redirect(http.StatusSeeOther, address)
}
