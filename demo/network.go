package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
)

// network connects the first shop to the sandbox's X, as its owner would, and leaves a post there that is out, one that is
// planned and one that X did not take. It lives by the sandbox's own time: X knows no other.
func (w *world) network(ctx context.Context, store *models.Store) error {
	if w.set.Publisher == nil || len(w.shops) == 0 {
		return nil
	}
	s := w.shops[0]
	way, ok := w.set.Publisher.Network(social.X).(social.Redirecting)
	if !ok {
		return nil
	}
	const back = "http://localhost/dashboard/settings/networks/x/callback"
	begun, err := way.Begin(ctx, "", back)
	if err != nil {
		return err
	}
	code, err := w.agree(ctx, begun.URL, s.shop.Handle)
	if err != nil {
		return err
	}
	grant, err := way.Exchange(ctx, *begun, back, code)
	if err != nil {
		return err
	}
	in, err := social.Connection(social.X, grant)
	if err != nil {
		return err
	}
	profile, err := store.Connect(ctx, s.shop, s.owner, in)
	if err != nil {
		return err
	}
	return w.postByAccount(ctx, store, s, profile)
}

func (w *world) postByAccount(ctx context.Context, store *models.Store, s *stall, profile *models.Profile) error {
	offer, err := w.onSale(ctx, store, s)
	if err != nil || offer == nil {
		return err
	}
	plan := func(key, text string, at *time.Time) (*models.Post, error) {
		post, err := store.CreatePostOf(ctx, s.shop, s.owner, &offer.Offer, models.PostForm{Key: "demo " + key, Network: social.X, Text: text, Profile: profile})
		if err == nil {
			err = store.PlanPost(ctx, s.shop, s.owner, post, at)
		}
		return post, err
	}
	title := offer.Approved.Title
	out, err := plan("out", "Back on the table this week: "+title+".\nReply @"+profile.Handle+" #"+offer.Approved.Hashtag+" to buy, or get yours here.", nil)
	if err != nil && !errors.Is(err, models.ErrChanged) {
		return fmt.Errorf("a post: %w", err)
	}
	if err := w.set.Publisher.Publish(ctx, out.ID); err != nil {
		return err
	}
	slot, err := store.NextSlot(ctx, s.shop)
	if err != nil {
		return err
	}
	if _, err := plan("planned", "Last pieces of "+title+" before we cut the next batch.", &slot); err != nil && !errors.Is(err, models.ErrChanged) {
		return fmt.Errorf("a planned post: %w", err)
	}
	long := "How " + title + " is made: " + strings.Repeat("we cut, wash, press, sew and wash again, by hand, at the long table by the window; ", 4) + "and then it is yours."
	refused, err := plan("refused", long, nil)
	if err != nil && !errors.Is(err, models.ErrChanged) {
		return fmt.Errorf("a refused post: %w", err)
	}
	return w.set.Publisher.Publish(ctx, refused.ID)
}

// onSale is an offer of the shop that fans can buy now.
func (w *world) onSale(ctx context.Context, store *models.Store, s *stall) (*models.OfferView, error) {
	for _, g := range s.goods {
		if g.offer == nil {
			continue
		}
		view, err := store.OfferIn(ctx, s.shop, g.offer.Slug)
		if err != nil {
			return nil, err
		}
		if view.Approved != nil && view.StateAt(store.Now()) == "live" && !view.SoldOut() {
			return view, nil
		}
	}
	return nil, nil
}

// agree lets an account's owner say yes on X's page, and gives the code that comes back.
func (w *world) agree(ctx context.Context, page, person string) (string, error) {
	asked, err := url.Parse(page)
	if err != nil {
		return "", err
	}
	form := asked.Query()
	form.Set("person", person)
	asked.RawQuery = ""
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, asked.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", asked.Scheme+"://"+asked.Host)
	client := &http.Client{Timeout: w.client.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		return "", fmt.Errorf("the page of X answers %d: %w", answer.StatusCode, err)
	}
	return to.Query().Get("code"), nil
}
