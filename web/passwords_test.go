package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tillbird/tillbird/views"
)

func TestAForgottenPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	elsewhere := w.signIn("ana@example.com", anaPassword)
	b := newBrowser(t, w)
	b.get(views.PasswordPath).submit("Send the link", url.Values{"email": {"Ana@example.com"}}).want(http.StatusOK, "If ana@example.com has an account")
	secret := w.letter("ana@example.com", "reset_password").Secret
	b.get(views.PasswordResetPath(secret)).want(http.StatusOK).submit("Set the new password", url.Values{"password": {"short"}}).want(http.StatusUnprocessableEntity, "10 characters or more")
	b.submit("Set the new password", url.Values{"password": {"a new tide table"}}).want(http.StatusOK, "Sign in with it")
	if b.at.Path != views.LoginPath {
		t.Fatalf("a reset leads to %s", b.at.Path)
	}
	if elsewhere.get(views.DashboardPath); elsewhere.at.Path != views.LoginPath {
		t.Errorf("a session of before the reset sees %s", elsewhere.at.Path)
	}
	b.submit("Sign in", url.Values{"email": {"ana@example.com"}, "password": {anaPassword}}).want(http.StatusUnprocessableEntity)
	b.submit("Sign in", url.Values{"password": {"a new tide table"}}).want(http.StatusOK)

	again := newBrowser(t, w)
	again.get(views.PasswordResetPath(secret)).want(http.StatusGone, "used already", "Ask for a new link")
	again.post(views.PasswordResetPath(secret), url.Values{"password": {"the thief's password"}}).want(http.StatusGone)
	if _, err := w.store.SignIn(t.Context(), "ana@example.com", "a new tide table"); err != nil {
		t.Error("a used link set a password")
	}
}

func TestAResetLinkRunsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	b.get(views.PasswordPath).submit("Send the link", url.Values{"email": {"ana@example.com"}})
	secret := w.letter("ana@example.com", "reset_password").Secret
	b.get(views.PasswordResetPath(secret)).want(http.StatusOK)
	w.advance(61 * time.Minute)
	b.submit("Set the new password", url.Values{"password": {"a new tide table"}}).want(http.StatusGone, "has run out")
	b.get(views.PasswordPath).submit("Send the link", url.Values{"email": {"nonsense"}}).want(http.StatusUnprocessableEntity, "name@example.com")
}

func TestChangingThePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	here, there := w.signIn("ana@example.com", anaPassword), w.signIn("ana@example.com", anaPassword)
	before := here.cookie("tillbird_session")
	here.get(views.SettingsPath).want(http.StatusOK).submit(views.PasswordChangePath, url.Values{"old": {"wrong it is"}, "password": {"short"}}).
		want(http.StatusUnprocessableEntity, "not your current password", "10 characters or more")
	here.submit(views.PasswordChangePath, url.Values{"old": {anaPassword}, "password": {"a new tide table"}}).want(http.StatusOK, "Your password is changed")
	if here.at.Path != views.SettingsPath || here.cookie("tillbird_session") == before {
		t.Errorf("at %s; the token must be another", here.at.Path)
	}
	here.get(views.DashboardPath).want(http.StatusOK)
	if here.at.Path != views.DashboardPath {
		t.Errorf("the session that changed the password sees %s", here.at.Path)
	}
	if there.get(views.DashboardPath); there.at.Path != views.LoginPath {
		t.Errorf("the other session sees %s", there.at.Path)
	}
	if w.letters("ana@example.com", "password_changed") != 1 {
		t.Error("the change was not written to the owner")
	}
	for range limitAccount.Burst {
		here.post(views.PasswordChangePath, url.Values{"old": {"guess"}, "password": {"a new tide table"}})
	}
	here.want(http.StatusTooManyRequests, "too many times")
}
