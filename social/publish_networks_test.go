package social

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// outOn publishes a post of the shop by a network, three times over, and gives it as it is then.
func (s *shopOnX) outOn(name string, network Network, text string) *models.PostView {
	s.t.Helper()
	card := func(context.Context, string) (*LinkCard, error) {
		return &LinkCard{URL: tillbird + "/o/apron", Title: "Linen apron", Description: "€42.00", Alt: "A linen apron"}, nil
	}
	s.out = NewPublisher(s.store, PublisherSettings{BaseURL: tillbird, Social: &Social{networks: map[string]Network{name: network}}, Card: card}, slog.New(slog.DiscardHandler))
	post, err := s.store.CreatePostOf(s.t.Context(), s.shop, s.user, &s.offer.Offer, models.PostForm{Network: name, Text: text, Profile: s.profile})
	s.must(err)
	s.must(s.store.PlanPost(s.t.Context(), s.shop, s.user, post, nil))
	for range 3 {
		s.must(s.out.Publish(s.t.Context(), post.ID))
	}
	return s.now(post)
}

// TestAPostGoesOutOnBluesky: by Bluesky's own software, from the queue to the network and back: out once with the card of
// its link, and taken away.
func TestAPostGoesOutOnBluesky(t *testing.T) {
	t.Parallel()
	b := startBluesky(t)
	_, password := b.somebody("kestrel")
	grant := b.enter("kestrel.test", password)
	s := sellingShop(t, time.Now)
	s.connect(Bluesky, grant)
	view := s.outOn(Bluesky, b.client, "New: linen aprons #apron")
	if view.State != "posted" || !strings.HasPrefix(view.RemoteURL, "https://bsky.app/profile/did:plc:") {
		t.Fatalf("%+v", view.Post)
	}
	there := b.posts(grant)
	if len(there) != 1 {
		t.Fatalf("%d posts are there", len(there))
	}
	text, err := json.Marshal(there[0])
	s.must(err)
	for _, part := range []string{s.out.Link(&view.Post), "app.bsky.embed.external", "Linen apron", "app.bsky.richtext.facet#tag"} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the post lacks %q: %s", part, text)
		}
	}
	s.must(s.store.DeletePost(t.Context(), s.shop, s.user, &view.Post))
	for range 2 {
		s.must(s.out.Remove(t.Context(), view.ID))
	}
	if there = b.posts(grant); len(there) != 0 || s.now(&view.Post).State != "deleted" {
		t.Errorf("%d posts are there after it was taken away", len(there))
	}
}

// TestAPostGoesOutOnMastodon: the same by the sandbox's Mastodon.
func TestAPostGoesOutOnMastodon(t *testing.T) {
	t.Parallel()
	l := startMastodon(t)
	s := sellingShop(t, l.sb.Now)
	s.connect(Mastodon, l.signIn("maisonkestrel"))
	view := s.outOn(Mastodon, l.client, "New: linen aprons #apron")
	if view.State != "posted" || !strings.HasPrefix(view.RemoteURL, l.base+"/@maisonkestrel") {
		t.Fatalf("%+v", view.Post)
	}
	found, err := l.client.Metrics(t.Context(), l.signIn("maisonkestrel"), []string{view.RemoteID})
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	s.must(s.store.DeletePost(t.Context(), s.shop, s.user, &view.Post))
	s.must(s.out.Remove(t.Context(), view.ID))
	if found, err = l.client.Metrics(t.Context(), l.signIn("maisonkestrel"), []string{view.RemoteID}); err != nil || len(found) != 0 || s.now(&view.Post).State != "deleted" {
		t.Fatalf("%v %v", found, err)
	}
}
