package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// authorization is what an app asks of a person.
type authorization struct {
	Client, Back, Scope, State, Challenge string
}

// readAuthorization reads and checks the parameters of the authorize page; the word is what is wrong with them.
func (x *X) readAuthorization(values url.Values) (a authorization, wrong string) {
	a = authorization{values.Get("client_id"), values.Get("redirect_uri"), values.Get("scope"), values.Get("state"), values.Get("code_challenge")}
	back, err := url.Parse(a.Back)
	switch {
	case a.Client != x.keys.ClientID:
		return a, "client_id"
	case err != nil || back.Fragment != "" || !isWebAddress(a.Back) || !isLoopback(back.Host):
		return a, "redirect_uri"
	case values.Get("response_type") != "code":
		return a, "response_type"
	case a.State == "" || len(a.State) > 500:
		return a, "state"
	case values.Get("code_challenge_method") != "S256" || len(a.Challenge) != 43:
		return a, "code_challenge"
	case a.Scope == "":
		return a, "scope"
	}
	for _, one := range strings.Fields(a.Scope) {
		if !slices.Contains(xScopes, one) {
			return a, "scope"
		}
	}
	return a, ""
}

// scopes are what is asked for, in the page's order.
func (a authorization) scopes() []string {
	var asked []string
	for _, one := range xScopes {
		if allows(a.Scope, one) {
			asked = append(asked, one)
		}
	}
	return asked
}

// back is where the person returns to, with the answer.
func (a authorization) back(answer url.Values) string {
	address, _ := url.Parse(a.Back)
	values := address.Query()
	values.Set("state", a.State)
	for name := range answer {
		values.Set(name, answer.Get(name))
	}
	address.RawQuery = values.Encode()
	return address.String()
}

// showAuthorize asks a person whether the app may act for them, and as whom.
func (x *X) showAuthorize(w http.ResponseWriter, r *http.Request) {
	v, err := x.open(r, "x.authorize.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	a, wrong := x.readAuthorization(r.URL.Query())
	if wrong != "" {
		x.sb.show(w, http.StatusBadRequest, "x_message.html", xMessage{v, v.F("x.authorize.wrong", "what", wrong)}, policy{})
		return
	}
	people := v.People
	if v.Me != nil { // who is signed in comes first
		slices.SortStableFunc(people, func(p, q xPerson) int {
			switch v.Me.ID {
			case p.ID:
				return -1
			case q.ID:
				return 1
			}
			return 0
		})
	}
	x.sb.show(w, http.StatusOK, "x_authorize.html", struct {
		xPage
		App    string
		Scopes []string
		Asked  url.Values
	}{v, origin(a.Back), a.scopes(), r.URL.Query()}, policy{onward: []string{origin(a.Back)}})
}

// createAuthorization takes the answer: the field person is who agrees, an empty one refuses.
func (x *X) createAuthorization(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	a, wrong := x.readAuthorization(r.PostForm)
	if wrong != "" {
		x.sb.notFound(w, r)
		return
	}
	if r.PostFormValue("person") == "" {
		http.Redirect(w, r, a.back(url.Values{"error": {"access_denied"}}), http.StatusSeeOther)
		return
	}
	code := ""
	err := x.change(r.Context(), time.Time{}, func(c *xcall) error {
		person, err := c.called(r.PostFormValue("person"))
		if err != nil || person == nil {
			return err
		}
		code, err = c.grantCode(person.ID, a)
		return err
	})
	switch {
	case err != nil:
		x.sb.broken(w, r, err)
	case code == "":
		x.sb.notFound(w, r)
	default:
		http.Redirect(w, r, a.back(url.Values{"code": {code}}), http.StatusSeeOther)
	}
}
