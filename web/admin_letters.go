package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listLetters shows what was written to whom, and what could not be delivered.
func (s *Server) listLetters(v *visit) error {
	list, err := s.letters(v, letterFilter(v))
	if err != nil {
		return err
	}
	p, err := v.adminPage("frame.admin.letters")
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminLettersPage(p, list))
}

// showLetter shows how one letter went; what it says, and the links in it, are its recipient's.
func (s *Server) showLetter(v *visit) error {
	letter, err := s.store.LetterWithoutSecret(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	a := views.AdminLetter{Letter: letter}
	if letter.ShopID != nil {
		if a.Shop, err = s.store.ShopOf(v.ctx(), *letter.ShopID); err != nil {
			return err
		}
	}
	if letter.OrderID != nil {
		if a.Order, err = s.store.Order(v.ctx(), *letter.OrderID); err != nil {
			return err
		}
	}
	p, err := v.adminPage("")
	if err != nil {
		return err
	}
	p.Title = views.LetterKind(p, letter.Kind)
	return v.render(http.StatusOK, views.AdminLetterPage(p, a))
}

// retryLetter sends a letter that waits or failed now.
func (s *Server) retryLetter(v *visit) error {
	letter, err := s.store.LetterWithoutSecret(v.ctx(), v.Param("id"))
	if err != nil {
		return err
	}
	err = s.store.RetryLetter(v.ctx(), v.User, letter)
	switch {
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("letter.log.sent_meanwhile"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("letter.log.retried"))
	}
	return v.see(views.LetterPath(letter.ID))
}
