package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// editLetterChoices shows which letters of the shop the reader gets.
func (s *Server) editLetterChoices(v *visit) error {
	choices, err := s.store.LetterChoices(v.ctx(), v.Shop, v.User, v.Role)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.LetterChoicesPage(v.page("letter.choice.title"), views.LetterChoices{Shop: v.Shop, Email: v.User.Email, Choices: choices}))
}

// updateLetterChoices keeps them.
func (s *Server) updateLetterChoices(v *visit) error {
	wanted := map[models.Topic]bool{}
	for _, topic := range models.TeamTopics {
		wanted[topic] = v.FormValue(string(topic)) == "on"
	}
	if err := s.store.ChooseLetters(v.ctx(), v.Shop, v.User, v.Role, wanted); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("letter.choice.saved"))
	return v.see(views.LetterChoicesPath)
}

// letterFilter is the list of letters that an address asks for. What it does not understand does not count.
func letterFilter(v *visit) models.LetterFilter {
	return models.LetterFilter{
		Recipient: strings.TrimSpace(v.QueryParam("q")), State: oneOf(v.QueryParam("state"), views.LetterStates), Kind: oneOf(v.QueryParam("kind"), append([]string{""}, models.LetterKinds...)),
	}
}

func (s *Server) letters(v *visit, filter models.LetterFilter) (views.Letters, error) {
	l, err := listOf(v, func(page models.Page) ([]models.Letter, error) {
		filter.Page = page
		return s.store.Letters(v.ctx(), filter)
	}, func(letter *models.Letter) (time.Time, string) { return letter.CreatedAt, letter.ID })
	return views.Letters{Letters: l.rows, Filter: filter, Around: l.around}, err
}

// listShopLetters shows what was written to the shop's buyers and team.
func (s *Server) listShopLetters(v *visit) error {
	filter := letterFilter(v)
	filter.Shop = v.Shop
	list, err := s.letters(v, filter)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.ShopLettersPage(v.page("letter.log.title"), list))
}

// createReceipt sends the receipt of an order once more.
func (s *Server) createReceipt(v *visit) error {
	order, err := s.store.OrderIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(v.FormValue("seen"))
	if err != nil {
		return s.receiptDone(v, order, models.ErrChanged)
	}
	if err = v.allow(limitLetter, "receipt "+order.ID); err == nil {
		err = s.store.SendReceiptAgain(v.ctx(), v.Shop, v.User, &order.Order, seen)
	}
	return s.receiptDone(v, order, err)
}

func (s *Server) receiptDone(v *visit, order *models.OrderView, err error) error {
	switch {
	case errors.Is(err, models.ErrChanged): // pressed twice
		v.say(views.ToneInfo, v.W.T("letter.receipt_again.there"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("letter.receipt_again.said", "Address", order.Email))
	}
	return v.see(views.SalePath(order.Slug))
}
