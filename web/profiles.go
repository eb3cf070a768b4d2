package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// signInKey names the sign-in with a network that this session has begun.
const signInKey = "profile_signin"

// networkLasts bounds a call to a network that a person waits for.
const networkLasts = 20 * time.Second

// limitConnect bounds how often a shop asks a network to let it in.
var limitConnect = models.Limit{Name: "connect", Burst: 10, Every: time.Minute}

// listProfiles shows the shop's accounts on networks, and what they cost.
func (s *Server) listProfiles(v *visit) error {
	return s.showNetworks(v, http.StatusOK, views.Networks{}, nil)
}

func (s *Server) showNetworks(v *visit, status int, n views.Networks, problems models.Problems) error {
	var err error
	if n.Profiles, err = s.store.Profiles(v.ctx(), v.Shop); err != nil {
		return err
	}
	if n.Costs, err = s.store.NetworkCosts(v.ctx(), v.Shop); err != nil {
		return err
	}
	if n.Cursors, err = s.store.ReplyCursors(v.ctx(), v.Shop); err != nil {
		return err
	}
	n.May, n.Now, n.Errors = v.may(models.Govern), s.store.Now(), v.problems(problems)
	n.Price, n.Event, n.Read, n.Offered = s.price(social.X), s.priceOf(social.X, social.ActEvent), s.priceOf(social.X, social.ActRead), map[string]bool{}
	for _, network := range social.Networks {
		n.Offered[network] = s.network(network) != nil
	}
	if n.Cap == "" {
		n.Cap = v.W.MoneyInput(models.Money{Amount: n.Costs.Cap / (models.MicrosPerDollar / 100), Currency: "usd"})
	}
	p := v.page("profile.title")
	p.Problems, n.Role = len(problems), p.Shop.Role
	return v.render(status, views.NetworksPage(p, n))
}

// network is how a network is spoken to, or nil where this installation does not.
func (s *Server) network(name string) social.Network {
	if s.set.Publisher == nil {
		return nil
	}
	return s.set.Publisher.Network(name)
}

func (s *Server) price(network string) int64 {
	if s.set.Publisher == nil {
		return 0
	}
	return s.set.Publisher.Price(network)
}

func (s *Server) priceOf(network string, act social.Act) int64 {
	if way := s.network(network); way != nil {
		return way.Price(act, false)
	}
	return 0
}

// createSignIn begins to connect an account: on the network's own pages, or at once by an app password.
func (s *Server) createSignIn(network string) func(*visit) error {
	return func(v *visit) error {
		way := s.network(network)
		if way == nil {
			return echo.ErrBadRequest
		}
		if err := v.allow(limitConnect, v.Shop.ID); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(v.ctx(), networkLasts)
		defer cancel()
		if way, ok := way.(social.Passworded); ok {
			return s.enterNetwork(ctx, v, network, way)
		}
		redirecting, ok := way.(social.Redirecting)
		if !ok {
			return echo.ErrBadRequest
		}
		server := strings.TrimSpace(v.FormValue("server"))
		if network == social.Mastodon && server == "" {
			return s.showNetworks(v, http.StatusUnprocessableEntity, views.Networks{}, models.Problems{{Field: "server", Code: "server.blank"}})
		}
		begun, err := redirecting.Begin(ctx, server, s.set.BaseURL+views.NetworkBackPath(network))
		if err != nil {
			s.log.Info("sign-in with a network not begun", "network", network, "error", err.Error())
			if network == social.Mastodon {
				return s.showNetworks(v, http.StatusUnprocessableEntity, views.Networks{Server: server}, models.Problems{{Field: "server", Code: "server.unknown"}})
			}
			return s.notConnected(v, network, err)
		}
		return s.leaveForNetwork(v, network, begun)
	}
}

// leaveForNetwork keeps the sign-in under way and sends the person to the network: X at once, and to a server that the
// person has named by a link.
func (s *Server) leaveForNetwork(v *visit, network string, begun *social.Begun) error {
	text, err := json.Marshal(begun)
	if err != nil {
		return err
	}
	id, err := s.store.BeginSignIn(v.ctx(), v.Shop, v.User, network, string(text))
	if err != nil {
		return err
	}
	s.sessions.Put(v.ctx(), signInKey, id)
	if network == social.Mastodon {
		return v.see(views.NetworkLeavingPath(network))
	}
	return v.Redirect(http.StatusSeeOther, begun.URL)
}

// begunSignIn is the sign-in that this session has begun, or nil.
func (s *Server) begunSignIn(v *visit, network string) (id string, begun *social.Begun, err error) {
	id = s.sessions.GetString(v.ctx(), signInKey)
	text, err := s.store.SignInUnderWay(v.ctx(), v.Shop, v.User, network, id)
	if errors.Is(err, models.ErrNotFound) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	begun = &social.Begun{}
	return id, begun, json.Unmarshal([]byte(text), begun)
}

// showLeaving leads on to the server that the merchant named.
func (s *Server) showLeaving(v *visit) error {
	_, begun, err := s.begunSignIn(v, social.Mastodon)
	if err != nil {
		return err
	}
	if begun == nil {
		return s.connectAgain(v, "profile.not_done.expired")
	}
	to, err := url.Parse(begun.URL)
	if err != nil || to.Scheme != "https" && to.Scheme != "http" {
		return echo.ErrBadRequest
	}
	return v.render(http.StatusOK, views.NetworkLeavingPage(v.page("profile.leaving.title"), social.Mastodon, to.Host, begun.URL))
}

// finishSignIn takes back somebody whom a network has let go, and keeps what it allowed.
func (s *Server) finishSignIn(network string) func(*visit) error {
	return func(v *visit) error {
		id, begun, err := s.begunSignIn(v, network)
		if err != nil {
			return err
		}
		way, ok := s.network(network).(social.Redirecting)
		if begun == nil || !ok || !sameSecret(v.QueryParam("state"), begun.State) {
			return s.connectAgain(v, "profile.not_done.expired")
		}
		s.sessions.Remove(v.ctx(), signInKey)
		if err := s.store.EndSignIn(v.ctx(), id); errors.Is(err, models.ErrChanged) {
			return s.connectAgain(v, "profile.not_done.expired")
		} else if err != nil {
			return err
		}
		code := v.QueryParam("code")
		if code == "" {
			return s.connectAgain(v, "profile.not_done.declined")
		}
		ctx, cancel := context.WithTimeout(v.ctx(), networkLasts)
		defer cancel()
		grant, err := way.Exchange(ctx, *begun, s.set.BaseURL+views.NetworkBackPath(network), code)
		if err != nil {
			return s.notConnected(v, network, err)
		}
		return s.connected(v, network, grant)
	}
}

// enterNetwork connects an account by its handle and an app password, which is not kept.
func (s *Server) enterNetwork(ctx context.Context, v *visit, network string, way social.Passworded) error {
	handle, password := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(v.FormValue("handle")), "@")), strings.TrimSpace(v.FormValue("password"))
	typed := views.Networks{Handle: handle}
	var problems models.Problems
	if handle == "" {
		problems.Add("handle", "account.blank")
	}
	if password == "" {
		problems.Add("password", "app_password.blank")
	}
	if len(problems) > 0 {
		return s.showNetworks(v, http.StatusUnprocessableEntity, typed, problems)
	}
	grant, err := way.Enter(ctx, "", handle, password)
	var e *social.Error
	if errors.As(err, &e) && e.Kind != social.Temporary && e.Kind != social.RateLimited {
		code := "app_password.wrong"
		if e.Kind == social.MainPassword {
			code = "app_password.main"
		}
		return s.showNetworks(v, http.StatusUnprocessableEntity, typed, models.Problems{{Field: "password", Code: code}})
	}
	if err != nil {
		return s.notConnected(v, network, err)
	}
	return s.connected(v, network, grant)
}

func (s *Server) connected(v *visit, network string, grant *social.Grant) error {
	in, err := social.Connection(network, grant)
	if err != nil {
		return err
	}
	profile, err := s.store.Connect(v.ctx(), v.Shop, v.User, in)
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("profile.done.connected", "Account", views.AccountName(v.page(""), profile)))
	return v.see(views.NetworksPath)
}

// notConnected says that a network has not done its part.
func (s *Server) notConnected(v *visit, network string, err error) error {
	s.log.Info("sign-in with a network", "network", network, "error", err.Error())
	said := "profile.not_done.refused"
	var e *social.Error
	if !errors.As(err, &e) || e.Kind == social.Temporary || e.Kind == social.RateLimited {
		said = "profile.not_done.away"
	}
	v.say(views.ToneWarning, v.W.T(said, "Network", v.W.T("post.network."+network)))
	return v.see(views.NetworksPath)
}

func (s *Server) connectAgain(v *visit, said string) error {
	v.say(views.ToneWarning, v.W.T(said))
	return v.see(views.NetworksPath)
}

// newProfileRemoval asks whether an account is to be disconnected.
func (s *Server) newProfileRemoval(v *visit) error {
	profile, err := s.store.ProfileIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	planned, err := s.store.PlannedBy(v.ctx(), profile)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.ProfileRemovalPage(v.page("profile.remove.title"), profile, planned))
}

// deleteProfile disconnects an account.
func (s *Server) deleteProfile(v *visit) error {
	profile, err := s.store.ProfileIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	if err := s.store.Disconnect(v.ctx(), v.Shop, v.User, profile); err != nil && !errors.Is(err, models.ErrChanged) {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("profile.done.disconnected", "Account", views.AccountName(v.page(""), profile)))
	return v.see(views.NetworksPath)
}

// updateNetworkCap keeps the most that the networks may cost in a month.
func (s *Server) updateNetworkCap(v *visit) error {
	typed := v.FormValue("cap")
	err := s.store.SetNetworkCap(v.ctx(), v.Shop, v.User, typed)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showNetworks(v, http.StatusUnprocessableEntity, views.Networks{Cap: typed}, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("profile.done.cap"))
	return v.see(views.NetworksPath)
}
