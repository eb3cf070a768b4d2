package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A kept page comes ahead of the router; nobody can tell by what else comes with it.
func TestTheLaneAnswersAsTheRouterDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/o/" + w.apron().Slug
	made, page := w.fetch(path) // by the router, which makes the page
	before := w.asked(offerRoute)
	kept, again := w.fetch(path)
	if again != page {
		t.Error("another page")
	}
	if now := w.asked(offerRoute); now != before+1 {
		t.Errorf("counted %v times", now-before)
	}
	for _, answer := range []*http.Response{made, kept} {
		answer.Header.Del("X-Request-Id")
		if !strings.Contains(answer.Header.Get("Set-Cookie"), "tillbird_buyer=") {
			t.Error("a new reader gets no name")
		}
		answer.Header.Del("Set-Cookie")
	}
	for name := range made.Header {
		if !slices.Equal(made.Header[name], kept.Header[name]) {
			t.Errorf("%s: %q by the router, %q by the lane", name, made.Header[name], kept.Header[name])
		}
	}
	if len(made.Header) != len(kept.Header) {
		t.Errorf("%d headers by the router, %d by the lane", len(made.Header), len(kept.Header))
	}
	if answer, _ := w.fetch(path, "Cookie", "lang=fr; tillbird_buyer=ABCDEFGHIJKLMNOPQRSTUVWXYZ"); answer.Header.Get("Set-Cookie") != "" {
		t.Error("a known reader is named anew")
	}
	if known, body := w.fetch(path, "If-None-Match", kept.Header.Get("Etag")); known.StatusCode != 304 || body != "" || len(known.Header["X-Request-Id"]) != 1 {
		t.Errorf("%d %v for a reader who has the page", known.StatusCode, known.Header)
	}
}

func TestTheLaneLeavesTheRestToTheRouter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/o/" + w.apron().Slug
	w.fetch(path)
	takes := func(method, path string, headers ...string) bool {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return w.server.answerKept(httptest.NewRecorder(), r)
	}
	if !takes("GET", path) || !takes("HEAD", path) || !takes("GET", path+"?from=post") {
		t.Error("it leaves a kept page")
	}
	for _, other := range [][]string{{"POST", path}, {"GET", path + "/"}, {"GET", path + "/waits"}, {"GET", "/o/" + strings.ReplaceAll(path[3:], path[3:4], "%61")}, {"GET", "/offers"}, {"GET", path, "Accept-Encoding", "br"}, {"GET", path, "Cookie", "lang=fr"}} {
		if takes(other[0], other[1], other[2:]...) {
			t.Errorf("it takes %v", other)
		}
	}
	w.buy(path[3:], "one@example.com")
	if takes("GET", path) {
		t.Error("it takes a page that a purchase made old")
	}
}

// What the lane allocates for an answer does not depend on the page: the headers are shared, the bytes are kept.
func TestTheLaneAllocatesLittle(t *testing.T) {
	w := newWorld(t)
	path := "/o/" + w.apron().Slug
	w.fetch(path)
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Cookie", "tillbird_buyer=ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	answer := nowhere{http.Header{}}
	if n := testing.AllocsPerRun(100, func() { w.server.ServeHTTP(answer, r) }); n > 10 { // six of them are the answer's own; the race detector adds some
		t.Errorf("%v allocations", n)
	}
}

// nowhere takes an answer and forgets it.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header            { return n.header }
func (n nowhere) WriteHeader(int)                {}
func (n nowhere) Write(part []byte) (int, error) { return len(part), nil }

// asked is how often a route was asked for, as /metrics tells.
func (w *world) asked(route string) (times float64) {
	families, err := w.server.figures.registry.Gather()
	w.must(err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if family.GetName() == "tillbird_requests_total" && label.GetName() == "route" && label.GetValue() == route {
					times += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return times
}
