package views

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
)

// optionsShown is how many options the designer asks for.
const optionsShown = models.OptionsMost

// step is a button that changes the form and shows it again, at the part it changed; nothing is saved.
func (d OfferDesigner) step(p Page, b Button, then, at string) Button {
	b.Name, b.Value = "then", then
	b.Attrs = templ.Attributes{"formaction": d.action() + "#" + at}
	return b
}

func (d OfferDesigner) option(i int) models.OptionTyped {
	if i < len(d.Form.Options) {
		return d.Form.Options[i]
	}
	return models.OptionTyped{}
}

func (d OfferDesigner) optionName(p Page, i int) Field {
	id := "option_" + strconv.Itoa(i)
	return Field{
		ID: id, Name: "option_name", Label: p.T("variant.form.option", "Number", i+1), Hint: p.T("variant.form.option.hint." + strconv.Itoa(i)), Value: d.option(i).Name, Error: d.Errors[id], Optional: true,
		Attrs: map[string]any{"dir": "auto", "autocomplete": "off"},
	}
}

func (d OfferDesigner) optionValues(p Page, i int) Field {
	id := "values_" + strconv.Itoa(i)
	return Field{
		ID: id, Name: "option_values", Label: p.T("variant.form.values", "Number", i+1), Hint: p.T("variant.form.values.hint." + strconv.Itoa(i)), Value: d.option(i).Values, Error: d.Errors[id], Optional: true,
		Attrs: map[string]any{"dir": "auto", "autocomplete": "off"},
	}
}

// fields are those of the form in their order, for the error summary.
func (d OfferDesigner) fields() []string {
	var list []string
	for _, field := range OfferFields {
		list = append(list, field)
		switch field {
		case "stock":
			for i := range optionsShown {
				list = append(list, "option_"+strconv.Itoa(i), "values_"+strconv.Itoa(i))
			}
			list = append(list, "variants")
			for i := range d.Form.Variants {
				list = append(list, "variant_stock_"+strconv.Itoa(i), "variant_extra_"+strconv.Itoa(i), "variant_sku_"+strconv.Itoa(i))
			}
		case "alt":
			for i := range d.Form.More {
				list = append(list, "alt_"+strconv.Itoa(i+1))
			}
		}
	}
	return list
}

// altOf asks for the words that stand for a picture.
func (d OfferDesigner) altOf(p Page, i int) Field {
	f := d.alt(p)
	if i > 0 {
		f.ID, f.Name, f.Value, f.Error = "alt_"+strconv.Itoa(i), "more_alt", d.Pictures[i].Alt, d.Errors["alt_"+strconv.Itoa(i)]
	}
	if len(d.Pictures) > 1 {
		f.Label = p.T("gallery.alt", "Number", i+1)
	}
	return f
}

func (d OfferDesigner) pictureName(p Page, i int) string {
	return p.T("gallery.go", "Number", i+1, "Of", len(d.Pictures))
}
