package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// deleteFanProfile forgets an account of a wallet.
func (s *Server) deleteFanProfile(v *visit, fan *models.Fan) error {
	err := s.store.RemoveFanProfile(v.ctx(), fan, v.Param("id"), s.sessions.GetString(v.ctx(), fanHandleKey), v.RealIP())
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		v.say(views.ToneWarning, v.W.T("problem."+problems[0].Code))
	case err != nil && !errors.Is(err, models.ErrChanged):
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("wallet.done.account_removed"))
	}
	return v.see(views.WalletPath)
}

// updateFanAddress keeps where letters and parcels go. The caps stay as they are.
func (s *Server) updateFanAddress(v *visit, fan *models.Fan) error {
	form, typed := s.consentForm(v, fan), s.fanTyped(v)
	form.Email, form.Name, form.Address, form.Country, form.Handle, form.Client = typed.Email, typed.Name, typed.Address, typed.Country, typed.Handle, typed.Client
	for _, who := range []string{"client " + v.RealIP(), "fan " + fan.ID} {
		if err := v.allow(limitLetter, who); err != nil {
			return err
		}
	}
	err := s.store.ChangeAddress(v.ctx(), fan, form)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.renderWallet(v, http.StatusUnprocessableEntity, fan, form, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.address"))
	return v.see(views.WalletPath)
}

// createFanAnswers ends what STOP began.
func (s *Server) createFanAnswers(v *visit, fan *models.Fan) error {
	if err := s.store.AnswerAgain(v.ctx(), fan, s.sessions.GetString(v.ctx(), fanHandleKey), v.RealIP()); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.answers"))
	return v.see(views.WalletPath)
}

// showFanHistory is all that was written down of what a fan agreed to.
func (s *Server) showFanHistory(v *visit, fan *models.Fan) error {
	consents, err := s.store.FanConsents(v.ctx(), fan)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.FanHistoryPage(v.page("wallet.history"), consents))
}
