package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/views"
)

// showWallet is what a fan agreed to: what waits for a word, cards, caps, accounts, orders, and how to end it.
func (s *Server) showWallet(v *visit, fan *models.Fan) error {
	return s.renderWallet(v, http.StatusOK, fan, s.consentForm(v, fan), nil)
}

func (s *Server) renderWallet(v *visit, status int, fan *models.Fan, form models.FanForm, problems models.Problems) error {
	if !fan.Agreed() {
		return v.see(views.SyncPath)
	}
	wallet := views.Wallet{Fan: fan, Form: form, Handle: s.sessions.GetString(v.ctx(), fanHandleKey), Now: s.store.Now(), Errors: v.problems(problems)}
	var err error
	if wallet.Cards, err = s.store.FanCards(v.ctx(), fan); err != nil {
		return err
	}
	if wallet.Profiles, err = s.store.FanProfiles(v.ctx(), fan); err != nil {
		return err
	}
	if wallet.Orders, err = s.store.FanOrders(v.ctx(), fan); err != nil {
		return err
	}
	if wallet.Silent, err = s.store.FanSilences(v.ctx(), fan); err != nil {
		return err
	}
	p := v.page("wallet.title")
	p.Problems = len(problems)
	return v.render(status, views.WalletPage(p, wallet))
}

// updateCaps changes a fan's own caps.
func (s *Server) updateCaps(v *visit, fan *models.Fan) error {
	form, typed := s.consentForm(v, fan), s.fanTyped(v)
	form.Currency, form.CapOrder, form.CapDay, form.Handle, form.Client = typed.Currency, typed.CapOrder, typed.CapDay, typed.Handle, typed.Client
	err := s.store.ChangeCaps(v.ctx(), fan, form)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.renderWallet(v, http.StatusUnprocessableEntity, fan, form, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.caps"))
	return v.see(views.WalletPath)
}

// createFanCard leads a fan to Stripe, where a card is kept and nothing is charged.
func (s *Server) createFanCard(v *visit, fan *models.Fan) error {
	if !fan.Agreed() || fan.StoppedAt != nil {
		return v.see(views.SyncPath) // nothing is kept without consent
	}
	if err := v.allow(limitCheckout, "fan "+fan.ID); err != nil {
		return err
	}
	address, err := s.pay.StartCard(v.ctx(), fan)
	if errors.Is(err, payments.ErrAway) || errors.Is(err, payments.ErrRefused) {
		s.log.Warn("a card cannot be kept", "id", requestID(v), "error", err.Error())
		v.say(views.ToneWarning, v.W.T("wallet.away"))
		return v.see(views.WalletPath)
	}
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, address)
}

// finishFanCard is where Stripe sends a fan who has saved a card. The event may come first, or later, or never.
func (s *Server) finishFanCard(v *visit, fan *models.Fan) error {
	setup, err := s.store.CardSetup(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	if setup.FanID != fan.ID {
		return models.ErrNotFound
	}
	if err := s.pay.SettleCard(v.ctx(), setup); err != nil && !errors.Is(err, payments.ErrAway) {
		return err
	} else if err == nil {
		v.say(views.ToneSuccess, v.W.T("wallet.done.card"))
	}
	return v.see(views.WalletPath)
}

// createCardChoice makes a card the one that replies are charged to.
func (s *Server) createCardChoice(v *visit, fan *models.Fan) error {
	if err := s.store.ChooseCard(v.ctx(), fan, v.Param("id")); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.chosen"))
	return v.see(views.WalletPath)
}

// deleteFanCard lets a card go.
func (s *Server) deleteFanCard(v *visit, fan *models.Fan) error {
	err := s.store.RemoveFanCard(v.ctx(), fan, v.Param("id"), s.sessions.GetString(v.ctx(), fanHandleKey), v.RealIP())
	if err != nil && !errors.Is(err, models.ErrChanged) {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.removed"))
	return v.see(views.WalletPath)
}

// createFanConfirmation takes a fan's word for an order.
func (s *Server) createFanConfirmation(v *visit, fan *models.Fan) error {
	_, err := s.store.Confirm(v.ctx(), fan, v.Param("order"), "wallet")
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		v.say(views.ToneWarning, v.W.T("problem."+problems[0].Code))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("wallet.done.confirmed"))
	}
	return v.see(views.WalletPath)
}

// deleteFanConfirmation lets an order go that was not confirmed.
func (s *Server) deleteFanConfirmation(v *visit, fan *models.Fan) error {
	confirmation, err := s.store.Confirmation(v.ctx(), v.Param("order"))
	if err != nil {
		return err
	}
	if confirmation.FanID != fan.ID {
		return models.ErrNotFound
	}
	if err := s.store.CancelConfirmation(v.ctx(), confirmation.OrderID, "fan"); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.let_go"))
	return v.see(views.WalletPath)
}

// newStop asks whether all is to end.
func (s *Server) newStop(v *visit, fan *models.Fan) error {
	return v.render(http.StatusOK, views.WalletEndPage(v.page("wallet.stop.title"), "stop", views.WalletStopPath))
}

// createStop ends everything at once.
func (s *Server) createStop(v *visit, fan *models.Fan) error {
	if err := s.store.StopFan(v.ctx(), fan, s.sessions.GetString(v.ctx(), fanHandleKey), v.RealIP()); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.stopped"))
	return v.see(views.WalletPath)
}

// newWalletRemoval asks whether the wallet is to be deleted.
func (s *Server) newWalletRemoval(v *visit, fan *models.Fan) error {
	return v.render(http.StatusOK, views.WalletEndPage(v.page("wallet.delete.title"), "delete", views.WalletRemovalPath))
}

// deleteWallet ends everything and forgets who the fan is.
func (s *Server) deleteWallet(v *visit, fan *models.Fan) error {
	err := s.store.DeleteFan(v.ctx(), fan, s.sessions.GetString(v.ctx(), fanHandleKey), v.RealIP())
	if err != nil && !errors.Is(err, models.ErrChanged) {
		return err
	}
	s.sessions.Remove(v.ctx(), fanKey)
	s.sessions.Remove(v.ctx(), fanHandleKey)
	v.say(views.ToneSuccess, v.W.T("wallet.done.deleted"))
	return v.see(views.SyncPath)
}

// leaveWallet signs a fan out of this browser.
func (s *Server) leaveWallet(v *visit) error {
	s.sessions.Remove(v.ctx(), fanKey)
	s.sessions.Remove(v.ctx(), fanHandleKey)
	return v.see(views.SyncPath)
}

// exportWallet gives a fan all that is kept, as JSON.
func (s *Server) exportWallet(v *visit, fan *models.Fan) error {
	data, err := s.store.FanData(v.ctx(), fan)
	if err != nil {
		return err
	}
	v.Response().Header().Set("Content-Disposition", `attachment; filename="wallet.json"`)
	v.Response().Header().Set("Cache-Control", "no-store")
	return v.JSONPretty(http.StatusOK, data, "  ")
}

// createFanEmail sends the letter that confirms the address again.
func (s *Server) createFanEmail(v *visit, fan *models.Fan) error {
	for _, who := range []string{"client " + v.RealIP(), "fan " + fan.ID} {
		if err := v.allow(limitLetter, who); err != nil {
			return err
		}
	}
	if err := s.store.AskFanEmail(v.ctx(), fan); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("wallet.done.letter", "Address", fan.Email))
	return v.see(views.WalletPath)
}

// newFanEmail asks for a click: readers of mail open links by themselves.
func (s *Server) newFanEmail(v *visit) error {
	v.Response().Header().Set("Referrer-Policy", "no-referrer")
	return v.render(http.StatusOK, views.FanEmailPage(v.page("wallet.email.title"), v.Param("secret")))
}

// confirmFanEmail takes that click.
func (s *Server) confirmFanEmail(v *visit) error {
	if err := v.allow(limitSignIn, v.RealIP()); err != nil {
		return err
	}
	err := s.store.ConfirmFanEmail(v.ctx(), v.Param("secret"))
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		v.say(views.ToneWarning, v.W.T("problem."+problems[0].Code))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("wallet.done.email"))
	}
	return v.see(views.WalletPath)
}
