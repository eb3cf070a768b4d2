package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// reminders ask an address by letter whether it wants to be told when the offer begins.
func (s *Server) reminders() addressAsk {
	return addressAsk{name: "reminder", limit: limitLetter, also: "address", path: views.RemindersPath, keep: func(v *visit, offer *models.OfferView, form url.Values) error {
		return s.store.RemindMe(v.ctx(), &offer.Offer, form.Get("email"), v.W.Lang())
	}}
}

func (s *Server) createReminder(v *visit) error { return s.reminders().take(s, v) }

// showReminding says that a letter is on its way.
func (s *Server) showReminding(v *visit) error {
	return s.reminders().shown(s, v, "reminder.asked.title", views.RemindingPage)
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
