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
	for _, path := range []string{"/", "/offers", "/shops/maisonkestrel", "/shops/kiosklumen", "/orders", "/legal/terms", "/legal/privacy", "/legal/imprint", "/accessibility", "/signup", "/login", "/password", "/email/confirmations"} {
		r.visit(path, path, 200)
	}
	for _, path := range []string{"/nowhere", "/shops/nobodyhere", "/o/none", "/orders/none", "/legal/none"} {
		r.visit(path, path, 404)
	}
	r.load("/email/confirmations/none", 410)
	r.see("dead confirmation")
	r.load("/password/resets/none", 410)
	r.see("dead reset")
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
	r.send404(w.base + "/login")
}

// send404 posts from a page of nowhere, as a foreign site would.
func (r *tour) send404(address string) {
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
	r.visit("live offer", "/o/"+candle, 200)
	r.unfold()
	r.see("live offer, unfolded")
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

	order := w.order(r.browser, candle)
	pay := `form[action^="/c/pay/"]`
	r.see("Stripe: pay")
	r.unfold()
	r.see("Stripe: pay, unfolded")
	r.send(422, pay)
	r.see("Stripe: pay with errors")
	address := []string{"expiry", "12 / 34", "cvc", "123", "name", "Fay Fan", "ship_line1", "1 quai du Port", "ship_postal_code", "13002", "ship_city", "Marseille", "ship_country", "FR"}
	r.send(402, pay, append([]string{"number", "4000 0000 0000 0002"}, address...)...)
	r.see("Stripe: declined")
	r.send(200, pay, append([]string{"number", "4000 0027 6000 3184"}, address...)...)
	r.see("Stripe: 3-D Secure")
	r.visit("order, pending", order, 200)
	r.send(200, action(order+"/cancellation"))
	r.see("order, cancelled")
	r.visit("order, expired", w.expired, 200)
	r.refreshPaid(w.base + w.paid)
	r.see("order, paid")
	r.visit("order, thanks", w.paid+"?paid=1", 200)
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

// merchant walks the dashboard of a shop that sells.
func (w *accessWorld) merchant(r *tour) {
	r.signIn(demo.MerchantEmail, demo.MerchantPassword)
	for _, path := range []string{"/dashboard", "/dashboard?days=90", "/dashboard/onboarding", "/dashboard/posts", "/dashboard/sales", "/dashboard/sales?q=nobody+has+this+name", "/dashboard/payouts", "/dashboard/settings"} {
		r.visit(path, path, 200)
	}
	r.visit("404", "/dashboard/sales/none", 404)
	r.load("/dashboard", 200)
	r.unfold()
	r.see("overview, unfolded")
	r.unroll()
	r.see("overview, menus open")
	r.load("/dashboard/payouts", 200)
	r.send(200, action("/dashboard/payouts/stripe"))
	r.see("Stripe: balance")

	r.load("/dashboard/settings", 200)
	r.send(422, action("/dashboard/settings"), "name", "", "support_email", "hello")
	r.see("settings with errors")
	r.load("/dashboard/settings", 200)
	r.send(422, action("/dashboard/settings/password"), "old", "", "password", "short")
	r.see("password with errors")
	r.load("/dashboard/settings", 200)
	r.send(200, action("/dashboard/settings"), "name", "Maison Kestrel")
	r.see("settings, saved")

	for _, slug := range r.slugs("/dashboard/sales") {
		r.visit("sale", "/dashboard/sales/"+slug, 200)
		break
	}
	r.visit("sale of what expired", "/dashboard/sales/"+r.saleOf("tab=all"), 200)
	r.visit("refund", "/dashboard/sales/"+r.shipped()+"/refunds/new", 200)
	r.visit("packing slip", "/dashboard/sales/"+r.shipped()+"/slip", 200)
	for _, code := range r.slugs("/dashboard/posts") {
		r.visit("post", "/dashboard/posts/"+code, 200)
		r.unfold()
		r.see("post, unfolded")
		r.send(422, action("/dashboard/posts/"+code+"/posting"), "remote_url", "not an address")
		r.see("post with errors")
		break
	}
}

// saleOf is the newest sale of a list.
func (r *tour) saleOf(query string) string {
	r.t.Helper()
	r.load("/dashboard/sales?"+query, 200)
	found := regexp.MustCompile(`/dashboard/sales/([a-z0-9]+)`).FindStringSubmatch(r.html())
	if found == nil {
		r.t.Fatalf("no sale with %s", query)
	}
	return found[1]
}

// shipped is the slug of a sale that goes by post.
func (r *tour) shipped() string {
	r.t.Helper()
	sales := r.slugs("/dashboard/sales")
	return sales["Linen apron, sage"]
}

// offers walks a merchant's offers in every state, and the forms.
func (w *accessWorld) offers(r *tour) {
	r.signIn(demo.MerchantEmail, demo.MerchantPassword)
	list := "/dashboard/offers"
	r.visit("list", list, 200)
	r.visit("list of a state", list+"?state=draft", 200)
	for state, title := range map[string]string{
		"live": "Linen apron, sage", "paused": "Kingfisher mug", "ended": "Summer tote", "scheduled": "Winter scarf, petrol", "waiting": "Advent box",
		"rejected": "Calming tea that heals", "to change": "Gift card", "draft": "Wool socks", "sold out": signature, "taken down": "Tea tin No. 4",
	} {
		if w.goods[title] == "" {
			r.t.Fatalf("the demo has no %q", title)
		}
		r.visit(state, list+"/"+w.goods[title], 200)
	}
	apron, draft := list+"/"+w.goods["Linen apron, sage"], list+"/"+w.goods["Wool socks"]
	r.load(apron, 200)
	r.unfold()
	r.see("live, unfolded")
	r.visit("edit", apron+"/edit", 200)
	r.visit("preview", apron+"/preview", 200)
	r.visit("check of a draft", draft+"/review", 200)
	r.visit("preview of a draft", draft+"/preview", 200)
	r.visit("new", list+"/new", 200)
	r.unfold()
	r.see("new, unfolded")
	r.send(422, "#offer-form", "price", "-1", "stock", "many", "starts_at", "2027-01-01T10:00", "ends_at", "2026-12-01T10:00", "=then", "review")
	r.see("new with errors")
	r.visit("new from an example", list+"/new?template=handmade", 200)
	r.send(200, "#offer-form", "title", strings.Repeat("Very long name of a thing ", 4), "words", strings.Repeat("An-unbroken-word-that-goes-on-and-on", 6), "=then", "review")
	r.see("check of a long one")
	r.visit("post, new", apron+"/posts/new", 200)
	r.send(422, "#post-form", "text", "", "=then", "make")
	r.see("post with errors")
	r.send(200, "#post-form", "text", "Back on the peg.", "=then", "make")
	r.see("post, made")
}

// newcomer signs up, opens a shop, and looks at how empty it is.
func (w *accessWorld) newcomer(r *tour) {
	mail := "zoe@newcomer.example"
	r.load("/signup", 200)
	r.send(200, action("/signup"), "email", mail, "password", "a very new broom")
	r.see("letter is on its way")
	r.open(w.letter(mail, "/email/confirmations/"))
	r.see("confirmation")
	r.send(200, `form[action^="/email/confirmations/"]`)
	r.see("new shop")
	r.send(422, action("/dashboard/shop"), "name", "", "country", "")
	r.see("new shop with errors")
	r.send(200, action("/dashboard/shop"), "name", "Brooms by Zoé", "handle", "zoebrooms", "country", "FR", "currency", "eur", "time_zone", "Europe/Paris")
	r.see("onboarding")
	for _, path := range []string{"/dashboard", "/dashboard/offers", "/dashboard/posts", "/dashboard/sales", "/dashboard/payouts", "/dashboard/settings", "/shops/zoebrooms"} {
		r.visit(path, path, 200)
	}
	r.visit("not an admin", "/admin/reviews", 404)
	r.load("/dashboard/onboarding", 200)
	r.send(200, action("/dashboard/onboarding/link"))
	form := `form[action^="/onboarding/"]`
	r.see("Stripe: first step")
	r.send(422, form, "=action", "next")
	r.see("Stripe: first step with errors")
	r.send(200, form, "=action", "poor")
	r.see("back from Stripe with something due")
	r.visit("overview with something due", "/dashboard", 200)
}

// lagging is a merchant of whom Stripe still wants something.
func (w *accessWorld) lagging(r *tour) {
	r.signIn("tom@lumen.example", demo.MerchantPassword)
	r.see("overview")
	for _, path := range []string{"/dashboard/onboarding", "/dashboard/payouts", "/dashboard/offers"} {
		r.visit(path, path, 200)
	}
	r.load("/dashboard/onboarding", 200)
	r.send(200, action("/dashboard/onboarding/link"))
	r.see("Stripe: what is due")
}

// admin walks the queue and everything around it.
func (w *accessWorld) admin(r *tour) {
	r.signIn(demo.AdminEmail, demo.AdminPassword)
	for _, path := range []string{"/admin/reviews", "/admin/reviews?tab=decided", "/admin/offers", "/admin/offers?state=taken_down", "/admin/shops", "/admin/reports", "/admin/reports?tab=decided", "/admin/events", "/admin/events?q=evt_none", "/admin/audit"} {
		r.visit(path, path, 200)
	}
	r.visit("404", "/admin/offers/none", 404)
	review := "/admin/reviews/" + r.slugs("/admin/reviews")["Advent box"]
	r.visit("review", review, 200)
	r.visit("review, preview", review+"/preview", 200)
	r.load(review, 200)
	r.unfold()
	r.see("review, unfolded")
	r.send(422, action(review+"/decision")+":has(#reason)", "=verdict", "rejected")
	r.see("review with errors")
	r.send(200, action(review+"/decision")+":has(#reason)", "reason", "unclear", "note", "Say what is in it.", "=verdict", "changes_asked")
	r.see("next review, after a decision")
	r.visit("review, decided", review, 200)
	offer := "/admin/offers/" + w.goods["Cedar candle"]
	r.visit("offer", offer, 200)
	r.send(422, action(offer+"/takedown"), "reason", "")
	r.see("offer with errors")
	r.visit("offer, taken down", "/admin/offers/"+w.down, 200)
	r.visit("shop", "/admin/shops/maisonkestrel", 200)
	r.unfold()
	r.see("shop, unfolded")
	r.unroll()
	r.see("shop, menus open")
	r.send(422, action("/admin/shops/maisonkestrel/standing"))
	r.see("shop with errors")
	r.visit("shop with something due", "/admin/shops/kiosklumen", 200)
	for _, id := range r.slugs("/admin/reports") {
		report := "/admin/reports/" + id
		r.visit("report", report, 200)
		r.send(422, action(report+"/decision")+":has(#reason)", "=verdict", "upheld")
		r.see("report with errors")
		r.send(200, action(report+"/decision")+":not(:has(#reason))", "=verdict", "dismissed")
		r.see("after a report")
		r.visit("report, decided", report, 200)
		break
	}
	for _, id := range r.slugs("/admin/events") {
		r.visit("event", "/admin/events/"+id, 200)
		r.unfold()
		r.see("event, unfolded")
		break
	}
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
