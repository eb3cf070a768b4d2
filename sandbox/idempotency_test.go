package sandbox_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

// ask sends a request of our own making, with headers in pairs.
func (w *world) ask(method, path string, form url.Values, headers ...string) (int, http.Header, string) {
	w.t.Helper()
	r, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+w.sb.SecretKey())
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func TestSameKeySameAnswer(t *testing.T) {
	w := newWorld(t)
	form := url.Values{"email": {"ada@example.com"}}
	status, first, body := w.ask("POST", "/v1/customers", form, "Idempotency-Key", "customer-1")
	if status != 200 || first.Get("Idempotent-Replayed") != "" {
		t.Fatalf("the first answer: %d %s", status, body)
	}
	status, second, again := w.ask("POST", "/v1/customers", form, "Idempotency-Key", "customer-1")
	if status != 200 || again != body || second.Get("Idempotent-Replayed") != "true" || second.Get("Original-Request") != first.Get("Request-Id") {
		t.Errorf("the second answer: %d %v %s", status, second, again)
	}
	status, _, body = w.ask("POST", "/v1/customers", url.Values{"email": {"bob@example.com"}}, "Idempotency-Key", "customer-1")
	if status != 400 || !strings.Contains(body, "idempotency_error") {
		t.Errorf("another body: %d %s", status, body)
	}
	customers := 0
	for list := w.api.Customers.List(nil); list.Next(); {
		customers++
	}
	if customers != 1 {
		t.Errorf("there are %d customers", customers)
	}
	w.sb.Advance(25 * time.Hour)
	if status, h, _ := w.ask("POST", "/v1/customers", url.Values{"email": {"bob@example.com"}}, "Idempotency-Key", "customer-1"); status != 200 || h.Get("Idempotent-Replayed") != "" {
		t.Errorf("after a day: %d %v", status, h)
	}
}

func TestRefusedParametersAreNotKept(t *testing.T) {
	w := newWorld(t)
	status, _, body := w.ask("POST", "/v1/payment_intents", url.Values{"amount": {"many"}, "currency": {"eur"}}, "Idempotency-Key", "k")
	if status != 400 || !strings.Contains(body, "parameter_invalid_integer") {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, body = w.ask("POST", "/v1/payment_intents", url.Values{"amount": {"10"}, "currency": {"eur"}}, "Idempotency-Key", "k"); status != 400 || !strings.Contains(body, "amount_too_small") {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, body = w.ask("POST", "/v1/payment_intents", url.Values{"amount": {"1000"}, "currency": {"eur"}}, "Idempotency-Key", "k"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
}

func TestDeclineIsReplayed(t *testing.T) {
	w := newWorld(t)
	form := url.Values{"amount": {"1000"}, "currency": {"eur"}, "payment_method": {"pm_card_chargeDeclined"}, "payment_method_types[]": {"card"}, "confirm": {"true"}}
	status, _, first := w.ask("POST", "/v1/payment_intents", form, "Idempotency-Key", "k")
	if status != http.StatusPaymentRequired {
		t.Fatalf("%d %s", status, first)
	}
	status, h, second := w.ask("POST", "/v1/payment_intents", form, "Idempotency-Key", "k")
	if status != http.StatusPaymentRequired || first != second || h.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%d %v", status, h)
	}
	charges := 0
	for list := w.api.Charges.List(nil); list.Next(); {
		charges++
	}
	if charges != 1 {
		t.Errorf("%d charges were tried", charges)
	}
}

func TestOneKeyAtOnce(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	ids := map[string]bool{}
	for range 12 {
		group.Go(func() {
			status, _, body := w.ask("POST", "/v1/customers", url.Values{"email": {"ada@example.com"}}, "Idempotency-Key", "same")
			mu.Lock()
			defer mu.Unlock()
			counts[status]++
			if status == 200 {
				ids[body] = true
			}
		})
	}
	group.Wait()
	if len(ids) != 1 || counts[200]+counts[409] != 12 {
		t.Errorf("answers %v, %d different customers", counts, len(ids))
	}
}

func TestWhoAsks(t *testing.T) {
	w := newWorld(t)
	for name, try := range map[string]struct {
		headers []string
		status  int
		words   string
	}{
		"no key":          {[]string{"Authorization", ""}, 401, "did not provide an API key"},
		"wrong key":       {[]string{"Authorization", "Bearer sk_test_wrong"}, 401, "Invalid API Key"},
		"unknown version": {[]string{"Stripe-Version", "2024-06-20"}, 400, "Invalid Stripe API version"},
		"unknown account": {[]string{"Stripe-Account", "acct_nobody"}, 403, "account_invalid"},
	} {
		status, h, body := w.ask("GET", "/v1/balance", nil, try.headers...)
		if status != try.status || !strings.Contains(body, try.words) || !strings.HasPrefix(h.Get("Request-Id"), "req_") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, _, body := w.ask("GET", "/v1/balance", nil, "Host", "x"); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	r, _ := http.NewRequest("GET", w.server.URL+"/", nil)
	r.Host = "evil.example"
	if resp, err := http.DefaultClient.Do(r); err != nil || resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host name: %v %v", resp, err)
	}
	r, _ = http.NewRequest("POST", w.server.URL+"/clock", strings.NewReader("by=1h"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if resp, err := http.DefaultClient.Do(r); err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form: %v %v", resp, err)
	}
}

func TestUnknownParameters(t *testing.T) {
	w := newWorld(t)
	for param, form := range map[string]url.Values{
		"colour":                         {"colour": {"blue"}},
		"line_items[0][price_data][nam]": {"mode": {"payment"}, "line_items[0][price_data][nam]": {"x"}, "line_items[0][price_data][currency]": {"eur"}},
	} {
		status, _, body := w.ask("POST", "/v1/checkout/sessions", form)
		if status != 400 || !strings.Contains(body, "parameter_unknown") || !strings.Contains(body, `"param": "`+param+`"`) {
			t.Errorf("%s: %d %s", param, status, body)
		}
	}
	_, err := w.api.Customers.Get("cus_nobody", nil)
	if e := asStripe(t, err); e.HTTPStatusCode != 404 || e.Code != "resource_missing" || e.RequestID == "" {
		t.Errorf("%+v", e)
	}
	if status, body := serve(w.sb.Handler(), "/v1/nonsense", nil); status != 404 || !strings.Contains(body, "Unrecognized request URL") {
		t.Errorf("%d %s", status, body)
	}
	params := &stripe.CustomerParams{}
	params.AddExpand("colour")
	customer := must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{}))
	if _, err := w.api.Customers.Get(customer.ID, params); asStripe(t, err).HTTPStatusCode != 400 {
		t.Errorf("%v", err)
	}
}
