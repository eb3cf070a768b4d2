package sandbox_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/sandbox"
)

func TestRestartLosesNothing(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	open, paid := w.session(sale{amount: 2400, fee: 240, to: shop}), w.session(sale{amount: 2400, fee: 240, to: shop})
	w.pay(paid, "4242424242424242")
	w.sb.Advance(time.Hour)
	now, key, events := w.sb.Now(), w.sb.SecretKey(), w.eventTypes("")
	e := w.listen("customer.created")
	secret := w.sb.WebhookSecret(e.server.URL)
	w.browser().post(w.server.URL+"/switches", url.Values{"delay": {"60"}})
	must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{}))
	w.restart()
	if w.sb.Now() != now || w.sb.SecretKey() != key || w.sb.WebhookSecret(e.server.URL) != secret {
		t.Error("the clock, the key or the secret changed")
	}
	if got := w.eventTypes(""); len(got) != len(events)+1 {
		t.Errorf("events %v", got)
	}
	w.sb.Advance(time.Minute)
	e.next()
	if intent := w.intentOf(paid.ID); intent.Status != "succeeded" {
		t.Errorf("%s", intent.Status)
	}
	if end := w.browser().post(w.server.URL+"/c/pay/"+open.ID, card("4242424242424242")); end.status != http.StatusSeeOther {
		t.Errorf("the open session answered %d", end.status)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "not-a-database")
	if err := os.WriteFile(file, []byte(strings.Repeat("this is a letter, not a database. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if sb, err := sandbox.Open(file); err == nil || !contains(err.Error(), file) {
		t.Errorf("%v %v", sb, err)
	}
}

func TestPastTimes(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	e := w.listen("*")
	then := start.AddDate(0, 0, -90)
	params := sale{amount: 2400, fee: 240, to: shop, more: func(p *stripe.CheckoutSessionParams) {
		p.ExpiresAt = stripe.Int64(then.Add(time.Hour).Unix())
	}}.params()
	params.Headers = http.Header{"Sandbox-Time": {unix(then)}}
	session := must[*stripe.CheckoutSession](t)(w.api.CheckoutSessions.New(params))
	if session.Created != then.Unix() {
		t.Fatalf("made at %d", session.Created)
	}
	form := card("4242424242424242")
	form.Set("sandbox_time", unix(then.Add(time.Minute)))
	if end := w.browser().post(session.URL, form); end.status != http.StatusSeeOther {
		t.Fatalf("%d %s", end.status, problemsOf(end.body))
	}
	charge := w.intentOf(session.ID).LatestCharge
	if charge.Created != then.Add(time.Minute).Unix() || charge.BalanceTransaction.Created != charge.Created || charge.BalanceTransaction.Status != "available" {
		t.Errorf("%+v", charge.BalanceTransaction)
	}
	if n := w.undelivered(); n != 7 {
		t.Errorf("%d events wait for catch-up", n)
	}
	must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{}))
	if heard := e.next(); heard.Type != "customer.created" {
		t.Errorf("%s of the past was delivered", heard.Type)
	}
	w.untilTries(w.newest(), 1)
	w.browser().post(w.server.URL+"/held", url.Values{})
	if n := w.undelivered(); n != 0 {
		t.Errorf("%d events still wait", n)
	}
}

func TestSilence(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.post(w.server.URL+"/faults", url.Values{"kind": {"error"}, "count": {"1"}})
	if _, err := w.api.Customers.New(&stripe.CustomerParams{}); asStripe(t, err).HTTPStatusCode != 500 {
		t.Errorf("%v", err)
	}
	b.post(w.server.URL+"/faults", url.Values{"kind": {"silence"}, "count": {"1"}})
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	params := &stripe.CustomerParams{Email: stripe.String("ada@example.com")}
	params.Context = ctx
	params.SetIdempotencyKey("once")
	if _, err := w.api.Customers.New(params); err == nil {
		t.Error("an answer came")
	}
	params.Context = context.Background()
	first := must[*stripe.Customer](t)(w.api.Customers.New(params))
	list := w.api.Customers.List(nil)
	if !list.Next() || list.Customer().ID != first.ID || list.Next() {
		t.Error("the work was not done exactly once")
	}
}

func TestMail(t *testing.T) {
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.sb.ServeSMTP(l) }()
	message := "From: Tillbird <hello@tillbird.example>\r\nTo: fan@example.com\r\nSubject: =?UTF-8?Q?Votre_re=C3=A7u?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nMerci =E2=82=AC: http://localhost:8080/orders/abc.\r\n" +
		"--b\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Merci<script>alert(1)</script></p>\r\n--b--\r\n"
	if err := smtp.SendMail(l.Addr().String(), nil, "hello@tillbird.example", []string{"Fan@example.com"}, []byte(message)); err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	list := b.get(w.server.URL + "/mail?to=fan%40example.com")
	if !contains(list.body, "Votre reçu") || !contains(list.body, "/mail/1") {
		t.Errorf("the list lacks the mail")
	}
	if other := b.get(w.server.URL + "/mail?to=nobody"); contains(other.body, "Votre reçu") {
		t.Error("the search finds everything")
	}
	if page := b.get(w.server.URL + "/mail/1"); !contains(page.body, "Merci €: <a href=\"http://localhost:8080/orders/abc\">") || !contains(page.body, `sandbox="`) {
		t.Error("the page lacks the text or the frame")
	}
	html := b.get(w.server.URL + "/mail/1/html")
	if csp := html.header.Get("Content-Security-Policy"); !contains(html.body, "<p>Merci") || !strings.HasPrefix(csp, "sandbox ") || contains(csp, "allow-scripts") || !contains(csp, "default-src 'none'") {
		t.Errorf("%s %s", csp, html.body)
	}
	if source := b.get(w.server.URL + "/mail/1/source"); !contains(source.body, "boundary=b") || source.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%s", source.body)
	}
	l.Close()
	if err := <-done; err != nil {
		t.Errorf("ServeSMTP ended with %v", err)
	}
}

// BenchmarkSale makes and pays a session at a past time, as a demo world does thousands of times.
func BenchmarkSale(b *testing.B) {
	sb, err := sandbox.Open(filepath.Join(b.TempDir(), "sandbox.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer sb.Close()
	sb.SetURL("http://localhost")
	handler := sb.Handler()
	at := time.Now().AddDate(0, 0, -90)
	for i := range b.N {
		at = at.Add(time.Minute)
		form := url.Values{"mode": {"payment"}, "success_url": {"http://localhost/thanks"}, "line_items[0][quantity]": {"1"}, "line_items[0][price_data][currency]": {"eur"}, "line_items[0][price_data][unit_amount]": {"2400"}, "line_items[0][price_data][product_data][name]": {"Mug"}}
		status, body := serve(handler, "/v1/checkout/sessions", form, "Authorization", "Bearer "+sb.SecretKey(), "Sandbox-Time", unix(at), "Idempotency-Key", fmt.Sprint(i))
		if status != 200 {
			b.Fatal(body)
		}
		_, rest, _ := strings.Cut(body, `"id": "cs_test_`)
		id, _, _ := strings.Cut(rest, `"`)
		pay := card("4242424242424242")
		pay.Set("sandbox_time", unix(at.Add(30*time.Second)))
		if status, body := serve(handler, "/c/pay/cs_test_"+id, pay); status != 303 {
			b.Fatal(status, body)
		}
	}
}
