package social

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// MastodonSettings are how our app names itself at a Mastodon server.
type MastodonSettings struct{ Name, Website string }

// MastodonClient speaks to every server of Mastodon's API. Each knows our app by keys of its own.
type MastodonClient struct {
	set   MastodonSettings
	wire  *wire
	local bool
	mu    sync.Mutex
	apps  map[string]mastodonApp
}

// mastodonApp are the keys that a server gave our app.
type mastodonApp struct {
	Client string `json:"client_id"`
	Secret string `json:"client_secret"`
	until  time.Time
}

// appLasts is how long keys are used for further sign-ins: servers forget an app that nobody has signed in to.
const appLasts = time.Hour

// What is asked of a shop's account; and of somebody who only says who they are: the first since Mastodon 4.3, the second
// where the server does not know it.
const (
	mastodonScopes   = "read:accounts read:statuses read:notifications write:statuses"
	mastodonWho      = "profile"
	mastodonWhoOlder = "read:accounts"
)

func newMastodon(set MastodonSettings, w *wire, local bool) *MastodonClient {
	if set.Name == "" {
		set.Name = "Tillbird"
	}
	return &MastodonClient{set: set, wire: w, local: local, apps: map[string]mastodonApp{}}
}

// Name is Mastodon's.
func (m *MastodonClient) Name() string { return Mastodon }

// Price is nothing: Mastodon's servers take none.
func (m *MastodonClient) Price(Act, bool) int64 { return 0 }

// instance is what a server says of itself. Domain is the second half of its people's handles.
type instance struct {
	Domain        string `json:"domain"`
	Configuration struct {
		Statuses struct {
			MaxCharacters int `json:"max_characters"`
		} `json:"statuses"`
	} `json:"configuration"`
}

// instance asks a server what it is. Older ones know the older question only.
func (m *MastodonClient) instance(ctx context.Context, server string) (instance, error) {
	var of instance
	err := m.call(ctx, Grant{Server: server}, request{method: http.MethodGet, url: "/api/v2/instance"}, &of)
	if e, is := err.(*Error); is && e.Kind == Gone {
		err = m.call(ctx, Grant{Server: server}, request{method: http.MethodGet, url: "/api/v1/instance"}, &of)
	}
	e, is := err.(*Error)
	if is && (e.Kind == Gone || e.Kind == Refused || e.Kind == SignInExpired) || err == nil && of.Domain == "" && of.Configuration.Statuses.MaxCharacters == 0 {
		return of, &Error{Network: Mastodon, Kind: UnknownServer, Detail: "no Mastodon answers there"}
	}
	return of, err
}

// Begin prepares a sign-in at the account's own server, which learns of our app now.
func (m *MastodonClient) Begin(ctx context.Context, server, back string) (*Begun, error) {
	return m.begin(ctx, server, back, mastodonScopes)
}

// Introduce prepares a sign-in that only tells who it is.
func (m *MastodonClient) Introduce(ctx context.Context, server, back string) (*Begun, error) {
	begun, err := m.begin(ctx, server, back, mastodonWho)
	if e, is := err.(*Error); is && e.Kind == Refused {
		return m.begin(ctx, server, back, mastodonWhoOlder)
	}
	return begun, err
}

func (m *MastodonClient) begin(ctx context.Context, server, back, scopes string) (*Begun, error) {
	// A whole handle names its server, too.
	if at := strings.LastIndex(server, "@"); at >= 0 && !strings.Contains(server, "://") {
		server = server[at+1:]
	}
	address, err := serverAddress(Mastodon, server, m.local)
	if err != nil {
		return nil, err
	}
	app, err := m.app(ctx, address, back, scopes)
	if err != nil {
		return nil, err
	}
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	config := oauth2.Config{ClientID: app.Client, RedirectURL: back, Scopes: strings.Fields(scopes), Endpoint: oauth2.Endpoint{AuthURL: address + "/oauth/authorize"}}
	return &Begun{
		URL: config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), State: state, Verifier: verifier, Server: address, Client: app.Client, ClientSecret: app.Secret, Scopes: scopes,
	}, nil
}

// app gives our keys at a server, made now where there are none that last.
func (m *MastodonClient) app(ctx context.Context, server, back, scopes string) (mastodonApp, error) {
	key := server + " " + back + " " + scopes
	m.mu.Lock()
	app, known := m.apps[key]
	m.mu.Unlock()
	if known && m.wire.now().Before(app.until) {
		return app, nil
	}
	if _, err := m.instance(ctx, server); err != nil {
		return app, err
	}
	form := url.Values{"client_name": {m.set.Name}, "redirect_uris": {back}, "scopes": {scopes}}
	if m.set.Website != "" {
		form.Set("website", m.set.Website)
	}
	if err := m.call(ctx, Grant{Server: server}, request{method: http.MethodPost, url: "/api/v1/apps", body: form}, &app); err != nil {
		return app, err
	}
	if app.Client == "" || app.Secret == "" {
		return app, &Error{Network: Mastodon, Kind: UnknownServer, Detail: "the server gives no keys"}
	}
	app.until = m.wire.now().Add(appLasts)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.apps) > 1000 {
		m.apps = map[string]mastodonApp{} // anybody may name any server
	}
	m.apps[key] = app
	return app, nil
}

// mastodonAccount is an account as a server has it; ID and, of its own people, Acct mean something at that server only.
type mastodonAccount struct {
	ID          string `json:"id"`
	Username    string `json:"username"`
	Acct        string `json:"acct"`
	DisplayName string `json:"display_name"`
	URL         string `json:"url"`
}

// Exchange turns the code into a grant, which does not run out, and asks whose it is. What stands for an account for good
// is name@domain: a Mastodon name cannot be changed, and the numbers differ from server to server. Poll gives
// the same as the author of a reply, at whichever server that is read.
func (m *MastodonClient) Exchange(ctx context.Context, begun Begun, back, code string) (*Grant, error) {
	grant := Grant{Server: begun.Server, Client: begun.Client, ClientSecret: begun.ClientSecret}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {begun.Verifier},
		"client_id": {begun.Client}, "client_secret": {begun.ClientSecret}, "scope": {begun.Scopes},
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := m.call(ctx, grant, request{method: http.MethodPost, url: "/oauth/token", body: form, write: true}, &token); err != nil {
		return nil, err
	}
	grant.Access = token.AccessToken
	me, err := m.me(ctx, grant)
	if err != nil {
		return nil, err
	}
	of, err := m.instance(ctx, grant.Server)
	if err != nil {
		return nil, err
	}
	grant.Handle, grant.Name, grant.Limit = me.Username+"@"+m.domain(ctx, grant.Server, of.Domain, me.Username), me.DisplayName, of.Configuration.Statuses.MaxCharacters
	grant.Account = strings.ToLower(grant.Handle)
	return &grant, nil
}

func (m *MastodonClient) me(ctx context.Context, grant Grant) (mastodonAccount, error) {
	var me mastodonAccount
	err := m.call(ctx, grant, request{method: http.MethodGet, url: "/api/v1/accounts/verify_credentials"}, &me)
	if err == nil && (me.ID == "" || me.Username == "") {
		err = &Error{Network: Mastodon, Kind: Temporary, Detail: "the answer names nobody"}
	}
	return me, err
}

// domain is the domain of a server's people. A server may speak for another domain than its own address where that one
// says so itself: otherwise anybody's server could pass for anybody.
func (m *MastodonClient) domain(ctx context.Context, server, claimed, name string) string {
	host := hostOf(server)
	claimed = strings.ToLower(claimed)
	if claimed == "" || claimed == host {
		return host
	}
	address, err := serverAddress(Mastodon, claimed, m.local)
	if err != nil {
		return host
	}
	var finger struct {
		Links []struct {
			Rel  string `json:"rel"`
			Href string `json:"href"`
		} `json:"links"`
	}
	query := url.Values{"resource": {"acct:" + name + "@" + claimed}}
	if m.call(ctx, Grant{Server: address}, request{method: http.MethodGet, url: "/.well-known/webfinger?" + query.Encode()}, &finger) != nil {
		return host
	}
	for _, link := range finger.Links {
		if u, err := url.Parse(link.Href); err == nil && link.Rel == "self" && strings.ToLower(u.Host) == host {
			return claimed
		}
	}
	return host
}

func hostOf(server string) string {
	_, host, _ := strings.Cut(server, "://")
	return strings.ToLower(host)
}

// Refresh gives the grant back as it is: it does not run out.
func (m *MastodonClient) Refresh(_ context.Context, grant Grant) (Grant, error) { return grant, nil }

// Revoke gives the token back; one that the server knows no more is given back already.
func (m *MastodonClient) Revoke(ctx context.Context, grant Grant) error {
	form := url.Values{"client_id": {grant.Client}, "client_secret": {grant.ClientSecret}, "token": {grant.Access}}
	err := m.call(ctx, Grant{Server: grant.Server}, request{method: http.MethodPost, url: "/oauth/revoke", body: form, write: true}, nil)
	if e, is := err.(*Error); is && (e.Kind == SignInExpired || e.Kind == Gone) {
		return nil
	}
	return err
}

// call makes a call of the API at the grant's server; r.url is its path.
func (m *MastodonClient) call(ctx context.Context, grant Grant, r request, into any) error {
	r.url, r.token = grant.Server+r.url, grant.Access
	a, err := m.wire.send(ctx, r)
	if err != nil {
		return err
	}
	if !a.good() {
		return m.refusal(a, r.write)
	}
	if into == nil {
		return nil
	}
	return m.wire.into(a, into, r.write)
}

func (m *MastodonClient) refusal(a *answer, write bool) *Error {
	var problem struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(a.body, &problem)
	e := &Error{Network: Mastodon, Kind: kindOf(a.status), Detail: brief(strings.Trim(problem.Error+": "+problem.Description, ": "))}
	words := strings.ToLower(e.Detail)
	switch {
	case e.Kind == Refused && problem.Error == "invalid_grant", e.Kind == Refused && strings.Contains(words, "outside the authorized scopes"):
		e.Kind = SignInExpired
	case problem.Error == "invalid_client", problem.Error == "unauthorized_client":
		e.Kind = Refused
	case a.status == http.StatusUnprocessableEntity && strings.Contains(words, "limit of") && strings.Contains(words, "exceeded"):
		e.Kind = TooLong
	}
	if e.Detail == "" {
		e.Detail = "status " + strconv.Itoa(a.status)
	}
	switch e.Kind {
	case Temporary:
		e.Unsure = write
	case RateLimited:
		e.Until = m.wire.now().Add(5 * time.Minute).UTC()
		if at, err := time.Parse(time.RFC3339, a.header.Get("X-RateLimit-Reset")); err == nil {
			e.Until = at.UTC()
		}
	}
	return e
}
