package models_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// duePoll queues what is due and gives the work that the queue got for an account.
func duePoll(t *testing.T, store *models.Store, shop *models.Shop, profile *models.Profile) models.PollReplies {
	t.Helper()
	must(t, store.QueueDuePolls(t.Context(), 10))
	cursors, err := store.ReplyCursors(t.Context(), shop)
	must(t, err)
	return models.PollReplies{ProfileID: profile.ID, Due: cursors[profile.ID].DueAt}
}

func repliesOf(t *testing.T, store *models.Store) (n int) {
	t.Helper()
	jobs, _, err := store.Jobs(t.Context(), models.JobFilter{Kind: "read_reply", Size: 100})
	must(t, err)
	return len(jobs)
}

// TestOneProcessAsksForReplies: however many take the work up, one asks, and what it brings is kept with how far it came.
func TestOneProcessAsksForReplies(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	job := duePoll(t, store, shop, profile)
	polls := make(chan *models.Poll, 8)
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() {
			poll, err := store.BeginPoll(t.Context(), job, 1_000)
			if err == nil {
				polls <- poll
			} else if !errors.Is(err, models.ErrChanged) {
				t.Error(err)
			}
		})
	}
	together.Wait()
	close(polls)
	if len(polls) != 1 {
		t.Fatalf("%d ask at once", len(polls))
	}
	poll := <-polls
	fresh, err := store.RecordPoll(t.Context(), poll, []models.Arrived{{RemoteID: "77", AuthorID: "9", Text: "#BuyApron", WrittenAt: clock.Now()}, {RemoteID: "78", AuthorID: "9", Text: "hello", WrittenAt: clock.Now()}}, "78", 1_000)
	must(t, err)
	cursors, err := store.ReplyCursors(t.Context(), shop)
	must(t, err)
	now := cursors[profile.ID]
	if fresh != 2 || repliesOf(t, store) != 2 || now.Cursor != "78" || now.LeaseUntil != nil || !now.DueAt.Equal(clock.Now().Add(15*time.Minute)) || now.Minutes != 15 {
		t.Fatalf("%d fresh, %+v", fresh, now)
	}
	costs, err := store.NetworkCosts(t.Context(), shop)
	must(t, err)
	if costs.Micros != 2_000 {
		t.Errorf("two reads cost %d", costs.Micros)
	}
	if _, err := store.BeginPoll(t.Context(), job, 1_000); !errors.Is(err, models.ErrChanged) {
		t.Errorf("what is done is done again: %v", err)
	}
	// One that was cut off is taken up again, and what the first still brings counts no more.
	clock.Advance(15 * time.Minute)
	job = duePoll(t, store, shop, profile)
	cut, err := store.BeginPoll(t.Context(), job, 1_000)
	must(t, err)
	clock.Advance(2 * time.Minute)
	again, err := store.BeginPoll(t.Context(), job, 1_000)
	must(t, err)
	if _, err = store.RecordPoll(t.Context(), cut, []models.Arrived{{RemoteID: "79", AuthorID: "9", Text: "late", WrittenAt: clock.Now()}}, "79", 1_000); err != nil {
		t.Fatal(err)
	}
	if repliesOf(t, store) != 2 {
		t.Error("rows are kept without the cursor")
	}
	fresh, err = store.RecordPoll(t.Context(), again, []models.Arrived{{RemoteID: "79", AuthorID: "9", Text: "late", WrittenAt: clock.Now()}}, "79", 1_000)
	must(t, err)
	if fresh != 1 || repliesOf(t, store) != 3 {
		t.Errorf("%d fresh", fresh)
	}
}

// TestTheWebhookAndThePollRace: both bring the same replies at once, and each is one row, read once.
func TestTheWebhookAndThePollRace(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	var arrived []models.Arrived
	for _, id := range []string{"1", "2", "3", "4", "5", "6"} {
		arrived = append(arrived, models.Arrived{RemoteID: id, AuthorID: "9", AuthorHandle: "sol", Text: "@maisonkestrel #BuyApron", WrittenAt: clock.Now()})
	}
	backwards := []models.Arrived{arrived[5], arrived[4], arrived[3], arrived[2], arrived[1], arrived[0]}
	poll, err := store.BeginPoll(t.Context(), duePoll(t, store, shop, profile), 1_000)
	must(t, err)
	fresh := make(chan int, 9)
	var together sync.WaitGroup
	for i := range 8 {
		together.Go(func() {
			replies := arrived
			if i%2 == 1 {
				replies = backwards
			}
			n, err := store.TakeDelivery(t.Context(), "x", []models.Delivered{{Account: profile.Account, Replies: replies}}, 5_000)
			if err != nil {
				t.Error(err)
			}
			fresh <- n
		})
	}
	together.Go(func() {
		n, err := store.RecordPoll(t.Context(), poll, arrived, "6", 1_000)
		if err != nil {
			t.Error(err)
		}
		fresh <- n
	})
	together.Wait()
	close(fresh)
	total := 0
	for n := range fresh {
		total += n
	}
	if jobs := repliesOf(t, store); total != 6 || jobs != 6 {
		t.Fatalf("%d fresh, read %d times", total, jobs)
	}
}

// TestADeliveryForSeveralShops: each that has the account connected keeps its own row; nobody else is touched.
func TestADeliveryForSeveralShops(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	first := account(t, store, shop, user, 2*time.Hour)
	other, err := store.CreateShop(t.Context(), user, models.NewShop{Name: "Kiosk", Handle: "kiosk", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, countries)
	must(t, err)
	second := account(t, store, other, user, 2*time.Hour)
	reply := models.Arrived{RemoteID: "77", AuthorID: "9", Text: "@maisonkestrel hi", WrittenAt: clock.Now()}
	deliver := func(account string, want int) {
		t.Helper()
		n, err := store.TakeDelivery(t.Context(), "x", []models.Delivered{{Account: account, Replies: []models.Arrived{reply}}}, 5_000)
		if err != nil || n != want {
			t.Fatalf("%d kept, not %d: %v", n, want, err)
		}
	}
	deliver("42", 2)
	deliver("42", 0)
	deliver("43", 0)
	must(t, store.Disconnect(t.Context(), shop, user, first))
	reply.RemoteID = "78"
	deliver("42", 1)
	for _, one := range []struct {
		shop *models.Shop
		cost int64
	}{{shop, 5_000}, {other, 5_000}} {
		costs, err := store.NetworkCosts(t.Context(), one.shop)
		must(t, err)
		if costs.Micros != one.cost {
			t.Errorf("%s pays %d", one.shop.Handle, costs.Micros)
		}
	}
	must(t, store.Expire(t.Context(), second, "refused"))
	reply.RemoteID = "79"
	deliver("42", 0)
}

// TestReadingWithinTheCap: what the shop does not want to pay for is not asked, and asked again once it does.
func TestReadingWithinTheCap(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	must(t, store.SetNetworkCap(t.Context(), shop, user, "0"))
	job := duePoll(t, store, shop, profile)
	if _, err := store.BeginPoll(t.Context(), job, 1_000); !errors.Is(err, models.ErrCapReached) {
		t.Fatal(err)
	}
	must(t, store.HoldPoll(t.Context(), job, "cap", clock.Now().Add(time.Hour)))
	must(t, store.SetNetworkCap(t.Context(), shop, user, "1"))
	poll, err := store.BeginPoll(t.Context(), duePoll(t, store, shop, profile), 1_000)
	must(t, err)
	must(t, store.FailPoll(t.Context(), poll, "rate_limited", clock.Now().Add(7*time.Minute), 1_000))
	cursors, err := store.ReplyCursors(t.Context(), shop)
	must(t, err)
	costs, err := store.NetworkCosts(t.Context(), shop)
	must(t, err)
	if now := cursors[profile.ID]; now.Failure != "rate_limited" || !now.DueAt.Equal(clock.Now().Add(7*time.Minute)) || costs.Micros != 0 {
		t.Errorf("%+v, %d spent", now, costs.Micros)
	}
}
