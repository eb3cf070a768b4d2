package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listCodes shows a page of the shop's discount codes.
func (s *Server) listCodes(v *visit) error {
	page := models.Page{Cursor: v.QueryParam("after")}
	if before := v.QueryParam("before"); before != "" {
		page = models.Page{Cursor: before, Newer: true}
	}
	rows, err := s.store.Codes(v.ctx(), v.Shop, page)
	if err != nil {
		return err
	}
	codes, newer, older := models.Turn(page, rows)
	list := views.Discounts{Codes: codes, Now: s.store.Now(), MaySell: v.Role.May(models.Sell)}
	if newer && len(codes) > 0 {
		list.Newer = views.DiscountsPath + "?before=" + models.CursorOf(codes[0].CreatedAt, codes[0].ID)
	}
	if older && len(codes) > 0 {
		last := codes[len(codes)-1]
		list.Older = views.DiscountsPath + "?after=" + models.CursorOf(last.CreatedAt, last.ID)
	}
	return v.render(http.StatusOK, views.DiscountsPage(v.page("code.list.title"), list))
}

// codeTyped is the form of a code as it was sent.
func discountTyped(form url.Values) models.CodeForm {
	return models.CodeForm{
		Code: form.Get("code"), Kind: form.Get("kind"), Amount: form.Get("amount"), Percent: form.Get("percent"), Most: form.Get("most"), EachOnce: form.Get("each_once"),
		Scope: form.Get("scope"), StartsAt: form.Get("starts_at"), EndsAt: form.Get("ends_at"), Offers: form["offer"],
	}
}

// newCode shows the form of a new code.
func (s *Server) newCode(v *visit) error {
	return s.showCode(v, nil, models.CodeForm{Kind: "percent", EachOnce: "on", Scope: "every"}, nil)
}

// showCode shows the form, with what is wrong with it.
func (s *Server) showCode(v *visit, code *models.Code, form models.CodeForm, problems models.Problems) error {
	offers, err := s.store.Offers(v.ctx(), v.Shop, models.OfferFilter{Page: models.Page{Size: 100}})
	if err != nil {
		return err
	}
	title, status := "code.form.new", http.StatusOK
	if code != nil {
		title = "code.form.edit"
	}
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	page := v.page(title)
	designer := views.CodeDesigner{Code: code, Form: form, Errors: v.problems(problems), Offers: offers[:min(len(offers), 100)], Now: s.store.Now(), Shop: v.Shop}
	page.Problems = len(designer.Errors)
	return v.render(status, views.CodeFormPage(page, designer))
}

// createCode makes a code.
func (s *Server) createCode(v *visit) error {
	typed, err := v.typed()
	if err != nil {
		return err
	}
	form := discountTyped(typed)
	code, err := s.store.CreateCode(v.ctx(), v.Shop, v.User, form)
	if problems, ok := asProblems(err); ok {
		return s.showCode(v, nil, form, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("code.made", "Code", code.Code))
	return v.see(views.DiscountsPath)
}

// editCode shows a code as it is kept.
func (s *Server) editCode(v *visit) error {
	code, offers, err := s.store.CodeIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	return s.showCode(v, code, models.FormOfCode(code, offers, v.Shop.Zone(), func(m models.Money) string { return v.W.MoneyInput(m) }), nil)
}

// updateCode keeps what was typed.
func (s *Server) updateCode(v *visit) error {
	typed, err := v.typed()
	if err != nil {
		return err
	}
	code, _, err := s.store.CodeIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	form := discountTyped(typed)
	err = s.store.UpdateCode(v.ctx(), v.Shop, v.User, code, form)
	if problems, ok := asProblems(err); ok {
		return s.showCode(v, code, form, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("code.saved"))
	return v.see(views.DiscountPath(code.Slug))
}

// createCodeStop ends a code at once.
func (s *Server) createCodeStop(v *visit) error {
	return s.turnCode(v, s.store.StopCode, "code.stopped")
}

// deleteCodeStop makes it good again.
func (s *Server) deleteCodeStop(v *visit) error {
	return s.turnCode(v, s.store.ResumeCode, "code.resumed")
}

func (s *Server) turnCode(v *visit, turn codeTurn, said string) error {
	code, _, err := s.store.CodeIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	if err := turn(v.ctx(), v.Shop, v.User, code); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T(said))
	return v.see(views.DiscountPath(code.Slug))
}

// codeTurn stops a code or takes that back.
type codeTurn func(context.Context, *models.Shop, *models.User, *models.Code) error

// asProblems tells apart what a person can mend.
func asProblems(err error) (models.Problems, bool) {
	var problems models.Problems
	return problems, errors.As(err, &problems)
}
