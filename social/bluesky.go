package social

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// BlueskySettings say where Bluesky's usual server is, and the directory of accounts.
type BlueskySettings struct {
	Server    string // https://bsky.social where it is empty
	Directory string // https://plc.directory where it is empty
	Web       string // https://bsky.app where it is empty
}

// BlueskyClient speaks to Bluesky and to every other server of its protocol, with app passwords.
type BlueskyClient struct {
	set   BlueskySettings
	wire  *wire
	local bool
}

func newBluesky(set BlueskySettings, w *wire, local bool) *BlueskyClient {
	for _, address := range []struct {
		is        *string
		otherwise string
	}{{&set.Server, "https://bsky.social"}, {&set.Directory, "https://plc.directory"}, {&set.Web, "https://bsky.app"}} {
		if *address.is == "" {
			*address.is = address.otherwise
		}
		*address.is = strings.TrimRight(*address.is, "/")
	}
	return &BlueskyClient{set: set, wire: w, local: local}
}

// Name is Bluesky's.
func (b *BlueskyClient) Name() string { return Bluesky }

// Price is nothing: Bluesky takes none.
func (b *BlueskyClient) Price(Act, bool) int64 { return 0 }

// session is what a server says of a sign-in.
type session struct {
	AccessJWT  string `json:"accessJwt"`
	RefreshJWT string `json:"refreshJwt"`
	Handle     string `json:"handle"`
	DID        string `json:"did"`
	Document   didDoc `json:"didDoc"`
}

// didDoc is what the directory knows of an account: here, where it lives.
type didDoc struct {
	ID          string   `json:"id"`
	AlsoKnownAs []string `json:"alsoKnownAs"`
	Services    []struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Endpoint string `json:"serviceEndpoint"`
	} `json:"service"`
}

// home is the address of the account's own server, "" where it is not said or may not be spoken to.
func (d *didDoc) home(local bool) string {
	for _, service := range d.Services {
		if strings.HasSuffix(service.ID, "#atproto_pds") && service.Type == "AtprotoPersonalDataServer" {
			address, _ := serverAddress(Bluesky, service.Endpoint, local)
			return address
		}
	}
	return ""
}

// Enter signs in with an app password. Without a server the account's own is looked up by its handle.
func (b *BlueskyClient) Enter(ctx context.Context, server, handle, password string) (*Grant, error) {
	handle = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(handle), "@"))
	if handle == "" || password == "" {
		return nil, &Error{Network: Bluesky, Kind: WrongPassword, Detail: "handle and password are needed"}
	}
	usual := strings.TrimSpace(server) == ""
	if usual {
		server = b.set.Server
	}
	address, err := serverAddress(Bluesky, server, b.local)
	if err != nil {
		return nil, err
	}
	if !strings.ContainsAny(handle, ".@:") {
		host, _ := url.Parse(address)
		handle += "." + host.Hostname()
	}
	if usual && !strings.Contains(handle, "@") {
		if address, err = b.homeOf(ctx, handle, address); err != nil {
			return nil, err
		}
	}
	var s session
	err = b.call(ctx, address, "", request{method: http.MethodPost, url: "com.atproto.server.createSession", body: map[string]any{"identifier": handle, "password": password}}, &s)
	if e, is := err.(*Error); is && e.Kind == SignInExpired {
		e.Kind = WrongPassword
	} else if is && e.Kind == Gone {
		e.Kind = UnknownServer
	}
	if err != nil {
		return nil, err
	}
	if s.AccessJWT == "" || s.DID == "" {
		return nil, &Error{Network: Bluesky, Kind: UnknownServer, Detail: "the answer is none of this network"}
	}
	grant := &Grant{Server: address, Account: s.DID, Handle: s.Handle}
	if home := s.Document.home(b.local); home != "" {
		grant.Server = home
	}
	b.hold(grant, s)
	if claims(s.AccessJWT).Scope == "com.atproto.access" {
		_ = b.Revoke(ctx, *grant) // it ends by itself, too
		return nil, &Error{Network: Bluesky, Kind: MainPassword, Detail: "this is the account's own password"}
	}
	grant.Name = b.displayName(ctx, *grant)
	return grant, nil
}

// homeOf looks up the server where a handle's account lives. Accounts at the machines of Bluesky's own company sign in at
// its usual server.
func (b *BlueskyClient) homeOf(ctx context.Context, handle, usual string) (string, error) {
	did, err := b.resolve(ctx, usual, handle)
	if err != nil {
		if e, is := err.(*Error); is && (e.Kind == Refused || e.Kind == Gone) {
			e.Kind = WrongPassword
		}
		return "", err
	}
	doc, err := b.document(ctx, did)
	if err != nil {
		return "", err
	}
	home := doc.home(b.local)
	if home == "" {
		return "", errNoHome
	}
	if strings.HasSuffix(home, ".host.bsky.network") {
		return usual, nil
	}
	return home, nil
}

// document reads what the directory, or the account's own domain, knows of an account.
func (b *BlueskyClient) document(ctx context.Context, did string) (*didDoc, error) {
	document := b.set.Directory + "/" + did
	if host, web := strings.CutPrefix(did, "did:web:"); web {
		address, err := serverAddress(Bluesky, host, b.local)
		if err != nil {
			return nil, err
		}
		document = address + "/.well-known/did.json"
	} else if !strings.HasPrefix(did, "did:plc:") {
		return nil, errNoHome
	}
	var doc didDoc
	return &doc, b.read(ctx, document, &doc)
}

// resolve finds the id of the account that a handle names at present.
func (b *BlueskyClient) resolve(ctx context.Context, server, handle string) (string, error) {
	if strings.HasPrefix(handle, "did:") {
		return handle, nil
	}
	var found struct {
		DID string `json:"did"`
	}
	err := b.call(ctx, server, "", request{method: http.MethodGet, url: "com.atproto.identity.resolveHandle?handle=" + url.QueryEscape(handle)}, &found)
	return found.DID, err
}

// displayName is the name that the account gave itself, "" where it gave none.
func (b *BlueskyClient) displayName(ctx context.Context, grant Grant) string {
	record, err := b.record(ctx, grant, "at://"+grant.Account+"/app.bsky.actor.profile/self")
	if err != nil || record == nil {
		return ""
	}
	var profile struct {
		DisplayName string `json:"displayName"`
	}
	_ = json.Unmarshal(record.Value, &profile)
	return profile.DisplayName
}

// hold puts a session's tokens into the grant.
func (b *BlueskyClient) hold(grant *Grant, s session) {
	grant.Access, grant.Refresh, grant.Expires = s.AccessJWT, s.RefreshJWT, b.wire.now().Add(time.Hour).UTC()
	if at := claims(s.AccessJWT).Expires; at > 0 {
		grant.Expires = time.Unix(at, 0).UTC()
	}
}

// tokenClaims are what a token says of itself; the server checks it, not we.
type tokenClaims struct {
	Scope   string `json:"scope"`
	Expires int64  `json:"exp"`
}

func claims(token string) (c tokenClaims) {
	if parts := strings.Split(token, "."); len(parts) == 3 {
		if text, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
			_ = json.Unmarshal(text, &c)
		}
	}
	return c
}

// Refresh uses the refresh token up for a new pair.
func (b *BlueskyClient) Refresh(ctx context.Context, grant Grant) (Grant, error) {
	var s session
	err := b.call(ctx, grant.Server, grant.Refresh, request{method: http.MethodPost, url: "com.atproto.server.refreshSession", write: true}, &s)
	if err != nil {
		return grant, err
	}
	if s.AccessJWT == "" || s.DID != grant.Account {
		return grant, &Error{Network: Bluesky, Kind: Temporary, Detail: "the answer holds no session", Unsure: true}
	}
	if home := s.Document.home(b.local); home != "" {
		grant.Server = home // people move
	}
	if s.Handle != "" {
		grant.Handle = s.Handle
	}
	b.hold(&grant, s)
	return grant, nil
}

// Revoke ends the session; one that the server knows no more has ended.
func (b *BlueskyClient) Revoke(ctx context.Context, grant Grant) error {
	err := b.call(ctx, grant.Server, grant.Refresh, request{method: http.MethodPost, url: "com.atproto.server.deleteSession", write: true}, nil)
	if e, is := err.(*Error); is && e.Kind == SignInExpired {
		return nil
	}
	return err
}

// call makes a call of the protocol at a server; r.url is its name and query.
func (b *BlueskyClient) call(ctx context.Context, server, token string, r request, into any) error {
	r.url, r.token = server+"/xrpc/"+r.url, token
	a, err := b.wire.send(ctx, r)
	if err != nil {
		return err
	}
	if !a.good() {
		return b.refusal(a, r.write)
	}
	if into == nil {
		return nil
	}
	return b.wire.into(a, into, r.write)
}

// The names of errors that say more than the status does.
var blueskyKinds = map[string]ErrorKind{
	"ExpiredToken": SignInExpired, "InvalidToken": SignInExpired, "AuthMissing": SignInExpired, "AuthenticationRequired": SignInExpired,
	"AccountTakedown": SignInExpired, "AccountDeactivated": SignInExpired, "AuthFactorTokenRequired": MainPassword,
	"RecordNotFound": Gone, "RepoNotFound": Gone, "NotFound": Gone, "RateLimitExceeded": RateLimited, "UpstreamTimeout": Temporary,
}

// Servers of different ages have different words for it.
var tooLongText = regexp.MustCompile(`(?i)record[./]text must not be longer than|too big .* at \$\.record\.text`)

func (b *BlueskyClient) refusal(a *answer, write bool) *Error {
	var problem struct{ Error, Message string }
	_ = json.Unmarshal(a.body, &problem)
	e := &Error{Network: Bluesky, Kind: kindOf(a.status), Detail: brief(strings.Trim(problem.Error+": "+problem.Message, ": "))}
	if kind, known := blueskyKinds[problem.Error]; known {
		e.Kind = kind
	} else if e.Kind == Refused && tooLongText.MatchString(problem.Message) {
		e.Kind = TooLong
	}
	if e.Detail == "" {
		e.Detail = "status " + strconv.Itoa(a.status)
	}
	switch e.Kind {
	case Temporary:
		e.Unsure = write
	case RateLimited:
		e.Until = b.wire.now().Add(5 * time.Minute).UTC()
		if at, err := strconv.ParseInt(a.header.Get("RateLimit-Reset"), 10, 64); err == nil {
			e.Until = time.Unix(at, 0).UTC()
		}
	}
	return e
}
