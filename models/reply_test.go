package models_test

import (
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestAReplyIsKeptOnce: delivered twice, by several at a time, and found by asking as well, it is one row.
func TestAReplyIsKeptOnce(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	arrived := []models.Arrived{{RemoteID: "77", AuthorID: "9", AuthorHandle: "sol", Text: "@maisonkestrel #Mug", WrittenAt: store.Now()}}
	fresh := make(chan int, 8)
	for i := range 8 {
		go func() {
			n, err := store.KeepReplies(t.Context(), profile, []string{"webhook", "poll"}[i%2], append(arrived, arrived...))
			if err != nil {
				t.Error(err)
			}
			fresh <- n
		}()
	}
	total := 0
	for range 8 {
		total += <-fresh
	}
	if total != 1 {
		t.Fatalf("kept %d times", total)
	}
}
