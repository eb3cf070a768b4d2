// Package demo makes one world with a past, through the same doors as real use: for the sandbox, the tests and the
// screenshots.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/social"
)

// Who can sign in to the demo world. These passwords guard nothing but the sandbox on this machine.
const (
	MerchantEmail    = "ana@kestrel.example"
	MerchantPassword = "a quiet harbour"
	AdminEmail       = "sam@tillbird.example"
	AdminPassword    = "a watchful heron"
)

// Days is how much past the world has.
const Days = 90

// The notes that tell how far it is: complete under demoNote, "34/90" under ProgressNote.
const (
	demoNote     = "demo"
	ProgressNote = "demo.progress"
)

// Settings are what the world needs of the installation.
type Settings struct {
	Payments   payments.Settings // pointing at the sandbox
	SandboxURL string
	XURL       string            // of the sandbox's X; without one nothing is posted there
	Days       int               // 0 = Days
	Publisher  *social.Publisher // takes posts to the sandbox's X; nil for none
}

// world is the demo while it is made.
type world struct {
	set    Settings
	log    *slog.Logger
	clock  *clock
	real   func() time.Time   // the sandbox's own time
	store  *models.Store      // keeps the demo's time
	now    *payments.Payments // for pages that live by the sandbox's own time: onboarding
	past   *payments.Payments // makes checkouts at the demo's time
	client *http.Client
	dice   *rand.Rand
	admin  *models.User
	shops  []*stall
	onX    *models.Profile   // the first shop's account on X
	due    *models.DueAnswer // the answer to a reply that goes out next
}

// stall is a shop with its goods.
type stall struct {
	plan  shopPlan
	owner *models.User
	shop  *models.Shop
	goods []*good
}

// good is an offer with its posts.
type good struct {
	plan  offerPlan
	offer *models.Offer
	posts []string // codes
	root  string   // its latest post's id on the local X
}

// Make makes the demo world, or goes on where a stop left it, or does nothing where it is complete. Nobody sees its
// shops before it is.
func Make(ctx context.Context, store *models.Store, set Settings, log *slog.Logger) error {
	if set.Days == 0 {
		set.Days = Days
	}
	state, err := store.Note(ctx, demoNote)
	if err != nil || state == "complete" {
		return err
	}
	w, err := newWorld(ctx, store, set, log)
	if err != nil {
		return err
	}
	if err := w.people(ctx); err != nil {
		return fmt.Errorf("people: %w", err)
	}
	first, _, _ := strings.Cut(state, "/")
	day, _ := strconv.Atoi(first)
	for ; day < set.Days; day++ {
		w.clock.setDay(day)
		if err := w.day(ctx, day); err != nil {
			return fmt.Errorf("day %d: %w", day, err)
		}
		progress := fmt.Sprintf("%d/%d", day+1, set.Days)
		if err := errors.Join(store.KeepNote(ctx, demoNote, progress), store.KeepNote(ctx, ProgressNote, progress)); err != nil {
			return err
		}
	}
	return w.open(ctx, store)
}

func newWorld(ctx context.Context, store *models.Store, set Settings, log *slog.Logger) (*world, error) {
	begin, err := beginning(ctx, store, set.Days)
	if err != nil {
		return nil, err
	}
	w := &world{set: set, log: log, clock: &clock{begin: begin, last: store.Now().Add(-90 * time.Minute)}, real: store.Now, client: &http.Client{Timeout: 20 * time.Second}, dice: rand.New(rand.NewPCG(7, 42))}
	w.store = store.At(w.clock.Now)
	if w.now, err = payments.New(w.store, set.Payments, log); err != nil {
		return nil, err
	}
	past := set.Payments
	past.HTTPClient = &http.Client{Timeout: 20 * time.Second, Transport: pastTransport{w.clock}}
	w.past, err = payments.New(w.store, past, log)
	return w, err
}

// beginning is the first day, kept so that a world that is gone on with has the same past.
func beginning(ctx context.Context, store *models.Store, days int) (time.Time, error) {
	kept, err := store.Note(ctx, "demo.begin")
	if err != nil {
		return time.Time{}, err
	}
	if begin, err := time.Parse(time.RFC3339, kept); err == nil {
		return begin, nil
	}
	begin := store.Now().Truncate(24*time.Hour).AddDate(0, 0, 1-days)
	return begin, store.KeepNote(ctx, "demo.begin", begin.Format(time.RFC3339))
}

// open shows the shops to the world and says that it is complete.
func (w *world) open(ctx context.Context, store *models.Store) error {
	if err := w.team(ctx); err != nil {
		return fmt.Errorf("team: %w", err)
	}
	for _, s := range w.shops {
		if err := w.store.OpenShop(ctx, s.shop); err != nil {
			return err
		}
	}
	for _, s := range w.shops {
		if err := w.past.FindPayouts(ctx, s.shop, w.clock.begin); err != nil {
			return fmt.Errorf("payouts: %w", err)
		}
	}
	// Every order was settled as it was paid; what the sandbox holds back of the past has nothing new to tell.
	if err := w.submit(ctx, w.set.SandboxURL+"/held", url.Values{}); err != nil {
		return fmt.Errorf("settle the past's events: %w", err)
	}
	if err := w.dispute(ctx, store); err != nil {
		return fmt.Errorf("disputes: %w", err)
	}
	if err := w.network(ctx, store); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	if err := w.remind(ctx, store); err != nil {
		return fmt.Errorf("reminders: %w", err)
	}
	if err := store.CountPopular(ctx); err != nil {
		return fmt.Errorf("popular offers: %w", err)
	}
	return store.KeepNote(ctx, demoNote, "complete")
}

// people makes those who sign in, and their shops.
func (w *world) people(ctx context.Context) error {
	admin, err := w.store.UserByEmail(ctx, AdminEmail)
	if errors.Is(err, models.ErrNotFound) {
		admin, err = w.store.CreateAdmin(ctx, AdminEmail, AdminPassword, "en")
	}
	if err != nil {
		return err
	}
	w.admin = admin
	for _, plan := range shopPlans {
		s, err := w.stall(ctx, plan)
		if err != nil {
			return fmt.Errorf("%s: %w", plan.shop.Name, err)
		}
		w.shops = append(w.shops, s)
	}
	return nil
}

func (w *world) stall(ctx context.Context, plan shopPlan) (*stall, error) {
	owner, err := w.merchant(ctx, plan)
	if err != nil {
		return nil, err
	}
	s := &stall{plan: plan, owner: owner}
	memberships, err := w.store.Memberships(ctx, owner)
	if err != nil {
		return nil, err
	}
	if len(memberships) > 0 {
		s.shop = &memberships[0].Shop
	} else if s.shop, err = w.store.PrepareShop(ctx, owner, plan.shop, w.now.ShopCountries()); err != nil {
		return nil, err
	}
	if s.shop.SellerName == "" {
		if err := w.prices(ctx, s); err != nil {
			return nil, err
		}
		if err := w.store.UpdateShop(ctx, s.shop, owner, plan.settings); err != nil {
			return nil, err
		}
	}
	if !s.shop.DetailsSubmitted {
		if s.shop, err = w.onboard(ctx, s.shop, plan.onboarding); err != nil {
			return nil, fmt.Errorf("onboarding: %w", err)
		}
	}
	return s, w.knownGoods(ctx, s)
}

// merchant signs up and confirms the address by the link of the letter, as a person would.
func (w *world) merchant(ctx context.Context, plan shopPlan) (*models.User, error) {
	user, err := w.store.UserByEmail(ctx, plan.email)
	if errors.Is(err, models.ErrNotFound) {
		user, err = w.store.CreateUser(ctx, models.SignUp{Email: plan.email, Password: MerchantPassword, Language: plan.shop.Language})
	}
	if err != nil || user.ConfirmedAt != nil {
		return user, err
	}
	letter, err := w.store.LatestLetter(ctx, "confirm_email", plan.email)
	if err != nil {
		return nil, err
	}
	_, err = w.store.ConfirmEmail(ctx, letter.Secret)
	return user, err
}

// knownGoods finds what an earlier, stopped making has made already.
func (w *world) knownGoods(ctx context.Context, s *stall) error {
	views, err := w.store.Offers(ctx, s.shop, models.OfferFilter{Page: models.Page{Size: 100}})
	if err != nil {
		return err
	}
	for _, view := range views {
		for _, plan := range s.plan.offers {
			if plan.form.Title != view.Version.Title {
				continue
			}
			g := &good{plan: plan, offer: &view.Offer}
			posts, err := w.store.Posts(ctx, s.shop, g.offer, models.Page{})
			if err != nil {
				return err
			}
			for _, post := range posts {
				g.posts = append(g.posts, post.Code)
				if _, id, found := strings.Cut(post.RemoteURL, w.set.XURL+"/"+s.shop.Handle+"/status/"); found && g.root == "" {
					g.root = id
				}
			}
			s.goods = append(s.goods, g)
		}
	}
	return nil
}

// onboard goes through the sandbox's hosted pages with test values; action is "good", "poor" or empty for not at all.
func (w *world) onboard(ctx context.Context, shop *models.Shop, action string) (*models.Shop, error) {
	if action == "" {
		return shop, nil
	}
	link, err := w.now.Connect(ctx, shop)
	if err != nil {
		return nil, err
	}
	answer, err := w.get(ctx, link)
	if err != nil {
		return nil, err
	}
	// The last redirect leads back to Tillbird, which need not be followed.
	if err := w.submit(ctx, answer, url.Values{"step": {"1"}, "action": {action}}); err != nil {
		return nil, err
	}
	fresh, err := w.store.ShopOf(ctx, shop.ID)
	if err != nil {
		return nil, err
	}
	return w.now.RefreshAccount(ctx, fresh)
}
