package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
)

func TestFaults(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	set := func(kind string, n int) {
		if end := b.post(w.server.URL+"/faults", url.Values{"kind": {kind}, "count": {strconv.Itoa(n)}}); end.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", kind, end.status)
		}
	}
	for kind, want := range map[string]struct {
		status int
		code   stripe.ErrorCode
	}{"error": {500, ""}, "conflict": {409, "idempotency_key_in_use"}, "busy": {429, "lock_timeout"}} {
		set(kind, 2)
		if page := b.get(w.server.URL + "/"); !contains(page.body, "Still to come: 2") {
			t.Errorf("%s: the page does not say so", kind)
		}
		for range 2 {
			_, err := w.api.Customers.New(&stripe.CustomerParams{})
			if e := asStripe(t, err); e.HTTPStatusCode != want.status || e.Code != want.code {
				t.Errorf("%s: %+v", kind, e)
			}
		}
		must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{}))
	}
	set("cut", 1)
	params := &stripe.CustomerParams{Email: stripe.String("ada@example.com")}
	params.SetIdempotencyKey("cut")
	if _, err := w.cutting().Customers.New(params); err == nil {
		t.Error("an answer came")
	}
	first := must[*stripe.Customer](t)(w.api.Customers.New(params))
	count := 0
	for list := w.api.Customers.List(&stripe.CustomerListParams{Email: stripe.String("ada@example.com")}); list.Next(); count++ {
		if list.Customer().ID != first.ID {
			t.Error("another customer was made")
		}
	}
	if count != 1 {
		t.Errorf("the work was done %d times", count)
	}
}

func TestFaultsBySeed(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	spoilt := func(seed string) (all []string) {
		b.post(w.server.URL+"/faults", url.Values{"seed": {seed}, "percent_error": {"20"}, "percent_conflict": {"10"}, "percent_busy": {"10.5"}})
		for range 200 {
			status, _, _ := w.ask("GET", "/v1/balance", nil)
			all = append(all, strconv.Itoa(status))
		}
		return all
	}
	first, second, other := spoilt("7"), spoilt("7"), spoilt("8")
	if !slices.Equal(first, second) || slices.Equal(first, other) {
		t.Error("the seed does not decide")
	}
	for status, want := range map[string][2]int{"500": {25, 55}, "409": {8, 35}, "429": {8, 35}} {
		if n := strings.Count(strings.Join(first, " "), status); n < want[0] || n > want[1] {
			t.Errorf("%d answers are %s", n, status)
		}
	}
	if page := b.get(w.server.URL + "/"); !contains(page.body, `value="10.5"`) {
		t.Error("the page does not show the part")
	}
	b.post(w.server.URL+"/faults", url.Values{})
	for range 50 {
		if status, _, _ := w.ask("GET", "/v1/balance", nil); status != 200 {
			t.Errorf("%d after the end", status)
		}
	}
}

func TestSwitchesBySeed(t *testing.T) {
	w := newWorld(t)
	e := w.listen("customer.created")
	b := w.browser()
	b.post(w.server.URL+"/switches", url.Values{"seed": {"42"}, "percent_twice": {"30"}, "percent_drop": {"20"}, "percent_late": {"50"}, "percent_shuffle": {"50"}, "delay": {"20"}})
	made := map[string]bool{}
	for range 60 {
		made[must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{})).ID] = true
	}
	w.untilQuiet()
	early := len(e.heard)
	w.sb.Advance(21 * time.Second)
	w.untilQuiet()
	heard := map[string]int{}
	for range len(e.heard) {
		event := e.next()
		heard[event.ID]++
	}
	twice := 0
	for _, n := range heard {
		if n == 2 {
			twice++
		}
	}
	lost := 60 - len(heard)
	if early < 15 || early >= len(heard)+twice || lost < 4 || lost > 22 || twice < 6 || twice > 30 {
		t.Errorf("%d came in time, %d at all, %d of them twice, %d never", early, len(heard), twice, lost)
	}
	if n := w.undelivered(); n != lost {
		t.Errorf("%d were lost, and %d count as not delivered", lost, n)
	}
	b.post(w.server.URL+"/switches", url.Values{})
	must[*stripe.Customer](t)(w.api.Customers.New(&stripe.CustomerParams{}))
	e.next()
}

// untilQuiet waits until no delivery is due now.
func (w *world) untilQuiet() {
	w.t.Helper()
	for range 2000 {
		page := w.browser().get(w.server.URL + "/ledger.json").body
		if contains(page, `"deliveries_due": 0`) {
			return
		}
	}
	w.t.Fatal("deliveries do not end")
}

// cutting is a client of the sandbox itself, past the contract, which keeps an answer until it is whole.
func (w *world) cutting() *client.API {
	w.t.Helper()
	server := httptest.NewServer(w.sb.Handler())
	w.t.Cleanup(server.Close)
	whole := w.server
	defer func() { w.server = whole }()
	w.server = server
	return w.client(w.sb.SecretKey())
}
