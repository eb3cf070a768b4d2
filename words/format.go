package words

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

// The spaces and the sign that amounts are set with.
const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
	minus = "\u2212"
)

// format is how a language writes numbers, dates and lists.
type format struct {
	group, point string
	// beforePercent stands between a number and its percent sign.
	beforePercent string
	symbolFirst   bool
	symbols       func(code string) string
	months, days  []string
	// daySpace stands between the day and the month, first is the first day of a month.
	daySpace, first string
	// hour stands between hours and minutes in a sentence, at before a time of day.
	hour, at, until string
	and             string
	units           []string
}

var formats = map[string]format{
	"en": {
		group: ",", point: ".", symbolFirst: true, symbols: englishSymbol,
		months:   strings.Fields("January February March April May June July August September October November December"),
		days:     strings.Fields("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
		daySpace: " ", first: "1", hour: ":", at: " at ", until: ", ", and: " and ",
		units: []string{"bytes", "kB", "MB", "GB"},
	},
	"fr": {
		group: nnbsp, point: ",", beforePercent: nbsp, symbols: frenchSymbol,
		months:   strings.Fields("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
		days:     strings.Fields("dimanche lundi mardi mercredi jeudi vendredi samedi"),
		daySpace: nbsp, first: "1er", hour: nbsp + "h" + nbsp, at: " à ", until: " à ", and: " et ",
		units: []string{"octets", "ko", "Mo", "Go"},
	},
}

// Number is n with its thousands grouped: 1,234 / 1 234.
func (p *Printer) Number(n int64) string {
	return p.decimal(n, 0)
}

// Percent is num of den with one decimal at most: 12.5% / 12,5 %; a dash where there is nothing to take a part of.
func (p *Printer) Percent(num, den int64) string {
	if den == 0 {
		return "–"
	}
	// Tenths of a percent, halves away from zero; big, as num*2000 may not fit.
	twice := new(big.Int).Mul(big.NewInt(num), big.NewInt(2000))
	divisor := big.NewInt(den)
	half := new(big.Int).Abs(divisor)
	if num < 0 {
		half.Neg(half)
	}
	tenths := twice.Add(twice, half).Quo(twice, divisor.Mul(divisor, big.NewInt(2))).Int64()
	text := p.decimal(tenths, 1)
	return strings.TrimSuffix(text, p.point+"0") + p.beforePercent + "%"
}

// decimal writes n as a number with so many decimals, grouped, with a true minus.
func (p *Printer) decimal(n int64, decimals int) string {
	sign, whole, fraction := split(n, decimals)
	if sign {
		return minus + p.grouped(whole) + p.fraction(fraction)
	}
	return p.grouped(whole) + p.fraction(fraction)
}

func (p *Printer) fraction(digits string) string {
	if digits == "" {
		return ""
	}
	return p.point + digits
}

func (p *Printer) grouped(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	head := len(digits) % 3
	b.WriteString(digits[:head])
	for i := head; i < len(digits); i += 3 {
		if i > 0 {
			b.WriteString(p.group)
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// split takes n apart into its sign, its whole digits (at least one) and so many decimals.
func split(n int64, decimals int) (negative bool, whole, fraction string) {
	digits := strconv.FormatInt(n, 10)
	if strings.HasPrefix(digits, "-") {
		negative, digits = true, digits[1:]
	}
	if decimals <= 0 {
		return negative, digits, ""
	}
	if short := decimals + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	return negative, digits[:len(digits)-decimals], digits[len(digits)-decimals:]
}

// Bytes is a size of a file: 5 MB / 5 Mo.
func (p *Printer) Bytes(n int64) string {
	unit := 0
	for n >= 1000 && unit < len(p.units)-1 {
		n, unit = n/1000, unit+1
	}
	return p.Number(n) + nbsp + p.units[unit]
}

// List is names in a row: "X, Bluesky and Mastodon".
func (p *Printer) List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + p.and + names[last]
}

// durations are the units that Duration chooses from, the largest first.
var durations = []struct {
	id string
	of time.Duration
}{
	{"common.days", 24 * time.Hour},
	{"common.hours", time.Hour},
	{"common.minutes", time.Minute},
	{"common.seconds", time.Second},
}

// Duration is a length of time in one unit, rounded up: "15 minutes". 90 minutes are said as such, not as "2 hours".
func (p *Printer) Duration(d time.Duration) string {
	d = max(d, 0)
	for _, unit := range durations {
		if d == unit.of || d >= 2*unit.of {
			return p.N(unit.id, int64((d+unit.of-1)/unit.of))
		}
	}
	return p.N("common.seconds", int64((d+time.Second-1)/time.Second))
}
