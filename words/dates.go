package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a day with its year: 24 May 2026 / 1er juin 2026.
func (p *Printer) Date(t time.Time) string {
	return p.Day(t) + " " + strconv.Itoa(t.In(p.zone).Year())
}

// Day is a day of a year that is known: 24 May / 1er juin.
func (p *Printer) Day(t time.Time) string {
	t = t.In(p.zone)
	day := p.first
	if t.Day() != 1 {
		day = strconv.Itoa(t.Day())
	}
	return day + p.daySpace + p.months[t.Month()-1]
}

// Weekday is a day with its name: Sunday 24 May / dimanche 24 mai.
func (p *Printer) Weekday(t time.Time) string {
	return p.days[t.In(p.zone).Weekday()] + " " + p.Day(t)
}

// Month is a month with its year: May 2026 / mai 2026.
func (p *Printer) Month(t time.Time) string {
	t = t.In(p.zone)
	return p.months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// MonthName is a month alone: May / mai.
func (p *Printer) MonthName(t time.Time) string { return p.months[t.In(p.zone).Month()-1] }

// Clock is a time of day for tables and labels: 20:00.
func (p *Printer) Clock(t time.Time) string {
	return t.In(p.zone).Format("15:04")
}

// ClockText is a time of day for sentences: 14:30 / 14 h 30.
func (p *Printer) ClockText(t time.Time) string {
	t = t.In(p.zone)
	if p.hour == ":" {
		return p.Clock(t)
	}
	return fmt.Sprintf("%d%s%02d", t.Hour(), p.hour, t.Minute())
}

// DateTime is a moment for tables and labels: 24 May 2026, 20:00 / 24 mai 2026, 20:00.
func (p *Printer) DateTime(t time.Time) string {
	return p.Date(t) + ", " + p.Clock(t)
}

// DateTimeText is a moment for sentences: 24 May 2026 at 20:00 / 24 mai 2026 à 20 h 00.
func (p *Printer) DateTimeText(t time.Time) string {
	return p.Date(t) + p.at + p.ClockText(t)
}

// Deadline is a moment that somebody must keep, with its zone: Sunday 24 May, 20:00 (Paris) / dimanche 24 mai à 20 h 00 (Paris).
func (p *Printer) Deadline(t time.Time) string {
	return p.Weekday(t) + p.until + p.ClockText(t) + " (" + p.City() + ")"
}

// City names the printer's zone as people do: the city of Europe/Paris; UTC stays UTC.
func (p *Printer) City() string {
	name := p.zone.String()
	name = name[strings.LastIndexByte(name, '/')+1:]
	if id := "common.city." + name; p.Has(id) {
		return p.T(id)
	}
	return strings.ReplaceAll(name, "_", " ")
}
