package words

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/quick"
)

type amount struct {
	minor    int64
	code     string
	exponent int
}

func (a amount) Minor() int64  { return a.minor }
func (a amount) Code() string  { return a.code }
func (a amount) Exponent() int { return a.exponent }

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		amount
		en, fr string
	}{
		{amount{2400, "eur", 2}, "€24.00", "24,00\u00a0€"},
		{amount{123450, "eur", 2}, "€1,234.50", "1\u202f234,50\u00a0€"},
		{amount{123456789, "eur", 2}, "€1,234,567.89", "1\u202f234\u202f567,89\u00a0€"},
		{amount{-2400, "eur", 2}, "−€24.00", "−24,00\u00a0€"},
		{amount{-5, "eur", 2}, "−€0.05", "−0,05\u00a0€"},
		{amount{0, "eur", 2}, "€0.00", "0,00\u00a0€"},
		{amount{2400, "usd", 2}, "$24.00", "24,00\u00a0$"},
		{amount{99999, "gbp", 2}, "£999.99", "999,99\u00a0£"},
		{amount{1200, "jpy", 0}, "¥1,200", "1\u202f200\u00a0¥"},
		{amount{-1200, "jpy", 0}, "−¥1,200", "−1\u202f200\u00a0¥"},
		{amount{35000, "krw", 0}, "₩35,000", "35\u202f000\u00a0₩"},
		{amount{1234500, "kwd", 3}, "KWD\u00a01,234.500", "1\u202f234,500\u00a0KWD"},
		{amount{2400, "chf", 2}, "CHF\u00a024.00", "24,00\u00a0CHF"},
		{amount{-2400, "chf", 2}, "−CHF\u00a024.00", "−24,00\u00a0CHF"},
		{amount{2400, "cad", 2}, "CA$24.00", "24,00\u00a0$CA"},
		{amount{2400, "sek", 2}, "SEK\u00a024.00", "24,00\u00a0SEK"},
		{amount{2400, "zzz", 2}, "ZZZ\u00a024.00", "24,00\u00a0ZZZ"},
		{amount{2400, "", 2}, "24.00", "24,00"},
	} {
		if got := For("en", nil).Money(c.amount); got != c.en {
			t.Errorf("en %v: %q, want %q", c.amount, got, c.en)
		}
		if got := For("fr", nil).Money(c.amount); got != c.fr {
			t.Errorf("fr %v: %q, want %q", c.amount, got, c.fr)
		}
	}
}

func TestMoneyInFieldsAndColumns(t *testing.T) {
	for _, c := range []struct {
		amount
		enInput, frInput, enColumn, frColumn string
	}{
		{amount{123450, "eur", 2}, "1234.50", "1234,50", "1,234.50", "1\u202f234,50"},
		{amount{5, "eur", 2}, "0.05", "0,05", "0.05", "0,05"},
		{amount{-123450, "eur", 2}, "-1234.50", "-1234,50", "−1,234.50", "−1\u202f234,50"},
		{amount{1200, "jpy", 0}, "1200", "1200", "1,200", "1\u202f200"},
		{amount{1500, "kwd", 3}, "1.500", "1,500", "1.500", "1,500"},
	} {
		en, fr := For("en", nil), For("fr", nil)
		for _, got := range [][2]string{
			{en.MoneyInput(c.amount), c.enInput},
			{fr.MoneyInput(c.amount), c.frInput},
			{en.Decimals(c.amount), c.enColumn},
			{fr.Decimals(c.amount), c.frColumn},
		} {
			if got[0] != got[1] {
				t.Errorf("%v: %q, want %q", c.amount, got[0], got[1])
			}
		}
	}
}

// Whatever is written can be read back: no digit is lost, and none is added before the point but a single zero.
func TestMoneyKeepsEveryDigit(t *testing.T) {
	currencies := []amount{{code: "eur", exponent: 2}, {code: "jpy"}, {code: "kwd", exponent: 3}, {code: "chf", exponent: 2}}
	check := func(minor int64) bool {
		for _, lang := range Languages {
			p := For(lang, nil)
			for _, a := range currencies {
				a.minor = minor
				for _, text := range []string{p.Money(a), p.MoneyInput(a), p.Decimals(a)} {
					if readBack(text) != minor {
						t.Logf("%s %v: %q", lang, a, text)
						return false
					}
				}
			}
		}
		return true
	}
	for _, minor := range []int64{0, 1, -1, 9, 99, 100, 999, 1000, 99999, 100000, math.MaxInt64, math.MinInt64} {
		if !check(minor) {
			t.Errorf("%d does not come back", minor)
		}
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func readBack(text string) int64 {
	var digits strings.Builder
	if strings.ContainsAny(text, "-−") {
		digits.WriteByte('-')
	}
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits.WriteRune(r)
		}
	}
	n, err := strconv.ParseInt(digits.String(), 10, 64)
	if err != nil {
		return math.MinInt64 + 1
	}
	return n
}
