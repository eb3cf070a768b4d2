package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// mScopes are what an app of a shop's till may ask for here.
var mScopes = []string{"read", "read:accounts", "read:statuses", "read:notifications", "read:search", "write", "write:statuses", "write:media", "profile"}

func (m *Mastodon) createApp(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	fields := given(r)
	scopes := fields["scopes"]
	if scopes == "" {
		scopes = "read"
	}
	for _, one := range strings.Fields(scopes) {
		if !slices.Contains(mScopes, one) {
			answerAny(w, http.StatusUnprocessableEntity, object{"error": "Validation failed: Scopes doesn't match configured on the server."})
			return
		}
	}
	if fields["client_name"] == "" || !isWebAddress(fields["redirect_uris"]) || !isLoopback(strings.TrimPrefix(strings.TrimPrefix(origin(fields["redirect_uris"]), "http://"), "https://")) {
		answerAny(w, http.StatusUnprocessableEntity, object{"error": "Validation failed: Redirect URI must be an absolute URI."})
		return
	}
	client, secret := random(43), random(43)
	err := m.x.change(r.Context(), time.Time{}, func(c *xcall) error {
		_, err := c.db.ExecContext(c.ctx, `INSERT INTO m_apps (client, secret, name, back, scopes) VALUES (?, ?, ?, ?, ?)`, client, secret, fields["client_name"], fields["redirect_uris"], scopes)
		return err
	})
	if err != nil {
		m.sb.log.Error("sandbox: an app of Mastodon could not be kept", "error", err)
		answerAny(w, http.StatusInternalServerError, object{"error": "Something went wrong"})
		return
	}
	answerAny(w, http.StatusOK, object{"id": "1", "name": fields["client_name"], "website": orNil(fields["website"]), "redirect_uri": fields["redirect_uris"], "client_id": client, "client_secret": secret, "scopes": strings.Fields(scopes)})
}

// mAsked is what an app asks of a person.
type mAsked struct{ Client, Name, Back, Scope, State, Challenge string }

// asked reads and checks the parameters of the authorize page; the word is what is wrong with them.
func (m *Mastodon) asked(r *http.Request, values url.Values) (a mAsked, wrong string, err error) {
	a = mAsked{Client: values.Get("client_id"), Back: values.Get("redirect_uri"), Scope: values.Get("scope"), State: values.Get("state"), Challenge: values.Get("code_challenge")}
	if a.Scope == "" {
		a.Scope = "read"
	}
	var backs, scopes string
	err = m.x.look(r.Context(), func(c *xcall) error {
		row := c.db.QueryRowContext(c.ctx, `SELECT name, back, scopes FROM m_apps WHERE client = ?`, a.Client)
		if row.Scan(&a.Name, &backs, &scopes) != nil {
			wrong = "client_id"
		}
		return nil
	})
	switch {
	case wrong != "" || err != nil:
	case a.Back != backs:
		wrong = "redirect_uri"
	case values.Get("response_type") != "code":
		wrong = "response_type"
	case values.Get("code_challenge_method") != "S256" && a.Challenge != "":
		wrong = "code_challenge_method"
	default:
		for _, one := range strings.Fields(a.Scope) {
			if !covers(scopes, one) {
				wrong = "scope"
			}
		}
	}
	return a, wrong, err
}

func (a mAsked) back(answer url.Values) string {
	address, _ := url.Parse(a.Back)
	values := address.Query()
	if a.State != "" {
		values.Set("state", a.State)
	}
	for name := range answer {
		values.Set(name, answer.Get(name))
	}
	address.RawQuery = values.Encode()
	return address.String()
}

// showAuthorize asks a person whether the app may act for them, and as whom.
func (m *Mastodon) showAuthorize(w http.ResponseWriter, r *http.Request) {
	v, err := m.open(r, "x.authorize.title")
	if err != nil {
		m.sb.broken(w, r, err)
		return
	}
	a, wrong, err := m.asked(r, r.URL.Query())
	switch {
	case err != nil:
		m.sb.broken(w, r, err)
	case wrong != "":
		m.sb.show(w, http.StatusBadRequest, "m_message.html", mMessage{v, v.F("x.authorize.wrong", "what", wrong)}, policy{})
	default:
		m.sb.show(w, http.StatusOK, "m_authorize.html", struct {
			mPage
			App    string
			Scopes []string
			Asked  url.Values
		}{v, a.Name + " (" + origin(a.Back) + ")", strings.Fields(a.Scope), r.URL.Query()}, policy{onward: []string{origin(a.Back)}})
	}
}

// createAuthorization takes the answer: the field person is who agrees, an empty one refuses.
func (m *Mastodon) createAuthorization(w http.ResponseWriter, r *http.Request) {
	if !m.sb.parseForm(w, r) {
		return
	}
	a, wrong, err := m.asked(r, r.PostForm)
	if err != nil || wrong != "" {
		m.sb.notFound(w, r)
		return
	}
	if r.PostFormValue("person") == "" {
		http.Redirect(w, r, a.back(url.Values{"error": {"access_denied"}, "error_description": {"The resource owner or authorization server denied the request."}}), http.StatusSeeOther)
		return
	}
	code := random(43)
	err = m.x.change(r.Context(), time.Time{}, func(c *xcall) error {
		person, err := c.called(r.PostFormValue("person"))
		if err == nil && person == nil {
			code = ""
		}
		if err != nil || person == nil {
			return err
		}
		_, err = c.db.ExecContext(c.ctx, `INSERT INTO m_codes (code, client, person, back, scopes, challenge, expires) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			code, a.Client, person.ID, a.Back, a.Scope, a.Challenge, milliseconds(c.now.Add(10*time.Minute)))
		return err
	})
	switch {
	case err != nil:
		m.sb.broken(w, r, err)
	case code == "":
		m.sb.notFound(w, r)
	default:
		http.Redirect(w, r, a.back(url.Values{"code": {code}}), http.StatusSeeOther)
	}
}

var (
	errGrant  = &mFailure{http.StatusBadRequest, "invalid_grant"}
	errClient = &mFailure{http.StatusUnauthorized, "invalid_client"}
)

// createToken turns a code into a token, once.
func (m *Mastodon) createToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	fields := given(r)
	var out object
	failed := errGrant
	err := m.x.change(r.Context(), time.Time{}, func(c *xcall) error {
		if n, err := c.number(`SELECT count(*) FROM m_apps WHERE client = ? AND secret = ?`, fields["client_id"], fields["client_secret"]); err != nil || n == 0 {
			failed = errClient
			return err
		}
		var back, scopes, challenge string
		var person, expires int64
		row := c.db.QueryRowContext(c.ctx, `DELETE FROM m_codes WHERE code = ? AND client = ? RETURNING person, back, scopes, challenge, expires`, fields["code"], fields["client_id"])
		if row.Scan(&person, &back, &scopes, &challenge, &expires) != nil || back != fields["redirect_uri"] || expires < milliseconds(c.now) || fields["grant_type"] != "authorization_code" {
			return nil
		}
		sum := sha256.Sum256([]byte(fields["code_verifier"]))
		if challenge != "" && subtle.ConstantTimeCompare([]byte(challenge), []byte(base64.RawURLEncoding.EncodeToString(sum[:]))) != 1 {
			return nil
		}
		token := random(43)
		out = object{"access_token": token, "token_type": "Bearer", "scope": scopes, "created_at": c.now.Unix()}
		_, err := c.db.ExecContext(c.ctx, `INSERT INTO m_tokens (token, client, person, scopes) VALUES (?, ?, ?, ?)`, token, fields["client_id"], person, scopes)
		return err
	})
	switch {
	case err != nil:
		m.sb.log.Error("sandbox: a token of Mastodon could not be made", "error", err)
		answerAny(w, http.StatusInternalServerError, object{"error": "Something went wrong"})
	case out == nil:
		answerAny(w, failed.status, object{"error": failed.says, "error_description": "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."})
	default:
		answerAny(w, http.StatusOK, out)
	}
}

// deleteToken gives a token back; one that is none is no mistake.
func (m *Mastodon) deleteToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	fields := given(r)
	known := int64(0)
	err := m.x.change(r.Context(), time.Time{}, func(c *xcall) (err error) {
		if known, err = c.number(`SELECT count(*) FROM m_apps WHERE client = ? AND secret = ?`, fields["client_id"], fields["client_secret"]); err != nil || known == 0 {
			return err
		}
		_, err = c.db.ExecContext(c.ctx, `DELETE FROM m_tokens WHERE token = ? AND client = ?`, fields["token"], fields["client_id"])
		return err
	})
	switch {
	case err != nil:
		answerAny(w, http.StatusInternalServerError, object{"error": "Something went wrong"})
	case known == 0:
		answerAny(w, http.StatusForbidden, object{"error": "unauthorized_client", "error_description": "You are not authorized to revoke this token"})
	default:
		answerAny(w, http.StatusOK, object{})
	}
}
