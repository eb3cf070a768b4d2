package main

import (
	"path/filepath"
	"strings"

	"github.com/tillbird/tillbird/demo"
	"github.com/tillbird/tillbird/words"
)

// guest comes by the links of letters: of a waitlist, of a team, and to hear no more.
func (w *accessWorld) guest(r *tour) {
	waits := "/o/" + w.soldOut + "/waits"
	r.load("/o/"+w.soldOut, 200)
	r.send(422, action(waits), "email", "wanda")
	r.see("waitlist with errors")
	for _, email := range []string{"wanda@example.com", "next@example.com"} {
		r.load("/o/"+w.soldOut, 200)
		r.send(200, action(waits), "email", email)
	}
	r.see("waitlist, joined")
	merchant := person(r.t, w.base, 1280, w.language)
	merchant.signIn(demo.MerchantEmail, demo.MerchantPassword)
	merchant.load("/dashboard/offers/"+w.soldOut+"/edit", 200)
	merchant.send(200, "#offer-form", "stock", "2", "=then", "stay")
	turn := w.path("wanda@example.com", "/waits/")
	r.visit("turn of the waitlist", turn, 200)
	r.send(200, action(turn+"/removal"))
	r.see("turn, given on")

	scarf := "/o/" + w.goods["Winter scarf, petrol"]
	r.load(scarf, 200)
	r.send(422, action(scarf+"/reminders"), "email", "keen")
	r.see("reminder with errors")
	r.send(200, action(scarf+"/reminders"), "email", "keen@example.com")
	r.see("reminder, asked")
	reminder := w.path("keen@example.com", "/reminders/")
	r.visit("reminder, to confirm", reminder, 200)
	r.send(200, action(reminder))
	r.see("reminder, confirmed")
	r.send(200, action(reminder+"/removal"))
	r.see("reminder, given up")

	team := "/dashboard/settings/team"
	for _, email := range []string{"pia@people.example", "awa@ndiaye.example"} {
		merchant.load(team, 200)
		merchant.send(200, action(team+"/invitations"), "email", email, "role", "support")
	}
	known := w.path("awa@ndiaye.example", "/invitations/")
	r.visit("invitation of somebody known", known, 200)
	invitation := w.path("pia@people.example", "/invitations/")
	r.visit("invitation", invitation, 200)
	r.send(422, action(invitation), "password", "short")
	r.see("invitation with errors")
	r.send(200, action(invitation), "password", "a lamp by the sea")
	r.see("overview of a helper")
	r.visit("team of a helper", team, 200)
	r.visit("refused to a helper", "/dashboard/offers/new", 403)
	r.visit("invitation of somebody else", known, 200)

	stop := w.path(demo.MerchantEmail, "/unsubscriptions/")
	r.visit("letters, to stop", stop, 200)
	r.send(200, action(stop))
	r.see("letters, stopped")
	r.send(200, action(stop+"/removal"))
}

// path is where the newest letter to an address leads, of a kind.
func (w *accessWorld) path(to, kind string) string {
	return strings.TrimPrefix(w.letter(to, kind), w.base)
}

// syncer keeps a card to buy by reply, and ends it again.
func (w *accessWorld) syncer(r *tour) {
	r.visit("sync", "/sync", 200)
	r.send(422, action("/sync/mastodon"))
	r.see("sync with errors")
	r.send(200, action("/sync/mastodon"), "server", w.process.mastodon)
	r.see("sync, leaving for a server")
	r.load("/sync", 200)
	r.send(200, action("/sync/x"))
	r.see("X asks")
	r.pressNamed("person", "yuki_draws")
	r.see("consent")
	r.send(422, action("/sync/consent"), "email", "luc", "cap_order", "none")
	r.see("consent with errors")
	r.send(200, action("/sync/consent"), "email", "luc@example.com", "agreed", "on", "cap_order", "50", "cap_day", "150")
	r.see("Stripe: card to keep")
	r.send(200, `form[action^="/c/pay/"]`, "number", card, "expiry", "12 / 34", "cvc", "123", "name", "Luc Bernard")
	r.see("wallet")
	r.send(422, action("/wallet/caps"), "cap_order", "100", "cap_day", "1")
	r.see("wallet with errors")
	r.visit("wallet, another account", "/wallet/accounts/new", 200)
	r.visit("wallet, history", "/wallet/history", 200)
	r.visit("address, to confirm", "/wallet/email/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 200)
	r.visit("to stop", "/wallet/stop/new", 200)
	r.visit("to delete", "/wallet/removal/new", 200)
	r.load("/wallet/stop/new", 200)
	r.send(200, action("/wallet/stop"))
	r.see("wallet, stopped")
}

// reader buys what is delivered by Tillbird itself, and what has no fixed price.
func (w *accessWorld) reader(r *tour) {
	pay := `form[action^="/c/pay/"]`
	by := []string{"number", card, "expiry", "12 / 34", "cvc", "123", "name", "Rae Reader"}
	book, brushes, fund := w.goods["Sourdough, slowly (e-book)"], w.goods["Saône brushes (licence)"], w.goods["Mend-it fund"]
	r.visit("offer of a file", "/o/"+book, 200)
	r.send(422, action("/o/"+book+"/checkouts"), "email", "rae@example.com")
	r.see("offer of a file, without consent")
	order := w.order(r.browser, book, "consent", "on")
	r.send(200, pay, by...)
	r.refreshPaid(w.base + order)
	r.see("order of a file")
	order = w.order(r.browser, brushes, "consent", "on")
	r.send(200, pay, by...)
	r.refreshPaid(w.base + order)
	r.see("order of a code, covered")
	r.send(200, action(order+"/codes"))
	r.see("order of a code, shown")
	r.visit("offer of a price to choose", "/o/"+fund, 200)
	r.send(422, action("/o/"+fund+"/checkouts"), "email", "rae@example.com", "amount", "1")
	r.see("offer of a price to choose with errors")
}

// maker designs cards, and fills the shelves of what is delivered by Tillbird itself.
func (w *accessWorld) maker(r *tour) {
	r.signIn(demo.MerchantEmail, demo.MerchantPassword)
	list := "/dashboard/offers/"
	r.visit("card", list+w.goods["Linen apron, sage"]+"/card", 200)
	r.send(422, "#card-form", "colour", "own", "own_colour", "petrol")
	r.see("card with errors")
	r.visit("card without a photo", list+w.goods["Wool socks"]+"/card", 200)
	files, codes := list+w.goods["Sourdough, slowly (e-book)"]+"/files", list+w.goods["Saône brushes (licence)"]+"/codes"
	r.visit("files", files, 200)
	r.visit("file, removal", r.row("slow-sourdough.txt", files+"/"), 200)
	r.visit("codes", codes, 200)
	r.send(422, action(codes), "codes", "")
	r.see("codes with errors")
	r.visit("codes, removal", codes+"/removal/new", 200)
	r.visit("codes, none yet", list+w.goods["Gift card"]+"/codes", 200)
	r.visit("drop", list+w.goods["Winter scarf, petrol"]+"/drop/new", 200)
	r.visit("brand", "/dashboard/settings/brand", 200)
	networks := "/dashboard/settings/networks"
	r.visit("networks", networks, 200)
	r.visit("account, removal", r.path("/removal/new"), 200)
	for name, starts := range map[string]string{"by account": "Back on the table", "planned": "Last pieces of", "refused": "How Linen apron"} {
		r.load("/dashboard/posts", 200)
		r.visit("post, "+name, r.path(starts), 200)
		if name == "by account" {
			r.visit("post, removal", r.path("/removal/new"), 200)
		}
	}
	imports := "/dashboard/offers/imports"
	r.visit("offers to bring", imports, 200)
	r.send(422, action(imports))
	r.see("offers to bring with errors")
	example, err := filepath.Abs("../../static/example-offers.csv")
	if err != nil {
		r.t.Fatal(err)
	}
	r.upload("file", example)
	r.send(200, action(imports))
	r.see("offers to bring, looked at")
	r.send(200, "#start")
	r.refreshUntil(words.For(w.language, nil).T("import.state.done"))
	r.see("offers to bring, brought")
}

// path is where the first link leads whose words or address hold a text.
func (r *tour) path(text string) string {
	r.t.Helper()
	return strings.TrimPrefix(r.href(text), r.base)
}
