package models_test

import (
	"errors"
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

// TestAnAnswerThatNeverWentOutMakesRoom: a merchant may answer by hand where the network certainly has nothing of ours,
// and not where it may have.
func TestAnAnswerThatNeverWentOutMakesRoom(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	_, err := store.KeepReplies(t.Context(), profile, "poll", []models.Arrived{{RemoteID: "77", AuthorID: "9", AuthorHandle: "sol", Text: "How big?", WrittenAt: store.Now()}})
	must(t, err)
	rows, err := store.Replies(t.Context(), shop, models.ReplyFilter{})
	must(t, err)
	view := &rows[0]
	var problems models.Problems
	answer := func(text string) error { return store.AnswerByHand(t.Context(), shop, user, view, text, 0) }
	refuse := func(unsure bool) {
		t.Helper()
		fresh, err := store.ReplyIn(t.Context(), shop, view.ID)
		must(t, err)
		view = fresh
		due, err := store.AnswerToSend(t.Context(), view.Answer.ID)
		must(t, err)
		must(t, store.EndAnswer(t.Context(), due, "refused", "not_summoned", "", unsure))
	}
	must(t, answer("30 cm"))
	if err := answer("31 cm"); !errors.As(err, &problems) || problems[0].Code != "reply.answered" {
		t.Fatalf("a second answer while one is on its way: %v", err)
	}
	refuse(false)
	must(t, answer("31 cm"))
	refuse(true)
	if err := answer("32 cm"); !errors.As(err, &problems) || problems[0].Code != "reply.answered" {
		t.Fatalf("a second answer where one may be out: %v", err)
	}
}
