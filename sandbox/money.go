package sandbox

import (
	"fmt"
	"strings"
)

// currencies that the sandbox charges in: how many decimals, Stripe's least charge, and Stripe's fee for a card.
// The fees are the sandbox's own constants, near the public list prices: a share in hundredths of a percent plus a fixed part.
var currencies = map[string]struct {
	decimals int
	least    int64
	share    int64
	fixed    int64
	symbol   string
}{
	"eur": {2, 50, 150, 25, "€"}, "usd": {2, 50, 290, 30, "$"}, "gbp": {2, 30, 150, 20, "£"}, "chf": {2, 50, 290, 30, "CHF "},
	"sek": {2, 300, 150, 180, "SEK "}, "nok": {2, 300, 240, 200, "NOK "}, "dkk": {2, 250, 150, 180, "DKK "}, "pln": {2, 200, 150, 100, "PLN "},
	"czk": {2, 1500, 150, 650, "CZK "}, "huf": {2, 17500, 150, 8500, "HUF "}, "ron": {2, 200, 150, 100, "RON "}, "bgn": {2, 100, 150, 50, "BGN "},
	"cad": {2, 50, 290, 30, "CA$"}, "aud": {2, 50, 170, 30, "A$"}, "nzd": {2, 50, 270, 30, "NZ$"}, "mxn": {2, 1000, 360, 300, "MX$"},
	"brl": {2, 50, 399, 39, "R$"}, "sgd": {2, 50, 340, 50, "S$"}, "hkd": {2, 400, 340, 235, "HK$"}, "inr": {2, 50, 200, 0, "₹"},
	"ils": {2, 200, 290, 100, "₪"}, "zar": {2, 1000, 290, 500, "R "}, "thb": {2, 1000, 365, 1000, "THB "}, "myr": {2, 200, 300, 100, "RM "},
	"aed": {2, 200, 290, 100, "AED "}, "jpy": {0, 50, 360, 0, "¥"}, "krw": {0, 500, 360, 0, "₩"}, "clp": {0, 500, 360, 0, "CLP "},
	"vnd": {0, 10000, 360, 0, "₫"}, "xof": {0, 300, 360, 0, "XOF "}, "xpf": {0, 60, 360, 0, "XPF "},
	"kwd": {3, 150, 290, 100, "KWD "}, "bhd": {3, 200, 290, 100, "BHD "}, "jod": {3, 400, 290, 200, "JOD "}, "tnd": {3, 1500, 290, 1000, "TND "}, "omr": {3, 200, 290, 100, "OMR "},
}

// checkAmount refuses what Stripe would not charge.
func checkAmount(param string, amount int64, currency string) *failure {
	known, ok := currencies[currency]
	switch {
	case !ok:
		return wrong("currency", "", "Invalid currency: %s. The sandbox does not know this currency.", currency)
	case amount < known.least:
		return wrong(param, "amount_too_small", "Amount must be at least %s", money(known.least, currency, "en"))
	case amount > 99999999:
		return wrong(param, "amount_too_large", "Amount must be no more than %s", money(99999999, currency, "en"))
	case known.decimals == 3 && amount%10 != 0:
		return wrong(param, "", "Invalid amount: %d. In %s the last digit must be 0.", amount, currency)
	}
	return nil
}

// stripeFee is what Stripe keeps of a card payment, rounded half up.
func stripeFee(amount int64, currency string) int64 {
	known := currencies[currency]
	return (amount*known.share+5000)/10000 + known.fixed
}

// money writes an amount for people.
func money(amount int64, currency, language string) string {
	known, ok := currencies[currency]
	if !ok {
		return fmt.Sprintf("%d %s", amount, strings.ToUpper(currency))
	}
	sign := ""
	if amount < 0 {
		sign, amount = "−", -amount
	}
	scale := int64(1)
	for range known.decimals {
		scale *= 10
	}
	group, point := ",", "."
	if language == "fr" {
		group, point = "\u202f", ","
	}
	text := grouped(amount/scale, group)
	if known.decimals > 0 {
		text += point + fmt.Sprintf("%0*d", known.decimals, amount%scale)
	}
	if language == "fr" {
		return sign + text + "\u00a0" + strings.TrimSpace(known.symbol)
	}
	return sign + known.symbol + text
}

func grouped(n int64, separator string) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return digits
}

// share is the part of whole that part is of total, rounded half up; all three are not negative.
func share(whole, part, total int64) int64 {
	if total == 0 {
		return 0
	}
	return (whole*part*2 + total) / (total * 2)
}
