package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// thorough asks for every check in every cell of the matrix; takes long.
var thorough = os.Getenv("TILLBIRD_TEST_AUDIT") != ""

// cell is one way in which a page is looked at.
type cell struct {
	width  int64
	theme  string // light, dark
	rules  string // "" all, "worn" those that a theme or a width can change, "none"
	spaced bool   // text spaced as somebody who reads with difficulty may have it
}

func (c cell) String() string {
	text := fmt.Sprintf("%d %s", c.width, c.theme)
	if c.spaced {
		text += " spaced"
	}
	return text
}

// cells are what an ordinary run looks at: every rule, and what a phone and the dark can change; at 320 pixels, which is 1280 at
// 400 %, a page must fit. The thorough run takes nothing for granted.
func cells() []cell {
	if !thorough {
		return []cell{{1280, "light", "", false}, {390, "dark", "worn", false}, {320, "dark", "none", false}}
	}
	var all []cell
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390, 320} {
			all = append(all, cell{width, theme, "", false})
		}
	}
	return append(all, cell{1280, "light", "none", true}, cell{390, "light", "none", true}, cell{320, "light", "none", true})
}

// audit gathers what is wrong with pages: each fault once, with where it was seen.
type audit struct {
	t       testing.TB
	axe     string
	folder  string // of the pages' sources
	mu      sync.Mutex
	faults  map[string][]string
	order   []string
	pages   []string            // names in the order of their visit
	visited map[string]struct{} // addresses' paths at Tillbird
}

func newAudit(t testing.TB) *audit {
	t.Helper()
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there, `make test` installs it: %v", err)
	}
	return &audit{t: t, axe: string(axe), folder: t.TempDir(), faults: map[string][]string{}, visited: map[string]struct{}{}}
}

// oneOfMany are what tells a fault from its twin in the next row.
var oneOfMany = regexp.MustCompile(`[A-Za-z0-9_]{10,}|localhost:\d+|\d[\d,.]*`)

// fault notes what is wrong where. The same fault in another row or page is the same.
func (a *audit) fault(where, what string) {
	kind, example, _ := strings.Cut(what, ": ")
	what = kind + ": " + oneOfMany.ReplaceAllStringFunc(example, func(s string) string {
		if strings.ContainsAny(s, "0123456789") {
			return "…"
		}
		return s
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.faults[what]; !known {
		a.order = append(a.order, what)
	}
	a.faults[what] = append(a.faults[what], where)
}

// report fails the test by what was found.
func (a *audit) report() {
	a.t.Helper()
	for _, what := range a.order {
		where := a.faults[what]
		a.t.Errorf("%s\n   on %d: %s", what, len(where), strings.Join(where[:min(len(where), 6)], "; "))
	}
}

// look is what the script of a cell found.
type look struct {
	Faults []string
}

// see checks the page that a browser has open, in every cell, and keeps its source.
func (a *audit) see(b *browser, name, source string) {
	b.t.Helper()
	a.keep(b, name, source)
	loaded, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`typeof axe === 'object'`))
	if err == nil && !loaded {
		err = chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](a.axe+";void 0"))
	}
	if err != nil {
		b.t.Fatalf("axe on %s: %v", name, err)
	}
	for _, c := range cells() {
		b.wear(c)
		found, err := chromedp.Run(b.ctx, chromedp.Evaluate[look](fmt.Sprintf(lookScript, c.width, c.theme, c.rules, c.spaced), chromedp.EvalAwaitPromise))
		if err != nil {
			b.t.Fatalf("look at %s, %s: %v", name, c, err)
		}
		for _, fault := range found.Faults {
			a.fault(name+" ("+c.String()+")", fault)
		}
		if c.width != 320 && !c.spaced {
			b.shot(fmt.Sprintf("%s-%d-%s", fileName(name), c.width, c.theme))
		}
	}
}

// wear gives the page a width and a theme, without loading it anew.
func (b *browser) wear(c cell) {
	b.t.Helper()
	b.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: c.width, Height: 900, DeviceScaleFactor: 1})
		if err == nil {
			_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: c.theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			}})
		}
		return chromedp.Void{}, err
	})
}

// lookScript waits until the page wears the cell, then gathers what is wrong with it.
const lookScript = `(async () => {
	const width = %d, theme = %q, rules = %q, spaced = %v, faults = [], root = document.documentElement;
	const worn = () => innerWidth === width && matchMedia('(width: ' + width + 'px) and (prefers-color-scheme: ' + theme + ')').matches;
	for (let calm = 0; calm < 2; calm = worn() ? calm + 1 : 0) await new Promise(requestAnimationFrame);
	for (const a of document.getAnimations()) a.finish();
	document.adoptedStyleSheets = [];
	if (spaced) {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }');
		document.adoptedStyleSheets = [sheet];
	}
	const name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map((c) => '.' + c).join('');
	if (root.scrollWidth > innerWidth) {
		const out = (r) => r.right > innerWidth + 0.5, wide = [...document.body.querySelectorAll('*')].filter((e) => out(e.getBoundingClientRect())).map(name);
		const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
		for (let n; (n = words.nextNode());) if (n.data.trim() && (range.selectNodeContents(n), out(range.getBoundingClientRect()))) wide.push(name(n.parentElement) + ' "' + n.data.trim().slice(0, 30) + '"');
		faults.push('scrolls sideways: by ' + (root.scrollWidth - innerWidth) + ' px, ' + (wide.slice(-3).join(', ') || 'for no visible reason'));
	}
	for (const e of document.body.querySelectorAll('*')) {
		const style = getComputedStyle(e);
		if (!/hidden|clip/.test(style.overflow) || e.clientWidth < 3 || e.clientHeight < 3 || style.webkitLineClamp !== 'none' || e.matches('select') || !e.innerText?.trim()) continue;
		if (/hidden|clip/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1 || /hidden|clip/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 2) faults.push('cuts its text: ' + name(e));
	}
	for (const e of performance.getEntriesByType('resource')) if (e.responseStatus >= 400) faults.push('answered ' + e.responseStatus + ': ' + new URL(e.name).pathname);
	if (rules !== 'none') {
		// What is fixed to the window lies over whatever the page is scrolled to: put it into the page for the rules.
		const fixed = [...document.body.querySelectorAll('*')].filter((e) => /fixed|sticky/.test(getComputedStyle(e).position));
		for (const e of fixed) for (const [name, value] of [['position', 'relative'], ['inset', 'auto']]) e.style.setProperty(name, value, 'important');
		const above = document.querySelector('[data-menu][open]') !== null; // an open menu lies over targets until it is closed
		const options = { resultTypes: ['violations'], iframes: false, selectors: false, rules: { 'target-size': { enabled: !above } } };
		if (rules === 'worn') options.runOnly = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'region', 'aria-hidden-focus', 'bypass', 'page-has-heading-one', ...(above ? [] : ['target-size'])], options.rules = {};
		const { violations } = await axe.run(document, options);
		for (const e of fixed) for (const name of ['position', 'inset']) e.style.removeProperty(name);
		for (const v of violations) for (const n of v.nodes) faults.push(v.id + ': ' + n.html.replace(/\s+/g, ' ').slice(0, 160) + ' | ' + n.failureSummary.split('\n').slice(1, 3).map((s) => s.trim()).join(' '));
	}
	if (!worn()) throw new Error('the page changed its clothes meanwhile');
	return { Faults: [...new Set(faults)] };
})()`

var unfit = regexp.MustCompile(`[^a-zA-Z0-9]+`)

func fileName(name string) string { return strings.Trim(unfit.ReplaceAllString(name, "-"), "-") }

// source is the document as it came.
func (b *browser) source() string {
	b.t.Helper()
	tree, err := chromedp.Call(b.ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	came, err := chromedp.Call(b.ctx, network.GetResponseBody, network.GetResponseBodyParams{RequestID: network.RequestID(tree.FrameTree.Frame.LoaderID)})
	if err != nil {
		b.t.Fatalf("source of %s: %v", b.where(), err)
	}
	return string(came.Body)
}

// keep writes down that the page was visited, and its source where there is one to validate.
func (a *audit) keep(b *browser, name, source string) {
	b.t.Helper()
	address := b.where()
	a.mu.Lock()
	defer a.mu.Unlock()
	if slices.Contains(a.pages, name) {
		b.t.Fatalf("two pages are called %q", name)
	}
	a.pages = append(a.pages, name)
	if path, ours := strings.CutPrefix(address, b.base); ours {
		path, _, _ = strings.Cut(path, "?")
		path, _, _ = strings.Cut(path, "#")
		a.visited[path] = struct{}{}
	}
	if source == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(a.folder, fileName(name)+".html"), []byte(source), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// validate puts the source of every page through html-validate.
func (a *audit) validate() {
	a.t.Helper()
	program, err := filepath.Abs("../../node_modules/.bin/html-validate")
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		a.t.Fatalf("html-validate is not there, `make test` installs it: %v", err)
	}
	config, err := filepath.Abs("../../.htmlvalidate.json")
	if err != nil {
		a.t.Fatal(err)
	}
	report := filepath.Join(a.folder, "report.json") // its pipe ends at 64 KiB
	out, err := exec.CommandContext(a.t.Context(), program, "--config", config, "--formatter", "json="+report, a.folder+"/*.html").CombinedOutput()
	raw, missing := os.ReadFile(report)
	if missing != nil {
		a.t.Fatalf("html-validate: %v: %s", err, out)
	}
	var files []struct {
		FilePath string
		Messages []struct {
			RuleID, Message, Selector string
			Line                      int
		}
	}
	if err := json.Unmarshal(raw, &files); err != nil {
		a.t.Fatalf("html-validate: %v", err)
	}
	for _, file := range files {
		for _, m := range file.Messages {
			a.fault(fmt.Sprintf("%s:%d", strings.TrimSuffix(filepath.Base(file.FilePath), ".html"), m.Line), "html "+m.RuleID+": "+m.Message+" | "+lastOf(m.Selector))
		}
	}
}

// lastOf is the end of a long selector.
func lastOf(selector string) string {
	parts := strings.Split(selector, " > ")
	return strings.Join(parts[max(0, len(parts)-3):], " > ")
}
