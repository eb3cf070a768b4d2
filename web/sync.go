package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// What a session keeps of a fan: who it is, by which handle, and the sign-in under way.
const (
	fanKey       = "fan"
	fanHandleKey = "fan_handle"
	fanSignInKey = "fan_signin"
)

// fanCooling is how long the first purchase of a new wallet has to wait: time to notice what somebody else began.
const fanCooling = 10 * time.Minute

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
	if fan != nil && fan.Agreed() && fan.StoppedAt == nil {
		return v.see(views.WalletPath)
	}
	if fan == nil {
		return v.render(http.StatusOK, views.SyncPage(v.page("sync.title"), s.introducing() != nil))
	}
	return s.showConsent(v, http.StatusOK, fan, s.consentForm(v, fan), nil)
}

func (s *Server) introducing() social.Introducing {
	way, _ := s.network(social.X).(social.Introducing)
	return way
}

// createFanSignIn leads a fan to X, which tells us who it is and nothing else.
func (s *Server) createFanSignIn(v *visit) error {
	way := s.introducing()
	if way == nil {
		return echo.ErrBadRequest
	}
	if err := v.allow(limitSync, v.RealIP()); err != nil {
		return err
	}
	begun, err := way.Introduce(v.ctx(), "", s.set.BaseURL+views.SyncBackPath)
	if err != nil {
		return err
	}
	text, err := json.Marshal(begun)
	if err != nil {
		return err
	}
	id, err := s.store.BeginFanSignIn(v.ctx(), social.X, string(text))
	if err != nil {
		return err
	}
	s.sessions.Put(v.ctx(), fanSignInKey, id)
	return v.Redirect(http.StatusSeeOther, begun.URL)
}

// finishFanSignIn takes a fan back. What X granted is given back at once: to know who it is was all.
func (s *Server) finishFanSignIn(v *visit) error {
	way := s.introducing()
	text, err := s.store.EndFanSignIn(v.ctx(), social.X, s.sessions.PopString(v.ctx(), fanSignInKey))
	if err != nil && !errors.Is(err, models.ErrNotFound) && !errors.Is(err, models.ErrChanged) {
		return err
	}
	begun := &social.Begun{}
	if err != nil || way == nil || json.Unmarshal([]byte(text), begun) != nil || !sameSecret(v.QueryParam("state"), begun.State) {
		return s.syncAgain(v, "sync.not_done.expired")
	}
	if v.QueryParam("code") == "" {
		return s.syncAgain(v, "sync.not_done.declined")
	}
	ctx, cancel := context.WithTimeout(v.ctx(), networkLasts)
	defer cancel()
	grant, err := way.Exchange(ctx, *begun, s.set.BaseURL+views.SyncBackPath, v.QueryParam("code"))
	if err != nil {
		s.log.Info("a fan's sign-in with a network", "error", err.Error())
		return s.syncAgain(v, "sync.not_done.away")
	}
	if err := s.network(social.X).Revoke(ctx, *grant); err != nil {
		s.log.Info("a fan's grant was not given back", "error", err.Error())
	}
	signedIn, err := s.fan(v)
	if err != nil {
		return err
	}
	fan, err := s.store.EnterFan(v.ctx(), models.Identity{Network: social.X, RemoteID: grant.Account, Handle: grant.Handle, Name: grant.Name}, signedIn, v.W.Lang())
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
	s.sessions.Put(v.ctx(), fanHandleKey, grant.Handle)
	return v.see(views.SyncPath)
}

func (s *Server) syncAgain(v *visit, said string) error {
	v.say(views.ToneWarning, v.W.T(said))
	return v.see(views.SyncPath)
}

// consentForm is the form as it begins: with our caps, or with what the fan said before.
func (s *Server) consentForm(v *visit, fan *models.Fan) models.FanForm {
	currency := fan.CapCurrency
	if currency == "" {
		currency = "eur"
	}
	order, day := models.UsualCaps(currency)
	if fan.CapDay > 0 {
		order, day = fan.Cap(fan.CapOrder), fan.Cap(fan.CapDay)
	}
	return models.FanForm{
		Email: fan.Email, Currency: currency, CapOrder: v.W.MoneyInput(order), CapDay: v.W.MoneyInput(day), Name: fan.Name, Address: fan.Address, Country: fan.Country,
	}
}

func (s *Server) showConsent(v *visit, status int, fan *models.Fan, form models.FanForm, problems models.Problems) error {
	p := v.page("sync.consent.title")
	p.Problems = len(problems)
	return v.render(status, views.ConsentPage(p, views.Consent{
		Form: form, Handle: s.sessions.GetString(v.ctx(), fanHandleKey), Stopped: fan.StoppedAt != nil, Cooling: fanCooling, Errors: v.problems(problems),
	}))
}

func (s *Server) fanTyped(v *visit) models.FanForm {
	return models.FanForm{
		Agreed: v.FormValue("agreed") != "", Email: v.FormValue("email"), Currency: v.FormValue("currency"), CapOrder: v.FormValue("cap_order"), CapDay: v.FormValue("cap_day"),
		Name: v.FormValue("name"), Address: v.FormValue("address"), Country: v.FormValue("country"), Language: v.W.Lang(),
		Handle: s.sessions.GetString(v.ctx(), fanHandleKey), Client: v.RealIP(),
	}
}

// createConsent records what a fan agrees to, and goes on to the card.
func (s *Server) createConsent(v *visit, fan *models.Fan) error {
	form := s.fanTyped(v)
	for _, who := range []string{"client " + v.RealIP(), "fan " + fan.ID} {
		if err := v.allow(limitLetter, who); err != nil {
			return err
		}
	}
	err := s.store.Agree(v.ctx(), fan, form, fanCooling)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showConsent(v, http.StatusUnprocessableEntity, fan, form, problems)
	}
	if err != nil {
		return err
	}
	fan, err = s.store.Fan(v.ctx(), fan.ID)
	if err != nil {
		return err
	}
	if _, err := s.store.UsualCard(v.ctx(), fan); err == nil {
		return v.see(views.WalletPath)
	}
	return s.createFanCard(v, fan)
}
