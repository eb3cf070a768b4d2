package words

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestDates(t *testing.T) {
	paris := zone(t, "Europe/Paris")
	sunday := time.Date(2026, 5, 24, 18, 0, 0, 0, time.UTC)
	first := time.Date(2026, 6, 1, 6, 5, 0, 0, time.UTC)
	newYear := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)
	winter := time.Date(2026, 9, 4, 12, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		what   string
		write  func(p *Printer) string
		en, fr string
	}{
		{"date", func(p *Printer) string { return p.Date(sunday) }, "24 May 2026", "24\u00a0mai 2026"},
		{"first", func(p *Printer) string { return p.Date(first) }, "1 June 2026", "1er\u00a0juin 2026"},
		{"date in the zone", func(p *Printer) string { return p.Date(newYear) }, "1 January 2027", "1er\u00a0janvier 2027"},
		{"day", func(p *Printer) string { return p.Day(sunday) }, "24 May", "24\u00a0mai"},
		{"weekday", func(p *Printer) string { return p.Weekday(winter) }, "Friday 4 September", "vendredi 4\u00a0septembre"},
		{"month", func(p *Printer) string { return p.Month(newYear) }, "January 2027", "janvier 2027"},
		{"clock", func(p *Printer) string { return p.Clock(first) }, "08:05", "08:05"},
		{"clock in a sentence", func(p *Printer) string { return p.ClockText(first) }, "08:05", "8\u00a0h\u00a005"},
		{"afternoon", func(p *Printer) string { return p.ClockText(winter) }, "14:30", "14\u00a0h\u00a030"},
		{"moment", func(p *Printer) string { return p.DateTime(sunday) }, "24 May 2026, 20:00", "24\u00a0mai 2026, 20:00"},
		{
			"moment in a sentence", func(p *Printer) string { return p.DateTimeText(sunday) },
			"24 May 2026 at 20:00", "24\u00a0mai 2026 à 20\u00a0h\u00a000",
		},
		{
			"deadline", func(p *Printer) string { return p.Deadline(sunday) },
			"Sunday 24 May, 20:00 (Paris)", "dimanche 24\u00a0mai à 20\u00a0h\u00a000 (Paris)",
		},
	} {
		both(t, c.what, func(p *Printer) string { return c.write(p.In(paris)) }, c.en, c.fr)
	}
}

func TestCity(t *testing.T) {
	for _, c := range [][3]string{
		{"UTC", "UTC", "UTC"},
		{"Etc/UTC", "UTC", "UTC"},
		{"Europe/Paris", "Paris", "Paris"},
		{"Europe/London", "London", "Londres"},
		{"America/New_York", "New York", "New York"},
		{"America/Argentina/Buenos_Aires", "Buenos Aires", "Buenos Aires"},
		{"America/Sao_Paulo", "São Paulo", "São Paulo"},
	} {
		both(t, c[0], func(p *Printer) string { return p.In(zone(t, c[0])).City() }, c[1], c[2])
	}
	both(t, "no zone", func(p *Printer) string { return p.In(nil).City() }, "UTC", "UTC")
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
