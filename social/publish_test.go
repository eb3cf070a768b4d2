package social

import (
	"context"
	"log/slog"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// shopOnX is a shop with a live offer whose account is connected to the sandbox's X.
type shopOnX struct {
	*localX
	store   *models.Store
	shop    *models.Shop
	user    *models.User
	admin   *models.User
	offer   *models.OfferView
	profile *models.Profile
	grant   Grant
	out     *Publisher
}

const tillbird = "https://till.example"

func openShop(t *testing.T) *shopOnX {
	t.Helper()
	local := startX(t)
	s := sellingShop(t, local.sb.Now)
	s.localX = local
	s.grant = s.signIn("maisonkestrel")
	s.connect(X, s.grant)
	s.out = s.publisher(nil)
	return s
}

// sellingShop is a shop with a live offer, and with no account on any network.
func sellingShop(t *testing.T, now func() time.Time) *shopOnX {
	t.Helper()
	s := &shopOnX{localX: &localX{t: t}}
	ctx := t.Context()
	store, err := models.Open(ctx, storetest.Settings(t, now))
	s.must(err)
	t.Cleanup(func() { _ = store.Close() })
	s.store = store
	s.user, err = store.CreateUser(ctx, models.SignUp{Email: "ana@example.com", Password: "a quiet harbour", Language: "en"})
	s.must(err)
	s.shop, err = store.CreateShop(ctx, s.user, models.NewShop{Name: "Maison Kestrel", Handle: "maisonkestrel", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, []string{"FR"})
	s.must(err)
	s.must(store.ConnectAccount(ctx, s.shop, "acct_1", false))
	s.shop, err = store.RecordAccount(ctx, models.Account{ID: "acct_1", ChargesEnabled: true, PayoutsEnabled: true, DetailsSubmitted: true, Transfers: "active", CardPayments: "active", FetchedAt: store.Now()}, true)
	s.must(err)
	offer, err := store.CreateOffer(ctx, s.shop, s.user, models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: "5", Fulfilment: "ship"})
	s.must(err)
	s.must(store.SendToReview(ctx, s.shop, s.user, offer))
	s.admin, err = store.CreateAdmin(ctx, "admin@example.com", "a watchful heron", "en")
	s.must(err)
	queue, err := store.ReviewQueue(ctx)
	s.must(err)
	s.must(store.Decide(ctx, s.admin, &queue[0], models.Decision{Verdict: "approved"}))
	s.offer, err = store.OfferIn(ctx, s.shop, offer.Slug)
	s.must(err)
	s.must(store.Publish(ctx, s.shop, s.user, &s.offer.Offer, true))
	return s
}

// connect keeps what an account on a network allowed.
func (s *shopOnX) connect(network string, grant Grant) {
	s.t.Helper()
	in, err := Connection(network, &grant)
	s.must(err)
	s.profile, err = s.store.Connect(s.t.Context(), s.shop, s.user, in)
	s.must(err)
}

func (s *shopOnX) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shopOnX) publisher(at func(string)) *Publisher {
	networks := &Social{networks: map[string]Network{X: s.client}}
	return NewPublisher(s.store, PublisherSettings{BaseURL: tillbird, Social: networks, At: at}, slog.New(slog.DiscardHandler))
}

// planned makes a post that is to go out now.
func (s *shopOnX) planned(text string) *models.Post {
	s.t.Helper()
	post, err := s.store.CreatePostOf(s.t.Context(), s.shop, s.user, &s.offer.Offer, models.PostForm{Network: X, Text: text, Profile: s.profile})
	s.must(err)
	s.must(s.store.PlanPost(s.t.Context(), s.shop, s.user, post, nil))
	return post
}

func (s *shopOnX) now(post *models.Post) *models.PostView {
	s.t.Helper()
	view, err := s.store.PostIn(s.t.Context(), s.shop, post.Code)
	s.must(err)
	return view
}

// onX counts the posts on X that hold a post's link.
func (s *shopOnX) onX(post *models.Post) (n int) {
	s.t.Helper()
	var page xPage
	s.must(s.client.get(s.t.Context(), s.signIn("maisonkestrel"), "GET /2/users/:id/tweets", "/2/users/"+s.grant.Account+"/tweets", xFields(url.Values{"max_results": {"100"}}), &page))
	for _, there := range page.Data {
		if there.holds(s.out.Link(post)) {
			n++
		}
	}
	return n
}

func (s *shopOnX) spent() int64 {
	s.t.Helper()
	costs, err := s.store.NetworkCosts(s.t.Context(), s.shop)
	s.must(err)
	return costs.Micros
}

func TestAPostGoesOutOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	post := s.planned("New: linen aprons")
	for range 3 {
		s.must(s.out.Publish(t.Context(), post.ID))
	}
	view := s.now(post)
	if view.State != "posted" || !strings.HasPrefix(view.RemoteURL, s.base+"/maisonkestrel/status/") || s.onX(post) != 1 || s.spent() != 200_000 {
		t.Fatalf("%+v, %d on X, %d spent", view.Post, s.onX(post), s.spent())
	}
	s.sb.Advance(6 * time.Minute)
	s.must(s.out.Measure(t.Context()))
	if view = s.now(post); view.Impressions == nil || view.MeasuredAt == nil || s.spent() != 201_000 {
		t.Fatalf("%+v, %d spent", view.Post, s.spent())
	}
	s.must(s.store.DeletePost(t.Context(), s.shop, s.user, post))
	s.must(s.out.Remove(t.Context(), post.ID))
	s.must(s.out.Remove(t.Context(), post.ID))
	if view = s.now(post); view.State != "deleted" || s.onX(post) != 0 {
		t.Fatalf("%+v", view.Post)
	}
}

// TestAPostWhoseAnswerIsLost: it is looked for before it is sent again.
func TestAPostWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, kind := range []string{"silence", "cut", "unavailable"} {
		post := s.planned("Lost by " + kind)
		s.spoil(kind, "POST /2/tweets")
		s.must(s.out.Publish(t.Context(), post.ID))
		if view := s.now(post); view.State != "publishing" {
			t.Fatalf("%s: %+v", kind, view.Post)
		}
		for range 3 {
			s.sb.Advance(time.Minute)
			s.must(s.store.QueueDuePosts(t.Context(), 10))
			s.must(s.out.Publish(t.Context(), post.ID))
		}
		if view := s.now(post); view.State != "posted" || view.Failure != "" || s.onX(post) != 1 {
			t.Fatalf("%s: %+v, %d on X", kind, view.Post, s.onX(post))
		}
	}
}

// TestTheProcessDiesWhileItPublishes: before and after X has it.
func TestTheProcessDiesWhileItPublishes(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, point := range []string{"post.sending", "post.sent"} {
		post := s.planned("Dies at " + point)
		dead := make(chan struct{})
		go func() {
			defer close(dead)
			_ = s.publisher(func(at string) {
				if at == point {
					runtime.Goexit()
				}
			}).Publish(context.Background(), post.ID)
		}()
		<-dead
		s.must(s.out.Publish(t.Context(), post.ID)) // nobody takes it up while somebody may be at it
		if view := s.now(post); view.State != "publishing" {
			t.Fatalf("%s: %+v", point, view.Post)
		}
		s.sb.Advance(3 * time.Minute)
		s.must(s.out.Publish(t.Context(), post.ID))
		if view := s.now(post); view.State != "posted" || s.onX(post) != 1 {
			t.Fatalf("%s: %+v, %d on X", point, view.Post, s.onX(post))
		}
	}
}

func TestWhatXDoesNotTake(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	ctx := t.Context()
	limited := s.planned("Too often")
	s.spoil("limited", "POST /2/tweets")
	s.must(s.out.Publish(ctx, limited.ID))
	if view := s.now(limited); view.State != "scheduled" || view.Failure != "rate_limited" || !view.TryAt.After(s.sb.Now()) || s.spent() != 0 {
		t.Fatalf("%+v, %d spent", view.Post, s.spent())
	}
	s.sb.Advance(16 * time.Minute)
	s.must(s.out.Publish(ctx, limited.ID))
	if view := s.now(limited); view.State != "posted" || view.Failure != "" {
		t.Fatalf("%+v", view.Post)
	}
	long := s.planned(strings.Repeat("é", 281))
	s.must(s.out.Publish(ctx, long.ID))
	if view := s.now(long); view.State != "failed" || view.Failure != "too_long" || s.spent() != 200_000 {
		t.Fatalf("%+v, %d spent", view.Post, s.spent())
	}
	s.must(s.store.UpdatePost(ctx, s.shop, long, "Shorter now", 0))
	again := s.now(long).Post
	s.must(s.store.PlanPost(ctx, s.shop, s.user, &again, nil))
	s.must(s.out.Publish(ctx, long.ID))
	if view := s.now(long); view.State != "posted" {
		t.Fatalf("%+v", view.Post)
	}
	s.must(s.store.SetNetworkCap(ctx, s.shop, s.user, "0.50"))
	asked := s.asked.Load()
	dear := s.planned("One too many")
	s.must(s.out.Publish(ctx, dear.ID))
	if view := s.now(dear); view.State != "failed" || view.Failure != "cap" || s.asked.Load() != asked {
		t.Fatalf("%+v", view.Post)
	}
}

// TestAnAccountThatIsTakenBack: the post says so, the account is marked, and the grant is renewed before where that helps.
func TestAnAccountThatIsTakenBack(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	ctx := t.Context()
	s.sb.Advance(3 * time.Hour)
	late := s.planned("After the token ran out")
	s.must(s.out.Publish(ctx, late.ID))
	if view := s.now(late); view.State != "posted" {
		t.Fatalf("%+v", view.Post)
	}
	text, err := s.store.FreshGrant(ctx, s.profile.ID, nil)
	s.must(err)
	s.must(callWith(ctx, text, s.client.Revoke))
	post := s.planned("After the end")
	s.must(s.out.Publish(ctx, post.ID))
	profile, err := s.store.Profile(ctx, s.profile.ID)
	s.must(err)
	if view := s.now(post); view.State != "failed" || view.Failure != "sign_in_expired" || profile.State != "expired" || s.onX(post) != 0 {
		t.Fatalf("%+v %+v", view.Post, profile)
	}
}

// TestWhatGoesWithItsOffer: a paused offer's post waits, and what is out of one that is taken down is deleted.
func TestWhatGoesWithItsOffer(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	ctx := t.Context()
	s.must(s.store.Pause(ctx, s.shop, s.user, &s.offer.Offer))
	post := s.planned("Soon again")
	s.must(s.out.Publish(ctx, post.ID))
	if view := s.now(post); view.State != "scheduled" || view.Failure != "offer_waits" {
		t.Fatalf("%+v", view.Post)
	}
	s.must(s.store.Publish(ctx, s.shop, s.user, &s.offer.Offer, true))
	s.sb.Advance(time.Minute)
	s.must(s.out.Publish(ctx, post.ID))
	if s.now(post).State != "posted" {
		t.Fatalf("%+v", s.now(post).Post)
	}
	s.must(s.store.TakeDown(ctx, s.admin, &s.offer.Offer, "Not what it says."))
	s.must(s.out.Remove(ctx, post.ID))
	if s.now(post).State != "deleted" || s.onX(post) != 0 {
		t.Fatalf("%+v", s.now(post).Post)
	}
}

func TestAPostByHandIsFound(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	ctx := t.Context()
	post, err := s.store.CreatePost(ctx, s.shop, s.user, &s.offer.Offer, X, "By hand", 0)
	s.must(err)
	if there, err := s.out.FindPost(ctx, post, s.profile); err != nil || there != nil {
		t.Fatal(there, err)
	}
	id := s.says("maisonkestrel", "By hand, and changed a little\n"+s.out.Link(post), "")
	there, err := s.out.FindPost(ctx, post, s.profile)
	if err != nil || there == nil || there.ID != id {
		t.Fatal(there, err)
	}
	s.must(s.store.MarkFound(ctx, s.shop, s.user, post, s.profile, models.Sent{RemoteID: there.ID, RemoteURL: there.URL, At: there.At}))
	if view := s.now(post); view.State != "posted" || view.MeasureAt == nil || view.ByUs {
		t.Fatalf("%+v", view.Post)
	}
}

// TestDisconnecting gives the grant back, and keeps nothing of it.
func TestDisconnecting(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	ctx := t.Context()
	s.must(s.store.Disconnect(ctx, s.shop, s.user, s.profile))
	for range 2 {
		s.must(s.out.Disconnect(ctx, s.profile.ID))
	}
	profile, err := s.store.Profile(ctx, s.profile.ID)
	s.must(err)
	_, err = s.client.Publish(ctx, s.grant, Message{Text: "After the end"})
	kindIs(t, "a grant that was given back", err, SignInExpired)
	if profile.GrantSealed != "" || profile.State != "revoked" {
		t.Fatalf("%+v", profile)
	}
}
