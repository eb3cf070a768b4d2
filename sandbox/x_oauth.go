package sandbox

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// How long what a sign-in gives lives.
const (
	codeLives   = 30 * time.Second
	accessLives = 2 * time.Hour
)

// xScopes are the scopes that the sandbox knows, in the order in which the authorize page lists them.
var xScopes = []string{"tweet.read", "tweet.write", "users.read", "media.write", "offline.access"}

func oauthProblem(status int, kind, description string) *problem {
	return &problem{status: status, oauth: kind, detail: description}
}

// grantCode keeps a new code for a person who agreed.
func (c *xcall) grantCode(person int64, a authorization) (string, error) {
	code := random(64)
	_, err := c.db.ExecContext(c.ctx, `INSERT INTO x_codes (code, person, back, challenge, scope, expires, family) VALUES (?, ?, ?, ?, ?, ?, '')`,
		code, person, a.Back, a.Challenge, a.Scope, milliseconds(c.now.Add(codeLives)))
	return code, err
}

// holder is whom an access token lets act, and what for; nil where it does not, or no longer.
func (c *xcall) holder(token string) (*xPerson, string, error) {
	var person int64
	var scope string
	err := c.db.QueryRowContext(c.ctx, `SELECT person, scope FROM x_tokens WHERE access = ? AND revoked = 0 AND expires > ?`, token, milliseconds(c.now)).Scan(&person, &scope)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	me, err := c.person(person)
	return me, scope, err
}

// answerToken is POST /2/oauth2/token.
func (x *X) answerToken(w http.ResponseWriter, r *http.Request) {
	x.oauth(w, r, func(c *xcall, form url.Values) (object, error) {
		switch form.Get("grant_type") {
		case "authorization_code":
			return c.exchange(form)
		case "refresh_token":
			return c.renew(form.Get("refresh_token"))
		}
		return nil, oauthProblem(http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported.")
	})
}

// answerRevoke is POST /2/oauth2/revoke: a token of either sort ends what its sign-in led to.
func (x *X) answerRevoke(w http.ResponseWriter, r *http.Request) {
	x.oauth(w, r, func(c *xcall, form url.Values) (object, error) {
		token := form.Get("token")
		if token == "" {
			return nil, oauthProblem(http.StatusBadRequest, "invalid_request", "Missing required parameter [token].")
		}
		var family string
		var person int64
		err := c.db.QueryRowContext(c.ctx, `SELECT family, person FROM x_tokens WHERE (access = ?1 OR refresh = ?1) AND revoked = 0`, token).Scan(&family, &person)
		if errors.Is(err, sql.ErrNoRows) {
			return object{"revoked": true}, nil
		}
		if err != nil {
			return nil, err
		}
		return object{"revoked": true}, c.revokeFamily(family, person)
	})
}

// oauth answers a form of the app, which shows its secret by Basic authentication.
func (x *X) oauth(w http.ResponseWriter, r *http.Request, work func(*xcall, url.Values) (object, error)) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil {
		x.fail(w, r, oauthProblem(http.StatusBadRequest, "invalid_request", "The body is not a form."))
		return
	}
	id, secret, basic := r.BasicAuth()
	if !basic || id != x.keys.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(x.keys.ClientSecret)) != 1 {
		x.fail(w, r, oauthProblem(http.StatusUnauthorized, "unauthorized_client", "Missing valid authorization header"))
		return
	}
	spoilt := x.spoil(r.Method + " " + r.URL.Path)
	if p := spoilt.problem(); p != nil {
		x.fail(w, r, p)
		return
	}
	var o object
	err := x.change(context.WithoutCancel(r.Context()), time.Time{}, func(c *xcall) (err error) {
		o, err = work(c, r.PostForm)
		return err
	})
	if lost(w, r, spoilt, x.sb.quit) {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		x.fail(w, r, err)
		return
	}
	answerJSON(w, http.StatusOK, o)
}

// exchange gives the tokens for a code, once and within half a minute, to whoever knows its verifier.
func (c *xcall) exchange(form url.Values) (object, error) {
	refused := oauthProblem(http.StatusBadRequest, "invalid_request", "Value passed for the authorization code was invalid.")
	var person, expires int64
	var back, challenge, scope, family string
	err := c.db.QueryRowContext(c.ctx, `SELECT person, back, challenge, scope, expires, family FROM x_codes WHERE code = ?`, form.Get("code")).
		Scan(&person, &back, &challenge, &scope, &expires, &family)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refused
	}
	if err != nil {
		return nil, err
	}
	if family != "" { // stolen, perhaps: what the first use gave ends
		refused.commits = true
		if err := c.revokeFamily(family, person); err != nil {
			return nil, err
		}
		return nil, refused
	}
	hash := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case expires <= milliseconds(c.now):
		return nil, refused
	case back != form.Get("redirect_uri"):
		return nil, oauthProblem(http.StatusBadRequest, "invalid_request", "Value passed for the redirect uri did not match the uri of the authorization code.")
	case challenge != base64.RawURLEncoding.EncodeToString(hash[:]):
		return nil, oauthProblem(http.StatusBadRequest, "invalid_request", "Value passed for the code verifier did not match the code challenge.")
	}
	family = random(20)
	if _, err := c.db.ExecContext(c.ctx, `UPDATE x_codes SET family = ? WHERE code = ?`, family, form.Get("code")); err != nil {
		return nil, err
	}
	return c.tokens(family, person, scope)
}

// renew gives new tokens for a refresh token, once; one that comes again ends the whole family.
func (c *xcall) renew(refresh string) (object, error) {
	refused := oauthProblem(http.StatusBadRequest, "invalid_request", "Value passed for the token was invalid.")
	var family, scope string
	var person int64
	var used, revoked bool
	err := c.db.QueryRowContext(c.ctx, `SELECT family, scope, person, used, revoked FROM x_tokens WHERE refresh = ? AND refresh <> ''`, refresh).
		Scan(&family, &scope, &person, &used, &revoked)
	if errors.Is(err, sql.ErrNoRows) || err == nil && revoked {
		return nil, refused
	}
	if err != nil {
		return nil, err
	}
	if used {
		refused.commits = true
		if err := c.revokeFamily(family, person); err != nil {
			return nil, err
		}
		return nil, refused
	}
	if _, err := c.db.ExecContext(c.ctx, `UPDATE x_tokens SET used = 1 WHERE refresh = ?`, refresh); err != nil {
		return nil, err
	}
	return c.tokens(family, person, scope)
}

func (c *xcall) tokens(family string, person int64, scope string) (object, error) {
	access := random(91)
	o := object{"token_type": "bearer", "expires_in": int64(accessLives / time.Second), "access_token": access, "scope": scope}
	var refresh any
	if allows(scope, "offline.access") {
		refresh = random(91)
		o["refresh_token"] = refresh
	}
	_, err := c.db.ExecContext(c.ctx, `INSERT INTO x_tokens (access, refresh, family, person, scope, expires) VALUES (?, ?, ?, ?, ?, ?)`,
		access, refresh, family, person, scope, milliseconds(c.now.Add(accessLives)))
	return o, err
}

// revokeFamily ends all that a sign-in led to, and tells whoever asked to be told.
func (c *xcall) revokeFamily(family string, person int64) error {
	if _, err := c.db.ExecContext(c.ctx, `UPDATE x_tokens SET revoked = 1 WHERE family = ?`, family); err != nil {
		return err
	}
	return c.tellRevoked(person)
}
