package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tillbird/tillbird/models"
)

const rowCallers = 64

// onPostgres is P11: the door for webhooks beside one commit after the other, and orders of one offer, which all change
// its row, beside the bare UPDATE of that row.
func onPostgres(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	if !b.postgres() {
		return nil, nil, errors.New("it is about PostgreSQL: name a database with -database-url")
	}
	checks, door, err := intake(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	w, err := b.open(ctx, false)
	if err != nil {
		return nil, nil, err
	}
	defer w.close()
	if err := w.openShop(ctx); err != nil {
		return nil, nil, err
	}
	pool, err := pgxpool.New(ctx, b.databaseURL)
	if err != nil {
		return nil, nil, err
	}
	defer pool.Close()
	var orders, updates, ratios []float64
	for range b.rounds {
		offer, err := w.offer(ctx, "1000000")
		if err != nil {
			return nil, nil, err
		}
		ours, err := b.together(func(n int64) error { return w.order(ctx, offer, n) })
		if err != nil {
			return nil, nil, err
		}
		bare, err := b.together(func(int64) error {
			_, err := pool.Exec(ctx, "UPDATE offers SET held = held + 1 WHERE id = $1 AND held + sold + 1 <= stock", offer.ID)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		orders, updates, ratios = append(orders, short(ours)), append(updates, short(bare)), append(ratios, short(ours/bare))
	}
	raw := map[string]any{"door": door, "callers": rowCallers, "orders_per_second": orders, "updates_per_second": updates, "ratios": ratios}
	return []check{checks[0], least("orders of one offer, over a bare UPDATE of its row", median(ratios), 0.8)}, raw, nil
}

// order is one more order of an offer.
func (w *world) order(ctx context.Context, offer *models.OfferView, n int64) error {
	_, _, err := w.store.PlaceOrder(ctx, models.Purchase{
		Offer: offer, Shop: w.shop, Email: fmt.Sprintf("fan%d@example.com", n), Language: "en", AttemptKey: fmt.Sprintf("%s-%d", offer.ID, n), Buyer: fmt.Sprintf("browser%d", n),
		OnBehalfOf: true, FeeBasis: 340, FeeFixed: 25, CheckoutLasts: 31 * time.Minute,
	})
	return err
}

// together lets all callers do something again and again, and tells how often a second it was done.
func (b *bench) together(do func(n int64) error) (perSecond float64, err error) {
	var all sync.WaitGroup
	var done atomic.Int64
	errs := make([]error, rowCallers)
	began := time.Now()
	for i := range rowCallers {
		all.Go(func() {
			for errs[i] == nil && time.Since(began) < b.seconds {
				errs[i] = do(done.Add(1))
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), errors.Join(errs...)
}
