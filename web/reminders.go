package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// createReminder asks an address by letter whether it wants to be told when the offer begins. The answer does not tell
// whether it was asked before.
func (s *Server) createReminder(v *visit) error {
	form, err := v.typed()
	if err != nil {
		return err
	}
	fan, err := s.fanPage(v, v.Param("slug"))
	if err != nil {
		return err
	}
	email := form.Get("email")
	for _, who := range []string{"client " + v.RealIP(), "reminder " + fan.offer.Offer.ID + " " + models.CleanEmail(email), "address " + models.CleanEmail(email)} {
		if err := v.allow(limitLetter, who); err != nil {
			return err
		}
	}
	err = s.store.RemindMe(v.ctx(), &fan.offer.Offer.Offer, email, v.W.Lang())
	var problems models.Problems
	if errors.As(err, &problems) {
		for i := range problems {
			if problems[i].Field == "email" {
				problems[i].Field = "reminder_email"
			}
		}
		return s.showBuyProblems(v, fan, views.BuyForm{Email: email}, problems)
	}
	if err != nil {
		return err
	}
	return v.see(views.RemindersPath(fan.offer.Offer.Slug))
}

// showReminding says that a letter is on its way, whoever asks.
func (s *Server) showReminding(v *visit) error {
	fan, err := s.fanPage(v, v.Param("slug"))
	if err != nil {
		return err
	}
	if fan.offer.State == views.FanTakenDown {
		return fan.show(v, fan.status(), views.BuyForm{})
	}
	fan.frame.Path, fan.frame.NoIndex, fan.frame.Title = views.RemindersPath(fan.offer.Offer.Slug), true, v.W.T("reminder.asked.title")
	return v.renderStill(http.StatusOK, views.RemindingPage(fan.frame, fan.offer))
}

// showReminder is where the letter's link leads. Its address is a secret, and opening it changes nothing: programs that
// look through mail open links too.
func (s *Server) showReminder(v *visit) error {
	reminder, fan, err := s.reminder(v)
	if err != nil {
		return err
	}
	if fan.offer.State == views.FanTakenDown {
		return fan.show(v, fan.status(), views.BuyForm{})
	}
	v.Response().Header().Set("Referrer-Policy", "no-referrer")
	v.Response().Header().Set("X-Robots-Tag", "noindex")
	fan.frame.Path, fan.frame.NoIndex, fan.frame.Title = views.ReminderPath(v.Param("token")), true, v.W.T("reminder."+reminder.State+".title")
	return v.renderStill(http.StatusOK, views.ReminderPage(fan.frame, fan.offer, reminder.State, v.Param("token")))
}

func (s *Server) reminder(v *visit) (*models.Reminder, *fanPage, error) {
	reminder, err := s.store.ReminderByToken(v.ctx(), v.Param("token"))
	if err != nil {
		return nil, nil, err
	}
	slug, err := s.store.OfferSlug(v.ctx(), reminder.OfferID)
	if err != nil {
		return nil, nil, err
	}
	fan, err := s.fanPage(v, slug)
	return reminder, fan, err
}

// updateReminder says yes.
func (s *Server) updateReminder(v *visit) error { return s.decideReminder(v, s.store.ConfirmReminder) }

// deleteReminder gives it up.
func (s *Server) deleteReminder(v *visit) error { return s.decideReminder(v, s.store.LeaveReminder) }

func (s *Server) decideReminder(v *visit, decide func(context.Context, *models.Reminder) error) error {
	reminder, err := s.store.ReminderByToken(v.ctx(), v.Param("token"))
	if err != nil {
		return err
	}
	if err := decide(v.ctx(), reminder); err != nil {
		return err
	}
	return v.see(views.ReminderPath(v.Param("token")))
}
