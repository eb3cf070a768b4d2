package words

import (
	"math"
	"testing"
	"time"
)

func both(t *testing.T, what string, write func(p *Printer) string, en, fr string) {
	t.Helper()
	if got := write(For("en", nil)); got != en {
		t.Errorf("en %s: %q, want %q", what, got, en)
	}
	if got := write(For("fr", nil)); got != fr {
		t.Errorf("fr %s: %q, want %q", what, got, fr)
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64][2]string{
		0:             {"0", "0"},
		999:           {"999", "999"},
		1000:          {"1,000", "1\u202f000"},
		-1234567:      {"−1,234,567", "−1\u202f234\u202f567"},
		math.MinInt64: {"−9,223,372,036,854,775,808", "−9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f808"},
	} {
		both(t, "number", func(p *Printer) string { return p.Number(n) }, want[0], want[1])
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		en, fr   string
	}{
		{1, 8, "12.5%", "12,5\u00a0%"},
		{1, 2, "50%", "50\u00a0%"},
		{0, 7, "0%", "0\u00a0%"},
		{1, 3, "33.3%", "33,3\u00a0%"},
		{2, 3, "66.7%", "66,7\u00a0%"},
		{1, 2000, "0.1%", "0,1\u00a0%"},
		{-1, 2000, "−0.1%", "−0,1\u00a0%"},
		{-1, 8, "−12.5%", "−12,5\u00a0%"},
		{1, -8, "−12.5%", "−12,5\u00a0%"},
		{-1, -8, "12.5%", "12,5\u00a0%"},
		{25, 2, "1,250%", "1\u202f250\u00a0%"},
		{math.MaxInt64, math.MaxInt64, "100%", "100\u00a0%"},
		{5, 0, "–", "–"},
	} {
		both(t, "percent", func(p *Printer) string { return p.Percent(c.num, c.den) }, c.en, c.fr)
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64][2]string{
		12:            {"12\u00a0bytes", "12\u00a0octets"},
		5_000_000:     {"5\u00a0MB", "5\u00a0Mo"},
		5 << 20:       {"5\u00a0MB", "5\u00a0Mo"},
		math.MaxInt64: {"9,223,372,036\u00a0GB", "9\u202f223\u202f372\u202f036\u00a0Go"},
	} {
		both(t, "bytes", func(p *Printer) string { return p.Bytes(n) }, want[0], want[1])
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		-time.Second:              {"0 seconds", "0 seconde"},
		0:                         {"0 seconds", "0 seconde"},
		time.Millisecond:          {"1 second", "1 seconde"},
		time.Minute:               {"1 minute", "1 minute"},
		90 * time.Second:          {"90 seconds", "90 secondes"},
		15 * time.Minute:          {"15 minutes", "15 minutes"},
		899001 * time.Millisecond: {"15 minutes", "15 minutes"},
		24 * time.Hour:            {"1 day", "1 jour"},
		36 * time.Hour:            {"36 hours", "36 heures"},
		14 * 24 * time.Hour:       {"14 days", "14 jours"},
	} {
		both(t, d.String(), func(p *Printer) string { return p.Duration(d) }, want[0], want[1])
	}
}

func TestList(t *testing.T) {
	for _, c := range []struct {
		names  []string
		en, fr string
	}{
		{nil, "", ""},
		{[]string{"X"}, "X", "X"},
		{[]string{"X", "Bluesky"}, "X and Bluesky", "X et Bluesky"},
		{[]string{"X", "Bluesky", "Mastodon"}, "X, Bluesky and Mastodon", "X, Bluesky et Mastodon"},
	} {
		both(t, "list", func(p *Printer) string { return p.List(c.names) }, c.en, c.fr)
	}
}

func TestNames(t *testing.T) {
	for _, c := range [][3]string{
		{"FR", "France", "France"},
		{"DE", "Germany", "Allemagne"},
		{"US", "United States", "États-Unis"},
		{"HK", "Hong Kong", "Hong Kong"},
		{"CZ", "Czechia", "Tchéquie"},
		{"nowhere", "nowhere", "nowhere"},
		{"", "", ""},
	} {
		both(t, "country", func(p *Printer) string { return p.Country(c[0]) }, c[1], c[2])
	}
	for _, c := range [][3]string{
		{"eur", "Euro", "Euro"},
		{"GBP", "Pound sterling", "Livre sterling"},
		{"zzz", "ZZZ", "ZZZ"},
	} {
		both(t, "currency", func(p *Printer) string { return p.CurrencyName(c[0]) }, c[1], c[2])
	}
}
