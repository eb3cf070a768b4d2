package blueskytest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// person is somebody's browser on the pages of a real server: its pages are a script's, whose calls these are.
type person struct {
	t       testing.TB
	server  string
	at      string
	cookies map[string]string
	token   string
}

func (p *person) send(method, address string, header map[string]string, body any) (*http.Response, []byte) {
	p.t.Helper()
	text, _ := json.Marshal(body)
	r, err := http.NewRequest(method, address, bytes.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0")
	r.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	var cookies []string
	for name, value := range p.cookies {
		cookies = append(cookies, name+"="+value)
	}
	r.Header.Set("Cookie", strings.Join(cookies, "; "))
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := stay.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer a.Body.Close()
	answer, _ := io.ReadAll(a.Body)
	for _, cookie := range a.Cookies() {
		p.cookies[cookie.Name] = cookie.Value
	}
	return a, answer
}

func (p *person) visit(address string) (*http.Response, []byte) {
	return p.send("GET", address, map[string]string{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Referer": p.at}, nil)
}

func (p *person) call(name string, body, into any) {
	p.t.Helper()
	header := map[string]string{
		"Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin", "Origin": p.server, "Referer": p.at, "X-Csrf-Token": p.cookies["csrf-token"],
	}
	if p.token != "" {
		header["Authorization"] = "Bearer " + p.token
	}
	a, answer := p.send("POST", p.server+"/@atproto/oauth-provider/~api"+name, header, body)
	if a.StatusCode != http.StatusOK || json.Unmarshal(answer, into) != nil {
		p.t.Fatalf("%s: %d %s", name, a.StatusCode, answer)
	}
}

// Allow signs in on the server's pages that a sign-in leads to and says yes, or no; it gives the address that the browser
// is sent back to.
func (s *Server) Allow(at, handle, password string, yes bool) *url.URL {
	s.t.Helper()
	p := &person{t: s.t, server: s.PDS, at: at, cookies: map[string]string{}}
	if a, page := p.visit(at); a.StatusCode != http.StatusOK {
		s.t.Fatalf("the server does not ask: %d %s", a.StatusCode, page)
	}
	if a, page := p.visit(at + "&redirect-test=1"); a.StatusCode != http.StatusOK {
		s.t.Fatalf("the server does not ask: %d %s", a.StatusCode, page)
	}
	var in struct {
		EphemeralToken string
		Account        struct{ Sub string }
	}
	p.call("/sign-in", map[string]any{"locale": "en", "username": handle, "password": password, "remember": false}, &in)
	p.token = in.EphemeralToken
	var to struct{ URL string }
	if yes {
		p.call("/consent", map[string]any{"sub": in.Account.Sub}, &to)
	} else {
		p.call("/reject", map[string]any{}, &to)
	}
	a, page := p.visit(to.URL)
	back, err := a.Location()
	if err != nil {
		s.t.Fatalf("it does not lead back: %d %s", a.StatusCode, page)
	}
	return back
}
