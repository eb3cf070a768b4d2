package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/tillbird/tillbird/models"
)

const (
	hotBuyers = 256
	hotStock  = 64
	hotBursts = 4 // a round
)

// hotOffer is P5: 256 buyers at once want an offer of which there are 64, beside the ordinary way to sell it: a
// pool of connections and a transaction for each request. Our own store with a transaction for each change runs
// in turn with them, for comparison.
func hotOffer(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	names := []string{"ours", "ordinary", "ours_one_by_one"}
	if b.postgres() {
		names = names[:1] // there each has a transaction of its own anyhow
	}
	var sides []seller
	for _, name := range names {
		w, err := b.open(ctx, name == "ours_one_by_one")
		if err != nil {
			return nil, nil, err
		}
		defer w.close()
		if err := w.openShop(ctx); err != nil {
			return nil, nil, err
		}
		side := seller{world: w, sell: w.sellOne}
		if name == "ordinary" {
			plain, err := openOrdinary(ctx, w)
			if err != nil {
				return nil, nil, err
			}
			defer plain.close()
			side.sell = plain.sell
		}
		sides = append(sides, side)
	}
	rates, cpu := map[string][]float64{}, map[string][]float64{}
	var ratios, ratiosOneByOne []float64
	var ours burst
	for range b.rounds {
		var took []float64
		for i, side := range sides {
			var round burst
			for range hotBursts {
				if err := side.burst(ctx, &round); err != nil {
					return nil, nil, err
				}
			}
			const asked = hotBursts * hotBuyers
			took = append(took, round.took.Seconds())
			rates[names[i]] = append(rates[names[i]], short(asked/round.took.Seconds()))
			cpu[names[i]] = append(cpu[names[i]], short(float64(round.cpu.Microseconds())/asked))
			if i == 0 {
				ours.waits = append(ours.waits, round.waits...)
				ours.failed, ours.oversold = ours.failed+round.failed, ours.oversold+round.oversold
			}
		}
		if len(sides) > 1 {
			ratios, ratiosOneByOne = append(ratios, short(took[1]/took[0])), append(ratiosOneByOne, short(took[2]/took[0]))
		}
	}
	raw := map[string]any{
		"buyers": hotBuyers, "stock": hotStock, "bursts": hotBursts * b.rounds, "ratios": ratios, "ratios_one_by_one": ratiosOneByOne, "per_second": rates, "cpu_us": cpu,
		"p50_ms": milliseconds(quantile(ours.waits, 0.5)), "p99_ms": milliseconds(quantile(ours.waits, 0.99)), "worst_ms": milliseconds(quantile(ours.waits, 1)),
	}
	checks := []check{
		least("buyers a second, over one transaction for each request", median(ratios), 10),
		most("p99 in milliseconds", milliseconds(quantile(ours.waits, 0.99)), 20),
		most("sold twice", float64(ours.oversold), 0),
		most("answers that were neither an order nor sold out", float64(ours.failed), 0),
	}
	if b.postgres() {
		checks = checks[2:]
	}
	return checks, raw, nil
}

// seller is a way to sell: it says whether a buyer got one.
type seller struct {
	*world
	sell func(ctx context.Context, offer *models.OfferView, buyer int) (sold bool, err error)
}

// burst is what became of a crowd.
type burst struct {
	took, cpu        time.Duration
	waits            []time.Duration
	oversold, failed int
}

// burst puts an offer on sale, lets all buyers ask at once and adds what they got to sum.
func (s seller) burst(ctx context.Context, sum *burst) error {
	offer, err := s.offer(ctx, fmt.Sprint(hotStock))
	if err != nil {
		return err
	}
	var together sync.WaitGroup
	var mu sync.Mutex
	got := 0
	start := make(chan struct{})
	for i := range hotBuyers {
		together.Go(func() {
			<-start
			asked := time.Now()
			sold, err := s.sell(ctx, offer, i)
			waited := time.Since(asked)
			mu.Lock()
			defer mu.Unlock()
			sum.waits = append(sum.waits, waited)
			if sold {
				got++
			}
			if err != nil {
				sum.failed++
			}
		})
	}
	began, used := time.Now(), processCPU()
	close(start)
	together.Wait()
	sum.took, sum.cpu = sum.took+time.Since(began), sum.cpu+processCPU()-used
	after, err := s.store.OfferIn(ctx, s.shop, offer.Slug)
	if err != nil {
		return err
	}
	if got != hotStock || after.Held != hotStock {
		sum.oversold++
	}
	return nil
}

// processCPU is what this process has used of the processor.
func processCPU() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// sellOne sells by our own store.
func (w *world) sellOne(ctx context.Context, offer *models.OfferView, buyer int) (sold bool, err error) {
	err = w.order(ctx, offer, int64(buyer))
	var problems models.Problems
	if errors.As(err, &problems) && problems.For("offer") != nil {
		return false, nil
	}
	return err == nil, err
}
