package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// busyPage is P2: what readers of an offer wait, five hundred a second at a steady pace, while that same offer is bought
// and while the shop downloads all of its sales, beside what they wait when nothing else goes on.
func busyPage(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	began := time.Now()
	ours, err := b.child(ctx, "busy")
	if err != nil {
		return nil, nil, err
	}
	defer ours.stop()
	ready := time.Since(began)
	cookie, err := signedIn(ctx, ours.url, ours.more)
	if err != nil {
		return nil, nil, err
	}
	_, _, err = fetch(ctx, ours.url+busyPath)
	if err != nil {
		return nil, nil, err
	}
	lasts := 2 * b.seconds
	page := request(ours.url+busyPath, reader+"en-GB,en;q=0.9\r\n")
	var rows atomic.Int64
	sides := []struct {
		name   string
		most   float64
		beside func(ctx context.Context) (int64, error)
	}{
		{"idle", 0, nil},
		{"1000_orders_a_minute", 1.25, func(ctx context.Context) (int64, error) { return ordered(ctx, ours.url, 1_000, lasts) }},
		{"12000_orders_a_minute", 1.5, func(ctx context.Context) (int64, error) { return ordered(ctx, ours.url, 12_000, lasts) }},
		{"export", 2, func(ctx context.Context) (int64, error) { return exported(ctx, ours.url, cookie, &rows) }},
	}
	p99s, p50s, ratios, beside := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}, map[string]int64{}
	failed := 0
	openLoop(ctx, ours.address, page, openPerSecond, time.Second) // what is made once is not what is measured
	for range b.rounds {
		idle := 0.0
		for _, side := range sides {
			during, stop := context.WithCancel(ctx)
			var together sync.WaitGroup
			var n int64
			var err error
			if side.beside != nil {
				together.Go(func() { n, err = side.beside(during) })
			}
			done := openLoop(ctx, ours.address, page, openPerSecond, lasts)
			if side.name == "export" {
				stop()
			}
			together.Wait()
			stop()
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", side.name, err)
			}
			if failed += done.failed; done.said != nil {
				return nil, nil, fmt.Errorf("%s: %d failed, as with: %w", side.name, done.failed, done.said)
			}
			if side.beside == nil {
				idle = done.p99()
			}
			beside[side.name] += n
			p99s[side.name], p50s[side.name] = append(p99s[side.name], done.p99()), append(p50s[side.name], milliseconds(quantile(done.waits, 0.5)))
			ratios[side.name] = append(ratios[side.name], short(done.p99()/idle))
		}
	}
	var checks []check
	for _, side := range sides[1:] {
		checks = append(checks, most("p99 with "+side.name+" beside it, over idle", median(ratios[side.name]), side.most))
	}
	return append(checks, most("requests that failed", float64(failed), 0)), map[string]any{
		"per_second": openPerSecond, "orders_before": b.orders, "ready_in_seconds": short(ready.Seconds()), "p99_ms": p99s, "p50_ms": p50s, "ratios": ratios,
		"orders": beside, "rows_exported": rows.Load(),
	}, nil
}

// The addresses at which the child is told to let people buy, and where the offer is that they buy.
const (
	ordersPath = "/orders-for-the-bench"
	busyPath   = "/busy-offer"
)

// ordered has the child take orders for a while.
func ordered(ctx context.Context, base string, perMinute int, lasts time.Duration) (int64, error) {
	_, body, err := fetch(ctx, fmt.Sprintf("%s%s?minute=%d&for=%s", base, ordersPath, perMinute, lasts))
	if err != nil {
		return 0, err
	}
	var n int64
	return n, json.Unmarshal(body, &n)
}

// exported downloads all sales until it is told to stop, from the start where it came to the end.
func exported(ctx context.Context, base, cookie string, rows *atomic.Int64) (times int64, err error) {
	for ctx.Err() == nil {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+views.SalesCSVPath, nil)
		if err != nil {
			return times, err
		}
		r.Header.Set("Cookie", cookie)
		answer, err := noTimeout.Do(r)
		if err != nil {
			break
		}
		if answer.StatusCode != http.StatusOK {
			answer.Body.Close()
			return times, fmt.Errorf("the export answered %s, %s", answer.Status, answer.Header.Get("Location"))
		}
		times++
		_, _ = io.Copy(lines{rows}, answer.Body) // it is cut when the time is over
		answer.Body.Close()
	}
	return times, nil
}

var noTimeout = &http.Client{CheckRedirect: noRedirects.CheckRedirect}

// lines counts the lines that are written to it.
type lines struct{ n *atomic.Int64 }

func (l lines) Write(part []byte) (int, error) {
	for _, c := range part {
		if c == '\n' {
			l.n.Add(1)
		}
	}
	return len(part), nil
}

// signedIn is the cookie of the shop's owner.
func signedIn(ctx context.Context, base, email string) (string, error) {
	jar := ""
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/login", formOf(url.Values{"email": {email}, "password": {ownerPassword}}))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := noRedirects.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return "", errors.New("signing in answered " + answer.Status)
	}
	for _, cookie := range answer.Cookies() {
		jar += cookie.Name + "=" + cookie.Value + "; "
	}
	return jar, nil
}

// serveBusy is the child that serves one offer, lets people buy it and has many sales behind it.
func (b *bench) serveBusy(ctx context.Context) error {
	w, err := b.open(ctx, false)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.openShop(ctx); err != nil {
		return err
	}
	if err := w.fill(ctx, b.orders); err != nil {
		return err
	}
	offer, err := w.offer(ctx, "")
	if err != nil {
		return err
	}
	pages := w.pages()
	var buyers atomic.Int64
	address, stop, err := serve(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case busyPath:
			r.URL.Path = views.OfferPath(offer.Slug)
		case ordersPath:
			n, err := w.buyFor(r, offer, &buyers)
			if err != nil {
				http.Error(answer, err.Error(), http.StatusInternalServerError)
				return
			}
			fmt.Fprint(answer, n)
			return
		}
		pages.ServeHTTP(answer, r)
	}))
	if err != nil {
		return err
	}
	defer stop()
	return tell("http://"+address, w.folder, w.owner.Email)
}

// buyFor places orders at a pace for a while, and tells how many.
func (w *world) buyFor(r *http.Request, offer *models.OfferView, buyers *atomic.Int64) (placed int64, err error) {
	perMinute, err := strconv.Atoi(r.FormValue("minute"))
	if err != nil {
		return 0, err
	}
	lasts, err := time.ParseDuration(r.FormValue("for"))
	if err != nil {
		return 0, err
	}
	var together sync.WaitGroup
	var mu sync.Mutex
	began := time.Now()
	for due := began; due.Sub(began) < lasts; due = due.Add(time.Minute / time.Duration(perMinute)) {
		time.Sleep(time.Until(due))
		together.Go(func() {
			failed := w.order(r.Context(), offer, buyers.Add(1))
			mu.Lock()
			defer mu.Unlock()
			if placed++; failed != nil {
				err = failed
			}
		})
	}
	together.Wait()
	return placed, err
}
