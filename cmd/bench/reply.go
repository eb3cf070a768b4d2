package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/web"
)

// replies is how long a fan waits for an answer: from the arrival of X's webhook to the arrival of our answer at X, by way
// of the queue and the database, the fan without a card and the item set aside.
func replies(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	w, err := b.open(ctx, false)
	if err != nil {
		return nil, nil, err
	}
	defer w.close()
	arrived, answered := make(chan time.Time, 100), make(chan time.Time, 100)
	sandboxX := w.sandbox.X().Handler()
	x := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/2/tweets" {
			answered <- time.Now()
		}
		sandboxX.ServeHTTP(rw, r)
	}))
	defer x.Close()
	w.sandbox.X().SetURL(x.URL)
	var pages http.Handler
	ours := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == views.XWebhookPath {
			arrived <- time.Now()
		}
		pages.ServeHTTP(rw, r)
	}))
	defer ours.Close()
	keys := w.sandbox.X().Keys()
	networks := social.New(social.Settings{Now: time.Now, Local: true, X: &social.XSettings{
		Client: keys.ClientID, Secret: keys.ClientSecret, ConsumerSecret: keys.ConsumerSecret, Bearer: keys.Bearer, API: x.URL, Web: x.URL,
	}})
	quiet := slog.New(slog.DiscardHandler)
	publisher := social.NewPublisher(w.store, social.PublisherSettings{BaseURL: ours.URL, Social: networks, Order: w.pay.OrderByReply}, quiet)
	pages = web.New(w.store, w.pay, web.Settings{BaseURL: ours.URL, Publisher: publisher}, quiet)
	if err := w.connectX(ctx, networks, x.URL); err != nil {
		return nil, nil, err
	}
	if _, err := w.offer(ctx, ""); err != nil {
		return nil, nil, err
	}
	work := models.NewWork()
	w.pay.Work(work)
	publisher.Work(work)
	if err := w.store.StartJobs(ctx, work); err != nil {
		return nil, nil, err
	}
	running, stop := context.WithCancel(ctx)
	defer func() { stop(); _ = w.store.StopJobs(context.WithoutCancel(ctx)) }()
	go publisher.Run(running)
	go w.sandbox.X().Run(running)
	if err := publisher.Listen(ctx); err != nil {
		return nil, nil, err
	}
	var waits []time.Duration
	for i, person := range []string{"mira_okafor", "lucbernard", "yuki_draws", "samirhaddad", "ingridsol", "tomasz_w", "priya_reads", "danielcosta"} {
		for round := range 3 {
			words := url.Values{"as": {person}, "text": {fmt.Sprintf("@maisonkestrel #BuyApron1 %s", strings.Repeat(".", 1+3*i+round))}, "back": {"status"}}
			if _, err := browse(ctx, http.MethodPost, x.URL+"/posts", words); err != nil {
				return nil, nil, err
			}
			wait, err := between(ctx, arrived, answered)
			if err != nil {
				return nil, nil, err
			}
			waits = append(waits, wait)
		}
	}
	raw := map[string]any{"answers": len(waits), "p50_ms": milliseconds(quantile(waits, 0.5)), "slowest_ms": milliseconds(quantile(waits, 1))}
	return []check{most("milliseconds from the webhook to our answer, the slowest", milliseconds(quantile(waits, 1)), 2000)}, raw, nil
}

// between is the time from one thing to the next.
func between(ctx context.Context, arrived, answered <-chan time.Time) (time.Duration, error) {
	late := time.After(20 * time.Second)
	var from time.Time
	for {
		select {
		case from = <-arrived:
		case to := <-answered:
			return to.Sub(from), nil
		case <-late:
			return 0, errors.New("no answer came")
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// connectX signs the shop in with the sandbox's X.
func (w *world) connectX(ctx context.Context, networks *social.Social, base string) error {
	if err := w.openShop(ctx); err != nil {
		return err
	}
	const back = "http://localhost/networks/x/back"
	begun, err := networks.X().Begin(ctx, "", back)
	if err != nil {
		return err
	}
	to, err := url.Parse(begun.URL)
	if err != nil {
		return err
	}
	asked := to.Query()
	asked.Set("person", "maisonkestrel")
	led, err := browse(ctx, http.MethodPost, base+to.Path, asked)
	if err != nil {
		return err
	}
	returned, err := url.Parse(led)
	if err != nil {
		return err
	}
	grant, err := networks.X().Exchange(ctx, *begun, back, returned.Query().Get("code"))
	if err != nil {
		return err
	}
	in, err := social.Connection(social.X, grant)
	if err != nil {
		return err
	}
	_, err = w.store.Connect(ctx, w.shop, w.owner, in)
	return err
}
