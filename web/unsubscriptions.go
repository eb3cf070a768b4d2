package web

import (
	"net/http"

	"github.com/tillbird/tillbird/views"
)

// showUnsubscription asks whether the letters are to stop: opening the link changes nothing, since mail programs open
// links too.
func (s *Server) showUnsubscription(v *visit) error {
	sub, err := s.store.Subscription(v.ctx(), v.Param("token"))
	if err != nil {
		return err
	}
	p := v.page("letter.stop.title")
	p.NoIndex = true
	return v.render(http.StatusOK, views.UnsubscriptionPage(p, views.Unsubscription{Subscription: sub, Token: v.Param("token")}))
}

// createUnsubscription stops the letters, by the page's button or by the mailbox's own (RFC 8058), which wants an answer
// and not a way elsewhere.
func (s *Server) createUnsubscription(v *visit) error {
	sub, err := s.store.Subscription(v.ctx(), v.Param("token"))
	if err == nil {
		err = s.store.Subscribe(v.ctx(), sub, false)
	}
	if err != nil {
		return err
	}
	if v.FormValue("List-Unsubscribe") == "One-Click" {
		return v.String(http.StatusOK, "ok\n")
	}
	return v.see(views.UnsubscribePath(v.Param("token")))
}

// deleteUnsubscription takes the letters up again.
func (s *Server) deleteUnsubscription(v *visit) error {
	sub, err := s.store.Subscription(v.ctx(), v.Param("token"))
	if err == nil {
		err = s.store.Subscribe(v.ctx(), sub, true)
	}
	if err != nil {
		return err
	}
	return v.see(views.UnsubscribePath(v.Param("token")))
}
