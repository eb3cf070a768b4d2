package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// chrome is one Chromium for all tests of a run; each browser is a profile of its own in it.
var chrome = sync.OnceValues(func() (context.Context, error) {
	path := os.Getenv("TILLBIRD_TEST_CHROMIUM")
	if path == "" {
		path = "chromium"
	}
	alloc, _ := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("headless", true), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))...)
	ctx, _ := chromedp.NewContext(alloc)
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
})

// browser is a person's browser: own cookies, a width, and nothing on its console.
type browser struct {
	t    testing.TB
	ctx  context.Context
	base string
}

// stay is how long a person stays: an audit of everything takes long.
var stay = map[bool]time.Duration{false: 8 * time.Minute, true: 30 * time.Minute}[thorough]

// people is how many browsers were opened.
var people atomic.Uint32

// person opens a browser at a width in CSS pixels, in a language ("en", "fr").
func person(t testing.TB, base string, width int64, language string) *browser {
	t.Helper()
	parent, err := chrome()
	if err != nil {
		t.Fatalf("no Chromium: install Debian's chromium, or name it in TILLBIRD_TEST_CHROMIUM: %v", err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, stay)
	t.Cleanup(stop)
	b := &browser{t: t, ctx: ctx, base: base}
	b.do(chromedp.EmulateViewport(width, 900))
	b.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
			UserAgent: "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36", AcceptLanguage: language,
		})
		return chromedp.Void{}, err
	})
	b.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) { // people share neither an address nor its limits
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{
			"X-Forwarded-For": fmt.Sprintf("198.51.100.%d", 1+people.Add(1)%250),
		}})
		return chromedp.Void{}, err
	})
	messages := chromedp.Console(ctx)
	go func() {
		for message, err := range messages {
			if err != nil {
				return
			}
			if text := message.String(); !expected(text) {
				t.Errorf("console at %s: %s", b.where(), text)
			}
		}
	}()
	return b
}

// expected: Chromium writes a line for each answer of 400 and more, also where that answer is what the test asks for.
func expected(text string) bool {
	return strings.Contains(text, "Failed to load resource: the server responded with a status of 4")
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("at %s: %v", b.where(), err)
	}
}

// where is the present address.
func (b *browser) where() string {
	address, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return "nowhere: " + err.Error()
	}
	return address
}

// open goes to an address, or a path of Tillbird's.
func (b *browser) open(address string) {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.base + address
	}
	b.do(chromedp.Navigate(address))
}

// press clicks a button or link by its words, and waits for the page that it leads to.
func (b *browser) press(label string) {
	b.t.Helper()
	b.pressAt(label, `//main//*[(self::button or self::a or self::summary) and not(@aria-hidden) and contains(normalize-space(.), "`+label+`")]`)
}

// pressNamed clicks the button of a form with this name and value.
func (b *browser) pressNamed(name, value string) {
	b.t.Helper()
	b.pressAt(name+"="+value, `(//button[@name="`+name+`" and @value="`+value+`" and not(@aria-hidden)])[1]`)
}

func (b *browser) pressAt(label, path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(path, chromedp.NodeVisible)); err != nil {
		b.shot("failed")
		b.t.Fatalf("press %q at %s: %v\n%s", label, b.where(), err, b.text())
	}
}

// fill types into fields by their names: pairs of name and value. A select takes its option's value.
func (b *browser) fill(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		script := fmt.Sprintf(`(() => { const f = document.querySelector('[name=%q]:not([type=hidden])'); if (!f) throw new Error('no field ' + %q);
			f.focus(); if (f.type === 'checkbox' || f.type === 'radio') { const c = document.querySelector('[name=%q][value=%q]') || f; c.checked = true; c.dispatchEvent(new Event('change', {bubbles: true})); return }
			f.value = %q; f.dispatchEvent(new Event('input', {bubbles: true})); f.dispatchEvent(new Event('change', {bubbles: true})) })()`,
			pairs[i], pairs[i], pairs[i], pairs[i+1], pairs[i+1])
		if err := chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](script)); err != nil {
			b.t.Fatalf("fill %s at %s: %v", pairs[i], b.where(), err)
		}
	}
}

// upload chooses a file in a file field.
func (b *browser) upload(name, file string) {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles(chromedp.CSS(fmt.Sprintf("input[name=%q]", name)), []string{file}))
}

// spaces makes every space a plain one: pages hold some that do not break.
var spaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2066", "", "\u2069", "")

// text is what the page says.
func (b *browser) text() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return spaces.Replace(text)
}

// reads checks that the page says all of these.
func (b *browser) reads(wanted ...string) {
	b.t.Helper()
	text := b.text()
	for _, want := range wanted {
		if !strings.Contains(text, spaces.Replace(want)) {
			b.shot("failed")
			b.t.Fatalf("%s does not say %q:\n%s", b.where(), want, text)
		}
	}
}

// refreshUntil loads the page anew until it says so.
func (b *browser) refreshUntil(want string) {
	b.t.Helper()
	eventually(b.t, fmt.Sprintf("%s says %q", b.where(), want), func() bool {
		if strings.Contains(b.text(), spaces.Replace(want)) {
			return true
		}
		b.do(chromedp.Reload())
		return false
	})
}

// href is the address of the first link whose words or address hold a text.
func (b *browser) href(text string) string {
	b.t.Helper()
	link, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(
		`([...document.querySelectorAll('a[href]')].find(a => a.innerText.includes(%q) || a.href.includes(%q)) || {href: ''}).href`, text, text)))
	if err != nil || link == "" {
		b.t.Fatalf("%s has no link %q: %v\n%s", b.where(), text, err, b.text())
	}
	return link
}

// shot keeps a picture of the page where TILLBIRD_TEST_SHOTS names a folder.
func (b *browser) shot(name string) {
	folder := os.Getenv("TILLBIRD_TEST_SHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		_ = os.MkdirAll(folder, 0o755)
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Logf("picture %s: %v", name, err)
	}
}
