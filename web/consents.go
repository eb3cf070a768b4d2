package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// fanCooling is how long the first purchase of a new wallet has to wait: time to notice what somebody else began.
const fanCooling = 10 * time.Minute

// consentForm is the form as it begins: with our caps, or with what the fan said before.
func (s *Server) consentForm(v *visit, fan *models.Fan) models.FanForm {
	currency := fan.CapCurrency
	if currency == "" {
		currency = "eur"
	}
	order, day := models.UsualCaps(currency)
	if fan.CapDay > 0 {
		order, day = fan.Cap(fan.CapOrder), fan.Cap(fan.CapDay)
	}
	return models.FanForm{
		Email: fan.Email, Currency: currency, CapOrder: v.W.MoneyInput(order), CapDay: v.W.MoneyInput(day), Name: fan.Name, Address: fan.Address, Country: fan.Country,
	}
}

func (s *Server) showConsent(v *visit, status int, fan *models.Fan, form models.FanForm, problems models.Problems) error {
	p := v.page("sync.consent.title")
	p.Problems = len(problems)
	return v.render(status, views.ConsentPage(p, views.Consent{
		Form: form, Handle: s.sessions.GetString(v.ctx(), fanHandleKey), Stopped: fan.StoppedAt != nil, Cooling: fanCooling, Errors: v.problems(problems),
	}))
}

func (s *Server) fanTyped(v *visit) models.FanForm {
	return models.FanForm{
		Agreed: v.FormValue("agreed") != "", Email: v.FormValue("email"), Currency: v.FormValue("currency"), CapOrder: v.FormValue("cap_order"), CapDay: v.FormValue("cap_day"),
		Name: v.FormValue("name"), Address: v.FormValue("address"), Country: v.FormValue("country"), Language: v.W.Lang(),
		Handle: s.sessions.GetString(v.ctx(), fanHandleKey), Client: v.RealIP(),
	}
}

// createConsent records what a fan agrees to, and goes on to the card.
func (s *Server) createConsent(v *visit, fan *models.Fan) error {
	form := s.fanTyped(v)
	for _, who := range []string{"client " + v.RealIP(), "fan " + fan.ID} {
		if err := v.allow(limitLetter, who); err != nil {
			return err
		}
	}
	err := s.store.Agree(v.ctx(), fan, form, fanCooling)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showConsent(v, http.StatusUnprocessableEntity, fan, form, problems)
	}
	if err != nil {
		return err
	}
	fan, err = s.store.Fan(v.ctx(), fan.ID)
	if err != nil {
		return err
	}
	if _, err := s.store.UsualCard(v.ctx(), fan); err == nil {
		return v.see(views.WalletPath)
	}
	return s.createFanCard(v, fan)
}
