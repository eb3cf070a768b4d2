package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// What a session keeps of a fan: who it is, by which handle, and the sign-in under way.
const (
	fanKey        = "fan"
	fanHandleKey  = "fan_handle"
	fanSignInKey  = "fan_signin"
	fanLeavingKey = "fan_leaving"
)

// limitSync bounds how often a client begins to sign in with a network.
var limitSync = models.Limit{Name: "sync", Burst: 10, Every: time.Minute}

// fan is who is signed in to the wallet in this browser, or nil.
func (s *Server) fan(v *visit) (*models.Fan, error) {
	id := s.sessions.GetString(v.ctx(), fanKey)
	if id == "" {
		return nil, nil
	}
	fan, err := s.store.Fan(v.ctx(), id)
	if errors.Is(err, models.ErrNotFound) {
		s.sessions.Remove(v.ctx(), fanKey)
		return nil, nil
	}
	return fan, err
}

// forFan is a handler for the fan who is signed in; others are led to where they can be.
func (s *Server) forFan(do func(*visit, *models.Fan) error) func(*visit) error {
	return func(v *visit) error {
		fan, err := s.fan(v)
		if err != nil {
			return err
		}
		if fan == nil {
			return v.see(views.SyncPath)
		}
		return do(v, fan)
	}
}

// showSync explains, then asks for consent once it is known who it is.
func (s *Server) showSync(v *visit) error {
	fan, err := s.fan(v)
	if err != nil {
		return err
	}
	if fan == nil {
		return s.renderSync(v, http.StatusOK, views.Sync{}, nil)
	}
	if fan.Agreed() && fan.StoppedAt == nil {
		return v.see(views.WalletPath)
	}
	return s.showConsent(v, http.StatusOK, fan, s.consentForm(v, fan), nil)
}

// newFanProfile asks by which further account a wallet is to be known.
func (s *Server) newFanProfile(v *visit, _ *models.Fan) error {
	return s.renderSync(v, http.StatusOK, views.Sync{}, nil)
}

func (s *Server) renderSync(v *visit, status int, form views.Sync, problems models.Problems) error {
	fan, err := s.fan(v)
	if err != nil {
		return err
	}
	form.Adding, form.Errors = fan != nil, v.problems(problems)
	for _, network := range social.Networks {
		if s.introducing(network) != nil {
			form.Networks = append(form.Networks, network)
		}
	}
	title := "sync.title"
	if form.Adding {
		title = "wallet.account.add"
	}
	p := v.page(title)
	p.Problems = len(problems)
	return v.render(status, views.SyncPage(p, form))
}

func (s *Server) introducing(network string) social.Introducing {
	way, _ := s.network(network).(social.Introducing)
	if bluesky, is := way.(*social.BlueskyClient); is {
		if _, err := bluesky.Description("", "", s.set.BaseURL+views.SyncBackPath(network)); err != nil {
			return nil // its servers would not lead back here
		}
	}
	return way
}

// createFanSignIn leads a fan to a network, which tells us who it is and nothing else.
func (s *Server) createFanSignIn(v *visit) error {
	network := v.Param("network")
	way := s.introducing(network)
	if way == nil {
		return models.ErrNotFound
	}
	if err := v.allow(limitSync, v.RealIP()); err != nil {
		return err
	}
	form := views.Sync{Server: strings.TrimSpace(v.FormValue("server")), Handle: strings.TrimSpace(v.FormValue("handle"))}
	given, field, code := "", "", ""
	switch network {
	case social.Mastodon:
		given, field, code = form.Server, "server", "server"
	case social.Bluesky:
		given, field, code = form.Handle, "handle", "account"
	}
	if field != "" && given == "" {
		return s.renderSync(v, http.StatusUnprocessableEntity, form, models.Problems{{Field: field, Code: code + ".blank"}})
	}
	ctx, cancel := context.WithTimeout(v.ctx(), networkLasts)
	defer cancel()
	begun, err := way.Introduce(ctx, given, s.set.BaseURL+views.SyncBackPath(network))
	var e *social.Error
	switch {
	case errors.As(err, &e) && e.Kind == social.UnknownServer && field != "":
		return s.renderSync(v, http.StatusUnprocessableEntity, form, models.Problems{{Field: field, Code: code + ".unknown"}})
	case err != nil:
		s.log.Info("a fan's sign-in with a network not begun", "network", network, "error", err.Error())
		return s.syncAgain(v, "sync.not_done.away", network)
	}
	text, err := json.Marshal(begun)
	if err != nil {
		return err
	}
	id, err := s.store.BeginFanSignIn(v.ctx(), network, string(text))
	if err != nil {
		return err
	}
	s.sessions.Put(v.ctx(), fanSignInKey, id)
	if network == social.X {
		return v.Redirect(http.StatusSeeOther, begun.URL)
	}
	// A form may only lead where the page's own policy lets it: to a server that the fan named, a link does.
	s.sessions.Put(v.ctx(), fanLeavingKey, begun.URL)
	return v.see(views.SyncLeavingPath(network))
}

// showFanLeaving leads on to the server that the fan named.
func (s *Server) showFanLeaving(v *visit) error {
	if s.introducing(v.Param("network")) == nil {
		return models.ErrNotFound
	}
	to, err := url.Parse(s.sessions.GetString(v.ctx(), fanLeavingKey))
	if err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http" {
		return s.syncAgain(v, "sync.not_done.expired", v.Param("network"))
	}
	return v.render(http.StatusOK, views.SyncLeavingPage(v.page("sync.leaving.title"), to.Host, to.String()))
}

// finishFanSignIn takes a fan back. What the network granted is given back at once: to know who it is was all.
func (s *Server) finishFanSignIn(v *visit) error {
	network := v.Param("network")
	way := s.introducing(network)
	if way == nil {
		return models.ErrNotFound
	}
	s.sessions.Remove(v.ctx(), fanLeavingKey)
	text, err := s.store.EndFanSignIn(v.ctx(), network, s.sessions.PopString(v.ctx(), fanSignInKey))
	if err != nil && !errors.Is(err, models.ErrNotFound) && !errors.Is(err, models.ErrChanged) {
		return err
	}
	begun := &social.Begun{}
	if err != nil || json.Unmarshal([]byte(text), begun) != nil || !sameSecret(v.QueryParam("state"), begun.State) || begun.Issuer != "" && v.QueryParam("iss") != begun.Issuer {
		return s.syncAgain(v, "sync.not_done.expired", network)
	}
	if v.QueryParam("code") == "" {
		return s.syncAgain(v, "sync.not_done.declined", network)
	}
	ctx, cancel := context.WithTimeout(v.ctx(), networkLasts)
	defer cancel()
	grant, err := way.Exchange(ctx, *begun, s.set.BaseURL+views.SyncBackPath(network), v.QueryParam("code"))
	if err != nil {
		s.log.Info("a fan's sign-in with a network", "network", network, "error", err.Error())
		return s.syncAgain(v, "sync.not_done.away", network)
	}
	if grant.Access != "" {
		if err := s.network(network).Revoke(ctx, *grant); err != nil {
			s.log.Info("a fan's grant was not given back", "network", network, "error", err.Error())
		}
	}
	return s.enterFan(v, models.Identity{Network: network, RemoteID: grant.Account, Handle: grant.Handle, Name: grant.Name})
}

// enterFan signs in who a network has told us of, or adds the account to the wallet that is open here.
func (s *Server) enterFan(v *visit, who models.Identity) error {
	signedIn, err := s.fan(v)
	if err != nil {
		return err
	}
	fan, err := s.store.EnterFan(v.ctx(), who, signedIn, v.W.Lang(), v.RealIP())
	var problems models.Problems
	if errors.As(err, &problems) {
		v.say(views.ToneWarning, v.W.T("problem."+problems[0].Code))
		return v.see(views.WalletPath)
	}
	if err != nil {
		return err
	}
	if err := s.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	s.sessions.Put(v.ctx(), fanKey, fan.ID)
	s.sessions.Put(v.ctx(), fanHandleKey, who.Handle)
	if signedIn != nil && signedIn.Agreed() {
		v.say(views.ToneSuccess, v.W.T("wallet.done.account"))
	}
	return v.see(views.SyncPath)
}

func (s *Server) syncAgain(v *visit, said, network string) error {
	v.say(views.ToneWarning, v.W.T(said, "Network", v.W.T("post.network."+network)))
	if fan, err := s.fan(v); err == nil && fan != nil {
		return v.see(views.NewAccountPath)
	}
	return v.see(views.SyncPath)
}

// showBlueskyApp says to Bluesky's servers what our app is.
func (s *Server) showBlueskyApp(v *visit) error {
	way, is := s.network(social.Bluesky).(*social.BlueskyClient)
	if !is {
		return models.ErrNotFound
	}
	said, err := way.Description("Tillbird", s.set.BaseURL, s.set.BaseURL+views.SyncBackPath(social.Bluesky))
	if err != nil {
		return models.ErrNotFound
	}
	return v.JSON(http.StatusOK, said)
}
