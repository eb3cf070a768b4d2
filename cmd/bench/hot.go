package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tillbird/tillbird/models"
)

const (
	hotBuyers = 256
	hotStock  = 64
	hotBursts = 4 // a round
)

// hotOffer is P5: 256 buyers at once want an offer of which there are 64, beside the same with a transaction for each.
func hotOffer(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	var sides [2]*world // in shared transactions, one by one
	for i := range sides {
		w, err := b.open(ctx, i == 1)
		if err != nil {
			return nil, nil, err
		}
		defer w.close()
		if err := w.openShop(ctx); err != nil {
			return nil, nil, err
		}
		sides[i] = w
	}
	var rates [2][]float64
	var ratios []float64
	var waits []time.Duration
	oversold, failures := 0, 0
	for range b.rounds {
		var took [2]time.Duration
		for i, w := range sides {
			for range hotBursts {
				offer, err := w.offer(ctx, fmt.Sprint(hotStock))
				if err != nil {
					return nil, nil, err
				}
				lasted, each, wrong, err := w.burst(ctx, offer)
				if err != nil {
					return nil, nil, err
				}
				took[i] += lasted
				failures += wrong.failed
				oversold += wrong.oversold
				if i == 0 {
					waits = append(waits, each...)
				}
			}
			rates[i] = append(rates[i], short(hotBursts*hotBuyers/took[i].Seconds()))
		}
		ratios = append(ratios, short(took[1].Seconds()/took[0].Seconds()))
	}
	raw := map[string]any{
		"buyers": hotBuyers, "stock": hotStock, "bursts": hotBursts * b.rounds, "ratios": ratios, "per_second": rates[0], "per_second_one_by_one": rates[1],
		"p50_ms": milliseconds(quantile(waits, 0.5)), "p99_ms": milliseconds(quantile(waits, 0.99)), "worst_ms": milliseconds(quantile(waits, 1)),
	}
	checks := []check{
		least("buyers a second, over one transaction each", median(ratios), 10),
		most("p99 in milliseconds", milliseconds(quantile(waits, 0.99)), 20),
		most("sold twice", float64(oversold), 0),
		most("answers that were neither an order nor sold out", float64(failures), 0),
	}
	if b.postgres() {
		checks = checks[2:] // there each has a transaction of its own anyhow
	}
	return checks, raw, nil
}

type wrong struct{ oversold, failed int }

// burst lets all buyers ask at once and counts what they got.
func (w *world) burst(ctx context.Context, offer *models.OfferView) (took time.Duration, waits []time.Duration, bad wrong, err error) {
	var together sync.WaitGroup
	var mu sync.Mutex
	got := 0
	start := make(chan struct{})
	for i := range hotBuyers {
		together.Go(func() {
			in := models.Purchase{
				Offer: offer, Shop: w.shop, Email: fmt.Sprintf("fan%d@example.com", i), Language: "en", AttemptKey: fmt.Sprintf("%s-%d", offer.ID, i), Buyer: fmt.Sprintf("browser%d", i),
				OnBehalfOf: true, FeeBasis: 340, FeeFixed: 25, CheckoutLasts: 31 * time.Minute,
			}
			<-start
			asked := time.Now()
			_, _, err := w.store.PlaceOrder(ctx, in)
			waited := time.Since(asked)
			var problems models.Problems
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, waited)
			switch {
			case err == nil:
				got++
			case !errors.As(err, &problems) || problems.For("offer") == nil:
				bad.failed++
			}
		})
	}
	began := time.Now()
	close(start)
	together.Wait()
	took = time.Since(began)
	after, err := w.store.OfferIn(ctx, w.shop, offer.Slug)
	if err != nil {
		return took, waits, bad, err
	}
	if got != hotStock || after.Held != hotStock {
		bad.oversold = 1
	}
	return took, waits, bad, nil
}
