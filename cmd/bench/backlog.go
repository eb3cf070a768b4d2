package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

const (
	backlogLasts   = 20.0 // seconds for a hundred thousand events
	backlogAgain   = 2_000
	backlogDrains  = 2
	backlogSenders = 128
)

// backlog is P4: what waited for us, shuffled, goes into orders and the figures by day. Its events are those of a sale
// at the local Stripe, told of as many orders as it takes.
func backlog(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	w, err := b.open(ctx, false)
	if err != nil {
		return nil, nil, err
	}
	defer w.close()
	if err := w.openShop(ctx); err != nil {
		return nil, nil, err
	}
	offer, err := w.offer(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	s, err := w.sale(ctx, offer)
	if err != nil {
		return nil, nil, err
	}
	n := max(b.events/len(s.events), 1)
	orders, err := w.place(ctx, offer, n)
	if err != nil {
		return nil, nil, err
	}
	pairs := rand.New(rand.NewPCG(4, 4)).Perm(n * len(s.events))
	began := time.Now()
	if err := w.keep(ctx, s, orders, pairs, ""); err != nil {
		return nil, nil, err
	}
	kept := time.Since(began)
	runtime.GC()
	took, err := w.drain(ctx)
	if err != nil {
		return nil, nil, err
	}
	wrong, err := w.differences(ctx, offer, orders)
	if err != nil {
		return nil, nil, err
	}
	// Some of it again, under other names: Stripe tells of one change twice.
	if err := w.keep(ctx, s, orders, pairs[:min(backlogAgain, len(pairs))], "again"); err != nil {
		return nil, nil, err
	}
	if _, err := w.drain(ctx); err != nil {
		return nil, nil, err
	}
	after, err := w.differences(ctx, offer, orders)
	if err != nil {
		return nil, nil, err
	}
	raw := map[string]any{
		"events": len(pairs), "orders": n, "events_of_a_sale": s.kinds, "events_per_second": short(float64(len(pairs)) / took.Seconds()),
		"kept_in_seconds": short(kept.Seconds()), "told_again": min(backlogAgain, len(pairs)),
	}
	return []check{
		most("seconds until all is in orders and figures", took.Seconds(), short(backlogLasts*float64(len(pairs))/100_000)),
		most("differences", float64(wrong), 0),
		most("differences after some of it came again", float64(after), 0),
	}, raw, nil
}

// sale is what Stripe tells of one sale.
type sale struct {
	order   *models.Order
	events  []string
	kinds   []string
	objects []string
	ids     []string
}

var stripeName = regexp.MustCompile(`\b(?:cs_test|cs|pi|ch|evt|txn|tr|fee|py|pm|req|cus|li)_[A-Za-z0-9_]{6,}`)

// sale lets a fan buy at the local Stripe and takes what that tells.
func (w *world) sale(ctx context.Context, offer *models.OfferView) (*sale, error) {
	order, address, err := w.pay.StartCheckout(ctx, payments.Purchase{Offer: offer, Shop: w.shop, Email: "first@example.com", Language: "en", Buyer: "first"})
	if err != nil {
		return nil, err
	}
	if _, err := browse(ctx, http.MethodPost, address, url.Values{
		"name": {"Béa Martin"}, "number": {"4242424242424242"}, "expiry": {"12 / 30"}, "cvc": {"123"},
		"ship_line1": {"3 rue du Port"}, "ship_postal_code": {"29200"}, "ship_city": {"Brest"}, "ship_country": {"FR"},
	}); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.stripe.URL+"/v1/events?limit=100", nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+w.sandbox.SecretKey())
	r.Header.Set("Stripe-Version", "2023-10-16")
	answer, err := noRedirects.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var list struct{ Data []json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		return nil, err
	}
	s := &sale{order: order}
	seen := map[string]bool{}
	for _, raw := range list.Data {
		var event struct {
			Type string
			Data struct{ Object struct{ ID string } }
		}
		if err := json.Unmarshal(raw, &event); err != nil {
			return nil, err
		}
		if !strings.Contains(string(raw), order.ID) && !strings.HasPrefix(event.Type, "transfer.") && !strings.HasPrefix(event.Type, "application_fee.") {
			continue
		}
		s.events, s.kinds, s.objects = append(s.events, string(raw)), append(s.kinds, event.Type), append(s.objects, event.Data.Object.ID)
		for _, id := range stripeName.FindAllString(string(raw), -1) {
			if !seen[id] && id != *order.SessionID {
				seen[id] = true
				s.ids = append(s.ids, id)
			}
		}
	}
	if len(s.events) < 3 {
		return nil, fmt.Errorf("a sale is told by %v only", s.kinds)
	}
	return s, nil
}

// place makes orders that wait for their payment.
func (w *world) place(ctx context.Context, offer *models.OfferView, n int) ([]*models.Order, error) {
	orders := make([]*models.Order, n)
	err := side(ctx, n, func(i int) error {
		order, _, err := w.store.PlaceOrder(ctx, models.Purchase{
			Offer: offer, Shop: w.shop, Email: fmt.Sprintf("fan%d@example.com", i), Language: "en", AttemptKey: fmt.Sprintf("%s-%d", offer.ID, i),
			OnBehalfOf: true, FeeBasis: 340, FeeFixed: 25, CheckoutLasts: time.Hour,
		})
		if err != nil {
			return err
		}
		orders[i] = order
		session := "cs_test_" + order.ID
		order.SessionID = &session
		return w.store.RecordSession(ctx, order, session)
	})
	return orders, err
}

// keep receives events: of each number, the order and which of the sale's events. As it comes they were shuffled.
func (w *world) keep(ctx context.Context, s *sale, orders []*models.Order, pairs []int, again string) error {
	return side(ctx, len(pairs), func(i int) error {
		order, which := orders[pairs[i]/len(s.events)], pairs[i]%len(s.events)
		replace := []string{s.order.ID, order.ID, *s.order.SessionID, *order.SessionID}
		mark := "n" + strings.ReplaceAll(order.ID, "-", "")
		for _, id := range s.ids {
			if strings.HasPrefix(id, "evt_") {
				replace = append(replace, id, id+mark+again)
			} else {
				replace = append(replace, id, id+mark)
			}
		}
		names := strings.NewReplacer(replace...)
		payload := names.Replace(s.events[which])
		event := models.Event{
			StripeID: fmt.Sprintf("evt_%s_%d%s", order.ID, which, again), Endpoint: "account", Type: s.kinds[which], ObjectID: names.Replace(s.objects[which]),
			Payload: []byte(payload), CameBy: "webhook", OccurredAt: time.Now(),
		}
		fresh, err := w.store.ReceiveEvent(ctx, event)
		if err == nil && !fresh {
			err = errors.New("an event of this name was there before")
		}
		return err
	})
}

// drain applies all that waits.
func (w *world) drain(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	group, running := errgroup.WithContext(ctx)
	for range backlogDrains {
		group.Go(func() error {
			for {
				n, err := w.pay.Drain(running)
				if err != nil || n == 0 {
					return err
				}
			}
		})
	}
	err := group.Wait()
	return time.Since(began), err
}

// differences counts what is not as the orders say: orders that are not paid, stock and figures that do not add up, and
// events that are left.
func (w *world) differences(ctx context.Context, offer *models.OfferView, orders []*models.Order) (n int64, err error) {
	var gross int64
	for _, placed := range orders {
		order, err := w.store.Order(ctx, placed.ID)
		if err != nil {
			return 0, err
		}
		if order.Payment != "paid" {
			n++
		}
		gross += order.Total
	}
	sums, err := w.store.SalesSums(ctx, w.shop, nil)
	if err != nil {
		return 0, err
	}
	if len(sums) != 1 || sums[0].Orders != int64(len(orders)) || sums[0].Gross.Amount != gross {
		n++
	}
	after, err := w.store.OfferIn(ctx, w.shop, offer.Slug)
	if err != nil {
		return 0, err
	}
	if after.Sold != int64(len(orders)) || after.Held != 1 { // the first sale was not told of
		n++
	}
	waiting, failed, err := w.store.EventsLeft(ctx)
	return n + waiting + failed, err
}

// side does something for each number below n, many at once.
func side(ctx context.Context, n int, do func(i int) error) error {
	var next atomic.Int64
	group, running := errgroup.WithContext(ctx)
	for range backlogSenders {
		group.Go(func() error {
			for running.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				if err := do(i); err != nil {
					return err
				}
			}
			return running.Err()
		})
	}
	return group.Wait()
}
