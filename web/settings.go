package web

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// editSettings shows the shop's settings; whether they can be changed depends on the role.
func (s *Server) editSettings(v *visit) error {
	shop := v.Shop
	return v.render(http.StatusOK, s.settings(v, models.ShopSettings{
		Name: shop.Name, TimeZone: shop.TimeZone, Language: shop.Language, About: shop.About, Bio: shop.Bio, SupportEmail: shop.SupportEmail,
		SellerName: shop.SellerName, SellerAddress: shop.SellerAddress, ReturnsPolicy: shop.ReturnsPolicy,
	}, nil)(v.page("setting.title")))
}

// settings is the page with what is kept or what was typed.
func (s *Server) settings(v *visit, form models.ShopSettings, errors views.FieldErrors) func(views.Page) templ.Component {
	return func(p views.Page) templ.Component {
		return views.SettingsPage(p, views.Settings{Shop: v.Shop, Form: form, Errors: errors, May: v.Role.May(models.Govern), Role: p.Shop.Role})
	}
}

// updateSettings keeps what was typed.
func (s *Server) updateSettings(v *visit) error {
	form := models.ShopSettings{
		Name: v.FormValue("name"), TimeZone: v.FormValue("time_zone"), Language: v.FormValue("language"), About: v.FormValue("about"), Bio: v.FormValue("bio"), SupportEmail: v.FormValue("support_email"),
		SellerName: v.FormValue("seller_name"), SellerAddress: v.FormValue("seller_address"), ReturnsPolicy: v.FormValue("returns_policy"),
	}
	if err := s.store.UpdateShop(v.ctx(), v.Shop, v.User, form); err != nil {
		return v.again(err, "setting.title", func(p views.Page, errors views.FieldErrors) templ.Component {
			return s.settings(v, form, errors)(p)
		})
	}
	v.say(views.ToneSuccess, v.W.T("setting.saved"))
	return v.see(views.SettingsPath)
}
