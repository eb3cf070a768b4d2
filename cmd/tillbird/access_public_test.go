package main

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/tillbird/tillbird/demo"
)

// nobody is somebody who is not signed in.
func (w *accessWorld) nobody(r *tour) {
	for _, path := range []string{"/", "/offers", "/offers?q=linen&sort=ending", "/offers?q=nothing-of-this-name", "/offers?sort=popular&currency=eur&from=5&to=50", "/offers?from=x&currency=eur", "/shops/maisonkestrel", "/shops/kiosklumen", "/orders", "/legal/terms", "/legal/privacy", "/legal/imprint", "/accessibility", "/signup", "/login", "/password", "/email/confirmations"} {
		r.visit(path, path, 200)
	}
	for _, path := range []string{"/nowhere", "/o/none"} {
		r.visit(path, path, 404)
	}
	r.load("/email/confirmations/none", 410)
	r.see("dead confirmation")
	r.load("/password/resets/none", 410)
	r.see("dead reset")
	r.load("/invitations/none", 410)
	r.see("dead invitation")
	r.load("/signup", 200)
	r.send(422, action("/signup"), "email", "ana", "password", "short")
	r.see("sign-up with errors")
	r.load("/login", 200)
	r.send(422, action("/login"), "email", demo.MerchantEmail, "password", "not the harbour")
	r.see("sign-in with errors")
	r.load("/password", 200)
	r.send(422, action("/password"), "email", "ana")
	r.see("forgotten password with errors")
	r.send(200, action("/password"), "email", "tom@lumen.example")
	r.see("forgotten password, asked")
	r.open(w.letter("tom@lumen.example", "/password/resets/"))
	r.see("new password")
	r.send(422, `form[action^="/password/resets/"]`, "password", "short")
	r.see("new password with errors")
	r.load("/orders", 200)
	r.send(422, action("/orders"), "email", "fan")
	r.see("lost order with errors")
	r.send(200, action("/orders"), "email", "nobody@example.com")
	r.see("lost order, asked")
	// A form that another site sends is refused.
	r.open("about:blank")
	r.postFromElsewhere(w.base + "/login")
}

// postFromElsewhere posts from a page of nowhere, as a foreign site would.
func (r *tour) postFromElsewhere(address string) {
	r.t.Helper()
	answer, err := chromedp.RunResponse(r.ctx, chromedp.Evaluate[chromedp.Void](`(() => { const f = document.createElement('form'); f.method = 'post'; f.action = `+"'"+address+"'"+`; document.body.append(f); f.submit() })()`))
	if err != nil {
		r.t.Fatal(err)
	}
	if answer.Status != 403 {
		r.t.Errorf("a foreign post was answered by %d", answer.Status)
	}
	r.see("foreign post, 403")
}

// fan reads offers in each state, and buys.
func (w *accessWorld) fan(r *tour) {
	candle := w.goods["Cedar candle"]
	r.visitOpen("live offer", "/o/"+candle)
	r.send(422, action("/o/"+candle+"/checkouts"), "email", "fan")
	r.see("offer with errors")
	for name, title := range map[string]string{"paused": "Kingfisher mug", "ended": "Summer tote", "scheduled": "Winter scarf, petrol"} {
		r.visit(name+" offer", "/o/"+w.goods[title], 200)
	}
	r.visit("sold-out offer", "/o/"+w.soldOut, 200)
	r.visit("removed offer", "/o/"+w.down, 410)
	r.visit("report", "/o/"+candle+"/reports/new", 200)
	r.send(422, action("/o/"+candle+"/reports"), "email", "fan")
	r.see("report with errors")
	r.send(200, action("/o/"+candle+"/reports"), "reason", "misleading", "words", "It burns for forty hours, not forty-five.", "email", "")
	r.see("report, sent")

	letGo := w.order(r.browser, candle, "choice_0", "small")
	r.visit("order, pending", letGo, 200)
	r.send(200, action(letGo+"/cancellation"))
	r.see("order, cancelled")
	r.visit("order, expired", w.expired, 200)

	order := w.order(r.browser, candle, "choice_0", "small")
	pay := `form[action^="/c/pay/"]`
	r.unfold()
	r.see("Stripe: pay, unfolded")
	r.send(422, pay)
	r.see("Stripe: pay with errors")
	address := []string{"expiry", "12 / 34", "cvc", "123", "name", "Fay Fan", "ship_line1", "1 quai du Port", "ship_postal_code", "13002", "ship_city", "Marseille", "ship_country", "FR"}
	r.send(402, pay, append([]string{"number", "4000 0000 0000 0002"}, address...)...)
	r.see("Stripe: declined")
	r.send(200, pay, append([]string{"number", "4000 0027 6000 3184"}, address...)...)
	r.see("Stripe: 3-D Secure")
	r.send(200, `form[action^="/3ds/"]`, "=answer", "complete")
	r.refreshPaid(w.base + order)
	r.see("order, paid")
	r.visit("order, thanks", order+"?paid=1", 200)
	r.visit("withdrawal", order+"/withdrawal/new", 200)
	r.send(422, action(order+"/withdrawal"), "name", "")
	r.see("withdrawal with errors")
	r.send(200, action(order+"/withdrawal"), "name", "Fay Fan")
	r.see("withdrawal, done")
}

// refreshPaid opens an order until it offers nothing to pay any more.
func (r *tour) refreshPaid(address string) {
	r.t.Helper()
	eventually(r.t, "the order is paid", func() bool {
		r.open(address)
		return !strings.Contains(r.html(), "/payment")
	})
}

// html is the page as it stands.
func (b *browser) html() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
	if err != nil {
		return err.Error()
	}
	return text
}

// operator looks at the sandbox's own pages, and at letters.
func (w *accessWorld) operator(r *tour) {
	r.visit("operator", w.stripe+"/", 200)
	r.visit("operator, none", w.stripe+"/?type=none.such", 200)
	event := regexp.MustCompile(`/events/[A-Za-z0-9_]+`)
	r.load(w.stripe+"/", 200)
	r.visit("event", w.stripe+event.FindString(r.html()), 200)
	r.visit("nothing there", w.stripe+"/nowhere", 404)
	r.load(w.stripe+"/", 200)
	r.send(422, action("/clock")+":has(#by)", "by", "yesterday")
	r.see("clock with errors")
	r.visit("mail", w.stripe+"/mail", 200)
	r.visit("mail, none", w.stripe+"/mail?to=none@example.com", 200)
	for kind, to := range map[string]string{"order": "fan@example.com", "merchant": demo.MerchantEmail} {
		r.load(w.stripe+"/mail?to="+url.QueryEscape(to), 200)
		message := regexp.MustCompile(`/mail/[A-Za-z0-9_-]+`).FindString(r.html())
		r.visit("message to "+kind, w.stripe+message, 200)
		_, letter := fetch(r.t, w.stripe+message+"/html")
		r.place(letter)
		r.a.see(r.browser, "letter to "+kind, "") // e-mail programs want what the standard calls outdated
	}
}

// place puts a text in place of the page: letters are served in a sandbox that lets no check run.
func (r *tour) place(text string) {
	r.t.Helper()
	r.open("about:blank")
	r.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, page.SetDocumentContent, page.SetDocumentContentParams{FrameID: cdp.FrameID(t.TargetID), HTML: text})
		return chromedp.Void{}, err
	})
}

// bare is a fresh installation, of which an admin sees nothing but empty lists.
func (w *accessWorld) bare(r *tour, p *process) {
	for _, path := range []string{"/", "/offers"} {
		r.visit(path, path, 200)
	}
	r.signIn("sam@example.com", "a watchful heron")
	for _, path := range []string{"/admin/reviews", "/admin/reviews?tab=decided", "/admin/offers", "/admin/shops", "/admin/reports", "/admin/events", "/admin/audit"} {
		r.visit(path, path, 200)
	}
	r.visit("sandbox, nothing yet", p.stripe+"/", 200)
	r.visit("sandbox, no mail", p.stripe+"/mail", 200)
}
