package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/text/language"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newShop asks for the shop of somebody who has none.
func (s *Server) newShop(v *visit) error {
	in, err := s.hasShop(v)
	if err != nil {
		return err
	}
	if in {
		return v.see(views.DashboardPath)
	}
	form := s.shopForm(v)
	form.Country = s.likelyCountry(v)
	return v.render(http.StatusOK, views.NewShopPage(v.page("new_shop.title"), form))
}

func (s *Server) shopForm(v *visit) views.ShopForm {
	return views.ShopForm{
		Name: v.FormValue("name"), Handle: models.CleanHandle(v.FormValue("handle")), Country: v.FormValue("country"), Currency: v.FormValue("currency"),
		TimeZone: v.FormValue("time_zone"), Countries: s.pay.ShopCountries(),
	}
}

func (s *Server) hasShop(v *visit) (bool, error) {
	memberships, err := s.store.Memberships(v.ctx(), v.User)
	return len(memberships) > 0, err
}

// likelyCountry is the region that the browser names, if this installation takes shops there.
func (s *Server) likelyCountry(v *visit) string {
	tags, _, err := language.ParseAcceptLanguage(v.Request().Header.Get("Accept-Language"))
	if err != nil {
		return ""
	}
	for _, tag := range tags {
		region, sure := tag.Region()
		if sure == language.Exact && slices.Contains(s.pay.ShopCountries(), region.String()) {
			return region.String()
		}
	}
	return ""
}

// createShop opens the shop. A second press of the button goes on to the first one's shop.
func (s *Server) createShop(v *visit) error {
	in, err := s.hasShop(v)
	if err != nil {
		return err
	}
	if in {
		return v.see(views.OnboardingPath)
	}
	form := s.shopForm(v)
	if form.Handle == "" {
		if form.Handle, err = s.store.FreeHandle(v.ctx(), form.Name); err != nil {
			return err
		}
	}
	shop, err := s.store.CreateShop(v.ctx(), v.User, models.NewShop{
		Name: form.Name, Handle: form.Handle, Country: form.Country, Language: v.W.Lang(),
		Currency: cmp.Or(form.Currency, models.HomeCurrency(form.Country)), TimeZone: cmp.Or(form.TimeZone, models.HomeZone(form.Country)),
	}, s.pay.ShopCountries())
	if err != nil {
		return v.again(withoutEchoes(err, form.Country), "new_shop.title", func(p views.Page, e views.FieldErrors) templ.Component {
			form.Errors = e
			return views.NewShopPage(p, form)
		})
	}
	v.say(views.ToneSuccess, v.W.T("new_shop.said", "Name", strings.TrimSpace(shop.Name)))
	return v.see(views.OnboardingPath)
}

// withoutEchoes leaves out what is wrong with currency and zone only because no country was chosen.
func withoutEchoes(err error, country string) error {
	var problems models.Problems
	if country != "" || !errors.As(err, &problems) {
		return err
	}
	return slices.DeleteFunc(slices.Clone(problems), func(p models.Problem) bool { return p.Field == "currency" || p.Field == "time_zone" })
}
