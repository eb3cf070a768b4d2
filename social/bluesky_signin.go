package social

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/bluesky-social/indigo/atproto/auth/oauth"
)

// blueskyWho is the whole of what is asked of somebody who only says who they are.
const blueskyWho = "atproto"

// BlueskyAppPath is where servers read what our app is; its address is the app's name to them.
const BlueskyAppPath = "/oauth/client-metadata.json"

// app is our app as the protocol's servers know it: by the address of its description, and on a machine of one's own by
// the protocol's exception for that, which wants the loopback's number and not its name.
func (b *BlueskyClient) app(back string) (*oauth.ClientApp, error) {
	address, err := url.Parse(back)
	if err != nil {
		return nil, err
	}
	config := oauth.NewPublicConfig(address.Scheme+"://"+address.Host+BlueskyAppPath, back, []string{blueskyWho})
	if address.Scheme != "https" {
		if ip := net.ParseIP(address.Hostname()); ip == nil || !ip.IsLoopback() {
			return nil, &Error{Network: Bluesky, Kind: Refused, Detail: "the base address needs https, or a loopback number"}
		}
		config = oauth.NewLocalhostConfig(back, []string{blueskyWho})
	}
	return &oauth.ClientApp{Client: b.wire.client, Config: &config}, nil
}

// Description is what our app says of itself to the protocol's servers, as JSON; back is where it takes people back.
func (b *BlueskyClient) Description(name, home, back string) (any, error) {
	app, err := b.app(back)
	if err != nil {
		return nil, err
	}
	description := app.Config.ClientMetadata()
	description.ClientName, description.ClientURI = &name, &home
	return description, nil
}

// Introduce prepares a sign-in on the pages of the account's own server that only tells who it is; given is the handle, or
// nothing for an account at the usual server.
func (b *BlueskyClient) Introduce(ctx context.Context, given, back string) (*Begun, error) {
	app, err := b.app(back)
	if err != nil {
		return nil, err
	}
	handle, home := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(given), "@")), b.set.Server
	if handle != "" {
		if !strings.Contains(handle, ".") && !strings.HasPrefix(handle, "did:") {
			usual, _ := url.Parse(b.set.Server)
			handle += "." + usual.Hostname()
		}
		did, err := b.resolve(ctx, b.set.Server, handle)
		if err != nil {
			return nil, unknownTo(err)
		}
		doc, err := b.document(ctx, did)
		if err != nil {
			return nil, err
		}
		if home = doc.home(b.local); home == "" {
			return nil, errNoHome
		}
	}
	server, err := b.authorizer(ctx, home)
	if err != nil {
		return nil, err
	}
	asked, err := app.SendAuthRequest(ctx, server, app.Config.Scopes, handle)
	if err != nil {
		return nil, b.oauthError(err)
	}
	kept, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	leads := url.Values{"client_id": {app.Config.ClientID}, "request_uri": {asked.RequestURI}}
	return &Begun{URL: server.AuthorizationEndpoint + "?" + leads.Encode(), State: asked.State, Verifier: string(kept), Issuer: server.Issuer}, nil
}

// authorizer finds the server that signs the people of a home in, and checks what it says of itself. Each address that it
// names is one that may be spoken to.
func (b *BlueskyClient) authorizer(ctx context.Context, home string) (*oauth.AuthServerMetadata, error) {
	var resource oauth.ProtectedResourceMetadata
	if err := b.read(ctx, home+"/.well-known/oauth-protected-resource", &resource); err != nil {
		return nil, err
	}
	if len(resource.AuthorizationServers) == 0 {
		return nil, errNoHome
	}
	issuer, err := serverAddress(Bluesky, resource.AuthorizationServers[0], b.local)
	if err != nil {
		return nil, err
	}
	var server oauth.AuthServerMetadata
	if err := b.read(ctx, issuer+"/.well-known/oauth-authorization-server", &server); err != nil {
		return nil, err
	}
	for _, address := range []string{server.AuthorizationEndpoint, server.TokenEndpoint, server.PushedAuthorizationRequestEndpoint} {
		u, err := url.Parse(address)
		if err != nil || u.RawQuery != "" {
			return nil, errNoHome
		}
		if _, err := serverAddress(Bluesky, u.Scheme+"://"+u.Host, b.local); err != nil {
			return nil, err
		}
	}
	if server.Issuer != issuer || !server.AuthorizationReponseISSParameterSupported || !slices.Contains(server.ScopesSupported, blueskyWho) || !slices.Contains(server.CodeChallengeMethodsSupported, "S256") {
		return nil, errNoHome
	}
	return &server, nil
}

var errNoHome = &Error{Network: Bluesky, Kind: UnknownServer, Detail: "the account's server is not known"}

func (b *BlueskyClient) read(ctx context.Context, address string, into any) error {
	a, err := b.wire.send(ctx, request{method: http.MethodGet, url: address})
	if err != nil {
		return err
	}
	if !a.good() {
		return &Error{Network: Bluesky, Kind: kindOf(a.status), Detail: "the account's server is not known"}
	}
	return b.wire.into(a, into, false)
}

// Exchange learns whose code it is, and gives what came with it back at once. The account's own document has to name the
// server that signed it in: any other could say that it is anybody.
func (b *BlueskyClient) Exchange(ctx context.Context, begun Begun, back, code string) (*Grant, error) {
	app, err := b.app(back)
	if err != nil {
		return nil, err
	}
	var asked oauth.AuthRequestData
	if err := json.Unmarshal([]byte(begun.Verifier), &asked); err != nil {
		return nil, err
	}
	token, err := app.SendInitialTokenRequest(ctx, code, asked)
	if err != nil {
		return nil, b.oauthError(err)
	}
	b.giveBack(ctx, app, asked, token)
	doc, err := b.document(ctx, token.Subject)
	if err != nil {
		return nil, err
	}
	home := doc.home(b.local)
	if home == "" {
		return nil, errNoHome
	}
	server, err := b.authorizer(ctx, home)
	if err != nil {
		return nil, err
	}
	if doc.ID != token.Subject || server.Issuer != asked.AuthServerURL || !slices.Contains(strings.Fields(token.Scope), blueskyWho) {
		return nil, errNotTheirs
	}
	grant := &Grant{Server: home, Account: token.Subject, Handle: b.handleOf(ctx, doc)}
	grant.Name = b.displayName(ctx, *grant)
	return grant, nil
}

var errNotTheirs = &Error{Network: Bluesky, Kind: Refused, Detail: "the server signs in an account that is not there"}

// handleOf is the handle that the document claims, where the handle leads back to it; else the id.
func (b *BlueskyClient) handleOf(ctx context.Context, doc *didDoc) string {
	for _, known := range doc.AlsoKnownAs {
		if handle, is := strings.CutPrefix(known, "at://"); is {
			if did, err := b.resolve(ctx, b.set.Server, strings.ToLower(handle)); err == nil && did == doc.ID {
				return strings.ToLower(handle)
			}
			break
		}
	}
	return doc.ID
}

// giveBack ends what the code was exchanged for: to know who it is was all. It ends by itself, too.
func (b *BlueskyClient) giveBack(ctx context.Context, app *oauth.ClientApp, asked oauth.AuthRequestData, token *oauth.TokenResponse) {
	key, err := atcrypto.ParsePrivateMultibase(asked.DPoPPrivateKeyMultibase)
	if err != nil {
		return
	}
	if _, err := serverAddress(Bluesky, originOf(asked.AuthServerRevocationEndpoint), b.local); err != nil {
		return
	}
	session := oauth.ClientSession{Client: app.Client, Config: app.Config, DPoPPrivateKey: key, Data: &oauth.ClientSessionData{
		AuthServerURL: asked.AuthServerURL, AuthServerRevocationEndpoint: asked.AuthServerRevocationEndpoint, AccessToken: token.AccessToken, RefreshToken: token.RefreshToken,
		DPoPAuthServerNonce: asked.DPoPAuthServerNonce,
	}}
	_ = session.RevokeSession(ctx)
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// oauthError is the library's error in our words: its own may hold addresses. The code and what it is sent with are used
// up by one try, whatever became of it.
func (b *BlueskyClient) oauthError(err error) *Error {
	var unreached *url.Error
	if errors.As(err, &unreached) {
		return b.wire.silent(err, false)
	}
	return &Error{Network: Bluesky, Kind: Refused, Detail: "the sign-in is refused"}
}

// unknownTo tells a handle that nobody has.
func unknownTo(err error) error {
	if e, is := err.(*Error); is && (e.Kind == Refused || e.Kind == Gone) {
		e.Kind = UnknownServer
	}
	return err
}
