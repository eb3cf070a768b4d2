package social

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// person is somebody's browser on the pages of a real server: its pages are a script's, whose calls these are.
type person struct {
	t       *testing.T
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

// allow signs in on the server's pages and says yes, or no; it gives what the browser comes back with.
func (b *realBluesky) allow(begun *Begun, handle, password string, yes bool) url.Values {
	b.t.Helper()
	p := &person{t: b.t, server: b.PDS, at: begun.URL, cookies: map[string]string{}}
	if a, page := p.visit(begun.URL); a.StatusCode != http.StatusOK {
		b.t.Fatalf("the server does not ask: %d %s", a.StatusCode, page)
	}
	if a, page := p.visit(begun.URL + "&redirect-test=1"); a.StatusCode != http.StatusOK {
		b.t.Fatalf("the server does not ask: %d %s", a.StatusCode, page)
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
		b.t.Fatalf("it does not lead back: %d %s", a.StatusCode, page)
	}
	return back.Query()
}

// TestBlueskyIntroduces: a fan says who they are on their own server's pages, and nothing else comes of it.
func TestBlueskyIntroduces(t *testing.T) {
	t.Parallel()
	b := startBluesky(t)
	_, _ = b.somebody("mira")
	_, _ = b.somebody("luc")
	const back = "http://127.0.0.1:19130/sync/bluesky/callback"
	ctx := t.Context()
	begin := func(who string) *Begun {
		t.Helper()
		begun, err := b.client.Introduce(ctx, who, back)
		if err != nil {
			t.Fatalf("%q is not led on: %v", who, err)
		}
		if !strings.HasPrefix(begun.URL, b.PDS+"/oauth/authorize?") || begun.Issuer != b.PDS || begun.State == "" {
			t.Fatalf("%+v", begun)
		}
		return begun
	}
	begun := begin("@Mira.test")
	answer := b.allow(begun, "mira.test", "own-mira", true)
	if answer.Get("state") != begun.State || answer.Get("iss") != begun.Issuer {
		t.Errorf("%v", answer)
	}
	grant, err := b.client.Exchange(ctx, *begun, back, answer.Get("code"))
	if err != nil || grant.Handle != "mira.test" || !strings.HasPrefix(grant.Account, "did:plc:") || grant.Access != "" || grant.Refresh != "" {
		t.Fatalf("%+v %v", grant, err)
	}
	_, err = b.client.Exchange(ctx, *begun, back, answer.Get("code"))
	kindIs(t, "a code used twice", err, Refused)

	// Whoever signs in as another than they said is who signed in: the id is the server's word, the typed handle a hint.
	other := begin("mira.test")
	second, err := b.client.Exchange(ctx, *other, back, b.allow(other, "luc.test", "own-luc", true).Get("code"))
	if err == nil && (second.Account == grant.Account || second.Handle != "luc.test") {
		t.Errorf("luc is taken for mira: %+v", second)
	}
	no := begin("")
	if answer := b.allow(no, "mira.test", "own-mira", false); answer.Get("error") != "access_denied" || answer.Get("code") != "" {
		t.Errorf("a no: %v", answer)
	}

	// A moved handle leads to the same account.
	var session struct{ AccessJwt string }
	b.raw("", "POST", "com.atproto.server.createSession", map[string]any{"identifier": "mira.test", "password": "own-mira"}, &session)
	b.raw(session.AccessJwt, "POST", "com.atproto.identity.updateHandle", map[string]any{"handle": "mira-moved.test"}, nil)
	moved := begin("mira-moved.test")
	again, err := b.client.Exchange(ctx, *moved, back, b.allow(moved, "mira-moved.test", "own-mira", true).Get("code"))
	if err != nil || again.Account != grant.Account || again.Handle != "mira-moved.test" {
		t.Errorf("%+v %v", again, err)
	}

	for what, who := range map[string]string{"nobody": "nobody.test", "a directory": "did:web:10.0.0.1"} {
		if _, err := b.client.Introduce(ctx, who, back); err == nil {
			t.Errorf("%s is led on", what)
		}
	}
	_, err = b.client.Introduce(ctx, "mira.test", "http://till.example/sync/bluesky/callback")
	kindIs(t, "a base without https", err, Refused)
	strict := New(Settings{Bluesky: &BlueskySettings{Server: b.PDS, Directory: b.PLC}, Now: time.Now}).networks[Bluesky].(*BlueskyClient)
	_, err = strict.Introduce(ctx, "", back)
	kindIs(t, "this machine, where it is not wanted", err, UnknownServer)
	said, err := b.client.Description("Tillbird", "https://till.example", "https://till.example/sync/bluesky/callback")
	text, _ := json.Marshal(said)
	if err != nil || !strings.Contains(string(text), `"client_id":"https://till.example/oauth/client-metadata.json"`) || !strings.Contains(string(text), `"scope":"atproto"`) || !strings.Contains(string(text), `"dpop_bound_access_tokens":true`) {
		t.Errorf("%s %v", text, err)
	}
}
