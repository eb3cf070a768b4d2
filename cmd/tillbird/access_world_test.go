package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tillbird/tillbird/demo"
)

// accessWorld is a demo world with the states that its plan has none of: an offer that sold out, one that was taken
// down, an order that expired.
type accessWorld struct {
	*process
	a        *audit
	language string
	goods    map[string]string // of the demo merchant: title to slug
	soldOut  string            // slug
	down     string            // slug
	expired  string            // path of the order
	paid     string            // path of the order
}

const (
	signature = "Signed card, one of one"
	card      = "4242 4242 4242 4242"
)

func newAccessWorld(t *testing.T, a *audit, language string) *accessWorld {
	t.Helper()
	w := &accessWorld{process: start(t, "TILLBIRD_DEMO=true", "TILLBIRD_DEMO_DAYS=8", "TILLBIRD_TRUSTED_PROXIES=127.0.0.1/32"), a: a, language: language}
	w.preparing(&tour{browser: person(t, w.base, 1280, language), a: a, who: "early"})
	merchant, admin, fan := person(t, w.base, 1280, language), person(t, w.base, 1280, language), person(t, w.base, 1280, language)
	merchant.signIn(demo.MerchantEmail, demo.MerchantPassword)
	admin.signIn(demo.AdminEmail, demo.AdminPassword)
	if language != "en" {
		merchant.send(200, action("/preferences"), "=lang", language)
		admin.send(200, action("/preferences"), "=lang", language)
	}
	w.sellOut(merchant, admin, fan)
	w.goods = merchant.slugs("/dashboard/offers")
	w.expire(fan)
	w.takeDown(admin)
	w.trouble()
	return w
}

// preparing waits for the demo world, and looks at what its merchant sees before it is complete.
func (w *accessWorld) preparing(r *tour) {
	eventually(r.t, "the demo merchant joins", func() bool {
		_, page := fetch(r.t, w.stripe+"/")
		return strings.Contains(page, "Maison Kestrel")
	})
	r.signIn(demo.MerchantEmail, demo.MerchantPassword)
	seen := false
	eventually(r.t, "the demo world is complete", func() bool {
		if !seen {
			r.load("/dashboard", http.StatusOK)
			if seen = strings.Contains(r.html(), "<progress"); seen {
				r.do(chromedp.Evaluate[chromedp.Void](`window.stop()`)) // it would look again by itself
				r.see("world in the making")
			}
		}
		status, _ := fetch(r.t, w.base+"/shops/kiosklumen")
		return status == http.StatusOK
	})
}

// emptyInstallation is a Tillbird with an admin and nothing else.
func emptyInstallation(t testing.TB, language string) *process {
	t.Helper()
	p := prepare(t)
	if out, err := p.command("a watchful heron\n", "admin", "create", "sam@example.com", "--language", language); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.run()
	return p
}

// sellOut designs an offer of one, sees it through review, and buys it.
func (w *accessWorld) sellOut(merchant, admin, fan *browser) {
	merchant.load("/dashboard/offers/new", 200)
	merchant.send(200, "#offer-form", "title", signature, "words", "Drawn once.", "price", "5", "currency", "eur", "stock", "1", "limit", "1", "fulfilment", "nothing", "hashtag", "OneCard", "=then", "review")
	slug := regexp.MustCompile(`/dashboard/offers/([^/]+)/review`).FindStringSubmatch(merchant.where())
	if slug == nil {
		merchant.t.Fatalf("at %s:\n%s", merchant.where(), merchant.text())
	}
	w.soldOut = slug[1]
	merchant.send(200, action("/dashboard/offers/"+w.soldOut+"/review"))
	admin.load("/admin/reviews/"+admin.slugs("/admin/reviews")[signature], 200)
	admin.send(200, `form[action$="/decision"]`, "=verdict", "approved")
	merchant.load("/dashboard/offers/"+w.soldOut, 200)
	merchant.send(200, action("/dashboard/offers/"+w.soldOut+"/publication"))
	w.paid = w.order(fan, w.soldOut)
	fan.send(200, `form[action^="/c/pay/"]`, "number", card, "expiry", "12 / 34", "cvc", "123", "name", "Fay Fan")
	if !strings.Contains(fan.where(), w.paid) {
		fan.t.Fatalf("the fan is at %s, not at the order:\n%s", fan.where(), fan.text())
	}
}

// order begins to buy an offer: the browser is at Stripe's page then. It gives the path of the order.
func (w *accessWorld) order(fan *browser, slug string, fields ...string) string {
	fan.load("/o/"+slug, 200)
	fan.send(200, action("/o/"+slug+"/checkouts"), append([]string{"email", "fan@example.com"}, fields...)...)
	if !strings.HasPrefix(fan.where(), w.stripe+"/c/pay/") {
		fan.t.Fatalf("the fan is at %s, not at Stripe's page:\n%s", fan.where(), fan.text())
	}
	return regexp.MustCompile(`/orders/[a-z0-9]+`).FindString(fan.href("/orders/"))
}

// expire lets an order's time run out, by the sandbox's clock.
func (w *accessWorld) expire(fan *browser) {
	w.expired = w.order(fan, w.goods["Cedar candle"], "choice_0", "small")
	fan.load(w.stripe+"/", 200)
	fan.send(200, action("/clock"), "=by", "1h")
	eventually(fan.t, "the order expires", func() bool {
		_, page := fetch(fan.t, w.base+w.expired)
		return !strings.Contains(page, w.expired+"/payment")
	})
}

// takeDown takes an offer away from the fans.
func (w *accessWorld) takeDown(admin *browser) {
	w.down = w.goods["Tea tin No. 4"]
	admin.load("/admin/offers/"+w.down, 200)
	admin.send(200, action("/admin/offers/"+w.down+"/takedown"), "reason", "The maker of the label did not agree.")
}

// trouble writes down what a world that works has none of: books that disagree, and work that nobody could do.
func (w *accessWorld) trouble() {
	if w.database != "" {
		return // SQLite's words below
	}
	w.exec(`INSERT INTO reconciliations (id, state, from_day, until_at, leased_until, began_at, ended_at, lines, differences)
		VALUES ('run', 'done', '2026-01-01', '2026-01-08 00:00:00+00:00', '2026-01-08 00:00:00+00:00', '2026-01-08 00:00:00+00:00', '2026-01-08 00:01:00+00:00', 90, 2)`)
	for _, state := range []string{"open", "gone"} {
		w.exec(`INSERT INTO differences (id, kind, day, account, shop_id, order_id, object, currency, theirs, ours, state, run_id, found_at, seen_at, gone_at)
			SELECT 'difference-` + state + `', 'amount', '2026-01-07', 'acct_none', shop_id, id, 'ch_` + state + `', currency, total - 100, total, '` + state + `', 'run',
			'2026-01-08 00:01:00+00:00', '2026-01-08 00:01:00+00:00', '2026-01-08 00:01:00+00:00' FROM orders WHERE payment = 'paid' ORDER BY created_at LIMIT 1`)
	}
	w.exec(`UPDATE river_job SET state = 'discarded', attempt = max_attempts, errors = jsonb('[{"at":"2026-01-08T00:01:00Z","attempt":20,"error":"dial tcp: lookup mail.example.com: no such host","trace":""}]')
		WHERE id = (SELECT max(id) FROM river_job WHERE state = 'completed' AND kind = 'send_letter')`)
}
