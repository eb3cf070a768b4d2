package models_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestHowAnOfferIsBoughtByReply: chosen without a review, told from other content, and carried by our own file.
func TestHowAnOfferIsBoughtByReply(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, user, offer := seller(t, store, "5")
	if offer.ReplyWay() != "thanks" || offer.ReplyMinutes != 15 {
		t.Fatalf("usually %s, %d minutes", offer.ReplyWay(), offer.ReplyMinutes)
	}
	price := func(m models.Money) string { return "42.00" }
	form := models.FormOf(offer, time.UTC, price)
	marks := map[string]bool{offer.Mark(): true}
	for _, way := range []struct {
		way, minutes              string
		replies, thanks, discreet bool
	}{{"off", "15", false, true, false}, {"quiet", "5", true, false, false}, {"discreet", "7", true, false, true}, {"thanks", "10", true, true, false}} {
		form.Reply, form.ReplyMinutes = way.way, way.minutes
		must(t, store.UpdateOffer(t.Context(), shop, user, &offer.Offer, form))
		now, err := store.OfferIn(t.Context(), shop, offer.Slug)
		must(t, err)
		if now.Replies != way.replies || now.Thanks != way.thanks || now.Discreet != way.discreet || now.ReplyWay() != way.way || now.Version.ID != offer.Version.ID {
			t.Errorf("%s: %+v", way.way, now.Offer)
		}
		if marks[now.Mark()] {
			t.Errorf("%s has the mark of another", way.way)
		}
		marks[now.Mark()] = true
		if again := models.FormOf(now, time.UTC, price); again.Reply != way.way || again.ReplyMinutes != way.minutes {
			t.Errorf("%+v", again)
		}
		cells := models.OfferLines(now, time.UTC, store.Now(), func(*models.Picture) string { return "" })[0]
		if at := slices.Index(models.OfferColumns, "replies"); cells[at] != way.way || cells[at+1] != way.minutes {
			t.Errorf("the file says %q, %q", cells[at], cells[at+1])
		}
	}
	form.Reply, form.ReplyMinutes = "shouting", "16"
	var problems models.Problems
	if err := store.UpdateOffer(t.Context(), shop, user, &offer.Offer, form); !errors.As(err, &problems) || problems.For("reply") == nil || problems.For("reply_minutes") == nil {
		t.Errorf("%v", err)
	}
}
