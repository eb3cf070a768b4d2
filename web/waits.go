package web

import (
	"errors"
	"net/url"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// waits put an address on the waitlist of an offer.
func (s *Server) waits() addressAsk {
	return addressAsk{name: "wait", limit: limitWait, path: views.WaitsPath, keep: func(v *visit, offer *models.OfferView, form url.Values) error {
		return s.store.JoinWaitlist(v.ctx(), offer, form.Get("variant"), form.Get("email"), v.W.Lang())
	}}
}

func (s *Server) createWait(v *visit) error { return s.waits().take(s, v) }

// showWaiting says what happens to an address on the waitlist.
func (s *Server) showWaiting(v *visit) error {
	return s.waits().shown(s, v, "wait.joined.title", views.WaitingPage)
}

// showTurn is the offer for whom one of it is set aside. Its address is a secret.
func (s *Server) showTurn(v *visit) error {
	wait, err := s.store.WaitByToken(v.ctx(), v.Param("token"))
	if err != nil {
		return err
	}
	offer, err := s.store.OfferSlug(v.ctx(), wait.OfferID)
	if err != nil {
		return err
	}
	fan, err := s.fanPage(v, offer)
	if err != nil {
		return err
	}
	if err := s.withTurn(v, fan, v.Param("token")); err != nil {
		return err
	}
	v.buyer()
	fan.frame.NoIndex, fan.frame.Path = true, views.WaitPath(v.Param("token"))
	return fan.show(v, fan.status(), views.BuyForm{Email: wait.Email, Choice: fan.offer.Turn.Choice})
}

// withTurn shows an offer to somebody who came by a waitlist's letter: the one that is set aside for them is there to buy.
func (s *Server) withTurn(v *visit, fan *fanPage, token string) error {
	if token == "" {
		return nil
	}
	wait, err := s.store.WaitByToken(v.ctx(), token)
	if errors.Is(err, models.ErrNotFound) || err == nil && wait.OfferID != fan.offer.Offer.ID {
		return nil
	}
	if err != nil {
		return err
	}
	v.Response().Header().Set("Referrer-Policy", "no-referrer")
	v.Response().Header().Set("X-Robots-Tag", "noindex")
	now := s.store.Now()
	turn := &views.Turn{Token: token, State: wait.State}
	if wait.OfferedUntil != nil {
		turn.Until = *wait.OfferedUntil
	}
	if turn.State == "offered" && !wait.Open(now) {
		turn.State = "passed"
	}
	fan.offer.Turn = turn
	if turn.State == "offered" {
		fan.offer.Offer.Held-- // which is theirs
		for i := range fan.offer.Offer.Variants {
			if row := &fan.offer.Offer.Variants[i]; row.ID == wait.VariantID {
				row.Held--
				turn.Variant, turn.Choice = row.Name, row.Values
			}
		}
		fan.offer.State = fanState(fan.offer.Offer, fan.offer.Shop, now, s.pay.OnBehalfOf())
	}
	return nil
}

// deleteWait leaves a waitlist; what was set aside goes to the next.
func (s *Server) deleteWait(v *visit) error {
	wait, err := s.store.WaitByToken(v.ctx(), v.Param("token"))
	if err != nil {
		return err
	}
	if err := s.store.LeaveWaitlist(v.ctx(), wait); err != nil {
		return err
	}
	return v.see(views.WaitPath(v.Param("token")))
}

// createWaitlist lets the page of a sold-out offer take addresses.
func (s *Server) createWaitlist(v *visit) error { return s.setWaitlist(v, true) }

// deleteWaitlist lets it take no more.
func (s *Server) deleteWaitlist(v *visit) error { return s.setWaitlist(v, false) }

func (s *Server) setWaitlist(v *visit, open bool) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	if err := s.store.SetWaitlist(v.ctx(), v.Shop, v.User, &offer.Offer, open); err != nil {
		return err
	}
	if open {
		v.say(views.ToneSuccess, v.W.T("wait.shop.done.open"))
	} else {
		v.say(views.ToneSuccess, v.W.T("wait.shop.done.closed"))
		v.undo(views.WaitlistPath(offer.Slug))
	}
	return v.see(views.ShopOfferPath(offer.Slug))
}
