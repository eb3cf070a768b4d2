package models_test

import (
	"context"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestSlowNetworksHoldUpNothing: however many servers do not answer when they are asked for replies, what came in is read.
func TestSlowNetworksHoldUpNothing(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	var profiles []*models.Profile
	for _, account := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"} {
		profile, err := store.Connect(t.Context(), shop, user, models.Connection{Network: "mastodon", Server: "https://slow.example", Account: account, Handle: account, Grant: "grant"})
		must(t, err)
		profiles = append(profiles, profile)
	}
	asked, read, over := make(chan string, len(profiles)), make(chan struct{}), make(chan struct{})
	work := models.NewWork()
	models.Handle(work, func(ctx context.Context, job models.PollReplies) error {
		asked <- job.ProfileID
		<-over
		return nil
	})
	models.Handle(work, func(context.Context, models.ReadReply) error {
		close(read)
		return nil
	})
	must(t, store.QueueDuePolls(t.Context(), 100))
	must(t, store.StartJobs(context.WithoutCancel(t.Context()), work))
	t.Cleanup(func() { _ = store.StopJobs(context.WithoutCancel(t.Context())) })
	defer close(over)
	for range 8 {
		<-asked
	}
	_, err := store.KeepReplies(t.Context(), profiles[0], "webhook", []models.Arrived{{RemoteID: "77", AuthorID: "9", Text: "#BuyApron", WrittenAt: clock.Now()}})
	must(t, err)
	select {
	case <-read:
	case <-time.After(20 * time.Second):
		t.Fatal("a reply waits for servers that do not answer")
	}
}
