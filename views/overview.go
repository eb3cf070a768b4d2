package views

import (
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// tone of a change: more is good, less is not.
func changeTone(difference int64) Tone {
	switch {
	case difference > 0:
		return ToneSuccess
	case difference < 0:
		return ToneError
	}
	return ToneNeutral
}

func magnitude(n int64) int64 { return max(n, -n) }

// changeOf compares an amount with the period before.
func (o Overview) changeOf(p Page, now, before int64) Change {
	if before <= 0 {
		return Change{Tone: ToneNeutral, Flat: true, Text: p.T("overview.change.none", "Days", o.Days)}
	}
	difference := now - before
	if difference == 0 {
		return Change{Tone: ToneNeutral, Flat: true, Text: p.T("overview.change.same", "Days", o.Days)}
	}
	return Change{Tone: changeTone(difference), Up: difference > 0, Text: p.T("overview.change.percent", "Percent", p.W.Percent(magnitude(difference), before), "Days", o.Days)}
}

func (o Overview) ordersChange(p Page) Change {
	difference := o.Figures.Orders - o.Figures.OrdersBefore
	c := Change{Tone: changeTone(difference), Up: difference > 0, Flat: difference == 0}
	switch {
	case o.Figures.OrdersBefore == 0:
		return Change{Tone: ToneNeutral, Flat: true, Text: p.T("overview.change.none", "Days", o.Days)}
	case difference == 0:
		c.Text = p.T("overview.change.same", "Days", o.Days)
	case difference > 0:
		c.Text = p.N("overview.change.more", difference, "Days", o.Days)
	default:
		c.Text = p.N("overview.change.fewer", -difference, "Days", o.Days)
	}
	return c
}

// shareChange compares shares in whole points of a percent.
func (o Overview) shareChange(p Page) Change {
	f := o.Figures
	if f.Orders == 0 || f.OrdersBefore == 0 {
		return Change{Tone: ToneNeutral, Flat: true, Text: p.T("overview.change.none", "Days", o.Days)}
	}
	points := (f.FromPosts*100+f.Orders/2)/f.Orders - (f.PostsBefore*100+f.OrdersBefore/2)/f.OrdersBefore
	switch {
	case points == 0:
		return Change{Tone: ToneNeutral, Flat: true, Text: p.T("overview.change.same", "Days", o.Days)}
	case points > 0:
		return Change{Tone: ToneSuccess, Up: true, Text: p.N("overview.change.points_more", points, "Days", o.Days)}
	}
	return Change{Tone: ToneError, Text: p.N("overview.change.points_fewer", -points, "Days", o.Days)}
}

// overviewChart draws the gross of each day; its title is what it shows.
func overviewChart(p Page, o Overview) Chart {
	f := o.Figures
	money := func(n int64) string { return p.W.Money(models.Money{Amount: n, Currency: f.Currency}) }
	c := Chart{
		Title: o.finding(p), Desc: o.highest(p), Table: p.T("overview.chart.table"), Value: p.T("overview.chart.value"), Format: money,
		Caption: p.T("overview.chart.caption", "Currency", strings.ToUpper(f.Currency), "First", p.W.Day(f.Days[0].Date), "City", p.W.City()),
		CSV:     Button{Label: p.T("common.export_csv"), Icon: "download", Href: SalesCSVPath, Small: true},
	}
	step := (len(f.Days) + 5) / 6
	for i, day := range f.Days {
		d := ChartDay{Name: p.W.Weekday(day.Date), Value: day.Gross.Amount, Href: DaySalesPath(day.Date)}
		d.Words = p.N("overview.chart.day", day.Orders, "Day", d.Name, "Amount", p.W.Money(day.Gross))
		if (len(f.Days)-1-i)%step == step/2 {
			d.Label = p.W.Day(day.Date)
		}
		c.Days = append(c.Days, d)
	}
	if f.GrossBefore.Amount > 0 {
		for _, day := range f.DaysBefore {
			c.Previous = append(c.Previous, day.Gross.Amount)
		}
	}
	return c
}

// finding says in a few words what the chart shows.
func (o Overview) finding(p Page) string {
	now, before := o.Figures.Gross.Amount, o.Figures.GrossBefore.Amount
	switch {
	case now == 0:
		return p.T("overview.finding.none", "Days", o.Days)
	case before == 0:
		return p.T("overview.finding.first", "Amount", p.W.Money(o.Figures.Gross), "Days", o.Days)
	case magnitude(now-before)*50 < before: // less than two percent
		return p.T("overview.finding.same", "Days", o.Days)
	case now > before:
		return p.T("overview.finding.up", "Percent", p.W.Percent(now-before, before), "Days", o.Days)
	}
	return p.T("overview.finding.down", "Percent", p.W.Percent(before-now, before), "Days", o.Days)
}

// highest names the best day, for readers who see no picture.
func (o Overview) highest(p Page) string {
	var best models.Day
	quiet := int64(0)
	for _, day := range o.Figures.Days {
		if day.Gross.Amount > best.Gross.Amount {
			best = day
		}
		if day.Orders == 0 {
			quiet++
		}
	}
	if best.Gross.Amount == 0 {
		return p.T("overview.finding.none", "Days", o.Days)
	}
	return p.N("overview.chart.highest", quiet, "Day", p.W.Weekday(best.Date), "Amount", p.W.Money(best.Gross))
}

// DueSoon is a deadline of Stripe's as the strip of trouble says it.
func DueSoon(p Page, at *time.Time, now time.Time) string {
	if at == nil {
		return ""
	}
	return deadlineText(p, *at, now)
}
