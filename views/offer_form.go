package views

import (
	"strings"

	"github.com/tillbird/tillbird/models"
)

// OfferFields are the fields of an offer's form in their order, for the error summary.
var OfferFields = []string{"offer", "title", "words", "price", "currency", "was_price", "chosen_price", "suggested", "stock", "picture", "alt", "keeping", "hold", "turn", "fulfilment", "withdrawal", "limit", "starts_at", "ends_at", "hashtag", "reply", "reply_minutes"}

// OfferDesigner is what the form of an offer shows.
type OfferDesigner struct {
	Slug     string // empty for a new offer
	Form     models.OfferForm
	Errors   FieldErrors
	Pictures []models.ShownPicture
	Keep     string // what the merchant receives of the price, in words; empty where there is no price yet
	Start    string // the starting point it was filled from, one of OfferStarts
	Approved bool   // fans see an approved version of it
	Sold     int64
	Changed  bool // somebody else saved meanwhile
	Looks    OfferLooks
	Lint     []Finding
}

func (d OfferDesigner) action() string {
	if d.Slug == "" {
		return ShopOffersPath
	}
	return ShopOfferPath(d.Slug)
}

// field is one question, with what was typed and what is wrong with it.
func (d OfferDesigner) field(p Page, id, value string) Field {
	f := Field{ID: id, Label: p.T("offer.form." + id + ".label"), Value: value, Error: d.Errors[id]}
	if hint := "offer.form." + id + ".hint"; p.W.Has(hint) {
		f.Hint = p.T(hint)
	}
	return f
}

// example says of a field that a starting point filled that its words are not the merchant's yet.
func (d OfferDesigner) example(p Page, f Field) Field {
	if d.Start != "" {
		f.Hint = p.T("offer.form.example")
	}
	return f
}

func (d OfferDesigner) title(p Page) Field {
	f := d.example(p, d.field(p, "title", d.Form.Title))
	f.Limit, f.Attrs = models.TitleMost, map[string]any{"dir": "auto", "autocomplete": "off"}
	return f
}

func (d OfferDesigner) words(p Page) Field {
	f := d.example(p, d.field(p, "words", d.Form.Words))
	f.Limit, f.Rows, f.Attrs = models.WordsMost, 8, map[string]any{"dir": "auto"}
	return f
}

func (d OfferDesigner) price(p Page) Field {
	f := d.field(p, "price", d.Form.Price)
	f = d.example(p, f)
	f.Size = "m"
	switch {
	case d.Keep != "" && d.Start != "":
		f.Hint += " " + d.Keep
	case d.Keep != "":
		f.Hint = d.Keep
	}
	return f
}

func (d OfferDesigner) suggested(p Page) Field {
	f := d.field(p, "suggested", d.Form.Suggested)
	f.Optional, f.Size = true, "m"
	return f
}

func (d OfferDesigner) wasPrice(p Page) Field {
	f := d.field(p, "was_price", d.Form.WasPrice)
	f.Optional, f.Size = true, "m"
	return f
}

func (d OfferDesigner) currency(p Page) Field {
	return d.field(p, "currency", strings.ToLower(d.Form.Currency))
}

func (d OfferDesigner) stock(p Page) Field {
	f := d.field(p, "stock", d.Form.Stock)
	f.Optional, f.Size = true, "m"
	switch {
	case len(d.Form.Variants) > 0:
		f.Hint = p.T("variant.form.stock.each")
	case d.Sold > 0:
		f.Hint = p.N("offer.form.stock.sold", d.Sold)
	}
	return f
}

func (d OfferDesigner) limit(p Page) Field {
	f := d.field(p, "limit", d.Form.Limit)
	f.Optional, f.Size = true, "m"
	return f
}

func (d OfferDesigner) alt(p Page) Field {
	f := d.field(p, "alt", d.Form.Alt)
	f.Limit, f.Rows, f.Attrs = models.AltMost, 2, map[string]any{"dir": "auto"}
	return f
}

func (d OfferDesigner) moment(p Page, id, value string) Field {
	f := d.field(p, id, value)
	f.Type, f.Optional, f.Hint = "datetime-local", true, p.T("offer.form."+id+".hint", "City", p.W.City())
	return f
}

func (d OfferDesigner) hashtag(p Page) Field {
	f := d.field(p, "hashtag", d.Form.Hashtag)
	f.Optional, f.Prefix, f.Size, f.Attrs = true, "#", "m", map[string]any{"dir": "auto", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
	return d.example(p, f)
}

func currencies(p Page) []Option {
	var list []Option
	for _, code := range models.Currencies {
		list = append(list, Option{Value: code, Label: strings.ToUpper(code) + " · " + p.W.CurrencyName(code)})
	}
	return list
}

func fulfilments(p Page) []Option {
	var list []Option
	for _, way := range models.Fulfilments {
		list = append(list, Option{Value: way, Label: p.T("offer.fulfilment." + way + ".name"), Hint: p.T("offer.fulfilment." + way + ".hint")})
	}
	return list
}
