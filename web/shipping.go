package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// editShipping shows where the shop sends, for how much, and how it takes tax.
func (s *Server) editShipping(v *visit) error {
	form := models.FormOfShipping(v.Shop, func(m models.Money) string { return v.W.MoneyInput(m) })
	return v.render(http.StatusOK, s.shipping(v, form, nil)(v.page("shipping.title")))
}

// shipping is the page with what is kept or what was typed.
func (s *Server) shipping(v *visit, form models.ShippingForm, errors views.FieldErrors) func(views.Page) templ.Component {
	return func(p views.Page) templ.Component {
		return views.ShippingPage(p, views.Shipping{Form: form, Errors: errors, Shop: v.Shop, May: v.Role.May(models.Govern), Role: p.Shop.Role})
	}
}

// updateShipping keeps what was typed.
func (s *Server) updateShipping(v *visit) error {
	typed, err := v.typed()
	if err != nil {
		return err
	}
	form := models.ShippingForm{Zone: map[string]string{}, FreeAbove: typed.Get("free_above"), Tax: typed.Get("tax")}
	for i := range form.Rates {
		form.Rates[i] = typed.Get("rate_" + strconv.Itoa(i+1))
	}
	for _, country := range models.ShipCountries {
		form.Zone[country] = typed.Get("zone_" + country)
	}
	if err := s.store.UpdateShipping(v.ctx(), v.Shop, v.User, form); err != nil {
		return v.again(err, "shipping.title", func(p views.Page, errors views.FieldErrors) templ.Component {
			return s.shipping(v, form, errors)(p)
		})
	}
	v.say(views.ToneSuccess, v.W.T("setting.saved"))
	return v.see(views.ShippingPath)
}
