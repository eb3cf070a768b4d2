package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// AdminShops is a page of the shops.
type AdminShops struct {
	Shops  []models.Shop
	Around Around
}

// AdminShop is one shop with all that an admin may know and do.
type AdminShop struct {
	Shop         *models.Shop
	Offers       []models.OfferView
	Disputes     []models.DisputeView
	MoreDisputes bool // there are older ones
	Earlier      []models.ReviewCase
	History      []models.AuditLine
	Now          time.Time
	Form         StandingForm
}

// StandingForm is what an admin typed to change a shop's standing.
type StandingForm struct {
	Standing, Reason string
	Errors           FieldErrors
}

// summary leads to the field of the form that was sent.
func (f StandingForm) summary() []Problem {
	var list []Problem
	for _, problem := range f.Errors.Summary("reason") {
		if problem.FieldID != "" {
			problem.FieldID = "reason-" + f.Standing
		}
		list = append(list, problem)
	}
	return list
}

func (f StandingForm) reason(p Page, standing string) Field {
	field := Field{ID: "reason-" + standing, Name: "reason", Label: p.T("admin.shop.why"), Limit: 1000, Rows: 3, Required: standing != "good", Optional: standing == "good"}
	if f.Standing == standing {
		field.Value, field.Error = f.Reason, f.Errors["reason"]
	}
	return field
}

// standings are the changes that can be made.
func (a AdminShop) standings() []string {
	switch a.Shop.Standing {
	case "good":
		return []string{"warned", "suspended"}
	case "warned":
		return []string{"good", "suspended"}
	}
	return []string{"good", "warned"}
}

var standingVerbs = map[string]string{"good": "restore", "warned": "warn", "suspended": "suspend"}

func standingButton(p Page, standing string) Button {
	b := Button{Label: p.T("admin.shop." + standingVerbs[standing])}
	if standing == "suspended" {
		b.Kind, b.Icon = "danger", "ban"
	}
	return b
}

func (a AdminShop) facts(p Page) []Fact {
	s := a.Shop
	account, fetched := p.T("common.none"), p.T("common.never")
	if s.StripeAccount != nil {
		account = *s.StripeAccount
	}
	if s.AccountFetchedAt != nil {
		fetched = p.W.DateTime(*s.AccountFetchedAt) + " UTC"
	}
	return []Fact{
		{Name: p.T("admin.column.country"), Value: p.W.Country(s.Country)},
		{Name: p.T("admin.shop.language"), Value: p.T("common.language." + s.Language)},
		{Name: p.T("admin.shop.since"), Value: p.W.Date(s.CreatedAt)},
		{Name: p.T("admin.column.orders"), Value: p.W.Number(s.OrdersCount)},
		{Name: p.T("admin.shop.support"), Value: s.SupportEmail},
		{Name: p.T("admin.shop.seller"), Value: seller(s)},
		{Name: p.T("admin.shop.account"), Value: account},
		{Name: p.T("admin.shop.charges"), Value: yesNo(p, s.ChargesEnabled)},
		{Name: p.T("admin.shop.payouts"), Value: yesNo(p, s.PayoutsEnabled)},
		{Name: p.T("admin.shop.fetched"), Value: fetched},
	}
}
