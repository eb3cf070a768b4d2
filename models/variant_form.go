package models

import (
	"slices"
	"strings"
)

// OptionTyped is an option as typed, its values separated by commas.
type OptionTyped struct{ Name, Values string }

// VariantTyped is a line of the table of combinations as typed. Name says which; blank stock means as many as are
// wanted, a blank difference none.
type VariantTyped struct{ Name, Stock, Extra, SKU string }

// PictureTyped is a picture after the first, with its alternative text as typed.
type PictureTyped struct{ ID, Alt string }

// Combined gives the form with a table that has a line for each combination of its options. What was typed for a
// combination stays; a new one begins empty. Options that cannot be read leave the table as it is.
func (f OfferForm) Combined() OfferForm {
	var problems Problems
	options := f.readOptions(&problems)
	if len(problems) > 0 {
		return f
	}
	var table []VariantTyped
	for _, values := range combinations(options) {
		line := VariantTyped{Name: Combination{Values: values}.Name()}
		if i := f.line(line.Name); i >= 0 {
			line = f.Variants[i]
		}
		table = append(table, line)
	}
	f.Variants = table
	return f
}

// OptionProblems is what is wrong with the options as typed.
func (f OfferForm) OptionProblems() Problems {
	var problems Problems
	if f.readOptions(&problems); len(problems) == 0 && len(f.Options) == 0 {
		problems.Add("option_0", "option.blank")
	}
	return problems
}

func (f OfferForm) line(name string) int {
	return slices.IndexFunc(f.Variants, func(line VariantTyped) bool { return line.Name == name })
}

// readOptions understands the options: each with a name and at least one value, none twice.
func (f OfferForm) readOptions(problems *Problems) (options []Option) {
	count := 1
	for i, typed := range f.Options {
		at := itoa(int64(i))
		name, values := cleanLine(typed.Name), splitValues(typed.Values)
		if name == "" && len(values) == 0 {
			continue
		}
		switch {
		case i >= OptionsMost:
			problems.Add("option_"+at, "option.too_many", "Max", OptionsMost)
		case name == "":
			problems.Add("option_"+at, "option.blank")
		case letters(name) > valueLettersMost:
			problems.Add("option_"+at, "option.too_long", "Max", valueLettersMost)
		case slices.ContainsFunc(options, func(o Option) bool { return strings.EqualFold(o.Name, name) }):
			problems.Add("option_"+at, "option.twice")
		}
		if p := checkValues(values); p != nil {
			problems.take("values_"+at, p)
		} else if count *= len(values); count > CombinationsMost {
			problems.Add("values_"+at, "variants.too_many", "Max", CombinationsMost)
			count = 1
		}
		options = append(options, Option{name, values})
	}
	return options
}

func letters(text string) int { return len([]rune(text)) }

// splitValues reads "S, M, L". A slash loses the spaces around it, which stand between values where they are shown.
func splitValues(typed string) (values []string) {
	for _, value := range strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == '\n' || r == '،' || r == '、' }) {
		parts := strings.Split(cleanLine(value), "/")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if value = strings.Join(parts, "/"); value != "" {
			values = append(values, value)
		}
	}
	return values
}

func checkValues(values []string) *Problem {
	switch {
	case len(values) == 0:
		return problem("values.blank")
	case len(values) > ValuesMost:
		return problem("values.too_many", "Max", ValuesMost)
	}
	for i, value := range values {
		if letters(value) > valueLettersMost {
			return problem("values.too_long", "Max", valueLettersMost)
		}
		if slices.ContainsFunc(values[:i], func(other string) bool { return strings.EqualFold(other, value) }) {
			return problem("values.twice", "Value", value)
		}
	}
	return nil
}

// readVariants understands options and table together: every combination needs its line.
func (f OfferForm) readVariants(v *Version, problems *Problems) (variants []Variant) {
	before := len(*problems)
	options := f.readOptions(problems)
	if len(options) == 0 || len(*problems) > before {
		return nil
	}
	v.Choices.Options = options
	missing := false
	for _, values := range combinations(options) {
		c := Combination{Values: values}
		i := f.line(c.Name())
		if i < 0 {
			missing = true
			v.Choices.Combinations = append(v.Choices.Combinations, c)
			variants = append(variants, Variant{Name: c.Name(), Stock: new(int64)})
			continue
		}
		line, at := f.Variants[i], itoa(int64(i))
		row := Variant{Name: c.Name(), SKU: cleanLine(line.SKU)}
		var wrong Problems
		if row.Stock = parseCount(line.Stock, "stock", &wrong); row.Stock != nil && *row.Stock > stockMost {
			wrong.Add("stock", "stock.too_large", "Max", stockMost)
		}
		for _, p := range wrong {
			problems.Add("variant_stock_"+at, p.Code, p.Data...)
		}
		extra, p := parseDifference(line.Extra, v.Currency)
		if c.Extra = extra; p == nil && v.Price > 0 {
			p = chargeable(Money{v.Price + extra, v.Currency})
		}
		problems.take("variant_extra_"+at, p)
		problems.take("variant_sku_"+at, checkText(row.SKU, "sku", valueLettersMost, true))
		v.Choices.Combinations = append(v.Choices.Combinations, c)
		variants = append(variants, row)
	}
	if missing {
		problems.Add("variants", "variants.table")
	}
	return variants
}

// chargeable finds what Stripe would refuse of a price.
func chargeable(price Money) *Problem {
	switch {
	case price.Amount < leastCharge[price.Currency]:
		return problem("variant.too_small", "Min", Money{leastCharge[price.Currency], price.Currency})
	case price.Amount > mostCharge:
		return problem("price.too_large", "Max", Money{mostCharge, price.Currency})
	case price.Exponent() == 3 && price.Amount%10 != 0:
		return problem("price.last_zero", "Currency", strings.ToUpper(price.Currency), "Example", Money{price.Amount / 10 * 10, price.Currency})
	}
	return nil
}

// parseDifference reads an amount that may be less than nothing: 2,50 · +2.50 · -1. Blank is none.
func parseDifference(typed, currency string) (int64, *Problem) {
	if strings.TrimSpace(typed) == "" {
		return 0, nil
	}
	text, negative := cleanAmount(typed)
	if text == "" {
		return 0, problem("difference.malformed")
	}
	exponent := Exponent(currency)
	whole, fraction, bad := splitAmount(text, Money{Currency: currency})
	if bad != nil {
		return 0, bad
	}
	if len(strings.TrimRight(fraction, "0")) > exponent {
		return 0, problem("price.too_fine", "Currency", strings.ToUpper(currency), "Decimals", exponent)
	}
	var amount int64
	for _, digit := range whole + (fraction + "000")[:exponent] {
		if amount = amount*10 + int64(digit-'0'); amount > mostCharge {
			return 0, problem("price.too_large", "Max", Money{mostCharge, currency})
		}
	}
	if negative {
		amount = -amount
	}
	return amount, nil
}

// typedChoices shows a version's choices and their stock as they would be typed.
func typedChoices(view *OfferView, price func(Money) string) (options []OptionTyped, table []VariantTyped) {
	for _, option := range view.Version.Choices.Options {
		options = append(options, OptionTyped{option.Name, strings.Join(option.Values, ", ")})
	}
	for i, c := range view.Version.Choices.Combinations {
		line := VariantTyped{Name: c.Name()}
		switch {
		case c.Extra > 0:
			line.Extra = price(Money{c.Extra, view.Version.Currency})
		case c.Extra < 0:
			line.Extra = "-" + price(Money{-c.Extra, view.Version.Currency})
		}
		if i < len(view.Variants) {
			line.SKU = view.Variants[i].SKU
			if stock := view.Variants[i].Stock; stock != nil {
				line.Stock = itoa(*stock)
			}
		}
		table = append(table, line)
	}
	return options, table
}
