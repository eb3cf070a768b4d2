package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// noPage are the addresses that answer GET without a page of their own, with the reason.
var noPage = map[string]string{
	"/p/:code":                           "leads on to the offer",
	"/pictures/:digest/:file":            "a picture",
	"/o/:slug/card.png":                  "a picture",
	"/o/:slug/card.jpg":                  "a picture",
	"/dashboard/offers/:slug/card.jpg":   "a picture",
	"/dashboard/onboarding/return":       "leads on to the onboarding page",
	"/dashboard/onboarding/refresh":      "leads on to Stripe",
	"/downloads/:link":                   "a file",
	"/dashboard/sales.csv":               "a file",
	"/oauth/client-metadata.json":        "for machines",
	"/dashboard/payouts/:slug/lines.csv": "a file",
	"/healthz":                           "for machines",
	"/readyz":                            "for machines",
	"/metrics":                           "for machines",
	"/webhooks/x":                        "for machines",
	"/robots.txt":                        "for machines",
	"/offers.atom":                       "for feed readers",
	"/sitemap.xml":                       "for machines",
	"/sitemaps/:part":                    "for machines",
	"/favicon.ico":                       "a picture",

	"/dashboard/offers/:slug/card.png":         "a picture",
	"/dashboard/posts/:code/qr.png":            "a picture",
	"/dashboard/posts/:code/qr.svg":            "a picture",
	"/dashboard/offers.csv":                    "a file",
	"/dashboard/disputes/:slug/files/:file":    "a file",
	views.ReplyRowsPath:                        "a part of a page",
	"/dashboard/replies/:id/order/removal/new": "asks about an order by reply; there is none in this world",
	"/wallet/data.json":                        "a file",
	"/wallet/cards/:id":                        "leads on to the wallet",
	"/sync/:network/callback":                  "leads on to the consent page",
	views.FormCardPath("jpg"):                  "a picture",
	views.FormCardPath("png"):                  "a picture",
	views.NetworkBackPath(social.X):            "leads on to the networks page",
	views.NetworkBackPath(social.Mastodon):     "leads on to the networks page",
	views.NetworkLeavingPath(social.Mastodon):  "leads on to a server that somebody named",
}

// TestAccess looks at every page and state of a world that has a bit of everything, as those who use it. Nothing may be
// wrong with any of them for people who read, hear, see or type in their own way.
func TestAccess(t *testing.T) {
	t.Parallel()
	if os.Getenv("TILLBIRD_TEST_DATABASE_URL") != "" {
		return // the pages are the same on both databases
	}
	languages := words.Languages[:1]
	if thorough {
		languages = words.Languages
	}
	for _, language := range languages {
		t.Run(language, func(t *testing.T) {
			a := newAudit(t)
			w := newAccessWorld(t, a, language)
			bare := emptyInstallation(t, language)
			t.Run("tours", func(t *testing.T) {
				tours := []struct {
					who  string
					walk func(*tour)
				}{ // the longest first
					{"offers", w.offers},
					{"admin", w.admin},
					{"merchant", w.merchant},
					{"nobody", w.nobody},
					{"newcomer", w.newcomer},
					{"fan", w.fan},
					{"guest", w.guest},
					{"reader", w.reader},
					{"maker", w.maker},
					{"syncer", w.syncer},
					{"operator", w.operator},
					{"lagging", w.lagging},
				}
				for _, r := range tours {
					t.Run(r.who, func(t *testing.T) {
						t.Parallel()
						r.walk(&tour{browser: person(t, w.base, 1280, language), a: a, who: r.who})
					})
				}
				t.Run("bare", func(t *testing.T) {
					t.Parallel()
					w.bare(&tour{browser: person(t, bare.base, 1280, language), a: a, who: "bare"}, bare)
				})
				if language == "en" {
					t.Run("weight", func(t *testing.T) { t.Parallel(); w.weight(t) })
					t.Run("keyboard", func(t *testing.T) { t.Parallel(); w.keyboard(t) })
					t.Run("no script", func(t *testing.T) { t.Parallel(); w.noScript(t) })
				}
			})
			a.validate()
			a.complete()
			a.report()
			t.Logf("%d pages and states in %s", len(a.pages), language)
		})
	}
}

// complete fails for an address of the routes that no tour has seen, and for an exemption that nothing needs.
func (a *audit) complete() {
	a.t.Helper()
	known := getRoutes(a.t)
	for path := range noPage {
		if !slices.Contains(known, path) {
			a.t.Errorf("%s is exempted, but there is no such address", path)
		}
	}
	var patterns []*regexp.Regexp
	for _, path := range known {
		patterns = append(patterns, regexp.MustCompile("^"+regexp.MustCompile(`:\w+`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+")+"$"))
	}
	seen := map[string]bool{}
	for visited := range a.visited {
		for i, pattern := range patterns {
			// A written-out address comes before one with a name in it, as in the router.
			if pattern.MatchString(visited) && (visited == known[i] || !slices.Contains(known, visited)) {
				seen[known[i]] = true
			}
		}
	}
	for _, path := range known {
		if _, exempt := noPage[path]; !exempt && !seen[path] {
			a.t.Errorf("GET %s was seen by no tour: add it to one, or say in noPage why it is no page", path)
		}
	}
}

// getRoutes reads the addresses that answer GET from the source of the routes.
func getRoutes(t testing.TB) []string {
	t.Helper()
	read := func(file string) string {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(source)
	}
	named := map[string]string{ // addresses that are put together
		"social.BlueskyAppPath": social.BlueskyAppPath, `views.FormCardPath("jpg")`: views.FormCardPath("jpg"), `views.FormCardPath("png")`: views.FormCardPath("png"), "views.NetworkBackPath(social.X)": views.NetworkBackPath(social.X),
		"views.NetworkBackPath(social.Mastodon)": views.NetworkBackPath(social.Mastodon), "views.NetworkLeavingPath(social.Mastodon)": views.NetworkLeavingPath(social.Mastodon),
	}
	files, err := filepath.Glob("../../views/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, m := range regexp.MustCompile(`(?m)^(?:const)?\s+(\w+)\s*=\s*"(/[^"]*)"`).FindAllStringSubmatch(read(file), -1) {
			named["views."+m[1]] = m[2]
		}
	}
	var paths []string
	for _, m := range regexp.MustCompile(`(?m)^\s+\{get, ([^,]+),`).FindAllStringSubmatch(read("../../web/routes.go"), -1) {
		path, quoted := strings.CutPrefix(m[1], `"`)
		if !quoted {
			path = named[m[1]]
		}
		if path = strings.TrimSuffix(path, `"`); path == "" {
			t.Fatalf("web/routes.go has an address that this test cannot read: %s", m[1])
		}
		paths = append(paths, path)
	}
	if len(paths) < 40 {
		t.Fatalf("only %d addresses were read from web/routes.go", len(paths))
	}
	return paths
}

// tour is one person's way through the pages.
type tour struct {
	*browser
	a   *audit
	who string
}

// see checks the open page under a name.
func (r *tour) see(name string) {
	r.t.Helper()
	r.a.see(r.browser, r.who+": "+name, r.source())
}

// visit opens an address and checks what comes.
func (r *tour) visit(name, address string, status int) {
	r.t.Helper()
	r.load(address, status)
	r.see(name)
}

// visitOpen opens an address and everything that is folded there, and checks what comes: what a fold shows besides is
// part of what it hides.
func (r *tour) visitOpen(name, address string) {
	r.t.Helper()
	r.load(address, 200)
	r.unfold()
	r.see(name + ", unfolded")
}

// load opens an address and checks the status of the answer.
func (b *browser) load(address string, status int) {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.base + address
	}
	answer, err := chromedp.Run(b.ctx, chromedp.NavigateResponse(address))
	if err != nil {
		b.t.Fatalf("%s: %v", address, err)
	}
	if answer.Status != int64(status) {
		b.t.Errorf("%s answered %d, not %d", address, answer.Status, status)
	}
}

// send fills the form that a selector finds, sends it unchecked by the browser, and checks the status of the answer.
// A pair whose name begins with "=" names the button to press by its name, and its value.
func (b *browser) send(status int, form string, pairs ...string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	script := fmt.Sprintf(`(() => { const form = document.querySelector(%q); if (!form) throw new Error('no such form');
		let button; const pairs = %s;
		for (let i = 0; i < pairs.length; i += 2) {
			const [name, value] = [pairs[i], pairs[i + 1]];
			if (name[0] === '=') { button = form.querySelector('button[name="' + name.slice(1) + '"][value="' + value + '"]'); if (!button) throw new Error('no button ' + name + ' ' + value); continue }
			const field = form.querySelector('[type=radio][name="' + name + '"][value="' + value + '"]') || form.querySelector('[name="' + name + '"]');
			if (!field) throw new Error('no field ' + name);
			if (/radio|checkbox/.test(field.type)) field.checked = true; else field.value = value;
		}
		form.noValidate = true; form.requestSubmit(button) })()`, form, jsList(pairs))
	answer, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](script))
	if err != nil {
		b.t.Fatalf("send %s at %s: %v\n%s", form, b.where(), err, b.text())
	}
	if answer.Status != int64(status) {
		b.t.Errorf("%s: the answer to %s was %d, not %d:\n%s", b.where(), form, answer.Status, status, b.text())
	}
}

func jsList(texts []string) string {
	var b strings.Builder
	for i, text := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q", text)
	}
	return "[" + b.String() + "]"
}

// action selects the form that posts to an address.
func action(path string) string { return `form[action="` + path + `"]` }

// signIn signs somebody in by the form.
func (b *browser) signIn(email, password string) {
	b.t.Helper()
	b.load("/login", 200)
	b.send(200, action("/login"), "email", email, "password", password)
	if strings.Contains(b.where(), "/login") {
		b.t.Fatalf("%s could not sign in:\n%s", email, b.text())
	}
}

// unfold opens everything that is folded, but for menus.
func (b *browser) unfold() {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach((d) => { d.open = !d.matches('[data-menu]') })`))
}

// unroll opens the menus.
func (b *browser) unroll() {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('[data-menu]').forEach((d) => { d.open = true })`))
}

// slugs finds the rows of a list page by their words: words to the last part of the row's address.
func (b *browser) slugs(path string) map[string]string {
	b.t.Helper()
	b.load(path, 200)
	rows, err := chromedp.Run(b.ctx, chromedp.Evaluate[map[string]string](
		`Object.fromEntries([...document.querySelectorAll('main a.row-link')].reverse().map((a) => [a.innerText.trim(), a.getAttribute('href').split('/').pop()]))`))
	if err != nil || len(rows) == 0 {
		b.t.Fatalf("%s has no rows: %v\n%s", path, err, b.text())
	}
	return rows
}

// row is the path of the first link below a prefix in the row of a table that says something.
func (b *browser) row(says, prefix string) string {
	b.t.Helper()
	path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(
		`([...document.querySelectorAll('main tbody tr, main .post-list > li')].filter((row) => row.innerText.includes(%q)).map((row) => row.querySelector('a[href]').getAttribute('href')).find((href) => href.startsWith(%q)) || '')`, says, prefix)))
	if err != nil || path == "" {
		b.t.Fatalf("no row says %s: %v\n%s", says, err, b.text())
	}
	return path
}

// first is the path of the first link of a page to something below a prefix.
func (b *browser) first(list, prefix string) string {
	b.t.Helper()
	b.load(list, 200)
	path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(
		`([...document.querySelectorAll('main a[href]')].map((a) => a.getAttribute('href')).find((href) => href.startsWith(%q) && !href.endsWith('/new')) || '')`, prefix)))
	if err != nil || path == "" {
		b.t.Fatalf("%s has no link to %s: %v\n%s", list, prefix, err, b.text())
	}
	return path
}
