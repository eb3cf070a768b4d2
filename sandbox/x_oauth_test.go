package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestXSignIn: from the page to the tokens, and what they open.
func TestXSignIn(t *testing.T) {
	f := newFeed(t)
	page := f.browser().get(f.x.URL + "/i/oauth2/authorize?" + f.asking().Encode())
	if page.status != http.StatusOK || !strings.Contains(page.body, "Allow as Maison Kestrel") || !strings.Contains(page.body, "post, reply and delete as you") {
		t.Fatalf("the authorize page answers %d: %s", page.status, page.body)
	}
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' http://localhost:8080") || strings.Contains(csp, "script") {
		t.Errorf("its policy is %s", csp)
	}
	code := f.code("maisonkestrel")
	status, p := f.exchange(code)
	if status != http.StatusOK || p.Access == "" || p.Refresh == "" || p.Lasts != 7200 || !strings.Contains(p.Scope, "offline.access") {
		t.Fatalf("the exchange answers %d: %+v", status, p)
	}
	me := (&xAPI{f, p.Access}).get("/2/users/me?user.fields=description,public_metrics")
	if me.text("data", "username") != "maisonkestrel" || me.text("data", "name") != "Maison Kestrel" || me.text("data", "description") == "" || me.at("data", "public_metrics", "tweet_count") == nil {
		t.Errorf("me is %v", me.body)
	}
	// A code that comes again ends what it gave.
	if status, p := f.exchange(code); status != http.StatusBadRequest || p.Error != "invalid_request" {
		t.Errorf("a used code answers %d: %+v", status, p)
	}
	if s := (&xAPI{f, p.Access}).get("/2/users/me"); s.status != http.StatusUnauthorized || s.text("type") != "about:blank" {
		t.Errorf("the tokens of a stolen code answer %d: %v", s.status, s.body)
	}
}

// TestXRefusesToSignIn: each thing that is not in order has its answer.
func TestXRefusesToSignIn(t *testing.T) {
	f := newFeed(t)
	for name, value := range map[string]string{
		"client_id": "another", "redirect_uri": "https://elsewhere.example/return", "response_type": "token", "state": "", "code_challenge": "short", "code_challenge_method": "plain", "scope": "dm.read",
	} {
		asked := f.asking()
		asked.Set(name, value)
		if page := f.browser().get(f.x.URL + "/i/oauth2/authorize?" + asked.Encode()); page.status != http.StatusBadRequest || page.location != "" {
			t.Errorf("%s = %q: %d", name, value, page.status)
		}
		asked.Set("person", "maisonkestrel")
		if end := f.browser().post(f.x.URL+"/i/oauth2/authorize", asked); end.location != "" {
			t.Errorf("%s = %q leads to %s", name, value, end.location)
		}
	}
	no := f.asking()
	no.Set("person", "")
	if end := f.browser().post(f.x.URL+"/i/oauth2/authorize", no); end.location != returnTo+"?error=access_denied&state=s+t%26te" {
		t.Errorf("refusing leads to %q", end.location)
	}
	for name, form := range map[string]url.Values{
		"another verifier": {"grant_type": {"authorization_code"}, "code": {f.code("lucbernard")}, "redirect_uri": {returnTo}, "code_verifier": {"another"}},
		"another return":   {"grant_type": {"authorization_code"}, "code": {f.code("lucbernard")}, "redirect_uri": {returnTo + "/x"}, "code_verifier": {verifier}},
		"another code":     {"grant_type": {"authorization_code"}, "code": {"none"}, "redirect_uri": {returnTo}, "code_verifier": {verifier}},
		"another grant":    {"grant_type": {"password"}},
		"no token":         {"grant_type": {"refresh_token"}},
	} {
		if status, p := f.token("token", form); status != http.StatusBadRequest || p.Error == "" || p.Words == "" {
			t.Errorf("%s: %d %+v", name, status, p)
		}
	}
	late := f.code("lucbernard")
	f.sb.Advance(31 * time.Second)
	if status, _ := f.exchange(late); status != http.StatusBadRequest {
		t.Errorf("a code of 31 seconds answers %d", status)
	}
	r, err := http.NewRequest(http.MethodPost, f.x.URL+"/2/oauth2/token", strings.NewReader("grant_type=refresh_token"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(f.sb.X().Keys().ClientID, "wrong")
	if s := (&xAPI{f: f}).do(r); s.status != http.StatusUnauthorized || s.text("error") != "unauthorized_client" {
		t.Errorf("a wrong secret answers %d: %v", s.status, s.body)
	}
}

// TestXTokensTurnOver: a refresh token serves once; when it comes again the whole family ends.
func TestXTokensTurnOver(t *testing.T) {
	f := newFeed(t)
	_, first := f.exchange(f.code("ingridsol"))
	f.sb.Advance(2 * time.Hour)
	if s := (&xAPI{f, first.Access}).get("/2/users/me"); s.status != http.StatusUnauthorized {
		t.Errorf("a token of two hours answers %d", s.status)
	}
	status, second := f.refresh(first.Refresh)
	if status != http.StatusOK || second.Refresh == first.Refresh || second.Access == first.Access {
		t.Fatalf("refreshing answers %d: %+v", status, second)
	}
	if s := (&xAPI{f, second.Access}).get("/2/users/me"); s.text("data", "username") != "ingridsol" {
		t.Errorf("the new token is %v", s.body)
	}
	if status, p := f.refresh(first.Refresh); status != http.StatusBadRequest || p.Error != "invalid_request" {
		t.Errorf("a used token answers %d: %+v", status, p)
	}
	if s := (&xAPI{f, second.Access}).get("/2/users/me"); s.status != http.StatusUnauthorized {
		t.Errorf("the family lives on: %d", s.status)
	}
	if status, _ := f.refresh(second.Refresh); status != http.StatusBadRequest {
		t.Errorf("its refresh token lives on: %d", status)
	}
}

// TestXRevoke: by the app, and by the person on their page; other sign-ins of the same person stay when the app does it.
func TestXRevoke(t *testing.T) {
	f := newFeed(t)
	_, one := f.exchange(f.code("samirhaddad"))
	_, two := f.exchange(f.code("samirhaddad"))
	if status, _ := f.token("revoke", url.Values{"token": {one.Refresh}}); status != http.StatusOK {
		t.Fatalf("revoking answers %d", status)
	}
	if s := (&xAPI{f, one.Access}).get("/2/users/me"); s.status != http.StatusUnauthorized {
		t.Errorf("a revoked token answers %d", s.status)
	}
	if s := (&xAPI{f, two.Access}).get("/2/users/me"); s.status != http.StatusOK {
		t.Errorf("the other sign-in answers %d", s.status)
	}
	if page := f.browser().get(f.x.URL + "/samirhaddad"); !strings.Contains(page.body, "Take back what apps may do") {
		t.Error("the person's page does not offer to take it back")
	}
	f.browser().post(f.x.URL+"/grants/removal", url.Values{"person": {"samirhaddad"}, "back": {"/samirhaddad"}})
	if s := (&xAPI{f, two.Access}).get("/2/users/me"); s.status != http.StatusUnauthorized {
		t.Errorf("a token that was taken back answers %d", s.status)
	}
}

// TestXScopes: a token does what its scopes say, the app's own token what needs no person.
func TestXScopes(t *testing.T) {
	f := newFeed(t)
	asked := f.asking()
	asked.Set("scope", "tweet.read users.read")
	asked.Set("person", "yuki_draws")
	end := f.browser().post(f.x.URL+"/i/oauth2/authorize", asked)
	back, _ := url.Parse(end.location)
	_, p := f.exchange(back.Query().Get("code"))
	if p.Refresh != "" {
		t.Error("a refresh token without offline.access")
	}
	if s := (&xAPI{f, p.Access}).try("hello"); s.status != http.StatusForbidden {
		t.Errorf("posting without tweet.write answers %d", s.status)
	}
	if s := f.app().get("/2/users/me"); s.status != http.StatusForbidden || s.text("title") != "Unsupported Authentication" {
		t.Errorf("the app asking who it is: %d %v", s.status, s.body)
	}
	if s := f.app().get("/2/users/by/username/yuki_draws"); s.text("data", "id") == "" {
		t.Errorf("the app looking somebody up: %v", s.body)
	}
	if s := f.app().get("/2/users/by/username/nobody"); s.status != http.StatusOK || s.text("errors", 0, "title") != "Not Found Error" {
		t.Errorf("nobody is %d %v", s.status, s.body)
	}
	if s := (&xAPI{f, "nonsense"}).get("/2/users/me"); s.status != http.StatusUnauthorized {
		t.Errorf("a token that is none: %d", s.status)
	}
	if s := f.app().get("/2/lists/1"); s.status != http.StatusNotFound {
		t.Errorf("what is not offered answers %d", s.status)
	}
}
