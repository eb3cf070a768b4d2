package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Most options of an offer, values of one, combinations of all, and letters of each word.
const (
	OptionsMost      = 3
	ValuesMost       = 30
	CombinationsMost = 100
	valueLettersMost = 40
)

// Option is one thing to choose, such as a size, with its values in the order they are shown.
type Option struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// Combination is one value of each option, and what it costs more (or less) than the offer's price.
type Combination struct {
	Values []string `json:"values"`
	Extra  int64    `json:"extra,omitempty"` // smallest unit of the version's currency
}

// Name is the combination in words: M / black. No value holds the sign between them, so no two are alike.
func (c Combination) Name() string { return strings.Join(c.Values, " / ") }

// Choices are what fans choose from: frozen with the version. What is left of each stands in variants.
type Choices struct {
	Options      []Option      `json:"options"`
	Combinations []Combination `json:"combinations"`
}

// Any tells whether there is anything to choose.
func (c Choices) Any() bool { return len(c.Options) > 0 }

// Find is the combination of the chosen values, or nil.
func (c Choices) Find(values []string) *Combination {
	for i := range c.Combinations {
		if slices.Equal(c.Combinations[i].Values, values) {
			return &c.Combinations[i]
		}
	}
	return nil
}

// same tells whether two offer the same to choose from, whatever it costs.
func (c Choices) same(b Choices) bool {
	return slices.EqualFunc(c.Options, b.Options, func(x, y Option) bool { return x.Name == y.Name && slices.Equal(x.Values, y.Values) })
}

func (c Choices) equal(b Choices) bool {
	return c.same(b) && slices.EqualFunc(c.Combinations, b.Combinations, func(x, y Combination) bool { return x.Extra == y.Extra && slices.Equal(x.Values, y.Values) })
}

// names are the combinations in words.
func (c Choices) names() []string {
	list := make([]string, len(c.Combinations))
	for i, combination := range c.Combinations {
		list[i] = combination.Name()
	}
	return list
}

// Value writes choices into their column; "" where there are none.
func (c Choices) Value() (driver.Value, error) {
	if !c.Any() {
		return "", nil
	}
	return asJSON(c)
}

// Scan reads them from it.
func (c *Choices) Scan(from any) error { *c = Choices{}; return fromJSON(from, c) }

func asJSON(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

func fromJSON(from, into any) error {
	var text string
	switch from := from.(type) {
	case nil:
	case string:
		text = from
	case []byte:
		text = string(from)
	default:
		return fmt.Errorf("models: a column holds a %T", from)
	}
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// combinations are all that the options allow, in the order of their values.
func combinations(options []Option) (all [][]string) {
	if len(options) == 0 {
		return nil
	}
	all = [][]string{{}}
	for _, option := range options {
		var next [][]string
		for _, begun := range all {
			for _, value := range option.Values {
				next = append(next, append(slices.Clone(begun), value))
			}
		}
		all = next
	}
	return all
}

// PriceOf is what one of a combination costs.
func (v *Version) PriceOf(c Combination) Money { return Money{v.Price + c.Extra, v.Currency} }

// Prices are the lowest and the highest price that a fan can choose.
func (v *Version) Prices() (low, high Money) {
	low, high = v.Money(), v.Money()
	for i, c := range v.Choices.Combinations {
		price := v.PriceOf(c)
		if i == 0 || price.Amount < low.Amount {
			low = price
		}
		if i == 0 || price.Amount > high.Amount {
			high = price
		}
	}
	return low, high
}

// PricesDiffer tells whether what a fan chooses makes the price.
func (v *Version) PricesDiffer() bool {
	low, high := v.Prices()
	return low != high
}

// onlyLower tells whether a version differs from the one before only in that it costs less: that needs no review.
func (v *Version) onlyLower(before *Version) bool {
	for _, name := range v.Changes(before) {
		if name != "price" && name != "variants" {
			return false
		}
	}
	if v.Currency != before.Currency || v.Price <= 0 || !v.Choices.same(before.Choices) {
		return false
	}
	for i, c := range v.Choices.Combinations {
		if !slices.Equal(c.Values, before.Choices.Combinations[i].Values) || v.PriceOf(c).Amount > before.PriceOf(before.Choices.Combinations[i]).Amount {
			return false
		}
	}
	return v.Choices.Any() || v.Price < before.Price
}
