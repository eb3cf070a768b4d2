package models_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

func TestWallTime(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	apia, err := time.LoadLocation("Pacific/Apia")
	must(t, err)
	for _, c := range []struct {
		wall, at string
		zone     *time.Location
		shift    models.Shift
	}{
		{"2026-07-01T18:00", "2026-07-01T16:00", paris, models.ShiftNone},
		{"2026-12-01T18:00", "2026-12-01T17:00", paris, models.ShiftNone},
		{"2027-03-28T01:59", "2027-03-28T00:59", paris, models.ShiftNone},
		{"2027-03-28T02:30", "2027-03-28T01:30", paris, models.ShiftSkipped}, // 03:30 there
		{"2027-03-28T03:00", "2027-03-28T01:00", paris, models.ShiftNone},
		{"2026-10-25T02:30", "2026-10-25T00:30", paris, models.ShiftTwice}, // the first, still in summer time
		{"2026-10-25T03:00", "2026-10-25T02:00", paris, models.ShiftNone},
		{"2026-10-25T12:00", "2026-10-24T23:00", apia, models.ShiftNone},
	} {
		wall, err := time.Parse("2006-01-02T15:04", c.wall)
		must(t, err)
		at, shift := models.WallTime(wall, c.zone)
		if got := at.UTC().Format("2006-01-02T15:04"); got != c.at || shift != c.shift {
			t.Errorf("%s in %s is %s %q, want %s %q", c.wall, c.zone, got, shift, c.at, c.shift)
		}
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t) // a Sunday
	shop, user, offer := seller(t, store, "5")
	profile := account(t, store, shop, user, 0)
	want := []string{"2026-10-06T16:00", "2026-10-08T16:00", "2026-10-13T16:00"}
	for i, want := range want {
		at, err := store.NextSlot(t.Context(), shop)
		must(t, err)
		if got := at.Format("2006-01-02T15:04"); got != want {
			t.Fatalf("slot %d is %s, want %s", i, got, want)
		}
		post, err := store.CreatePostOf(t.Context(), shop, user, &offer.Offer, models.PostForm{Network: "x", Text: "Slot " + want, Profile: profile})
		must(t, err)
		must(t, store.PlanPost(t.Context(), shop, user, post, &at))
	}
	if _, _, err := store.ParsePostTime(shop, "2026-10-04T15:29"); err == nil {
		t.Error("a time that has passed can be chosen")
	}
	for _, typed := range []string{"", "soon", "2028-01-01T10:00"} {
		if _, _, err := store.ParsePostTime(shop, typed); err == nil {
			t.Errorf("%q can be chosen", typed)
		}
	}
}

// TestAPostsWay: each step happens once and from the right state alone, and money is counted for what went out.
func TestAPostsWay(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, offer := seller(t, store, "5")
	profile := account(t, store, shop, user, 0)
	ctx := t.Context()
	post, err := store.CreatePostOf(ctx, shop, user, &offer.Offer, models.PostForm{Network: "x", Text: "New aprons", Profile: profile})
	must(t, err)
	if _, err := store.BeginAttempt(ctx, post, profile, 200_000); !errors.Is(err, models.ErrChanged) {
		t.Fatalf("a draft goes out: %v", err)
	}
	at := store.Now().Add(time.Hour)
	must(t, store.PlanPost(ctx, shop, user, post, &at))
	if _, err := store.BeginAttempt(ctx, post, profile, 200_000); !errors.Is(err, models.ErrChanged) {
		t.Fatalf("it goes out before its time: %v", err)
	}
	must(t, store.UnplanPost(ctx, shop, user, post))
	if err := store.UnplanPost(ctx, shop, user, post); !errors.Is(err, models.ErrChanged) {
		t.Fatal(err)
	}
	must(t, store.PlanPost(ctx, shop, user, post, &at))
	clock.Advance(time.Hour)
	must(t, store.UpdatePost(ctx, shop, post, "New aprons, sage", 0))
	if _, err := store.BeginAttempt(ctx, post, profile, 200_000); !errors.Is(err, models.ErrChanged) {
		t.Fatalf("the text that nobody wants any more goes out: %v", err)
	}
	view, _, err := store.PostToPublish(ctx, post.ID)
	must(t, err)
	attempt, err := store.BeginAttempt(ctx, &view.Post, profile, 200_000)
	must(t, err)
	if _, err := store.BeginAttempt(ctx, &view.Post, profile, 200_000); !errors.Is(err, models.ErrChanged) || attempt.Look {
		t.Fatalf("two are at it: %v", err)
	}
	if err := store.UpdatePost(ctx, shop, post, "Too late", 0); !errors.Is(err, models.ErrChanged) {
		t.Fatal(err)
	}
	// A network that wants a pause has certainly not taken it: nothing is paid, and it is tried again at that time.
	must(t, store.Postpone(ctx, attempt, clock.Now().Add(10*time.Minute), "rate_limited", "", false))
	spent := func() int64 {
		costs, err := store.NetworkCosts(ctx, shop)
		must(t, err)
		return costs.Micros
	}
	if spent() != 0 {
		t.Fatalf("%d is paid", spent())
	}
	clock.Advance(10 * time.Minute)
	attempt, err = store.BeginAttempt(ctx, &view.Post, profile, 200_000)
	must(t, err)
	// The process dies here. Whoever takes it up later must look first, and pays once.
	clock.Advance(3 * time.Minute)
	second, err := store.BeginAttempt(ctx, &view.Post, profile, 200_000)
	must(t, err)
	if !second.Look || second.Number != attempt.Number+1 || spent() != 200_000 {
		t.Fatalf("look %v, %d paid", second.Look, spent())
	}
	must(t, store.FailPost(ctx, attempt, "refused", "from the dead", false))
	must(t, store.RecordSent(ctx, second, models.Sent{RemoteID: "7", RemoteURL: "https://x.com/maisonkestrel/status/7", At: clock.Now(), Found: true}))
	out, err := store.PostIn(ctx, shop, post.Code)
	must(t, err)
	if out.State != "posted" || !out.ByUs || out.RemoteID != "7" || out.MeasureAt == nil || spent() != 200_000 {
		t.Fatalf("%+v, %d paid", out.Post, spent())
	}
	twin, err := store.CreatePostOf(ctx, shop, user, &offer.Offer, models.PostForm{Network: "x", Text: " new  APRONS, sage", Profile: profile})
	must(t, err)
	if err := store.PlanPost(ctx, shop, user, twin, nil); code(err, "text") != "post.same" {
		t.Fatalf("the same text goes out twice: %v", err)
	}
}

// TestWhatIsPlannedWithoutItsAccountOrOffer: nothing is lost, and nothing goes out that should not.
func TestWhatIsPlannedWithoutItsAccountOrOffer(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, offer := seller(t, store, "5")
	profile := account(t, store, shop, user, 0)
	ctx := t.Context()
	at := store.Now().Add(time.Hour)
	plan := func(text string) *models.Post {
		post, err := store.CreatePostOf(ctx, shop, user, &offer.Offer, models.PostForm{Network: "x", Text: text, Profile: profile})
		must(t, err)
		must(t, store.PlanPost(ctx, shop, user, post, &at))
		return post
	}
	state := func(post *models.Post) (string, string) {
		view, err := store.PostIn(ctx, shop, post.Code)
		must(t, err)
		return view.State, view.Failure
	}
	first := plan("One")
	must(t, store.Disconnect(ctx, shop, user, profile))
	if s, why := state(first); s != "draft" || why != "disconnected" {
		t.Fatal(s, why)
	}
	if err := store.PlanPost(ctx, shop, user, first, &at); err == nil {
		t.Fatal("an account that is disconnected takes posts")
	}
	profile = account(t, store, shop, user, 0)
	second, out := plan("Two"), plan("Three")
	clock.Advance(time.Hour)
	view, _, err := store.PostToPublish(ctx, out.ID)
	must(t, err)
	attempt, err := store.BeginAttempt(ctx, &view.Post, profile, 0)
	must(t, err)
	must(t, store.RecordSent(ctx, attempt, models.Sent{RemoteID: "8"}))
	admin, err := store.SignIn(ctx, "admin@example.com", "a watchful heron")
	must(t, err)
	must(t, store.TakeDown(ctx, admin, &offer.Offer, "Not what it says."))
	if s, why := state(second); s != "failed" || why != "offer_over" {
		t.Fatal(s, why)
	}
	removed, _, err := store.PostToRemove(ctx, out.ID)
	must(t, err)
	must(t, store.RecordRemoval(ctx, removed, "", ""))
	if s, _ := state(out); s != "deleted" {
		t.Fatal(s)
	}
}

// TestThePostOfAnOfferWithoutAnEnd: the last post of a drop waits until all is sold and paid, not until it is set aside.
func TestThePostOfAnOfferWithoutAnEnd(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := seller(t, store, "1")
	post, err := store.CreatePostOf(ctx, shop, user, &offer.Offer, models.PostForm{Network: "x", Text: "Gone", Profile: account(t, store, shop, user, 0), Phase: "ended"})
	must(t, err)
	must(t, store.PlanWhenOver(ctx, shop, user, post, &offer.Offer))
	queued := func() bool {
		clock.Advance(time.Minute)
		must(t, store.QueueDuePosts(ctx, 10))
		view, err := store.PostIn(ctx, shop, post.Code)
		must(t, err)
		return view.LeaseUntil != nil
	}
	order, _, err := store.PlaceOrder(ctx, purchase(shop, offer, "fan@example.com", "a"))
	must(t, err)
	if queued() {
		t.Fatal("it goes out while the last one is only set aside")
	}
	must(t, store.RecordSession(ctx, order, "cs_1"))
	_, err = store.SettleOrder(ctx, order.ID, models.Payment{SessionID: "cs_1", PaymentIntentID: "pi_1", Amount: 4200, Currency: "eur", At: store.Now()})
	must(t, err)
	if !queued() {
		t.Fatal("all is sold, and it does not go out")
	}
	view, _, err := store.PostToPublish(ctx, post.ID)
	must(t, err)
	if !view.Offer.OverAt(store.Now()) || view.ScheduledAt != nil {
		t.Fatalf("%+v", view.Post)
	}
}

func TestVisitorsOfADay(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, offer := seller(t, store, "5")
	ctx := t.Context()
	post, err := store.CreatePost(ctx, shop, user, &offer.Offer, "x", "New aprons", 0)
	must(t, err)
	follow := func(visitors ...string) {
		for _, visitor := range visitors {
			_, err := store.FollowLink(ctx, post.Code, visitor)
			must(t, err)
		}
	}
	follow("ann", "ann", "bob", "")
	clock.Advance(24 * time.Hour)
	must(t, store.Sweep(ctx))
	follow("ann")
	view, err := store.PostIn(ctx, shop, post.Code)
	must(t, err)
	if view.Clicks != 4 || view.Visitors != 3 {
		t.Fatalf("%d clicks of %d visitors", view.Clicks, view.Visitors)
	}
}

// TestFiguresAreReadLessAndLess: the schedule ends after a week.
func TestFiguresAreReadLessAndLess(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	shop, user, offer := seller(t, store, "5")
	profile := account(t, store, shop, user, 0)
	ctx := t.Context()
	post, err := store.CreatePostOf(ctx, shop, user, &offer.Offer, models.PostForm{Network: "x", Text: "New aprons", Profile: profile})
	must(t, err)
	must(t, store.PlanPost(ctx, shop, user, post, nil))
	view, _, err := store.PostToPublish(ctx, post.ID)
	must(t, err)
	attempt, err := store.BeginAttempt(ctx, &view.Post, profile, 0)
	must(t, err)
	must(t, store.RecordSent(ctx, attempt, models.Sent{RemoteID: "9", At: clock.Now()}))
	seen := int64(0)
	for range 10 * 24 * 60 / 5 {
		clock.Advance(5 * time.Minute)
		due, err := store.DueMeasures(ctx, 10)
		must(t, err)
		for _, post := range due[profile.ID] {
			seen++
			must(t, store.RecordMeasure(ctx, &post, &models.Measure{Impressions: &seen, Likes: seen}))
		}
	}
	after, err := store.PostIn(ctx, shop, post.Code)
	must(t, err)
	if seen != 6 || after.MeasureAt != nil || *after.Impressions != 6 || after.Likes != 6 {
		t.Fatalf("read %d times: %+v", seen, after.Post)
	}
}
