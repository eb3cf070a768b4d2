package web

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// signed is the header by which Stripe vouches for a message.
func signed(secret string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}

// tell sends a message to the webhook of our own account, and gives the status.
func (w *world) tell(body []byte, signature string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/webhooks/stripe", bytes.NewReader(body))
	w.must(err)
	r.Header.Set("Content-Type", "application/json")
	if signature != "none" {
		r.Header.Set("Stripe-Signature", signature)
	}
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	_ = answer.Body.Close()
	return answer.StatusCode
}

func (w *world) events() []models.Event {
	w.t.Helper()
	events, err := w.store.Events(w.t.Context(), models.EventFilter{})
	w.must(err)
	return events
}

func event(id, kind, object string) []byte {
	return fmt.Appendf(nil, `{"id":%q,"object":"event","api_version":"2023-10-16","created":1791120600,"livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":%q,"data":{"object":%s}}`, id, kind, object)
}

// forged claims that an order is paid with an amount.
func (w *world) forged(order *models.OrderView, amount int64) []byte {
	return event("evt_forged", "checkout.session.completed", fmt.Sprintf(`{"id":%q,"object":"checkout.session","client_reference_id":%q,"payment_status":"paid","status":"complete","amount_total":%d,"currency":"eur","payment_intent":"pi_forged","livemode":false}`,
		*order.SessionID, order.ID, amount))
}

func TestMessagesThatAreNotStripes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	w.begin(apron.Slug, "fan@example.com")
	w.settle()
	before := len(w.events())
	body, secret, now := w.forged(w.orderOf("fan@example.com"), 2400), w.secret(), w.sandbox.Now()
	for name, c := range map[string]struct {
		body      []byte
		signature string
		want      int
	}{
		"no signature":        {body, "none", 400},
		"an empty signature":  {body, "", 400},
		"an empty scheme":     {body, fmt.Sprintf("t=%d,v1=", now.Unix()), 400},
		"another secret":      {body, signed("whsec_guess", now, body), 400},
		"an empty secret":     {body, signed("", now, body), 400},
		"an old signature":    {body, signed(secret, now.Add(-time.Hour), body), 400},
		"a future signature":  {body, signed(secret, now.Add(time.Hour), body), 400},
		"no time":             {body, strings.SplitAfter(signed(secret, now, body), ",")[1], 400},
		"another body":        {append([]byte(" "), body...), signed(secret, now, body), 400},
		"a truncated body":    {body[:len(body)/2], signed(secret, now, body[:len(body)/2]), 400},
		"no JSON":             {[]byte("paid=yes"), signed(secret, now, []byte("paid=yes")), 400},
		"an empty body":       {nil, signed(secret, now, nil), 400},
		"a garbled signature": {body, strings.Repeat("v1=", 3000), 400},
	} {
		if got := w.tell(c.body, c.signature); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	large := bytes.Repeat([]byte("x"), 5<<20)
	if got := w.tell(large, signed(secret, now, large)); got != http.StatusRequestEntityTooLarge {
		t.Errorf("5 MB: %d", got)
	}
	w.settle()
	if n := len(w.events()); n != before {
		t.Errorf("%d messages were kept", n-before)
	}
	if order := w.orderOf("fan@example.com"); order.Payment != "pending" {
		t.Errorf("the order is %s", order.Payment)
	}
	if log := w.log.String(); strings.Count(log, "/webhooks/stripe") < 14 || strings.Contains(log, secret) {
		t.Errorf("the log: %s", log)
	}
}

// A message from the wrong endpoint's secret is no message: each endpoint has its own.
func TestEachEndpointHasItsSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := event("evt_x", "payout.paid", `{"id":"po_1","object":"payout"}`)
	if got := w.tell(body, signed(w.sandbox.WebhookSecret(w.url+"/webhooks/stripe/connect"), w.sandbox.Now(), body)); got != 400 {
		t.Errorf("status %d", got)
	}
}

func TestAnUnknownTypeIsKeptAndIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := event("evt_unknown", "moon.landed", `{"id":"moon_1","object":"moon"}`)
	for range 3 { // delivered again and again, it is one
		if got := w.tell(body, signed(w.secret(), w.sandbox.Now(), body)); got != 200 {
			t.Fatalf("status %d", got)
		}
	}
	w.settle()
	found := 0
	for _, e := range w.events() {
		if e.StripeID == "evt_unknown" {
			found++
			if e.State != "ignored" {
				t.Errorf("it is %s: %s", e.State, e.Outcome)
			}
		}
	}
	if found != 1 {
		t.Errorf("kept %d times", found)
	}
}

// A message with a true signature that does not fit the order it names moves nothing.
func TestAMessageMustFitItsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	w.begin(apron.Slug, "fan@example.com")
	body := w.forged(w.orderOf("fan@example.com"), 2399)
	if got := w.tell(body, signed(w.secret(), w.sandbox.Now(), body)); got != 200 {
		t.Fatalf("status %d", got)
	}
	w.settle()
	if order := w.orderOf("fan@example.com"); order.Payment != "pending" {
		t.Errorf("the order is %s", order.Payment)
	}
}

// A body that ends before it should is refused as garbled, and the connection's other requests go on.
func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to, _ := url.Parse(w.url)
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", to.Host)
	w.must(err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /webhooks/stripe HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\nStripe-Signature: t=1,v1=a\r\n\r\n{\"id\":", to.Host)
	w.must(err)
	w.must(conn.(*net.TCPConn).CloseWrite())
	answer := make([]byte, 64)
	n, _ := conn.Read(answer)
	if !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 400") {
		t.Errorf("answered %q", answer[:n])
	}
}

func TestMessagesWaitWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := event("evt_later", "payout.paid", `{"id":"po_1","object":"payout"}`)
	secret, now := w.secret(), w.sandbox.Now()
	w.must(w.store.Close())
	if got := w.tell(body, signed(secret, now, body)); got != http.StatusServiceUnavailable {
		t.Errorf("status %d", got)
	}
}

func (w *world) secret() string { return w.sandbox.WebhookSecret(w.url + "/webhooks/stripe") }
