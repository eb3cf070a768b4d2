package main

import (
	"strings"

	"github.com/tillbird/tillbird/demo"
)

// merchant walks the dashboard of a shop that sells.
func (w *accessWorld) merchant(r *tour) {
	r.signIn(demo.MerchantEmail, demo.MerchantPassword)
	for _, path := range []string{"/dashboard?days=90", "/dashboard/onboarding", "/dashboard/posts", "/dashboard/replies", "/dashboard/replies?q=nobody", "/dashboard/sales", "/dashboard/sales?q=nobody+has+this+name", "/dashboard/payouts", "/dashboard/settings"} {
		r.visit(path, path, 200)
	}
	r.visit("replies that need somebody", "/dashboard/replies?tab=needs", 200)
	question := r.row("is it heavy?", "/dashboard/replies/")
	r.visit("reply", question, 200)
	r.visit("reply, to mark as abuse", question+"/silence/new", 200)
	r.load(question, 200)
	r.send(422, action(question+"/answer"), "text", "")
	r.see("reply with errors")
	r.load("/dashboard/replies", 200)
	r.visit("reply that was paid", r.row("the kitchen is ready", "/dashboard/replies/"), 200)
	r.visit("404", "/dashboard/sales/none", 404)
	r.visitOpen("overview", "/dashboard")
	r.unroll()
	r.see("overview, menus open")
	r.visit("payout", r.first("/dashboard/payouts", "/dashboard/payouts/"), 200)
	r.visit("disputes", "/dashboard/disputes", 200)
	for stage, title := range map[string]string{"won": "Won", "lost": "Lost", "asked": "Bank asks"} {
		r.load("/dashboard/disputes", 200)
		r.visit("dispute, "+stage, r.row(title, "/dashboard/disputes/"), 200)
	}
	r.load("/dashboard/disputes", 200)
	dispute := r.row("Answer needed", "/dashboard/disputes/")
	r.visit("dispute", dispute, 200)
	r.visit("dispute, to accept", dispute+"/acceptance/new", 200)
	r.visit("answer", dispute+"/answer", 200)
	r.send(422, action(dispute+"/answer"), "why", "", "=check", "1")
	r.see("answer with errors")
	r.load(dispute+"/answer", 200)
	r.send(200, action(dispute+"/answer"), "why", "It arrived on Friday.", "=check", "1")
	r.see("answer, to check")
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

	r.visit("delivery and tax", "/dashboard/settings/shipping", 200)
	r.send(422, action("/dashboard/settings/shipping"), "rate_3", "4")
	r.see("delivery and tax with errors")
	r.visit("discount codes", "/dashboard/codes", 200)
	r.visit("discount code", r.first("/dashboard/codes", "/dashboard/codes/"), 200)
	r.visit("new discount code", "/dashboard/codes/new", 200)
	r.send(422, action("/dashboard/codes"), "code", "x")
	r.see("discount code with errors")

	r.visit("team", "/dashboard/settings/team", 200)
	r.send(422, action("/dashboard/settings/team/invitations"), "email", "lou")
	r.see("team with errors")
	r.load("/dashboard/settings/team", 200)
	member := r.row(demo.HelperEmail, "/dashboard/settings/team/members/")
	r.visit("member", member, 200)
	r.visit("member, removal", member+"/removal/new", 200)
	for _, path := range []string{"/dashboard/settings/team/leaving/new", "/dashboard/settings/notifications", "/dashboard/settings/letters", "/dashboard/settings/letters?q=nobody"} {
		r.visit(path, path, 200)
	}

	sale := "/dashboard/sales/" + r.slugs("/dashboard/sales")["Linen apron, sage"]
	r.visit("sale", sale, 200)
	r.visit("refund", sale+"/refunds/new", 200)
	r.visit("packing slip", sale+"/slip", 200)
	r.visit("newest sale", r.first("/dashboard/sales", "/dashboard/sales/"), 200)
	post := r.first("/dashboard/posts", "/dashboard/posts/")
	r.visitOpen("post", post)
	r.send(422, action(post+"/posting"), "remote_url", "not an address")
	r.see("post with errors")
}

// offers walks a merchant's offers in every state, and the forms.
func (w *accessWorld) offers(r *tour) {
	r.signIn(demo.MerchantEmail, demo.MerchantPassword)
	list := "/dashboard/offers"
	r.visit("list", list, 200)
	r.visit("list of a state", list+"?state=draft", 200)
	for state, title := range map[string]string{
		"paused": "Kingfisher mug", "ended": "Summer tote", "scheduled": "Winter scarf, petrol", "waiting": "Advent box",
		"rejected": "Calming tea that heals", "to change": "Gift card", "draft": "Wool socks", "sold out": signature, "taken down": "Tea tin No. 4",
	} {
		if w.goods[title] == "" {
			r.t.Fatalf("the demo has no %q", title)
		}
		r.visit(state, list+"/"+w.goods[title], 200)
	}
	apron, draft := list+"/"+w.goods["Linen apron, sage"], list+"/"+w.goods["Wool socks"]
	r.visitOpen("live", apron)
	r.visit("edit", apron+"/edit", 200)
	r.visit("preview", apron+"/preview", 200)
	r.visit("a reply to try", apron+"/simulation", 200)
	r.visit("a reply tried", apron+"/simulation?text=%23SageApron+x2&mentions=on", 200)
	r.visit("check of a draft", draft+"/review", 200)
	r.visit("preview of a draft", draft+"/preview", 200)
	r.visitOpen("new", list+"/new")
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
	r.visit("offer in review", r.first("/dashboard/offers", "/dashboard/offers/"), 200)
	r.load("/dashboard/onboarding", 200)
	r.send(200, action("/dashboard/onboarding/link"))
	r.see("Stripe: what is due")
}

// admin walks the queue and everything around it.
func (w *accessWorld) admin(r *tour) {
	r.signIn(demo.AdminEmail, demo.AdminPassword)
	for _, path := range []string{"/admin/reviews", "/admin/reviews?tab=decided", "/admin/offers", "/admin/offers?state=taken_down", "/admin/shops", "/admin/reports", "/admin/reports?tab=decided", "/admin/events", "/admin/events?q=evt_none", "/admin/jobs", "/admin/jobs?state=failing", "/admin/differences", "/admin/differences?state=gone", "/admin/letters", "/admin/letters?state=failed", "/admin/audit"} {
		r.visit(path, path, 200)
	}
	r.visit("404", "/admin/offers/none", 404)
	review := "/admin/reviews/" + r.slugs("/admin/reviews")["Advent box"]
	r.visit("review, preview", review+"/preview", 200)
	r.visitOpen("review", review)
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
	r.visitOpen("shop", "/admin/shops/maisonkestrel")
	r.unroll()
	r.see("shop, menus open")
	r.send(422, action("/admin/shops/maisonkestrel/standing"))
	r.see("shop with errors")
	r.visit("shop with something due", "/admin/shops/kiosklumen", 200)
	report := "/admin/reports/" + r.slugs("/admin/reports")["Panier tressé"]
	r.visit("report", report, 200)
	r.send(422, action(report+"/decision")+":has(#reason)", "=verdict", "upheld")
	r.see("report with errors")
	r.send(200, action(report+"/decision")+":not(:has(#reason))", "=verdict", "dismissed")
	r.see("after a report")
	r.visit("report, decided", report, 200)
	r.visit("letter", r.first("/admin/letters", "/admin/letters/"), 200)
	r.visitOpen("event", r.first("/admin/events", "/admin/events/"))
}
