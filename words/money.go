package words

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Amount is a sum of money: minor units of a currency ("eur") that has so many decimals.
type Amount interface {
	Minor() int64
	Code() string
	Exponent() int
}

// Money is an amount with its currency's sign: €1,234.50 / 1 234,50 €, CHF 24.00 / 24,00 CHF.
func (p *Printer) Money(a Amount) string {
	negative, whole, fraction := split(a.Minor(), a.Exponent())
	number := p.grouped(whole) + p.fraction(fraction)
	symbol := p.symbols(strings.ToUpper(a.Code()))
	if symbol == "" {
		return signed(negative, number)
	}
	if !p.symbolFirst {
		return signed(negative, number+nbsp+symbol)
	}
	if last, _ := utf8.DecodeLastRuneInString(symbol); unicode.IsLetter(last) {
		symbol += nbsp
	}
	return signed(negative, symbol+number)
}

// MoneyInput is an amount for a form field: digits, the language's point, nothing else.
func (p *Printer) MoneyInput(a Amount) string {
	negative, whole, fraction := split(a.Minor(), a.Exponent())
	if negative {
		whole = "-" + whole
	}
	return whole + p.fraction(fraction)
}

// Decimals is an amount of so many decimals without a currency, grouped: for a column whose heading names it.
func (p *Printer) Decimals(a Amount) string {
	return p.decimal(a.Minor(), a.Exponent())
}

func signed(negative bool, text string) string {
	if negative {
		return minus + text
	}
	return text
}

// signs are the currencies that a bare sign is read as. Others that share it are written CA$, CN¥, SEK.
var signs = map[string]string{"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₩": "KRW", "₹": "INR", "₪": "ILS", "₫": "VND", "฿": "THB", "₱": "PHP"}

var (
	englishSymbol = symbolsOf(language.English)
	frenchSymbol  = symbolsOf(language.French)
)

// symbolsOf remembers the symbol of each currency in a language, as finding one out costs more than writing an amount.
func symbolsOf(tag language.Tag) func(code string) string {
	var known sync.Map
	return func(code string) string {
		if symbol, ok := known.Load(code); ok {
			return symbol.(string)
		}
		unit, err := currency.ParseISO(code)
		if err != nil {
			return code
		}
		printer := message.NewPrinter(tag)
		symbol := printer.Sprint(currency.NarrowSymbol(unit))
		if signs[symbol] != code {
			symbol = printer.Sprint(currency.Symbol(unit))
		}
		known.Store(code, symbol)
		return symbol
	}
}
