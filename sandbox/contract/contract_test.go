package contract

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// notes is a test that writes down what it is told instead of failing.
type notes struct {
	testing.TB
	said []string
}

func (n *notes) Errorf(format string, values ...any) {
	n.said = append(n.said, fmt.Sprintf(format, values...))
}

const goodCustomer = `{"id":"cus_1","object":"customer","created":1,"livemode":false,"default_source":null,"description":null,"email":null,"shipping":null}`

// told is what a contract says of one exchange.
func told(t *testing.T, method, path, form string, status int, body string) string {
	n := &notes{TB: t}
	handler := New(n).Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	if answer.Code != status || answer.Body.String() != body {
		t.Errorf("%s %s: the answer did not pass through", method, path)
	}
	return strings.Join(n.said, "\n")
}

func TestAnswers(t *testing.T) {
	event := func(kind, inner string) string {
		return `{"id":"evt_1","object":"event","api_version":"2023-10-16","created":1,"livemode":false,"pending_webhooks":0,"request":null,"type":"` + kind + `","data":{"object":` + inner + `}}`
	}
	invented := strings.Replace(goodCustomer, `"email"`, `"colour":"blue","email"`, 1)
	for name, try := range map[string]struct {
		path, body string
		status     int
		finds      string
	}{
		"as described":               {"/v1/customers/cus_1", goodCustomer, 200, ""},
		"an invented field":          {"/v1/customers/cus_1", invented, 200, "colour"},
		"an invented field, nested":  {"/v1/customers/cus_1", strings.Replace(goodCustomer, `"shipping":null`, `"shipping":{"parrot":1}`, 1), 200, "parrot"},
		"a field of another type":    {"/v1/customers/cus_1", strings.Replace(goodCustomer, `"created":1`, `"created":"now"`, 1), 200, "created"},
		"a field that must be there": {"/v1/customers/cus_1", strings.Replace(goodCustomer, `"created":1,`, ``, 1), 200, "created"},
		"an event":                   {"/v1/events/evt_1", event("customer.created", goodCustomer), 200, ""},
		"an event, invented":         {"/v1/events/evt_1", event("customer.created", invented), 200, "colour"},
		"an event of nothing known":  {"/v1/events/evt_1", event("parrot.created", `{"object":"parrot"}`), 200, "parrot"},
		"events in a list":           {"/v1/events", `{"object":"list","url":"/v1/events","has_more":false,"data":[` + event("customer.created", invented) + `]}`, 200, "colour"},
		"an error":                   {"/v1/customers/cus_1", `{"error":{"type":"invalid_request_error","message":"No such customer"}}`, 404, ""},
		"an invented error":          {"/v1/customers/cus_1", `{"error":{"type":"invalid_request_error","mood":"bad"}}`, 404, "mood"},
		"an invented address":        {"/v1/parrots", goodCustomer, 200, "not in Stripe's description"},
	} {
		said := told(t, "GET", try.path, "", try.status, try.body)
		if try.finds == "" && said != "" || !strings.Contains(said, try.finds) {
			t.Errorf("%s: %q", name, said)
		}
		if said != "" && !strings.Contains(said, "GET "+try.path) {
			t.Errorf("%s does not name the request: %q", name, said)
		}
	}
}

func TestRequests(t *testing.T) {
	for name, try := range map[string]struct{ method, path, form, finds string }{
		"as described":         {"POST", "/v1/customers", "email=a%40example.com&metadata[shop]=7&address[city]=Paris&expand[]=tax", ""},
		"a misspelt name":      {"POST", "/v1/customers", "emial=a", "emial"},
		"a misspelt name deep": {"POST", "/v1/customers", "address[town]=Paris", "town"},
		"a word for a number":  {"POST", "/v1/customers", "balance=much", "balance"},
		"a query":              {"GET", "/v1/customers?limit=3&created[gte]=5", "", ""},
		"a misspelt query":     {"GET", "/v1/customers?limits=3", "", "limits"},
	} {
		body := goodCustomer
		if try.method == "GET" {
			body = `{"object":"list","url":"/v1/customers","has_more":false,"data":[]}`
		}
		said := told(t, try.method, try.path, try.form, 200, body)
		if try.finds == "" && said != "" || !strings.Contains(said, try.finds) {
			t.Errorf("%s: %q", name, said)
		}
	}
}

func TestOtherAddressesPass(t *testing.T) {
	if said := told(t, "GET", "/c/pay/cs_1", "", 200, "<p>Pay</p>"); said != "" {
		t.Error(said)
	}
}
