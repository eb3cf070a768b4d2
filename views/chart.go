package views

import (
	"math"
	"strconv"
	"strings"
)

// Chart is one figure for each of a run of days, drawn without a script.
type Chart struct {
	Title    string // the finding, in ten words or fewer
	Desc     string // what a reader who sees no picture should know
	Caption  string // unit, period, source
	Table    string // the name of the table below
	Value    string // what is counted: the head of the table's column
	Bars     bool   // bars in place of a line
	Days     []ChartDay
	Previous []int64 // the period before, day by day; drawn dashed; may be empty
	Format   func(int64) string
	CSV      Button // a link in the fold below; an empty label leaves it out
}

// ChartDay is one day of a chart; a day without sales is a day with 0.
type ChartDay struct {
	Label string // on the axis; "" leaves it out
	Name  string // the day in words: "Friday 22 May"
	Value int64
	Href  string
	Words string // the full sentence: "Friday 22 May: €120.00 from 5 orders"
}

// fewest is how many points make a chart; below it figures say more.
const fewest = 3

// ticks are the even steps of the scale, from 0 to at least the highest value.
func (c Chart) ticks() []int64 {
	top := int64(0)
	for _, d := range c.Days {
		top = max(top, d.Value)
	}
	for _, v := range c.Previous {
		top = max(top, v)
	}
	if top <= 0 {
		top = 1
	}
	step := niceStep(top)
	steps := (top + step - 1) / step
	list := make([]int64, 0, steps+1)
	for i := range steps + 1 {
		list = append(list, i*step)
	}
	return list
}

// niceStep is 1, 2 or 5 times a power of ten, so that about four steps reach top.
func niceStep(top int64) int64 {
	raw := float64(top) / 4
	power := math.Pow(10, math.Floor(math.Log10(math.Max(raw, 1))))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if step := m * power; step >= raw && step == math.Trunc(step) {
			return int64(step)
		}
	}
	return int64(10 * power)
}

func (c Chart) top() int64 {
	list := c.ticks()
	return list[len(list)-1]
}

// across is the middle of day i, as a share of the width in hundredths of a percent.
func (c Chart) across(i int) float64 { return (float64(i) + 0.5) * 100 / float64(len(c.Days)) }

// down is where a value lies, as a share of the height from above.
func (c Chart) down(v int64) float64 { return 100 - float64(v)*100/float64(c.top()) }

func number(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func percent(f float64) string { return number(f) + "%" }

// line is a path through values in a plot of 100 by 100.
func (c Chart) line(values []int64) string {
	var b strings.Builder
	for i, v := range values {
		if i >= len(c.Days) {
			break
		}
		b.WriteString(string("ML"[min(i, 1)]) + number(c.across(i)) + " " + number(c.down(v)))
	}
	return b.String()
}

func (c Chart) values() []int64 {
	list := make([]int64, len(c.Days))
	for i, d := range c.Days {
		list[i] = d.Value
	}
	return list
}

// area is the line closed along the base.
func (c Chart) area() string {
	last := len(c.Days) - 1
	return c.line(c.values()) + "L" + number(c.across(last)) + " 100L" + number(c.across(0)) + " 100z"
}

// bar is the width of a bar; a gap of the surface's colour stays between two.
func (c Chart) bar() float64 { return 70 / float64(len(c.Days)) }

// dense tells charts whose days are too narrow to point at on a small screen, crowded those where they are on any.
func (c Chart) dense() bool { return len(c.Days) > 12 }

func (c Chart) crowded() bool { return len(c.Days) > 31 }

// lastAcross and lastAnchor put the label over the last bar, or at the end of the line.
func (c Chart) lastAcross() string {
	if c.Bars {
		return percent(c.across(len(c.Days) - 1))
	}
	return "100%"
}

func (c Chart) lastAnchor() string {
	if c.Bars {
		return "middle"
	}
	return "end"
}

// lastAt is where the label of the last point stands: above it, or below where there is no room.
func (c Chart) lastAt() string {
	if c.Bars {
		return "-8"
	}
	if len(c.Days) > 1 && c.down(c.Days[len(c.Days)-2].Value) < c.down(c.Days[len(c.Days)-1].Value)-12 && c.down(c.Days[len(c.Days)-1].Value) < 80 {
		return "22"
	}
	return "-12"
}

// hiddenWhenNarrow keeps every second label of the axis off small screens.
func (c Chart) hiddenWhenNarrow(i int) bool {
	seen := 0
	for _, d := range c.Days[:i] {
		if d.Label != "" {
			seen++
		}
	}
	return seen%2 == 1
}
