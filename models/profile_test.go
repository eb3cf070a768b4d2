package models_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// account connects an account of X whose grant lasts so long.
func account(t testing.TB, store *models.Store, shop *models.Shop, user *models.User, lasts time.Duration) *models.Profile {
	t.Helper()
	in := models.Connection{Network: "x", Account: "42", Handle: "maisonkestrel", Name: "Maison Kestrel", Grant: "grant 1"}
	if lasts > 0 {
		in.Expires = store.Now().Add(lasts)
	}
	profile, err := store.Connect(t.Context(), shop, user, in)
	must(t, err)
	return profile
}

// TestAGrantIsRenewedOnce: however many want it at once, in however many processes, a token that works once is used once.
func TestAGrantIsRenewedOnce(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	clock.Advance(2 * time.Hour)
	var renewals atomic.Int64
	renew := func(_ context.Context, grant string) (string, time.Time, error) {
		if renewals.Add(1) > 1 || grant != "grant 1" {
			return "", time.Time{}, models.ErrDisconnected
		}
		return "grant 2", clock.Now().Add(2 * time.Hour), nil
	}
	var together sync.WaitGroup
	for range 20 {
		together.Go(func() {
			if got, err := store.FreshGrant(t.Context(), profile.ID, renew); err != nil || got != "grant 2" {
				t.Errorf("%q %v", got, err)
			}
		})
	}
	together.Wait()
	after, err := store.Profile(t.Context(), profile.ID)
	must(t, err)
	if renewals.Load() != 1 || after.Version != profile.Version+1 || after.State != "connected" || after.RefreshingUntil != nil {
		t.Fatalf("%d renewals, %+v", renewals.Load(), after)
	}
}

// TestARenewalThatIsCutOff: who renews it next finds out whether the network still takes the old one, and says honestly
// what happened.
func TestARenewalThatIsCutOff(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, time.Hour)
	clock.Advance(time.Hour)
	lost := errors.New("the line is cut")
	if _, err := store.FreshGrant(t.Context(), profile.ID, func(context.Context, string) (string, time.Time, error) {
		return "", time.Time{}, errors.Join(models.ErrUnsure, lost)
	}); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	if _, err := store.FreshGrant(t.Context(), profile.ID, func(context.Context, string) (string, time.Time, error) {
		return "", time.Time{}, models.ErrDisconnected
	}); !errors.Is(err, models.ErrDisconnected) {
		t.Fatal(err)
	}
	after, err := store.Profile(t.Context(), profile.ID)
	must(t, err)
	if after.State != "expired" || after.Reason != "lost" || after.GrantSealed != "" {
		t.Fatalf("%+v", after)
	}
	letters, err := store.LettersTo(t.Context(), user.Email)
	must(t, err)
	told := 0
	for _, letter := range letters {
		if letter.Kind == "profile_expired" {
			told++
		}
	}
	must(t, store.Expire(t.Context(), profile, "refused")) // noticed once more, by another job
	if told != 1 {
		t.Fatalf("%d letters", told)
	}
	again := account(t, store, shop, user, time.Hour)
	if again.ID != profile.ID || again.State != "connected" || again.Reason != "" {
		t.Fatalf("%+v", again)
	}
}

func TestASignInIsUsedOnce(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	admin, err := store.SignIn(t.Context(), "admin@example.com", "a watchful heron")
	must(t, err)
	id, err := store.BeginSignIn(t.Context(), shop, user, "x", "a verifier")
	must(t, err)
	for name, ask := range map[string]func() (string, error){
		"somebody else":   func() (string, error) { return store.SignInUnderWay(t.Context(), shop, admin, "x", id) },
		"another network": func() (string, error) { return store.SignInUnderWay(t.Context(), shop, user, "mastodon", id) },
		"no session":      func() (string, error) { return store.SignInUnderWay(t.Context(), shop, user, "x", "") },
	} {
		if _, err := ask(); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if begun, err := store.SignInUnderWay(t.Context(), shop, user, "x", id); err != nil || begun != "a verifier" {
		t.Fatal(begun, err)
	}
	must(t, store.EndSignIn(t.Context(), id))
	if err := store.EndSignIn(t.Context(), id); !errors.Is(err, models.ErrChanged) {
		t.Fatal(err)
	}
	id, err = store.BeginSignIn(t.Context(), shop, user, "x", "a verifier")
	must(t, err)
	clock.Advance(16 * time.Minute)
	if _, err := store.SignInUnderWay(t.Context(), shop, user, "x", id); !errors.Is(err, models.ErrNotFound) {
		t.Fatal(err)
	}
}

// TestTheCapOfAMonth: many acts at once never pass it, and a new month begins at nothing.
func TestTheCapOfAMonth(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 0)
	must(t, store.SetNetworkCap(t.Context(), shop, user, "1"))
	var paid, refused atomic.Int64
	var together sync.WaitGroup
	for range 20 {
		together.Go(func() {
			switch err := store.Spend(t.Context(), profile, "post", 1, 200_000); {
			case err == nil:
				paid.Add(1)
			case errors.Is(err, models.ErrCapReached):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	together.Wait()
	costs, err := store.NetworkCosts(t.Context(), shop)
	must(t, err)
	if paid.Load() != 5 || refused.Load() != 15 || costs.Micros != models.MicrosPerDollar || costs.Lines[0].Times != 5 {
		t.Fatalf("%d paid, %d refused, %+v", paid.Load(), refused.Load(), costs)
	}
	clock.Advance(31 * 24 * time.Hour)
	must(t, store.Spend(t.Context(), profile, "post", 1, 200_000))
	for _, typed := range []string{"", "much", "20000"} {
		if err := store.SetNetworkCap(t.Context(), shop, user, typed); err == nil {
			t.Errorf("%q is a cap", typed)
		}
	}
}
