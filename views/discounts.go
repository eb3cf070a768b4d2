package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// Discounts is one page of the shop's discount codes.
type Discounts struct {
	Codes        []models.Code
	Newer, Older string // addresses, empty where there are no more
	Now          time.Time
	MaySell      bool
}

// CodeDesigner is the form of a code: a new one, or one that is there.
type CodeDesigner struct {
	Code   *models.Code // nil for a new one
	Form   models.CodeForm
	Errors FieldErrors
	Offers []models.OfferView // the shop's own, to choose from
	Now    time.Time
	Shop   *models.Shop
}

// codeFields are the fields in the order of the form.
var codeFields = []string{"code", "kind", "amount", "percent", "most", "each_once", "scope", "offers", "starts_at", "ends_at"}

// CodeState is what became of a code at a time.
func CodeState(p Page, code *models.Code, now time.Time) State {
	return stateOf(p, "code", code.StateAt(now))
}

// codeOff is what a code takes off, in words.
func codeOff(p Page, code *models.Code) string {
	if code.Kind == "percent" {
		return p.W.Percent(code.Percent, 100)
	}
	return p.W.Money(code.Off())
}

// codeUses is how often it was used, of how often it may be.
func codeUses(p Page, code *models.Code) string {
	if code.Most == nil {
		return p.W.Number(code.Uses)
	}
	return p.T("code.uses_of", "Uses", code.Uses, "Most", *code.Most)
}

// codeDates are from when to when it is good.
func codeDates(p Page, code *models.Code) string {
	switch {
	case code.StartsAt != nil && code.EndsAt != nil:
		return p.T("code.from_to", "Start", p.W.DateTime(*code.StartsAt), "End", p.W.DateTime(*code.EndsAt))
	case code.StartsAt != nil:
		return p.T("code.from", "Start", p.W.DateTime(*code.StartsAt))
	case code.EndsAt != nil:
		return p.T("code.to", "End", p.W.DateTime(*code.EndsAt))
	}
	return p.T("code.always")
}

func (d CodeDesigner) action() string {
	if d.Code == nil {
		return DiscountsPath
	}
	return DiscountPath(d.Code.Slug)
}

func (d CodeDesigner) field(p Page, id, value string) Field {
	f := Field{ID: id, Label: p.T("code.form." + id + ".label"), Value: value, Error: d.Errors[id]}
	if hint := "code.form." + id + ".hint"; p.W.Has(hint) {
		f.Hint = p.T(hint)
	}
	return f
}

func (d CodeDesigner) code(p Page) Field {
	f := d.field(p, "code", d.Form.Code)
	f.Size, f.Attrs = "m", map[string]any{"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "auto"}
	return f
}

func (d CodeDesigner) amount(p Page) Field {
	f := d.field(p, "amount", d.Form.Amount)
	f.Suffix = upper(d.Shop.Currency)
	return f
}

func (d CodeDesigner) percent(p Page) Field {
	f := d.field(p, "percent", d.Form.Percent)
	f.Suffix = "%"
	return f
}

func (d CodeDesigner) most(p Page) Field {
	f := d.field(p, "most", d.Form.Most)
	f.Optional = true
	if d.Code != nil && d.Code.Uses > 0 {
		f.Hint = p.N("code.form.most.used", d.Code.Uses)
	}
	return f
}

func (d CodeDesigner) moment(p Page, id, value string) Field {
	f := d.field(p, id, value)
	f.Type, f.Optional, f.Hint = "datetime-local", true, p.T("code.form.moment.hint", "City", p.W.City())
	return f
}

func (d CodeDesigner) kinds(p Page) []Option {
	return []Option{{Value: "percent", Label: p.T("code.kind.percent")}, {Value: "amount", Label: p.T("code.kind.amount")}}
}

func (d CodeDesigner) scopes(p Page) []Option {
	return []Option{{Value: "every", Label: p.T("code.scope.every")}, {Value: "chosen", Label: p.T("code.scope.chosen")}}
}

func (d CodeDesigner) isFor(slug string) bool {
	for _, chosen := range d.Form.Offers {
		if chosen == slug {
			return true
		}
	}
	return false
}
