package models

import (
	"regexp"
	"slices"
	"strings"
)

// between is a comma between two digits, which is a decimal one.
var between = regexp.MustCompile(`([0-9])[,،、]([0-9])`)

// optionWords are a value of an option as our form can hold it, where values are told apart by commas.
func optionWords(text string) string {
	text = between.ReplaceAllString(text, "$1.$2")
	text = strings.Map(func(r rune) rune {
		if r == ',' || r == '،' || r == '、' {
			return ';'
		}
		return r
	}, cleanLine(text))
	if values := splitValues(text); len(values) == 1 {
		return values[0]
	}
	return ""
}

// readVariants puts the product's variants into the form: one price with what the others cost more, and a line for each
// combination.
func (p *product) readVariants() {
	form := &p.out.Form
	names := p.optionNames()
	type variant struct {
		line   tableLine
		values []string
		price  int64
		priced bool
	}
	var list []variant
	for i, line := range p.lines {
		v := variant{line: line}
		for k := range names {
			v.values = append(v.values, optionWords(p.t.cell(line, shopifyValue[k]...)))
		}
		if i > 0 && p.t.cell(line, shopifyValue[0]...) == "" && p.t.cell(line, shopifyPrice...) == "" && p.t.cell(line, shopifySKU...) == "" {
			continue // a row for a picture
		}
		if len(names) > 0 {
			if at := slices.Index(v.values, ""); at >= 0 {
				p.note(line.row, shopifyValue[at], "import.no_value", "Option", names[at])
				continue
			}
			if slices.ContainsFunc(list, func(other variant) bool { return slices.Equal(other.values, v.values) }) {
				p.note(line.row, shopifyValue[0], "import.twice", "Variant", Combination{Values: v.values}.Name())
				continue
			}
		}
		v.price, v.priced = p.price(line)
		list = append(list, v)
	}
	least, known := int64(0), false
	for _, v := range list {
		if v.priced && (!known || v.price < least) {
			least, known = v.price, true
		}
	}
	if known {
		form.Price = plainAmount(Money{least, form.Currency})
	} else {
		p.note(p.out.row, shopifyPrice, "import.no_price")
	}
	if len(names) == 0 || len(list) == 0 {
		if len(list) > 0 {
			form.Stock = p.stock(list[0].line)
		}
		if len(list) > 1 {
			p.note(list[1].line.row, shopifyName[0], "import.no_option", "Count", len(list)-1)
		}
		return
	}
	for k, name := range names {
		option := OptionTyped{Name: name}
		var values []string
		for _, v := range list {
			if !slices.Contains(values, v.values[k]) {
				values = append(values, v.values[k])
			}
		}
		option.Values = strings.Join(values, ", ")
		form.Options = append(form.Options, option)
	}
	if len(form.OptionProblems()) > 0 {
		return // said by the check of the form
	}
	for _, v := range list {
		line := VariantTyped{Name: Combination{Values: v.values}.Name(), Stock: p.stock(v.line), SKU: shortened(cleanLine(p.t.cell(v.line, shopifySKU...)), valueLettersMost)}
		if v.priced && v.price > least {
			line.Extra = plainAmount(Money{v.price - least, form.Currency})
		} else if !v.priced && known {
			p.note(v.line.row, shopifyPrice, "import.variant_price", "Variant", line.Name)
		}
		form.Variants = append(form.Variants, line)
	}
	p.fillVariants(len(list))
}

// fillVariants adds the combinations that the file leaves out, of which nothing is left: our table has a line for each.
func (p *product) fillVariants(listed int) {
	form := p.out.Form.Combined()
	for i, line := range form.Variants {
		if p.out.Form.line(line.Name) < 0 {
			form.Variants[i].Stock = "0"
		}
	}
	if more := len(form.Variants) - listed; more > 0 {
		p.note(p.out.row, shopifyValue[0], "import.combinations", "Count", more)
	}
	p.out.Form = form
}

// optionNames are the names of the product's options; none where it has only one variant.
func (p *product) optionNames() (names []string) {
	for k := range shopifyName {
		name, _ := p.product(shopifyName[k])
		value, _ := p.product(shopifyValue[k])
		if value == "" {
			break
		}
		if name = shortened(optionWords(name), valueLettersMost); name == "" {
			name = []string{"Option", "Option 2", "Option 3"}[k]
		}
		if k == 0 && strings.EqualFold(value, "Default Title") {
			return nil
		}
		names = append(names, name)
	}
	return names
}
