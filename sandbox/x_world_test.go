package sandbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// feed is a world with its X served too.
type feed struct {
	*world
	x *httptest.Server
}

func newFeed(t *testing.T) *feed {
	f := &feed{world: newWorld(t)}
	f.x = httptest.NewServer(f.sb.X().Handler())
	f.sb.X().SetURL(f.x.URL)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { f.sb.X().Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done; f.x.Close() })
	return f
}

// returnTo is where the app has people sent back to.
const returnTo = "http://localhost:8080/networks/x/return"

// verifier is a PKCE verifier; challenge is what is sent of it.
const verifier = "a-verifier-that-is-long-enough-for-the-rules-of-pkce"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// asking is what the app asks for on the authorize page.
func (f *feed) asking() url.Values {
	return url.Values{
		"response_type": {"code"}, "client_id": {f.sb.X().Keys().ClientID}, "redirect_uri": {returnTo}, "state": {"s t&te"}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
		"scope": {"tweet.read tweet.write users.read offline.access media.write"},
	}
}

// code has a person agree, and gives the code they bring back.
func (f *feed) code(handle string) string {
	f.t.Helper()
	form := f.asking()
	form.Set("person", handle)
	end := f.browser().post(f.x.URL+"/i/oauth2/authorize", form)
	back, err := url.Parse(end.location)
	if err != nil || end.status != http.StatusSeeOther || !strings.HasPrefix(end.location, returnTo) || back.Query().Get("state") != "s t&te" {
		f.t.Fatalf("authorizing answered %d to %q: %s", end.status, end.location, end.body)
	}
	return back.Query().Get("code")
}

// pair are the tokens of a sign-in.
type pair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Scope   string `json:"scope"`
	Lasts   int64  `json:"expires_in"`
	Error   string `json:"error"`
	Words   string `json:"error_description"`
}

// token asks the token endpoint, or revoke.
func (f *feed) token(path string, form url.Values) (int, pair) {
	f.t.Helper()
	r, err := http.NewRequest(http.MethodPost, f.x.URL+"/2/oauth2/"+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	keys := f.sb.X().Keys()
	r.SetBasicAuth(keys.ClientID, keys.ClientSecret)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	var p pair
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, p
}

func (f *feed) exchange(code string) (int, pair) {
	f.t.Helper()
	return f.token("token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {returnTo}, "code_verifier": {verifier}})
}

func (f *feed) refresh(token string) (int, pair) {
	f.t.Helper()
	return f.token("token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// user signs in as somebody and gives an API of theirs.
func (f *feed) user(handle string) *xAPI {
	f.t.Helper()
	status, p := f.exchange(f.code(handle))
	if status != http.StatusOK {
		f.t.Fatalf("the exchange answered %d: %s", status, p.Words)
	}
	return &xAPI{f: f, token: p.Access}
}

// app is the API by the app's own token.
func (f *feed) app() *xAPI { return &xAPI{f: f, token: f.sb.X().Keys().Bearer} }

// xAPI calls X's API with one token.
type xAPI struct {
	f     *feed
	token string
}

// said is an answer of the API.
type said struct {
	status int
	header http.Header
	body   map[string]any
}

func (a *xAPI) call(method, path string, body any, headers ...string) said {
	a.f.t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			a.f.t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, a.f.x.URL+path, sent)
	if err != nil {
		a.f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return a.do(r)
}

func (a *xAPI) do(r *http.Request) said {
	a.f.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		a.f.t.Fatal(err)
	}
	defer resp.Body.Close()
	s := said{status: resp.StatusCode, header: resp.Header}
	if err := json.NewDecoder(resp.Body).Decode(&s.body); err != nil {
		a.f.t.Fatalf("%s %s answered %d without JSON: %v", r.Method, r.URL.Path, resp.StatusCode, err)
	}
	return s
}

func (a *xAPI) get(path string) said { a.f.t.Helper(); return a.call(http.MethodGet, path, nil) }

// at walks into an answer: keys of objects, numbers of lists.
func (s said) at(path ...any) any {
	var value any = s.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[step]
		case int:
			l, _ := value.([]any)
			if step >= len(l) {
				return nil
			}
			value = l[step]
		}
	}
	return value
}

func (s said) text(path ...any) string { text, _ := s.at(path...).(string); return text }

// ids are the ids of a list of posts.
func (s said) ids() []string {
	var found []string
	l, _ := s.at("data").([]any)
	for i := range l {
		found = append(found, s.text("data", i, "id"))
	}
	return found
}

// tweet posts over the API and gives the id.
func (a *xAPI) tweet(text string, more ...any) string {
	a.f.t.Helper()
	s := a.try(text, more...)
	if s.status != http.StatusCreated {
		a.f.t.Fatalf("posting %q answered %d: %v", text, s.status, s.body)
	}
	return s.text("data", "id")
}

func (a *xAPI) try(text string, more ...any) said {
	a.f.t.Helper()
	body := map[string]any{"text": text}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return a.call(http.MethodPost, "/2/tweets", body)
}

func answering(id string) map[string]any { return map[string]any{"in_reply_to_tweet_id": id} }

// write posts on the timeline, as a person does, and gives the id.
func (f *feed) write(handle, text string, more ...string) string {
	f.t.Helper()
	form := url.Values{"as": {handle}, "text": {text}, "back": {"status"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	end := f.browser().post(f.x.URL+"/posts", form)
	if end.status != http.StatusSeeOther {
		f.t.Fatalf("writing %q answered %d: %s", text, end.status, end.body)
	}
	path, _, _ := strings.Cut(end.location, "?")
	return path[strings.LastIndex(path, "/")+1:]
}

// operator sets something on the operator's page.
func (f *feed) operator(path string, fields ...string) {
	f.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	if end := f.browser().post(f.x.URL+"/operator/"+path, form); end.status != http.StatusSeeOther {
		f.t.Fatalf("the operator's %s answered %d", path, end.status)
	}
}
