package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listEvents shows what Stripe told us.
func (s *Server) listEvents(v *visit) error {
	filter := models.EventFilter{
		State: oneOf(v.QueryParam("state"), views.AdminEventStates), Type: strings.TrimSpace(v.QueryParam("type")), Query: strings.TrimSpace(v.QueryParam("q")),
		Shop: strings.TrimSpace(v.QueryParam("shop")),
	}
	l, err := listOf(v, func(page models.Page) ([]models.Event, error) {
		filter.Page = page
		return s.store.Events(v.ctx(), filter)
	}, func(e *models.Event) (time.Time, string) { return e.ReceivedAt, e.ID })
	if err != nil {
		return err
	}
	p, err := v.adminPage("frame.admin.events")
	if err != nil {
		return err
	}
	types, err := s.eventTypes(v)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminEventsPage(p, views.AdminEvents{Events: l.rows, Filter: filter, Now: s.store.Now(), Around: l.around, Types: types}))
}

// eventTypes are the types that came, with those that are not handled or have gone silent.
func (s *Server) eventTypes(v *visit) ([]views.EventType, error) {
	all, err := s.store.EventTypes(v.ctx())
	if err != nil {
		return nil, err
	}
	silent, err := s.store.SilentTypes(v.ctx())
	if err != nil {
		return nil, err
	}
	types := make([]views.EventType, len(all))
	for i, t := range all {
		types[i] = views.EventType{EventType: t, Known: s.pay.Handles(t.Endpoint, t.Type)}
		for _, quiet := range silent {
			types[i].Silent = types[i].Silent || quiet.Endpoint == t.Endpoint && quiet.Type == t.Type
		}
	}
	return types, nil
}

// showEvent shows one event, what it changed, and what was sent.
func (s *Server) showEvent(v *visit) error {
	event, err := s.store.Event(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	return s.renderEvent(v, http.StatusOK, event, views.Dismissal{})
}

func (s *Server) renderEvent(v *visit, status int, event *models.Event, form views.Dismissal) (err error) {
	a := views.AdminEvent{Event: event, Form: form, Payload: readable(event.Payload, v.W.T("admin.event.hidden")), Now: s.store.Now()}
	if event.ShopID != nil {
		if a.Shop, err = s.store.ShopOf(v.ctx(), *event.ShopID); err != nil {
			return err
		}
	}
	if event.OrderID != nil {
		if a.Order, err = s.store.Order(v.ctx(), *event.OrderID); err != nil {
			return err
		}
	}
	if a.Changes, err = s.store.ChangesBy(v.ctx(), event); err != nil {
		return err
	}
	if strings.HasPrefix(event.Type, "payout.") {
		if a.Payout, err = s.store.PayoutByStripe(v.ctx(), event.ObjectID); errors.Is(err, models.ErrNotFound) {
			a.Payout = nil
		} else if err != nil {
			return err
		}
	}
	p, err := v.adminPage("")
	if err != nil {
		return err
	}
	p.Title, p.Problems = event.Type, len(form.Errors)
	return v.render(status, views.AdminEventPage(p, a))
}

// bearer are values of Stripe's that open something to whoever has them.
var bearer = regexp.MustCompile(`("(?:client_secret|[a-z_]*secret|url|[a-z_]*_url|ephemeral_key)"\s*:\s*)"(?:https?:|[^"\\]*_secret_|ek_|[a-z]*whsec_)(?:[^"\\]|\\.)*"`)

// readable is a payload with its lines set in, and without what opens something.
func readable(payload []byte, hidden string) string {
	var out bytes.Buffer
	if json.Indent(&out, payload, "", "  ") != nil {
		out.Reset()
		out.Write(payload)
	}
	return bearer.ReplaceAllString(out.String(), `$1"`+hidden+`"`)
}

// retryEvent lets a failed event be tried again now.
func (s *Server) retryEvent(v *visit) error {
	event, err := s.store.Event(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	err = s.store.RetryEvent(v.ctx(), v.User, event)
	switch {
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("admin.event.conflict"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("admin.event.said"))
	}
	return v.see(views.EventPath(event.ID))
}

// createDismissal lets a failed event be, for a reason that the admin gives.
func (s *Server) createDismissal(v *visit) error {
	event, err := s.store.Event(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	form := views.Dismissal{Reason: v.FormValue("reason")}
	err = s.store.IgnoreEvent(v.ctx(), v.User, event, form.Reason)
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		form.Errors = v.problems(problems)
		return s.renderEvent(v, http.StatusUnprocessableEntity, event, form)
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("admin.event.conflict"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("admin.event.dismissed"))
	}
	return v.see(views.EventPath(event.ID))
}
