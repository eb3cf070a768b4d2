package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func get(t *testing.T, h http.Handler, method, url string, header map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryFileIsServed(t *testing.T) {
	for name, f := range loaded().byName {
		url := URL(name)
		if !regexp.MustCompile(`^/static/.+\.[0-9a-f]{12}\.[a-z0-9]+$`).MatchString(url) {
			t.Errorf("address of %s: %s", name, url)
		}
		r := get(t, Handler(), http.MethodGet, url, nil)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != contentTypes[path.Ext(name)] {
			t.Errorf("%s: %d %s", url, r.StatusCode, r.Header.Get("Content-Type"))
		}
		if !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: Cache-Control %q", url, r.Header.Get("Cache-Control"))
		}
		if got := body(t, r); !bytes.Equal(got, f.plain) {
			t.Errorf("%s: %d bytes, want %d", url, len(got), len(f.plain))
		}
	}
}

func TestGzip(t *testing.T) {
	url := URL("app.css")
	r := get(t, Handler(), http.MethodGet, url, map[string]string{"Accept-Encoding": "br, gzip;q=0.8"})
	if r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers: %v", r.Header)
	}
	z, err := gzip.NewReader(bytes.NewReader(body(t, r)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(plain, Bytes("app.css")) {
		t.Fatalf("unzipped: %d bytes, %v", len(plain), err)
	}
	for _, refused := range []string{"", "br", "gzip;q=0", "gzip; q=0.000", "identity"} {
		r := get(t, Handler(), http.MethodGet, url, map[string]string{"Accept-Encoding": refused})
		if got := r.Header.Get("Content-Encoding"); got != "" {
			t.Errorf("Accept-Encoding %q: answered in %q", refused, got)
		}
	}
}

func TestRevalidation(t *testing.T) {
	url := URL("app.js")
	tag := get(t, Handler(), http.MethodGet, url, nil).Header.Get("ETag")
	for _, header := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
		r := get(t, Handler(), http.MethodGet, url, map[string]string{"If-None-Match": header})
		if r.StatusCode != http.StatusNotModified || len(body(t, r)) != 0 {
			t.Errorf("If-None-Match %s: %d", header, r.StatusCode)
		}
	}
	if r := get(t, Handler(), http.MethodGet, url, map[string]string{"If-None-Match": `"other"`}); r.StatusCode != http.StatusOK {
		t.Errorf("another tag: %d", r.StatusCode)
	}
}

func TestOtherRequests(t *testing.T) {
	for url, want := range map[string]int{
		"/static/app.css": 404, "/static/app.000000000000.css": 404, "/static/": 404, "/static/../go.mod": 404,
		"/static/licences": 404, "/static/src/theme.css": 404,
	} {
		if got := get(t, Handler(), http.MethodGet, url, nil).StatusCode; got != want {
			t.Errorf("GET %s: %d, want %d", url, got, want)
		}
	}
	if r := get(t, Handler(), http.MethodPost, URL("app.css"), nil); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") == "" {
		t.Errorf("POST: %d", r.StatusCode)
	}
	head := get(t, Handler(), http.MethodHead, URL("app.css"), nil)
	if head.StatusCode != 200 || len(body(t, head)) != 0 || head.Header.Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d, %s", head.StatusCode, head.Header.Get("Content-Length"))
	}
	robots := get(t, File("robots.txt"), http.MethodGet, "/robots.txt", nil)
	if robots.StatusCode != 200 || strings.Contains(robots.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("robots.txt: %d %s", robots.StatusCode, robots.Header.Get("Cache-Control"))
	}
}

func TestAddressesInSheetsAreHashed(t *testing.T) {
	css := string(Bytes("app.css"))
	for _, font := range []string{"bricolage-latin.woff2", "bricolage-latin-ext.woff2"} {
		if strings.Contains(css, font) {
			t.Errorf("app.css still names %s", font)
		}
		if !strings.Contains(css, strings.TrimPrefix(URL(font), Prefix)) {
			t.Errorf("app.css lacks the hashed address of %s", font)
		}
	}
	if strings.Contains(css, "url(data:") || strings.Contains(css, `url("data:`) {
		t.Error("app.css holds a data: picture, which the content security policy refuses")
	}
	source := fstest.MapFS{"a.css": {Data: []byte(`@font-face{src:url(missing.woff2)}`)}}
	if _, err := load(source); err == nil {
		t.Error("a sheet that names a missing file was loaded")
	}
	source = fstest.MapFS{"a.exe": {Data: []byte(`x`)}}
	if _, err := load(source); err == nil {
		t.Error("a file without a content type was loaded")
	}
}

// TestWeight holds the sheets and scripts to what pages may weigh, compressed.
func TestWeight(t *testing.T) {
	weigh := func(names ...string) int {
		sum := 0
		for _, name := range names {
			sum += len(loaded().byName[name].small)
		}
		return sum
	}
	if got := weigh("app.css", "app.js", "htmx.js"); got > 60<<10 {
		t.Errorf("sheets and scripts of the dashboard: %d bytes, at most 60 KiB", got)
	}
	if got := weigh("app.js", "htmx.js"); got > 25<<10 {
		t.Errorf("scripts: %d bytes, at most 25 KiB", got)
	}
	if got := weigh("offer.css"); got > 4<<10 {
		t.Errorf("offer.css: %d bytes, at most 4 KiB of the 14 that its page may weigh", got)
	}
	if got := len(Bytes("app.js")); got > 3600 {
		t.Errorf("app.js: %d bytes; it is for niceties only", got)
	}
}
