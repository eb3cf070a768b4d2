package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// shopPast is how much of a shop's past its page shows.
const shopPast = 10

// listShops shows the shops.
func (s *Server) listShops(v *visit) error {
	l, err := listOf(v, func(page models.Page) ([]models.Shop, error) { return s.store.Shops(v.ctx(), page) },
		func(shop *models.Shop) (time.Time, string) { return shop.CreatedAt, shop.ID })
	if err != nil {
		return err
	}
	p, err := v.adminPage("frame.admin.shops")
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.AdminShopsPage(p, views.AdminShops{Shops: l.rows, Around: l.around}))
}

// showAdminShop shows one shop with all that an admin may know and do.
func (s *Server) showAdminShop(v *visit) error {
	shop, err := s.store.ShopByHandle(v.ctx(), v.Param("handle"))
	if err != nil {
		return err
	}
	return s.renderAdminShop(v, http.StatusOK, shop, views.StandingForm{})
}

func (s *Server) renderAdminShop(v *visit, status int, shop *models.Shop, form views.StandingForm) (err error) {
	a, some := views.AdminShop{Shop: shop, Form: form, Now: s.store.Now()}, models.Page{Size: shopPast}
	if a.Offers, err = s.store.Offers(v.ctx(), shop, models.OfferFilter{Page: some}); err != nil {
		return err
	}
	if a.Earlier, err = s.store.DecidedReviews(v.ctx(), shop, some); err != nil {
		return err
	}
	if a.History, err = s.store.AuditEntries(v.ctx(), models.AuditFilter{Shop: shop, Page: some}); err != nil {
		return err
	}
	if a.Disputes, err = s.store.Disputes(v.ctx(), shop, models.DisputeFilter{Page: some}); err != nil {
		return err
	}
	a.Offers, _, _ = models.Turn(some, a.Offers)
	a.Disputes, _, a.MoreDisputes = models.Turn(some, a.Disputes)
	a.Earlier, _, _ = models.Turn(some, a.Earlier)
	a.History, _, _ = models.Turn(some, a.History)
	p, err := v.adminPage("")
	if err != nil {
		return err
	}
	p.Title, p.Problems = shop.Name, len(form.Errors)
	return v.render(status, views.AdminShopPage(p, a))
}

// updateStanding warns, suspends or restores a shop. Whether it may sell is asked at each checkout, so that it counts
// at once.
func (s *Server) updateStanding(v *visit) error {
	shop, err := s.store.ShopByHandle(v.ctx(), v.Param("handle"))
	if err != nil {
		return err
	}
	form := views.StandingForm{Standing: v.FormValue("standing"), Reason: v.FormValue("reason")}
	if form.Standing == shop.Standing { // pressed twice
		return v.see(views.AdminShopPath(shop.Handle))
	}
	err = s.store.SetStanding(v.ctx(), v.User, shop, form.Standing, form.Reason)
	var problems models.Problems
	if errors.As(err, &problems) {
		form.Errors = v.problems(problems)
		return s.renderAdminShop(v, http.StatusUnprocessableEntity, shop, form)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("admin.shop.said."+form.Standing, "Shop", shop.Name))
	return v.see(views.AdminShopPath(shop.Handle))
}
