package models

import (
	"math"
	"strings"
	"unicode"
)

// Money is an amount in the currency's smallest unit.
type Money struct {
	Amount   int64
	Currency string // ISO 4217, lower case
}

// Minor is the amount in the smallest unit.
func (m Money) Minor() int64 { return m.Amount }

// Code is the currency's ISO 4217 code, lower case.
func (m Money) Code() string { return m.Currency }

// Exponent is how many decimals the currency has, by Stripe's list.
func (m Money) Exponent() int { return Exponent(m.Currency) }

// zeroDecimal and threeDecimal are Stripe's lists (docs/currencies, 2023-10-16). ISK and UGX have no coins but are
// charged in hundredths at Stripe, so they count as two-decimal here; HUF and TWD differ for payouts only.
var (
	zeroDecimal  = map[string]bool{"bif": true, "clp": true, "djf": true, "gnf": true, "jpy": true, "kmf": true, "krw": true, "mga": true, "pyg": true, "rwf": true, "vnd": true, "vuv": true, "xaf": true, "xof": true, "xpf": true}
	threeDecimal = map[string]bool{"bhd": true, "jod": true, "kwd": true, "omr": true, "tnd": true}
)

// Exponent is how many decimals a currency has.
func Exponent(currency string) int {
	switch {
	case zeroDecimal[currency]:
		return 0
	case threeDecimal[currency]:
		return 3
	}
	return 2
}

// Currencies are the ones a shop may sell in, with the least amount Stripe charges in each (its list of minimums;
// where Stripe gives none, about half a euro).
var Currencies = []string{"eur", "usd", "gbp", "chf", "cad", "aud", "nzd", "jpy", "sek", "nok", "dkk", "pln", "czk", "huf", "ron", "sgd", "hkd", "krw", "kwd"}

var leastCharge = map[string]int64{
	"eur": 50, "usd": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "nzd": 50, "jpy": 50, "sek": 300, "nok": 300, "dkk": 250,
	"pln": 200, "czk": 1500, "huf": 17500, "ron": 200, "sgd": 50, "hkd": 400, "krw": 700, "kwd": 200,
}

// mostCharge is Stripe's eight digits.
const mostCharge = 99_999_999

// KnownCurrency tells whether a shop may sell in the currency.
func KnownCurrency(currency string) bool { _, ok := leastCharge[currency]; return ok }

// ParseMoney reads a price as people type it: 12,50 · 12.50 · 1 234.50 · €12 · 12,50 €. It returns a Problem without a
// field: price.blank, .malformed, .negative, .ambiguous, .whole, .too_fine, .last_zero, .too_small, .too_large.
func ParseMoney(typed, currency string) (Money, *Problem) {
	money, problem := ParsePart(typed, currency)
	if problem == nil && money.Amount < leastCharge[currency] {
		return money, tooSmall(currency)
	}
	return money, problem
}

func tooSmall(currency string) *Problem {
	return problem("price.too_small", "Min", Money{leastCharge[currency], currency})
}

// ParsePart is ParseMoney for an amount that is never charged alone, such as a rate or a discount: it may be nothing.
func ParsePart(typed, currency string) (Money, *Problem) {
	money := Money{Currency: currency}
	text, negative := cleanAmount(typed)
	if text == "" {
		if strings.TrimSpace(typed) == "" {
			return money, problem("price.blank")
		}
		return money, problem("price.malformed")
	}
	if negative {
		return money, problem("price.negative")
	}
	whole, fraction, bad := splitAmount(text, money)
	if bad != nil {
		return money, bad
	}
	if len(strings.TrimRight(fraction, "0")) > money.Exponent() {
		if money.Exponent() == 0 {
			return money, problem("price.whole", "Currency", strings.ToUpper(currency))
		}
		return money, problem("price.too_fine", "Currency", strings.ToUpper(currency), "Decimals", money.Exponent())
	}
	digits := whole + (fraction + "000")[:money.Exponent()]
	for _, digit := range digits {
		money.Amount = money.Amount*10 + int64(digit-'0')
		if money.Amount > mostCharge {
			return money, problem("price.too_large", "Max", Money{mostCharge, currency})
		}
	}
	// Stripe refuses three-decimal amounts that do not end in zero.
	if money.Exponent() == 3 && money.Amount%10 != 0 {
		return money, problem("price.last_zero", "Currency", strings.ToUpper(currency), "Example", Money{money.Amount / 10 * 10, currency})
	}
	return money, nil
}

// cleanAmount drops spaces, currency signs and codes, and leaves digits and separators; "" when anything else is there.
func cleanAmount(typed string) (text string, negative bool) {
	if len(typed) > 64 {
		return "", false
	}
	var out strings.Builder
	letters := 0
	for _, r := range typed {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) || r == '\'' || r == '’' || r == '+':
		case r == '-' || r == '−':
			negative = true
		case r >= '0' && r <= '9' || r == '.' || r == ',':
			out.WriteRune(r)
		case unicode.IsDigit(r):
			out.WriteByte(byte('0' + digitValue(r)))
		case unicode.IsLetter(r):
			letters++
		default:
			return "", negative
		}
	}
	if letters != 0 && letters != 2 && letters != 3 { // EUR, kr, zł
		return "", negative
	}
	return out.String(), negative
}

// digitValue is the value of a decimal digit of any script: each script's ten stand together, from its zero on.
func digitValue(r rune) int {
	for _, block := range unicode.Nd.R16 {
		if r >= rune(block.Lo) && r <= rune(block.Hi) {
			return int(r-rune(block.Lo)) % 10
		}
	}
	for _, block := range unicode.Nd.R32 {
		if r >= rune(block.Lo) && r <= rune(block.Hi) {
			return int(r-rune(block.Lo)) % 10
		}
	}
	return 0
}

// splitAmount decides what the separators mean. The last of two kinds is the decimal one; one kind that repeats
// groups; a single one before exactly three digits could be either, so we ask.
func splitAmount(text string, in Money) (whole, fraction string, bad *Problem) {
	dots, commas := strings.Count(text, "."), strings.Count(text, ",")
	mark := ""
	switch {
	case dots > 0 && commas > 0:
		mark = "."
		if strings.LastIndex(text, ",") > strings.LastIndex(text, ".") {
			mark = ","
		}
		if strings.Count(text, mark) > 1 {
			return "", "", problem("price.malformed")
		}
	case dots == 1:
		mark = "."
	case commas == 1:
		mark = ","
	}
	whole = text
	if mark != "" {
		at := strings.LastIndex(text, mark)
		whole, fraction = text[:at], text[at+1:]
		groupable := len(fraction) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0' && dots+commas == 1
		if groupable && in.Exponent() != 3 {
			if in.Exponent() == 0 {
				whole, fraction = whole+fraction, ""
			} else {
				return "", "", problem("price.ambiguous", "A", Money{digitsOf(whole+fraction) * 100, in.Currency}, "B", Money{digitsOf(whole + fraction[:2]), in.Currency})
			}
		}
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == '.' || r == ',' })
	for i, group := range groups {
		if len(groups) > 1 && (i > 0 && len(group) != 3 || i == 0 && len(group) > 3) {
			return "", "", problem("price.malformed")
		}
	}
	whole = strings.Join(groups, "")
	if whole == "" {
		whole = "0"
	}
	if whole == "0" && fraction == "" && !strings.ContainsAny(text, "0123456789") {
		return "", "", problem("price.malformed")
	}
	return whole, fraction, nil
}

// digitsOf is the number that a few digits are.
func digitsOf(text string) (n int64) {
	for _, digit := range text {
		n = n*10 + int64(digit-'0')
	}
	return n
}

// Fee is Tillbird's share of a total: a percentage in hundredths of a percent (basis points), rounded half up, plus a
// fixed amount, never more than the total.
func Fee(total Money, basisPoints, fixed int64) Money {
	if total.Amount <= 0 {
		return Money{0, total.Currency}
	}
	fee := (total.Amount*basisPoints+5_000)/10_000 + fixed
	if total.Amount > (math.MaxInt64-5_000)/10_000 || fee > total.Amount {
		fee = total.Amount
	}
	return Money{fee, total.Currency}
}
