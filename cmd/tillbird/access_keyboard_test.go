package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/tillbird/tillbird/demo"
)

// keyboard signs up and buys with keys alone, and walks pages from the first stop to the last.
func (w *accessWorld) keyboard(t *testing.T) {
	b := person(t, w.base, 390, "en")
	b.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) { // other tests' windows are open too
		_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return chromedp.Void{}, err
	})
	b.load("/", 200)
	if stop := b.tab(); stop.Text != "Skip to content" {
		t.Errorf("the first stop is %q, not the way to the content", stop.Text)
	}

	b.load("/signup", 200)
	b.tabTo("button[type=submit].btn-primary")
	b.enter()
	b.focusIs("#problems", "after a form with errors")
	b.tabTo(`a[href="#email"]`)
	b.do(pressEnter)
	b.focusIs("#email", "after the first problem was followed")
	b.write("kay@keys.example")
	b.tabTo("#password")
	b.write("nothing but keys")
	b.enter()
	b.reads("kay@keys.example")

	apron := w.goods["Linen apron, sage"]
	b.load("/o/"+apron, 200)
	b.tabTo("button.pay")
	b.enter()
	b.focusIs("#problems", "after an offer's form with errors")
	b.tabTo("#email")
	b.write("kay@keys.example")
	b.tabTo("button.pay")
	b.enter()
	if !strings.HasPrefix(b.where(), w.stripe) {
		t.Fatalf("the keyboard led to %s, not to Stripe's page", b.where())
	}
	for _, field := range [][2]string{
		{"#ship_name", "Kay Keys"},
		{"#ship_line1", "1 quai du Port"},
		{"#ship_postal_code", "13002"},
		{"#ship_city", "Marseille"},
		{"#ship_country", "France"},
		{"#number", card},
		{"#expiry", "1234"},
		{"#cvc", "123"},
		{"#name", "Kay Keys"},
	} {
		if b.has(field[0]) {
			b.tabTo(field[0])
			b.write(field[1])
		}
	}
	b.tabTo("button.wide")
	b.enter()
	if !strings.HasPrefix(b.where(), w.base+"/orders/") {
		t.Fatalf("the keyboard led to %s, not to the order:\n%s", b.where(), b.text())
	}

	b.walk("/o/" + apron)
	b.walk("/")
	b.signIn(demo.MerchantEmail, demo.MerchantPassword)
	for _, path := range []string{"/dashboard", "/dashboard/offers/new", "/dashboard/sales"} {
		b.walk(path)
	}
}

// noScript does what people come for in a browser that runs no script.
func (w *accessWorld) noScript(t *testing.T) {
	plain := func() *browser {
		b := person(t, w.base, 390, "en")
		b.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return chromedp.Void{}, err
		})
		return b
	}
	merchant, admin, fan := plain(), plain(), plain()
	merchant.open("/login")
	if strings.Contains(merchant.html(), `<html lang="en" class="js"`) {
		t.Fatal("the page ran its script")
	}
	merchant.fill("email", demo.MerchantEmail, "password", demo.MerchantPassword)
	merchant.press("Sign in")
	merchant.reads("Latest sales")
	merchant.open("/dashboard/offers/" + w.goods["Wool socks"] + "/edit")
	merchant.fill("title", "Wool socks, no script", "price", "12,50")
	merchant.pressNamed("then", "stay")
	merchant.open("/dashboard/offers/" + w.goods["Wool socks"])
	merchant.reads("Wool socks, no script", "€12.50")

	fan.open("/o/" + w.goods["Cedar candle"])
	fan.fill("choice_0", "small", "email", "plain@example.com")
	fan.press("Pay")
	if !strings.HasPrefix(fan.where(), w.stripe+"/c/pay/") {
		t.Fatalf("without a script the fan is at %s, not at Stripe's page", fan.where())
	}

	admin.open("/login")
	admin.fill("email", demo.AdminEmail, "password", demo.AdminPassword)
	admin.press("Sign in")
	admin.open("/admin/reviews/" + admin.slugs("/admin/reviews")["Wax au mètre"])
	admin.pressNamed("verdict", "approved")
	admin.open("/admin/reviews?tab=decided")
	admin.reads("Wax au mètre")
}

// stop is where the focus is.
type stop struct {
	Name, Text string
	Out        bool // it left the page
	Seen       bool // with a ring of two pixels or more
	Covered    string
}

const focusScript = `(() => {
	const e = document.activeElement, name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map((c) => '.' + c).join('');
	if (!e || e === document.body || e === document.documentElement) return { Name: 'body', Out: true };
	let seen = false;
	for (let a = e, i = 0; a && i < 5; a = a.parentElement, i++) {
		const style = getComputedStyle(a);
		if (a.matches(':focus, :focus-within') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) seen = true;
	}
	const r = e.getClientRects()[0] || e.getBoundingClientRect(), x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2, at = document.elementFromPoint(x, y);
	const free = !at || e.contains(at) || at.contains(e) || e.labels && [...e.labels].some((l) => l.contains(at)) || !at.closest('.topbar, .rail');
	return { Name: name(e), Text: (e.innerText || e.value || '').trim(), Seen: seen, Covered: free ? '' : name(at) };
})()`

// focus is where the focus is now.
func (b *browser) focus() stop {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[stop](focusScript))
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// tab goes to the next stop.
func (b *browser) tab() stop {
	b.t.Helper()
	b.do(chromedp.KeyEvent(kb.Tab))
	return b.focus()
}

// tabTo tabs until the focus is at what a selector finds.
func (b *browser) tabTo(selector string) {
	b.t.Helper()
	var passed []string
	for range 80 {
		passed = append(passed, b.tab().Name)
		if b.at(selector) {
			return
		}
	}
	b.t.Fatalf("%s cannot be reached by tab at %s, but: %s", selector, b.where(), strings.Join(passed, ", "))
}

func (b *browser) yes(script string) bool {
	b.t.Helper()
	yes, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
	if err != nil {
		b.t.Fatal(err)
	}
	return yes
}

// at tells whether the focus is at what a selector finds.
func (b *browser) at(selector string) bool {
	b.t.Helper()
	return b.yes(fmt.Sprintf(`document.activeElement.matches(%q)`, selector))
}

func (b *browser) has(selector string) bool {
	b.t.Helper()
	return b.yes(fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
}

// write types where the focus is.
func (b *browser) write(text string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(text))
}

// pressEnter sends the key and its character at once, as a keyboard does: one after the other, the character could
// reach what the key has moved the focus to.
func pressEnter(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			key.Text = "\r"
		}
		if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, key); err != nil {
			return chromedp.Void{}, err
		}
	}
	return chromedp.Void{}, nil
}

// enter presses the Enter key, and waits for the page that it leads to.
func (b *browser) enter() {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, pressEnter); err != nil {
		b.t.Fatalf("Enter at %s: %v", b.where(), err)
	}
}

// focusIs waits until the focus is where it should be.
func (b *browser) focusIs(selector, when string) {
	b.t.Helper()
	eventually(b.t, "the focus is at "+selector+" "+when, func() bool { return b.at(selector) })
}

// walk tabs through a page: every stop must be seen, none may lie under a bar, and the last one lets go.
func (b *browser) walk(path string) {
	b.t.Helper()
	b.load(path, 200)
	faults := map[string]bool{}
	for i := range 250 {
		s := b.tab()
		if s.Out {
			if i < 5 {
				b.t.Errorf("%s has %d stops only", path, i)
			}
			return
		}
		if fault := fmt.Sprintf("%s at %s %q", path, s.Name, s.Text); !faults[fault] {
			faults[fault] = true
			if !s.Seen {
				b.t.Errorf("the focus cannot be seen: %s", fault)
			}
			if s.Covered != "" {
				b.t.Errorf("the focus is covered by %s: %s", s.Covered, fault)
			}
		}
	}
	b.t.Errorf("%s keeps the focus for ever", path)
}
