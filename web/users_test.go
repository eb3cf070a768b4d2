package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// letter is the newest letter of a kind to an address.
func (w *world) letter(email, kind string) *models.Letter {
	w.t.Helper()
	letters, err := w.store.LettersTo(w.t.Context(), email)
	w.must(err)
	for i := range letters {
		if letters[i].Kind == kind {
			return &letters[i]
		}
	}
	w.t.Fatalf("no letter %s to %s", kind, email)
	return nil
}

// letters counts the letters of a kind to an address.
func (w *world) letters(email, kind string) (n int) {
	w.t.Helper()
	letters, err := w.store.LettersTo(w.t.Context(), email)
	w.must(err)
	for _, letter := range letters {
		if letter.Kind == kind {
			n++
		}
	}
	return n
}

func signUp(b *browser, email, password string) *browser {
	b.t.Helper()
	return b.get(views.SignUpPath).want(http.StatusOK).submit("Create account", url.Values{"email": {email}, "password": {password}})
}

func TestFromSignUpToTheShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	signUp(b, " Ines@Example.com ", "three small boats").want(http.StatusOK, "ines@example.com", "48 hours", "Open the mail page")
	secret := w.letter("ines@example.com", "confirm_email").Secret

	b.get(views.ConfirmationPath(secret)).want(http.StatusOK)
	b.get(views.ConfirmationPath(secret)).want(http.StatusOK) // opened by a machine before: nothing is used up
	b.submit("Confirm the address", nil).want(http.StatusOK, "Your address is confirmed", "Your shop")
	if b.at.Path != views.NewShopPath {
		t.Fatalf("confirming leads to %s", b.at.Path)
	}
	b.submit("Open the shop", url.Values{"name": {"Atelier d’Inès"}, "country": {"FR"}}).want(http.StatusOK, "Atelier d’Inès is open")
	if b.at.Path != views.OnboardingPath {
		t.Fatalf("opening the shop leads to %s", b.at.Path)
	}
	shop, err := w.store.ShopByHandle(t.Context(), "atelier-dines")
	w.must(err)
	if shop.Currency != "eur" || shop.TimeZone != "Europe/Paris" {
		t.Errorf("a French shop begins with %s in %s", shop.Currency, shop.TimeZone)
	}

	stranger := newBrowser(t, w)
	stranger.get(views.ConfirmationPath(secret)).want(http.StatusGone, "used already", "Send the e-mail")
	stranger.post(views.ConfirmationPath(secret), nil).want(http.StatusGone, "used already")
}

// What a stranger learns from joining, resetting and asking again must be the same for an address that has an account.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("known@example.com", "a known password")
	ways := map[string]func(b *browser, email string) *browser{
		"sign-up": func(b *browser, email string) *browser { return signUp(b, email, "three small boats") },
		"reset": func(b *browser, email string) *browser {
			return b.get(views.PasswordPath).submit("Send the link", url.Values{"email": {email}})
		},
		"confirmation": func(b *browser, email string) *browser {
			return b.get(views.ConfirmationAsk).submit("Send the e-mail", url.Values{"email": {email}})
		},
		"sign-in": func(b *browser, email string) *browser {
			return b.get(views.LoginPath).submit("Sign in", url.Values{"email": {email}, "password": {"not the one it is"}})
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			var seen [2]answer
			for i, email := range []string{"known@example.com", "never@example.com"} {
				b := newBrowser(t, w)
				b.client.CheckRedirect = nil
				way(b, email)
				seen[i] = b.answer
				seen[i].body = strings.NewReplacer("known@", "X@", "never@", "X@").Replace(b.body)
			}
			if seen[0].status != seen[1].status || seen[0].at.String() != seen[1].at.String() || seen[0].body != seen[1].body {
				t.Errorf("the answers differ: %d %s and %d %s\n%s\n%s", seen[0].status, seen[0].at, seen[1].status, seen[1].at, seen[0].text(), seen[1].text())
			}
		})
	}
	if w.letters("known@example.com", "account_exists") != 1 {
		t.Error("the owner of the address was not told")
	}
}

func TestJoiningAgainBeforeConfirming(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signUp(newBrowser(t, w), "victim@example.com", "the thief knows it")
	w.advance(time.Hour)
	b := signUp(newBrowser(t, w), "victim@example.com", "only mine to know")
	if n := w.letters("victim@example.com", "confirm_email"); n != 2 {
		t.Fatalf("%d letters", n)
	}
	b.post(views.ConfirmationPath(w.letter("victim@example.com", "confirm_email").Secret), nil).want(http.StatusOK, "Your shop")
	if _, err := w.store.SignIn(t.Context(), "victim@example.com", "the thief knows it"); err == nil {
		t.Error("the password of whoever joined first still opens the account")
	}
}

func TestTheFormSentTwiceIsOneAccountAndOneLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	signUp(b, "twice@example.com", "three small boats")
	signUp(b, "twice@example.com", "three small boats").want(http.StatusOK, "twice@example.com")
	if n := w.letters("twice@example.com", "confirm_email"); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func TestALetterOpenedElsewhereConfirmsAndSignsNobodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signUp(newBrowser(t, w), "phone@example.com", "three small boats")
	other := newBrowser(t, w)
	other.get(views.ConfirmationPath(w.letter("phone@example.com", "confirm_email").Secret)).submit("Confirm the address", nil).want(http.StatusOK, "Sign in to go on")
	other.submit("Sign in", url.Values{"email": {"phone@example.com"}, "password": {"three small boats"}}).want(http.StatusOK, "Your shop")
}

func TestLinksRunOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	signUp(b, "late@example.com", "three small boats")
	first := w.letter("late@example.com", "confirm_email").Secret
	w.advance(49 * time.Hour)
	b.get(views.ConfirmationPath(first)).want(http.StatusGone, "has run out").submit("Send the e-mail", nil).want(http.StatusOK, "another e-mail is on its way")
	second := w.letter("late@example.com", "confirm_email").Secret
	b.post(views.ConfirmationPath(first), nil).want(http.StatusGone)
	b.post(views.ConfirmationPath(second), nil).want(http.StatusOK, "Your shop")

	b.get("/email/confirmations/whatever").want(http.StatusOK) // signed in: goes on
	newBrowser(t, w).get("/email/confirmations/whatever").want(http.StatusGone, "has run out")
	newBrowser(t, w).get(views.PasswordResetPath("whatever")).want(http.StatusGone, "has run out")
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	b.get("/dashboard/sales?tab=open").want(http.StatusOK)
	if b.at.Path != views.LoginPath {
		t.Fatalf("somebody who is not signed in sees %s", b.at)
	}
	before := b.cookie("tillbird_session")
	b.submit("Sign in", url.Values{"email": {"ana@example.com"}, "password": {"nothing like it"}}).want(http.StatusUnprocessableEntity, "does not match")
	if b.field("email") != "ana@example.com" || b.field("to") == "" {
		t.Error("what was typed is gone")
	}
	b.submit("Sign in", url.Values{"password": {anaPassword}}).want(http.StatusOK)
	if b.at.RequestURI() != "/dashboard/sales?tab=open" {
		t.Errorf("signing in leads to %s", b.at)
	}
	after := b.cookie("tillbird_session")
	if after == "" || after == before {
		t.Error("the session's token is the same before and after signing in")
	}
	b.get(views.LoginPath).want(http.StatusOK)
	if b.at.Path != views.DashboardPath {
		t.Errorf("somebody who is signed in sees %s", b.at.Path)
	}
	b.post(views.LogoutPath, nil).want(http.StatusOK)
	if b.get(views.DashboardPath); b.at.Path != views.LoginPath {
		t.Errorf("signed out, and yet at %s", b.at.Path)
	}
}

// A token that somebody planted before must open nothing after.
func TestAPlantedSessionStaysOutside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thief := newBrowser(t, w)
	signUp(thief, "thief@example.com", "three small boats")
	planted := thief.cookie("tillbird_session")
	if planted == "" {
		t.Fatal("no session to plant")
	}
	victim := newBrowser(t, w)
	to, _ := url.Parse(w.url)
	victim.client.Jar.SetCookies(to, []*http.Cookie{{Name: "tillbird_session", Value: planted}})
	victim.get(views.LoginPath).submit("Sign in", url.Values{"email": {"ana@example.com"}, "password": {anaPassword}}).want(http.StatusOK)
	if victim.cookie("tillbird_session") == planted {
		t.Error("the planted token was kept")
	}
	if thief.get(views.DashboardPath); thief.at.Path != views.LoginPath {
		t.Errorf("the planted session sees %s", thief.at.Path)
	}
}

func TestWhereSigningInLeads(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/dashboard/offers?state=live": "/dashboard/offers?state=live", "https://evil.example/": "", "//evil.example": "", "/\\evil.example": "", "javascript:alert(1)": "",
		"dashboard": "", "/\t/evil.example": "", "": "", "/%0d%0aSet-Cookie:x": "/%0d%0aSet-Cookie:x",
	} {
		if got := localPath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
	w := newWorld(t)
	b := newBrowser(t, w)
	b.get("/login?to="+url.QueryEscape("https://evil.example/")).submit("Sign in", url.Values{"email": {"admin@example.com"}, "password": {adminPassword}}).want(http.StatusOK)
	if b.at.Path != views.ReviewsPath {
		t.Errorf("an admin without a shop lands on %s", b.at)
	}
}

func TestSigningInBeforeConfirming(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signUp(newBrowser(t, w), "soon@example.com", "three small boats")
	b := newBrowser(t, w)
	b.get(views.LoginPath).submit("Sign in", url.Values{"email": {"soon@example.com"}, "password": {"three small boats"}}).want(http.StatusOK, "soon@example.com")
	if b.at.Path != views.ConfirmationAsk || w.letters("soon@example.com", "confirm_email") != 2 {
		t.Fatalf("at %s, %d letters", b.at.Path, w.letters("soon@example.com", "confirm_email"))
	}
	if b.get(views.DashboardPath); b.at.Path != views.LoginPath {
		t.Errorf("an address that is not confirmed opens %s", b.at.Path)
	}
	b.post(views.ConfirmationPath(w.letter("soon@example.com", "confirm_email").Secret), nil).want(http.StatusOK, "Your shop")
}

func TestSignUpSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	signUp(b, "nobody", "short").want(http.StatusUnprocessableEntity, "name@example.com", "10 characters or more")
	if b.field("email") != "nobody" || strings.Contains(b.body, "short\"") {
		t.Error("the address is gone, or the password came back")
	}
	if !strings.Contains(b.body, "<title>Error: ") {
		t.Error("the title does not say that there is a problem")
	}
	b.submit("Create account", url.Values{"email": {"a@example.com"}, "password": {"1234567890"}}).want(http.StatusUnprocessableEntity, "easy to guess")
}

func TestLimitsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	b.get(views.LoginPath)
	for range limitAccount.Burst {
		b.submit("Sign in", url.Values{"email": {"ana@example.com"}, "password": {"nothing like it"}}).want(http.StatusUnprocessableEntity)
	}
	b.submit("Sign in", url.Values{"email": {"ana@example.com"}, "password": {anaPassword}}).want(http.StatusTooManyRequests, "too many times", "1 minute")
	if b.head.Get("Retry-After") == "" || b.field("email") != "ana@example.com" {
		t.Errorf("Retry-After %q, address %q", b.head.Get("Retry-After"), b.field("email"))
	}
	w.advance(time.Minute)
	b.submit("Sign in", url.Values{"password": {anaPassword}}).want(http.StatusOK)

	b = newBrowser(t, w)
	for range limitSignUp.Burst {
		signUp(b, "x", "y").want(http.StatusUnprocessableEntity)
	}
	signUp(b, "fine@example.com", "three small boats").want(http.StatusTooManyRequests)
	if b.head.Get("Retry-After") == "" || b.field("email") != "fine@example.com" {
		t.Error("the limit of signing up loses what was typed")
	}

	w.advance(time.Hour)
	for range limitLetter.Burst {
		newBrowser(t, w).get(views.PasswordPath).submit("Send the link", url.Values{"email": {"ana@example.com"}}).want(http.StatusOK)
	}
	newBrowser(t, w).get(views.PasswordPath).submit("Send the link", url.Values{"email": {"ana@example.com"}}).want(http.StatusTooManyRequests)
}

func TestPagesOfAccountsInFrench(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	b.header.Set("Accept-Language", "fr-FR,fr;q=0.9")
	for _, path := range []string{views.SignUpPath, views.LoginPath, views.PasswordPath, views.ConfirmationAsk} {
		b.get(path).want(http.StatusOK, "Adresse e-mail")
	}
	b.get(views.SignUpPath).submit("Créer un compte", url.Values{"email": {"eva@example.com"}, "password": {"trois petits bateaux"}}).want(http.StatusOK, "eva@example.com")
	letter := w.letter("eva@example.com", "confirm_email")
	if letter.Language != "fr" {
		t.Errorf("the letter is in %s", letter.Language)
	}
	b.post(views.ConfirmationPath(letter.Secret), nil).want(http.StatusOK, "Votre boutique")
	if got := b.field("country"); got != "FR" {
		t.Errorf("a browser in France is offered %q", got)
	}
}
