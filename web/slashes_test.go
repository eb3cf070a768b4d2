package web

import (
	"net/http"
	"testing"
)

func TestSlashesAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]string{
		"/dashboard/": "/dashboard", "/dashboard//": "/dashboard", "/offers/?q=a%2Fb": "/offers?q=a%2Fb", "/shops/maisonkestrel/": "/shops/maisonkestrel",
		"/admin/letters/": "/admin/letters", "/": "", "//evil.example/": "", "//evil.example//": "", "/%2F/evil.example/": "", "/\\evil.example/": "", "/nothing/": "", "/static/": "",
		"/o/%2F%2Fevil.example/": "/o/%2F%2Fevil.example", "/https://evil.example/": "", "///": "",
	} {
		answer, err := client.Get(w.url + path)
		w.must(err)
		_ = answer.Body.Close()
		if got := answer.Header.Get("Location"); got != want || want != "" && answer.StatusCode != http.StatusPermanentRedirect {
			t.Errorf("%s: %d to %q, want %q", path, answer.StatusCode, got, want)
		}
	}
	answer, err := client.Post(w.url+"/login/", "application/x-www-form-urlencoded", nil)
	w.must(err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a post with a slash: %d", answer.StatusCode)
	}
}
