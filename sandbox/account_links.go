package sandbox

import "net/http"

// How long an account link waits to be opened, and how long a page opened by a link may be used, in seconds.
const (
	linkLife  = 5 * 60
	visitLife = 60 * 60
)

// createAccountLink makes the address that leads a person into onboarding, once.
func createAccountLink(c *call) (object, error) {
	account, err := c.connected(str(c.params, "account"))
	if err != nil {
		return nil, err
	}
	if account == nil {
		return nil, unknown("account", "account", str(c.params, "account"))
	}
	for _, name := range []string{"refresh_url", "return_url"} {
		if address := str(c.params, name); !isWebAddress(address) {
			if address == "" {
				return nil, wrong(name, "parameter_missing", "Missing required param: %s.", name)
			}
			return nil, wrong(name, "url_invalid", "Not a valid URL")
		}
	}
	if str(c.params, "type") == "account_update" {
		return nil, conflicting("type", "", "You cannot create `account_update` type Account Links for this account. Use `account_onboarding`.")
	}
	return c.newLink("account_link", "/setup/", account, c.params, linkLife)
}

// createLoginLink makes the address of a merchant's Express page, for one visit.
func createLoginLink(c *call) (object, error) {
	account, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	if !yes(account, "details_submitted") {
		return nil, conflicting("", "", "Cannot create a login link for an account that has not completed onboarding.")
	}
	link, err := c.newLink("login_link", "/express/", account, object{}, linkLife)
	if err == nil {
		delete(link, "expires_at")
	}
	return link, err
}

// newLink keeps a token that opens a page of an account once.
func (c *call) newLink(kind, path string, account, params object, life int64) (object, error) {
	token := random(32)
	link := object{
		"object": kind, "created": c.now, "expires_at": c.now + life, "url": c.sb.url(path + token),
		"_owner": account["id"], "_return": params["return_url"], "_refresh": params["refresh_url"],
	}
	return link, c.as("").insert(token, link)
}

// visit is a page opened by a link: it can be reloaded and sent until it ends.
type visit struct {
	token   string
	account object
	back    string // where a person who is done goes
	refresh string // where a person whose visit has ended gets a new link
}

// openLink turns an unused link into a visit. Without one it gives the address to send the person to for a new link, which may be "".
func (sb *Sandbox) openLink(r *http.Request, kind, token string) (visitToken, refresh string, err error) {
	err = sb.change(r.Context(), pastTime(r), func(c *call) error {
		link, err := c.find(kind, token)
		if err != nil || link == nil {
			return err
		}
		refresh = str(link, "_refresh")
		if yes(link, "_used") || num(link, "expires_at") <= c.now {
			return nil
		}
		link["_used"] = true
		if err := c.save(token, link); err != nil {
			return err
		}
		visitToken = random(32)
		return c.insert(visitToken, object{
			"object": "visit", "created": c.now, "expires_at": c.now + visitLife, "_kind": kind, "_owner": link["_owner"], "_return": link["_return"], "_refresh": link["_refresh"],
		})
	})
	return visitToken, refresh, err
}

// visit finds an open visit of a kind; its account is nil when there is none or it has ended.
func (c *call) visit(kind, token string) (visit, error) {
	o, err := c.find("visit", token)
	if err != nil || o == nil || str(o, "_kind") != kind {
		return visit{}, err
	}
	v := visit{token: token, back: str(o, "_return"), refresh: str(o, "_refresh")}
	if num(o, "expires_at") <= c.now {
		return v, nil
	}
	v.account, err = c.connected(str(o, "_owner"))
	return v, err
}
