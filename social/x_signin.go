package social

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// xScopes are what is asked of the person: to read and write posts, to know who it is, to stay signed in.
var xScopes = []string{"tweet.read", "tweet.write", "users.read", "offline.access", "media.write"}

// Begin prepares a sign-in; X is one server, so that server is not looked at.
func (x *XClient) Begin(_ context.Context, _, back string) (*Begun, error) {
	return x.begin(back, xScopes), nil
}

// Introduce prepares a sign-in that only tells who it is: X tells that of nobody without tweet.read.
func (x *XClient) Introduce(_ context.Context, _, back string) (*Begun, error) {
	return x.begin(back, []string{"tweet.read", "users.read"}), nil
}

func (x *XClient) begin(back string, scopes []string) *Begun {
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	config := oauth2.Config{ClientID: x.set.Client, RedirectURL: back, Scopes: scopes, Endpoint: oauth2.Endpoint{AuthURL: x.set.Authorize}}
	return &Begun{URL: config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), State: state, Verifier: verifier}
}

// Exchange turns the code, which lives half a minute, into a grant, and asks whose it is.
func (x *XClient) Exchange(ctx context.Context, begun Begun, back, code string) (*Grant, error) {
	grant := &Grant{}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {begun.Verifier}}
	if err := x.token(ctx, form, grant); err != nil {
		return nil, err
	}
	return grant, x.whoIs(ctx, grant)
}

// whoIs fills in whose grant it is.
func (x *XClient) whoIs(ctx context.Context, grant *Grant) error {
	var me struct {
		Data xUser `json:"data"`
	}
	a, err := x.call(ctx, *grant, "GET /2/users/me", request{method: http.MethodGet, url: "/2/users/me"})
	if err != nil {
		return err
	}
	if err := x.wire.into(a, &me, false); err != nil {
		return err
	}
	if me.Data.ID == "" {
		return &Error{Network: X, Kind: Temporary, Detail: "the answer names nobody"}
	}
	grant.Account, grant.Handle, grant.Name = me.Data.ID, me.Data.Username, me.Data.Name
	return nil
}

// Refresh uses the grant's refresh token up for a new pair. Unsure says that it may be used up without us knowing the
// new one.
func (x *XClient) Refresh(ctx context.Context, grant Grant) (Grant, error) {
	if grant.Refresh == "" {
		return grant, &Error{Network: X, Kind: SignInExpired, Detail: "there is nothing to renew it with"}
	}
	err := x.token(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {grant.Refresh}}, &grant)
	return grant, err
}

// Revoke gives both tokens back; one that X knows no more is given back already.
func (x *XClient) Revoke(ctx context.Context, grant Grant) error {
	for _, token := range []struct{ value, kind string }{{grant.Refresh, "refresh_token"}, {grant.Access, "access_token"}} {
		if token.value == "" {
			continue
		}
		a, err := x.tokenCall(ctx, "/2/oauth2/revoke", url.Values{"token": {token.value}, "token_type_hint": {token.kind}})
		if err != nil {
			return err
		}
		if e := x.tokenRefusal(a); e != nil && e.Kind != SignInExpired {
			return e
		}
	}
	return nil
}

// token asks for tokens and puts them into the grant.
func (x *XClient) token(ctx context.Context, form url.Values, grant *Grant) error {
	asked := x.wire.now()
	a, err := x.tokenCall(ctx, "/2/oauth2/token", form)
	if err != nil {
		return err
	}
	if e := x.tokenRefusal(a); e != nil {
		return e
	}
	var tokens struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    int64  `json:"expires_in"`
	}
	if err := x.wire.into(a, &tokens, true); err != nil {
		return err
	}
	if tokens.AccessToken == "" {
		return &Error{Network: X, Kind: Temporary, Detail: "the answer holds no token", Unsure: true}
	}
	grant.Access, grant.Refresh, grant.Expires = tokens.AccessToken, tokens.RefreshToken, time.Time{}
	if tokens.ExpiresIn > 0 {
		grant.Expires = asked.Add(time.Duration(tokens.ExpiresIn) * time.Second).UTC()
	}
	return nil
}

func (x *XClient) tokenCall(ctx context.Context, path string, form url.Values) (*answer, error) {
	r := request{method: http.MethodPost, url: x.set.API + path, body: form, write: true}
	form.Set("client_id", x.set.Client)
	if x.set.Secret != "" {
		pair := url.QueryEscape(x.set.Client) + ":" + url.QueryEscape(x.set.Secret)
		r.header = map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
	}
	return x.wire.send(ctx, r)
}

// tokenRefusal tells a code or token that is used up (X calls it an invalid request) from an app that X does not take.
func (x *XClient) tokenRefusal(a *answer) *Error {
	if a.good() {
		return nil
	}
	e := x.refusal(a, true)
	var problem xProblem
	_ = json.Unmarshal(a.body, &problem)
	switch {
	case problem.Error == "invalid_grant", problem.Error == "invalid_request" && strings.HasPrefix(problem.ErrorDescription, "Value passed"):
		e.Kind = SignInExpired
	case problem.Error == "invalid_client", problem.Error == "unauthorized_client", e.Kind == SignInExpired:
		e.Kind = Refused
	}
	return e
}
