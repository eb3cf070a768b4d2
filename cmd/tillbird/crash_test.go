package main

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver of the sandbox's file, and of Tillbird's where it runs on SQLite
)

// crashPoints are the named places of the story where the power may go: see payments.Settings.At.
var crashPoints = []string{"order.placed", "session.created", "session.recorded", "event.stored", "order.settled", "refund.asked", "refund.made"}

// TestCrash kills the process at each recovery point of a purchase and starts it again: no paid order is lost, nobody
// is charged twice, no hold stays behind.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, point := range crashPoints {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			p := start(t, "TILLBIRD_DEMO=true", "TILLBIRD_DEMO_DAYS=1")
			slug := p.liveOffer("Linen apron")
			if strings.HasPrefix(point, "refund.") {
				p.crashInRefund(point, slug)
				return
			}
			p.again("TILLBIRD_CRASH_AT=" + point)
			link := p.checkout(slug, "crash@fan.example", "one-browser-of-one-buyer")
			if link != "" { // the process got as far as the checkout: pay, and let the webhook find it
				p.pay(link)
			}
			p.wait()
			p.run()
			if link == "" {
				// The buyer saw the connection break and presses the button again, in the same browser.
				link = p.checkout(slug, "crash@fan.example", "one-browser-of-one-buyer")
				if link == "" {
					t.Fatal("the second attempt got no checkout")
				}
				p.pay(link)
			}
			eventually(t, "the order is paid", func() bool {
				return p.count("SELECT count(*) FROM orders WHERE email = 'crash@fan.example' AND payment = 'paid'") == 1
			})
			p.agree(1, 0)
		})
	}
}

// crashInRefund lets a payment land when the goods are gone, and the power go while the money is on its way back.
func (p *process) crashInRefund(point, slug string) {
	t := p.t
	t.Helper()
	link := p.checkout(slug, "crash@fan.example", "one-browser-of-one-buyer")
	p.stop()
	// What no test can make Stripe do by itself: the session counts as expired here, and another has bought the last one.
	p.exec("UPDATE holds SET state = 'released' WHERE order_id = (SELECT id FROM orders WHERE email = 'crash@fan.example')")
	p.exec("UPDATE orders SET payment = 'expired' WHERE email = 'crash@fan.example'")
	p.exec("UPDATE offers SET held = held - 1, stock = sold + held - 1 WHERE slug = '" + slug + "'")
	p.run("TILLBIRD_CRASH_AT=" + point)
	p.pay(link)
	p.wait()
	p.run()
	eventually(t, "the refund is made", func() bool {
		return p.count("SELECT count(*) FROM refunds WHERE state = 'succeeded'") == 1
	})
	p.agree(1, 1)
	if n := p.count("SELECT count(*) FROM orders WHERE email = 'crash@fan.example' AND payment = 'refunded' AND shortfall"); n != 1 {
		t.Errorf("the order is not refunded: %d", n)
	}
}

// agree compares with the sandbox's ledger: what was charged and given back there is what stands here.
func (p *process) agree(charges, refunds int64) {
	p.t.Helper()
	ledger, err := sql.Open("sqlite3", "file:"+filepath.Join(p.data, "sandbox.db")+"?_query_only=on&_busy_timeout=5000")
	if err != nil {
		p.t.Fatal(err)
	}
	defer ledger.Close()
	for _, c := range []struct {
		kind string
		want int64
	}{{"charge", charges}, {"refund", refunds}} {
		var n int64
		err := ledger.QueryRow(`SELECT count(*) FROM objects AS o WHERE o.kind = ? AND o.account = '' AND json_extract(o.body, '$.status') = 'succeeded'
			AND (json_extract(o.body, '$.billing_details.email') = 'crash@fan.example' OR o.kind = 'refund')`, c.kind).Scan(&n)
		if err != nil || n != c.want {
			p.t.Errorf("the ledger has %d %ss, want %d (%v)", n, c.kind, c.want, err)
		}
	}
	eventually(p.t, "no hold stays behind", func() bool { return p.count("SELECT count(*) FROM holds WHERE state = 'held'") == 0 })
	if n := p.count("SELECT count(*) FROM offers WHERE held <> 0"); n != 0 {
		p.t.Errorf("%d offers still hold stock", n)
	}
}

// liveOffer waits for the demo world and gives the slug of an offer in it.
func (p *process) liveOffer(title string) (slug string) {
	p.t.Helper()
	link := regexp.MustCompile(`(?s)href="/o/([a-z0-9]+)"[^>]*>[^<]*` + title)
	eventually(p.t, "the demo world is complete", func() bool {
		_, body := fetch(p.t, p.base+"/offers")
		if found := link.FindStringSubmatch(body); found != nil {
			slug = found[1]
		}
		return slug != ""
	})
	return slug
}

// checkout presses Buy, and gives the address of the hosted page, or nothing where the connection broke.
func (p *process) checkout(slug, email, browser string) string {
	p.t.Helper()
	return p.checkoutBy(slug, browser, url.Values{"email": {email}, "quantity": {"1"}, "country": {"FR"}})
}

// sealed is what a page says of the price that it shows.
var sealed = regexp.MustCompile(`name="seal" value="([^"]+)"`)

// checkoutBy sends the offer's form, and once more where the page first shows what it comes to with delivery.
func (p *process) checkoutBy(slug, browser string, form url.Values) string {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.base+"/o/"+slug+"/checkouts", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(&http.Cookie{Name: "tillbird_buyer", Value: browser})
	answer, err := noRedirect.Do(request)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if seal := sealed.FindSubmatch(body); answer.StatusCode == http.StatusOK && seal != nil && !form.Has("seal") {
		form.Set("seal", string(seal[1]))
		return p.checkoutBy(slug, browser, form)
	}
	if answer.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("checkout: %s\n%s", answer.Status, body)
	}
	return answer.Header.Get("Location")
}

var noRedirect = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// pay fills in the hosted page; the buyer closes the tab after that. Where the sandbox died with the process, nothing
// was paid.
func (p *process) pay(link string) {
	p.t.Helper()
	form := url.Values{
		"name": {"Cora Crash"}, "number": {"4242424242424242"}, "expiry": {"12/40"}, "cvc": {"123"}, "email": {"crash@fan.example"},
		"ship_line1": {"1 quai du Port"}, "ship_postal_code": {"13002"}, "ship_city": {"Marseille"}, "ship_country": {"FR"},
	}
	address, _, _ := strings.Cut(link, "?")
	answer, err := noRedirect.PostForm(address, form)
	if err != nil {
		if errors.Is(err, io.EOF) || strings.Contains(err.Error(), "connection re") {
			return
		}
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		body, _ := io.ReadAll(answer.Body)
		p.t.Fatalf("pay: %s\n%s", answer.Status, body)
	}
}

// open opens Tillbird's database beside it.
func (p *process) open() *sql.DB {
	p.t.Helper()
	driver, source := "sqlite3", "file:"+filepath.Join(p.data, "tillbird.db")+"?_busy_timeout=10000"
	if p.database != "" {
		driver, source = "pgx", p.database
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		p.t.Fatal(err)
	}
	return db
}

func (p *process) count(query string) int64 {
	p.t.Helper()
	db := p.open()
	defer db.Close()
	var n int64
	if err := db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (p *process) exec(statement string) {
	p.t.Helper()
	db := p.open()
	defer db.Close()
	result, err := db.ExecContext(context.Background(), statement)
	if err != nil {
		p.t.Fatalf("%s: %v", statement, err)
	}
	if n, _ := result.RowsAffected(); n == 0 {
		p.t.Fatalf("%s changed nothing, of %s", statement, strconv.Quote(statement))
	}
}
