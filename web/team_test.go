package web

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// invite asks an address to join by the form and gives the path of the letter's link.
func (w *world) invite(b *browser, email string, role models.Role) string {
	w.t.Helper()
	b.get(views.TeamPath).want(http.StatusOK).submit(views.InvitationsPath, url.Values{"email": {email}, "role": {string(role)}}).want(http.StatusOK, "on its way to "+email)
	return w.invitationLink(email)
}

func (w *world) invitationLink(email string) string {
	w.t.Helper()
	letter, err := w.store.LatestLetter(w.t.Context(), "invitation", email)
	w.must(err)
	return views.InvitationPath(letter.Secret)
}

func (w *world) kinds(email string) (kinds []string) {
	w.t.Helper()
	letters, err := w.store.LettersTo(w.t.Context(), email)
	w.must(err)
	for _, letter := range letters {
		kinds = append(kinds, letter.Kind)
	}
	return kinds
}

func TestSomebodyNewJoins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get(views.TeamPath).want(http.StatusOK, "Only you. Invite someone to answer replies.")
	ana.submit(views.InvitationsPath, url.Values{"email": {"lee"}, "role": {"king"}}).want(http.StatusUnprocessableEntity, "Choose a role")
	if ana.field("email") != "lee" {
		t.Error("what was typed is gone")
	}
	ana.submit(views.InvitationsPath, url.Values{"email": {"ana@example.com"}, "role": {"support"}}).want(http.StatusUnprocessableEntity, "in the team already")
	link := w.invite(ana, "lee@example.com", models.Support)
	lee := newBrowser(t, w)
	lee.get(link).want(http.StatusOK, "Join Maison Kestrel", "ana@example.com", "Can answer")
	lee.submit(link, url.Values{"password": {"short"}}).want(http.StatusUnprocessableEntity)
	lee.submit(link, url.Values{"password": {"a lamp by the sea"}}).want(http.StatusOK, "Welcome to Maison Kestrel")
	if lee.at.Path != views.DashboardPath {
		t.Errorf("joining leads to %s", lee.at.Path)
	}
	lee.get(views.TeamPath).want(http.StatusOK, "lee@example.com", "Can answer").without("Invite someone")
	newBrowser(t, w).get(link).want(http.StatusGone, "works no more")
	lee.post(link, nil).want(http.StatusOK) // pressed twice
	if got := w.kinds("ana@example.com"); got[0] != "member_joined" {
		t.Errorf("the owner's letters: %v", got)
	}
}

func TestAnAccountThatIsThereJoins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.signIn("ana@example.com", anaPassword)
	w.user("lee@example.com", "a lamp by the sea")
	w.shopOf(w.user("other@example.com", anaPassword), "Other Shop", "othershop")
	link := w.invite(ana, "lee@example.com", models.Manager)
	other := w.signIn("other@example.com", anaPassword)
	other.get(link).want(http.StatusOK, "You are signed in as other@example.com")
	other.post(link, nil).want(http.StatusConflict)
	lee := newBrowser(t, w)
	lee.get(link).want(http.StatusOK, "Sign in and join").without("Create account and join")
	lee.post(link, url.Values{"password": {"not the one of the account"}})
	if lee.at.Path != views.LoginPath {
		t.Fatalf("an account is taken over at %s", lee.at.Path)
	}
	lee.submit(views.LoginPath, url.Values{"email": {"lee@example.com"}, "password": {"a lamp by the sea"}}).want(http.StatusOK, "Join the shop")
	lee.submit(link, nil).want(http.StatusOK, "Welcome to Maison Kestrel")

	// Two shops: one goes from one to the other, and never to somebody else's.
	link = w.invite(other, "lee@example.com", models.Analyst)
	lee.get(link).submit(link, nil).want(http.StatusOK, "Welcome to Other Shop", "Go to Maison Kestrel")
	lee.get(views.NewOfferPath).want(http.StatusForbidden)
	lee.get(views.DashboardPath).submit(views.CurrentShopPath, nil).want(http.StatusOK, "Go to Other Shop")
	lee.get(views.NewOfferPath).want(http.StatusOK)
	ana.post(views.CurrentShopPath, url.Values{"handle": {"othershop"}}).want(http.StatusOK).without("Other Shop")
}

func TestInvitationsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.signIn("ana@example.com", anaPassword)
	first := w.invite(ana, "lee@example.com", models.Support)
	ana.submit("Send again lee@example.com", nil).want(http.StatusOK, "on its way")
	second := w.invitationLink("lee@example.com")
	lee := newBrowser(t, w)
	lee.get(first).want(http.StatusGone)
	lee.get(second).want(http.StatusOK)
	ana.get(views.TeamPath).submit("Take back lee@example.com", nil).want(http.StatusOK, "taken back")
	lee.get(second).want(http.StatusGone)
	third := w.invite(ana, "lee@example.com", models.Support)
	w.advance(8 * 24 * time.Hour)
	lee.get(third).want(http.StatusGone)
	lee.post(third, url.Values{"password": {"a lamp by the sea"}}).want(http.StatusGone)
}

func TestRemovingEndsAccessAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lee := w.member("lee@example.com", "a lamp by the sea", models.Owner)
	theirs, ana := w.signIn("lee@example.com", "a lamp by the sea"), w.signIn("ana@example.com", anaPassword)
	link := w.invite(theirs, "mole@example.com", models.Owner)
	page := views.MemberPath(lee.ID)
	ana.get(page).want(http.StatusOK).submit(views.MemberRolePath(lee.ID), url.Values{"role": {"support"}}).want(http.StatusOK, "Can answer")
	newBrowser(t, w).get(link).want(http.StatusGone) // it would have been a way back in
	theirs.get(views.NewOfferPath).want(http.StatusForbidden)
	theirs.get(views.SalesPath).want(http.StatusOK)
	ana.get(views.NewMemberRemovalPath(lee.ID)).want(http.StatusOK, "Remove lee@example.com?", "loses access now")
	ana.submit(views.MemberRemovalPath(lee.ID), nil).want(http.StatusOK, "has no access any more")
	theirs.get(views.SalesPath)
	if theirs.at.Path != views.NewShopPath {
		t.Errorf("somebody who was removed sees %s", theirs.at.Path)
	}
	if got := strings.Join(w.kinds("lee@example.com"), " "); !strings.HasPrefix(got, "your_removed your_role") {
		t.Errorf("letters to the one removed: %s", got)
	}
	if got := strings.Join(w.kinds("ana@example.com"), " "); !strings.HasPrefix(got, "member_removed member_role") {
		t.Errorf("letters to the owner: %s", got)
	}
}

func TestTheLastOwnerStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get(views.MemberPath(w.ana.ID)).submit(views.MemberRolePath(w.ana.ID), url.Values{"role": {"analyst"}}).want(http.StatusUnprocessableEntity, "A shop needs an owner")
	ana.get(views.NewLeavingPath).submit(views.LeavingPath, nil).want(http.StatusUnprocessableEntity, "A shop needs an owner")
	w.member("lee@example.com", "a lamp by the sea", models.Manager)
	lee := w.signIn("lee@example.com", "a lamp by the sea")
	lee.get(views.NewLeavingPath).submit(views.LeavingPath, nil)
	if lee.at.Path != views.NewShopPath {
		t.Errorf("somebody who left is at %s", lee.at.Path)
	}
}

// Owners who remove, demote or leave each other at once: one owner is left each time.
func TestOwnersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lee := w.member("lee@example.com", "a lamp by the sea", models.Owner)
	for round := range 12 {
		a, err := w.store.TeammateIn(t.Context(), w.shop, w.ana.ID)
		w.must(err)
		b, err := w.store.TeammateIn(t.Context(), w.shop, lee.ID)
		w.must(err)
		acts := [][2]func() error{
			{func() error { return w.store.RemoveMember(t.Context(), w.shop, w.ana, b) }, func() error { return w.store.RemoveMember(t.Context(), w.shop, lee, a) }},
			{func() error { return w.store.ChangeRole(t.Context(), w.shop, w.ana, a, models.Analyst) }, func() error { return w.store.ChangeRole(t.Context(), w.shop, lee, b, models.Analyst) }},
			{func() error { return w.store.RemoveMember(t.Context(), w.shop, w.ana, a) }, func() error { return w.store.RemoveMember(t.Context(), w.shop, lee, b) }},
		}[round%3]
		var both sync.WaitGroup
		var failed [2]error
		for i, act := range acts {
			both.Go(func() { failed[i] = act() })
		}
		both.Wait()
		if (failed[0] == nil) == (failed[1] == nil) {
			t.Fatalf("round %d: %v and %v", round, failed[0], failed[1])
		}
		team, err := w.store.Team(t.Context(), w.shop)
		w.must(err)
		owners, owner := 0, &models.User{}
		for _, mate := range team {
			if mate.Role == models.Owner {
				owners++
				owner.ID = mate.UserID
			}
		}
		if owners != 1 {
			t.Fatalf("round %d: %d owners", round, owners)
		}
		for _, user := range []*models.User{w.ana, lee} { // both are owners again
			mate, err := w.store.TeammateIn(t.Context(), w.shop, user.ID)
			if err != nil {
				w.must(w.store.AddMember(t.Context(), w.shop, user, models.Owner))
			} else {
				w.must(w.store.ChangeRole(t.Context(), w.shop, owner, mate, models.Owner))
			}
		}
	}
}
