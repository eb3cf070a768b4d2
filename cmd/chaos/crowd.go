package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/sandbox"
	"github.com/tillbird/tillbird/social"
)

// seller is the handle on X of the shop whose offers are bought by reply: the one that counts no tax.
const seller = "maisonkestrel"

// crowd are the people on X, and what they wrote: the truth about who wanted what.
type crowd struct {
	fans   []string // handles
	offers []posted

	mu      sync.Mutex
	wrote   map[string]string // posts that mention the shop: who wrote them
	words   map[string]bool   // "handle code": confirmed
	answers map[string][]sandbox.XAnswer
	stopped map[string]bool
}

// posted is an offer with its post on X.
type posted struct {
	*models.OfferView
	root string
}

// cardsOfFans are what fans keep: most can be charged without their owners, some cannot.
var cardsOfFans = []string{"4242424242424242", "5555555555554444", "4242424242424242", "4242424242424242", "4000000000000341", "4000002760003184"}

// gather connects the first shop to X, posts its offers there, and makes fans who have synced a card.
func (c *chaos) gather(ctx context.Context, store *models.Store, pay *payments.Payments) error {
	c.crowd.wrote, c.crowd.words, c.crowd.stopped = map[string]string{}, map[string]bool{}, map[string]bool{}
	keys := c.sandbox.X().Keys()
	networks := social.New(social.Settings{Local: true, Now: c.clock, X: &social.XSettings{
		Client: keys.ClientID, Secret: keys.ClientSecret, ConsumerSecret: keys.ConsumerSecret, Bearer: keys.Bearer, API: c.x, Web: c.x,
	}})
	s := c.shops[0]
	owner, err := store.UserByEmail(ctx, s.email)
	if err != nil {
		return err
	}
	grant, err := c.signIn(ctx, networks.X(), seller)
	if err != nil {
		return err
	}
	in, err := social.Connection(social.X, grant)
	if err != nil {
		return err
	}
	profile, err := store.Connect(ctx, s.Shop, owner, in)
	if err != nil {
		return err
	}
	if err := store.SetNetworkCap(ctx, s.Shop, owner, "900"); err != nil {
		return err
	}
	out := social.NewPublisher(store, social.PublisherSettings{BaseURL: c.front.base, Social: networks}, slog.New(slog.DiscardHandler))
	for _, offer := range s.offers {
		if offer.Version.ChosenPrice {
			continue // nobody can say in a reply what it is worth
		}
		root, err := c.publish(ctx, store, out, s, owner, profile, offer)
		if err != nil {
			return err
		}
		c.crowd.offers = append(c.crowd.offers, posted{offer, root})
	}
	for i := range max(c.orders/15, 6) {
		handle := fmt.Sprintf("chaos_fan%d", i)
		if err := c.sync(ctx, store, pay, networks.X(), handle, cardsOfFans[i%len(cardsOfFans)]); err != nil {
			return fmt.Errorf("%s: %w", handle, err)
		}
		c.crowd.fans = append(c.crowd.fans, handle)
	}
	return nil
}

func (c *chaos) signIn(ctx context.Context, x *social.XClient, handle string) (*social.Grant, error) {
	back := c.front.base + "/back"
	begun, err := x.Begin(ctx, "", back)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(begun.URL)
	if err != nil {
		return nil, err
	}
	asked := u.Query()
	asked.Set("person", handle)
	to, err := onward(ctx, http.MethodPost, c.x+u.Path, asked)
	if err != nil {
		return nil, err
	}
	if u, err = url.Parse(to); err != nil {
		return nil, err
	}
	return x.Exchange(ctx, *begun, back, u.Query().Get("code"))
}

func (c *chaos) publish(ctx context.Context, store *models.Store, out *social.Publisher, s *shop, owner *models.User, profile *models.Profile, offer *models.OfferView) (root string, err error) {
	text := offer.Version.Title + ": reply @" + seller + " #" + offer.Version.Hashtag
	post, err := store.CreatePostOf(ctx, s.Shop, owner, &offer.Offer, models.PostForm{Network: social.X, Text: text, Profile: profile})
	if err != nil {
		return "", err
	}
	if err := store.PlanPost(ctx, s.Shop, owner, post, nil); err != nil {
		return "", err
	}
	if err := out.Publish(ctx, post.ID); err != nil {
		return "", err
	}
	view, err := store.PostIn(ctx, s.Shop, post.Code)
	if err != nil || view.RemoteID == "" {
		return "", errors.Join(err, errors.New("the post is not out"))
	}
	return view.RemoteID, nil
}

// sync makes a person on X and leads them through consent and card, as the wallet's pages do.
func (c *chaos) sync(ctx context.Context, store *models.Store, pay *payments.Payments, x *social.XClient, handle, card string) error {
	if _, err := onward(ctx, http.MethodPost, c.x+"/people", url.Values{"handle": {handle}, "name": {handle}, "kind": {"fan"}}); err != nil {
		return err
	}
	grant, err := c.signIn(ctx, x, handle)
	if err != nil {
		return err
	}
	fan, err := store.EnterFan(ctx, models.Identity{Network: social.X, RemoteID: grant.Account, Handle: grant.Handle, Name: grant.Name}, nil, "en", "127.0.0.1")
	if err != nil {
		return err
	}
	form := models.FanForm{
		Agreed: true, Email: handle + "@fans.example", Currency: "eur", CapOrder: "300", CapDay: "900", Name: "Béa Martin", Address: "3 rue du Port\n29200 Brest", Country: "FR",
		Language: "en", Handle: handle, Client: "127.0.0.1",
	}
	if err := store.Agree(ctx, fan, form, time.Nanosecond); err != nil {
		return err
	}
	letter, err := store.LatestLetter(ctx, "fan_email", form.Email)
	if err != nil {
		return err
	}
	if err := store.ConfirmFanEmail(ctx, letter.Secret); err != nil {
		return err
	}
	if fan, err = store.Fan(ctx, fan.ID); err != nil {
		return err
	}
	address, err := pay.StartCard(ctx, fan)
	if err != nil {
		return err
	}
	next, err := onward(ctx, http.MethodPost, address, url.Values{"name": {"Béa Martin"}, "number": {card}, "expiry": {"12 / 40"}, "cvc": {"123"}})
	if err != nil {
		return err
	}
	if threeDS.MatchString(next) {
		if _, err := onward(ctx, http.MethodPost, c.stripe+threeDS.FindString(next), url.Values{"answer": {"complete"}}); err != nil {
			return err
		}
	}
	setup, err := store.OpenCardSetup(ctx, fan)
	if err != nil {
		return err
	}
	return pay.SettleCard(ctx, setup)
}

var threeDS = regexp.MustCompile(`/3ds/.*`)

// heard waits until X delivers what is written to the shop: the crowd wants its answers at once.
func (c *chaos) heard(ctx context.Context) error {
	for range 600 {
		n, err := c.sandbox.X().Subscriptions(ctx)
		if n > 0 || err != nil {
			return err
		}
		if !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	return errors.New("nobody listens to X")
}
