package models_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// An address is asked once, says yes by its letter, gets one more when the offer begins, and is forgotten.
func TestReminder(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "1")
	offer := goLive(t, store, shop, user, models.OfferForm{Title: "Harbour print", Price: "24", Currency: "eur", Hashtag: "Print", StartsAt: store.Now().Add(26 * time.Hour).In(shop.Zone()).Format("2006-01-02T15:04")})
	ask := func(email string) error { return store.RemindMe(t.Context(), &offer.Offer, email, "en") }
	if got := code(ask("nobody"), "email"); got == "" {
		t.Fatal("an address that is none is taken")
	}
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() {
			if err := ask("Fan@Example.com"); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	must(t, ask("silent@example.com"))
	must(t, ask("other@example.com"))
	token := func(email string) *models.Reminder {
		t.Helper()
		letter, err := store.LatestLetter(t.Context(), "reminder_asked", email)
		must(t, err)
		reminder, err := store.ReminderByToken(t.Context(), letter.Secret)
		must(t, err)
		return reminder
	}
	count := func(want int64) {
		t.Helper()
		if n, err := store.RemindersOf(t.Context(), &offer.Offer); err != nil || n != want {
			t.Errorf("%d said yes, want %d: %v", n, want, err)
		}
	}
	count(0)
	fan, other := token("fan@example.com"), token("other@example.com")
	if fan.Asked != 3 {
		t.Errorf("asked %d times", fan.Asked)
	}
	must(t, store.ConfirmReminder(t.Context(), fan))
	must(t, store.ConfirmReminder(t.Context(), fan))
	must(t, store.ConfirmReminder(t.Context(), other))
	count(2)
	must(t, store.LeaveReminder(t.Context(), other))
	must(t, store.ConfirmReminder(t.Context(), other)) // the way back is to ask again
	count(1)
	must(t, store.Remind(t.Context()))
	if _, err := store.LatestLetter(t.Context(), "reminder", "fan@example.com"); !errors.Is(err, models.ErrNotFound) {
		t.Fatalf("told before it begins: %v", err)
	}
	clock.Advance(27 * time.Hour)
	for range 4 {
		together.Go(func() {
			if err := store.Remind(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	if _, err := store.LatestLetter(t.Context(), "reminder", "fan@example.com"); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"other@example.com", "silent@example.com"} {
		if _, err := store.LatestLetter(t.Context(), "reminder", email); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%s was told: %v", email, err)
		}
	}
	letter, err := store.LatestLetter(t.Context(), "reminder_asked", "fan@example.com")
	must(t, err)
	if after, err := store.ReminderByToken(t.Context(), letter.Secret); err != nil || after.State != "sent" || after.Email != "" {
		t.Errorf("%+v %v", after, err)
	}
	if got := code(ask("late@example.com"), "offer"); got != "reminder.begun" {
		t.Errorf("asked after it began: %q", got)
	}
	clock.Advance(49 * time.Hour)
	must(t, store.Remind(t.Context()))
	silent, err := store.LatestLetter(t.Context(), "reminder_asked", "silent@example.com")
	must(t, err)
	if _, err := store.ReminderByToken(t.Context(), silent.Secret); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("who never answered is kept: %v", err)
	}
}
