package views

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTicksReachTheHighestValueInEvenSteps(t *testing.T) {
	for _, top := range []int64{0, 1, 3, 7, 99, 100, 101, 950, 12345, 99999999999} {
		c := Chart{Days: []ChartDay{{Value: top}}}
		ticks := c.ticks()
		last := ticks[len(ticks)-1]
		if ticks[0] != 0 || last < top || len(ticks) < 2 || len(ticks) > 6 {
			t.Errorf("highest %d: ticks %v", top, ticks)
		}
		for i := 1; i < len(ticks); i++ {
			if ticks[i]-ticks[i-1] != ticks[1] {
				t.Errorf("highest %d: uneven ticks %v", top, ticks)
			}
		}
	}
	before := Chart{Days: []ChartDay{{Value: 1}}, Previous: []int64{500}}
	if before.top() < 500 {
		t.Error("the period before runs out of the plot")
	}
}

func TestChartIsReadableWithoutThePicture(t *testing.T) {
	p := testPage("en", "")
	html := rendered(t, chart(p, galleryChart()))
	if got := strings.Count(html, `<li><a href=`); got != 30 {
		t.Errorf("links over the picture: %d, want one a day", got)
	}
	if got := strings.Count(html, `<th scope="row">`); got != 30 {
		t.Errorf("rows of the table: %d, want one a day", got)
	}
	if !regexp.MustCompile(`<svg role="img" aria-label="[^"]+"`).MatchString(html) {
		t.Error("the picture has no name")
	}
	few := galleryChart()
	few.Days = few.Days[:2]
	if html := rendered(t, chart(p, few)); strings.Contains(html, `role="img"`) || !strings.Contains(html, "<table") {
		t.Error("two days make figures, not a chart")
	}
	none := galleryChart()
	none.Days, none.Previous = nil, nil
	if html := rendered(t, chart(p, none)); !strings.Contains(html, "<figure") {
		t.Error("no days break the chart")
	}
	zero := galleryChart()
	for i := range zero.Days {
		zero.Days[i].Value = 0
	}
	zero.Previous = nil
	if html := rendered(t, chart(p, zero)); strings.Contains(html, "NaN") || strings.Contains(html, "Inf") {
		t.Error("days without sales break the scale")
	}
}

func TestIconsAreOutlines(t *testing.T) {
	outline := regexp.MustCompile(`^M[0-9MmLlHhVvCcSsQqTtAaZz .,-]+$`)
	var names []string
	for name, d := range iconPaths {
		names = append(names, name)
		if !outline.MatchString(d) {
			t.Errorf("icon %s is no outline", name)
		}
	}
	for _, tone := range []Tone{ToneNeutral, ToneInfo, ToneSuccess, ToneWarning, ToneError, TonePetrol, ""} {
		if !slices.Contains(names, tone.Icon()) {
			t.Errorf("tone %q has icon %q, which is not there", tone, tone.Icon())
		}
	}
}
