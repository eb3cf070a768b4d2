package static

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	themeBlock = regexp.MustCompile(`(?s)@plugin "daisyui/theme" \{(.*?)\n\}`)
	token      = regexp.MustCompile(`(--[a-z0-9-]+|name): ([^;]+);`)
)

// themes reads the tokens of both themes from the source of the style sheet.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	source, err := os.ReadFile("src/theme.css")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]string{}
	for _, block := range themeBlock.FindAllStringSubmatch(string(source), -1) {
		tokens := map[string]string{}
		for _, pair := range token.FindAllStringSubmatch(block[1], -1) {
			tokens[pair[1]] = strings.Trim(pair[2], `"`)
		}
		found[tokens["name"]] = tokens
	}
	if len(found) != 2 {
		t.Fatalf("themes found: %d, want light and dark", len(found))
	}
	return found
}

// luminance is WCAG's relative luminance of #rrggbb.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 4 {
		hex = "#" + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2) + strings.Repeat(hex[3:4], 2)
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("not a colour: %q", hex)
	}
	part := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func ratio(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

// pairs are the colours that pages put on one another, with the least ratio of WCAG 2 AA.
func pairs() map[string]float64 {
	list := map[string]float64{}
	text := func(front string, backs ...string) {
		for _, back := range backs {
			list[front+" on "+back] = 4.5
		}
	}
	shape := func(front string, backs ...string) {
		for _, back := range backs {
			list[front+" on "+back] = 3
		}
	}
	page, surface, sunken := "--color-base-200", "--color-base-100", "--color-base-300"
	text("--color-base-content", page, surface, sunken, "--tb-petrol-tint", "--tb-success-tint", "--tb-warning-tint", "--tb-error-tint", "--tb-info-tint", "--tb-coral-tint")
	text("--tb-muted", page, surface, sunken)
	text("--color-primary", page, surface, sunken, "--tb-petrol-tint")
	text("--tb-primary-hover", page, surface, sunken)
	text("--color-primary-content", "--color-primary", "--tb-primary-hover")
	text("--color-secondary-content", "--color-secondary")
	text("--color-accent-content", "--color-accent")
	text("--color-neutral-content", "--color-neutral")
	text("--tb-coral", page, surface, "--tb-coral-tint")
	text("--color-error-content", "--color-error", "--tb-error-hover")
	for _, tone := range []string{"success", "warning", "error", "info"} {
		text("--color-"+tone, "--tb-"+tone+"-tint", page, surface)
		text("--color-"+tone+"-content", "--color-"+tone)
	}
	shape("--tb-control", page, surface, sunken)
	shape("--color-accent", page, surface)
	shape("--tb-focus", page, surface, sunken)
	shape("--color-error", surface)
	for _, series := range []string{"1", "2", "3", "4", "before"} {
		shape("--tb-series-"+series, surface)
	}
	return list
}

func TestContrast(t *testing.T) {
	for name, tokens := range themes(t) {
		for pair, least := range pairs() {
			front, back, _ := strings.Cut(pair, " on ")
			if got := ratio(t, tokens[front], tokens[back]); got < least {
				t.Errorf("%s: %s is %.2f, want %.1f", name, pair, got, least)
			}
		}
	}
}

// TestSpecifiedRatios holds the tokens to the ratios that the design was signed with.
func TestSpecifiedRatios(t *testing.T) {
	want := map[string]map[string]float64{
		"tillbird-light": {
			"--color-base-content on --color-base-200": 14.44, "--color-base-content on --color-base-100": 15.30,
			"--tb-muted on --color-base-300": 5.45, "--color-primary on --tb-petrol-tint": 6.44,
			"--color-primary-content on --color-primary": 7.61, "--color-primary-content on --tb-primary-hover": 9.99,
			"--color-accent-content on --color-accent": 4.71, "--tb-coral on --color-base-100": 5.97,
			"--color-success on --tb-success-tint": 5.56, "--color-warning on --tb-warning-tint": 6.05,
			"--color-error on --tb-error-tint": 5.38, "--color-info on --tb-info-tint": 6.01,
			"--tb-control on --color-base-300": 3.56, "--tb-focus on --color-base-200": 7.18,
			"--tb-series-2 on --color-base-100": 3.32, "--tb-series-3 on --color-base-100": 15.71,
		},
		"tillbird-dark": {
			"--color-base-content on --color-base-200": 15.34, "--color-base-content on --color-base-100": 13.53,
			"--tb-muted on --color-base-300": 9.09, "--color-primary on --tb-petrol-tint": 5.95,
			"--color-primary-content on --color-primary": 7.52, "--color-primary-content on --tb-primary-hover": 9.59,
			"--color-accent-content on --color-accent": 7.78, "--tb-coral on --color-base-100": 7.69,
			"--color-success on --tb-success-tint": 7.41, "--color-warning on --tb-warning-tint": 8.44,
			"--color-error on --tb-error-tint": 7.44, "--color-info on --tb-info-tint": 7.29,
			"--tb-control on --color-base-300": 5.06, "--tb-focus on --color-base-200": 10.63,
			"--tb-series-2 on --color-base-100": 6.69, "--tb-series-3 on --color-base-100": 3.35,
		},
	}
	for name, tokens := range themes(t) {
		for pair, figure := range want[name] {
			front, back, _ := strings.Cut(pair, " on ")
			if got := ratio(t, tokens[front], tokens[back]); math.Abs(got-figure) > 0.05 {
				t.Errorf("%s: %s is %.2f, want %.2f", name, pair, got, figure)
			}
		}
	}
}

// TestOfferTokens keeps the offer page's own sheet on the same colours as everything else.
func TestOfferTokens(t *testing.T) {
	source, err := os.ReadFile("offer.css")
	if err != nil {
		t.Fatal(err)
	}
	same := map[string]string{
		"page": "--color-base-200", "surface": "--color-base-100", "sunken": "--color-base-300", "hair": "--tb-hairline",
		"edge": "--tb-control", "ink": "--color-base-content", "muted": "--tb-muted", "petrol": "--color-primary",
		"on-petrol": "--color-primary-content", "petrol-hover": "--tb-primary-hover", "petrol-tint": "--tb-petrol-tint",
		"coral": "--color-accent", "wing": "--tb-wing", "good": "--color-success", "good-tint": "--tb-success-tint", "warn": "--color-warning",
		"warn-tint": "--tb-warning-tint", "bad": "--color-error", "bad-tint": "--tb-error-tint", "info": "--color-info",
		"info-tint": "--tb-info-tint", "focus": "--tb-focus",
	}
	blocks := regexp.MustCompile(`:root\{([^}]*)\}`).FindAllStringSubmatch(string(source), -1)
	if len(blocks) != 2 {
		t.Fatalf("blocks of tokens: %d, want light and dark", len(blocks))
	}
	all := themes(t)
	for i, name := range []string{"tillbird-light", "tillbird-dark"} {
		for short, long := range same {
			found := regexp.MustCompile(`(?:^|;)--` + short + `:([^;]+)`).FindStringSubmatch(blocks[i][1])
			if found == nil {
				t.Errorf("%s: offer.css has no --%s", name, short)
				continue
			}
			if a, b := luminance(t, found[1]), luminance(t, all[name][long]); a != b {
				t.Errorf("%s: --%s is %s, but %s is %s", name, short, found[1], long, all[name][long])
			}
		}
	}
}

// TestBuilt tells a built sheet that does not know the tokens of its source.
func TestBuilt(t *testing.T) {
	css := string(Bytes("app.css"))
	for name, tokens := range themes(t) {
		for key, value := range tokens {
			if !strings.HasPrefix(value, "#") {
				continue
			}
			if !strings.Contains(css, fmt.Sprintf("%s:%s", key, value)) && !strings.Contains(css, fmt.Sprintf("%s:%s", key, short(value))) {
				t.Errorf("%s: app.css lacks %s: %s; run npm run css", name, key, value)
			}
		}
	}
}

// short is the three-digit form of a colour, where it has one.
func short(hex string) string {
	if len(hex) == 7 && hex[1] == hex[2] && hex[3] == hex[4] && hex[5] == hex[6] {
		return "#" + hex[1:2] + hex[3:4] + hex[5:6]
	}
	return hex
}
