package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/tillbird/tillbird/models"
)

const (
	pageConnections = 32
	coldOffers      = 300 // each in two languages
)

// reader is what a fan's browser sends.
const reader = "Accept-Encoding: gzip, br\r\nCookie: tillbird_buyer=ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\nAccept-Language: "

// hotPage is P1: the offer page with all its middleware beside a bare server of the same bytes, each a process of its own
// so that its time can be told apart, on the same requests. What a bare server makes of 304 is told beside ours: where
// the page is small, sending it costs little more than not sending it, for anybody. The goals were set on a page of nine
// kilobytes that nothing compressed: the ratios to the bare server's plain page are the nearest to that.
func hotPage(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	ours, err := b.child(ctx, "page")
	if err != nil {
		return nil, nil, err
	}
	defer ours.stop()
	slugs := strings.Split(ours.more, ",")
	address := ours.url + "/o/" + slugs[0]
	_, body, err := fetch(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	plain, err := unpacked(body)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(ours.folder, "page.gz")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return nil, nil, err
	}
	bare, err := b.child(ctx, "bare", "BENCH_PAGE="+file)
	if err != nil {
		return nil, nil, err
	}
	defer bare.stop()

	const english = reader + "en-GB,en;q=0.9\r\n"
	sides := []struct {
		name    string
		server  *child
		request func(tag string) []byte
	}{
		{"bare", bare, func(string) []byte { return request(address, english) }},
		{"page", ours, func(string) []byte { return request(address, english) }},
		{"bare_304", bare, func(tag string) []byte { return request(address, english+"If-None-Match: "+tag+"\r\n") }},
		{"page_304", ours, func(tag string) []byte { return request(address, english+"If-None-Match: "+tag+"\r\n") }},
		{"bare_plain", bare, func(string) []byte { return request(ours.url+plainPath, english) }},
	}
	var cold [][]byte
	for _, slug := range slugs {
		cold = append(cold, request(ours.url+"/o/"+slug, reader+"en\r\n"), request(ours.url+"/o/"+slug, reader+"fr\r\n"))
	}
	rates, costs, ratios := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	for range b.rounds {
		head, _, err := fetch(ctx, address) // the change of the round before gave the page another tag
		if err != nil {
			return nil, nil, err
		}
		rate, micros := map[string]float64{}, map[string]float64{}
		keep := func(name string, server *child, requests [][]byte) error {
			before := server.cpu()
			done, err := send(ctx, server.address, requests, pageConnections, b.seconds)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			rate[name] = done.rate()
			micros[name] = float64((server.cpu() - before).Microseconds()) / float64(done.sent)
			rates[name] = append(rates[name], short(rate[name]))
			costs[name] = append(costs[name], short(micros[name]))
			ratios[name] = append(ratios[name], short(rate[name]/rate["bare"]))
			return nil
		}
		for _, side := range sides {
			if err := keep(side.name, side.server, repeated(side.request(head.Get("Etag")), int(b.seconds.Seconds()*60_000))); err != nil {
				return nil, nil, err
			}
		}
		ratios["cpu"] = append(ratios["cpu"], short(micros["page"]/micros["bare"]))
		ratios["page_304_over_bare_304"] = append(ratios["page_304_over_bare_304"], short(rate["page_304"]/rate["bare_304"]))
		ratios["page_304_over_bare_plain"] = append(ratios["page_304_over_bare_plain"], short(rate["page_304"]/rate["bare_plain"]))
		if _, _, err := fetch(ctx, ours.url+dropPath); err != nil {
			return nil, nil, err
		}
		if err := keep("cold", ours, cold); err != nil {
			return nil, nil, err
		}
		ratios["cold_over_bare_plain"] = append(ratios["cold_over_bare_plain"], short(rate["cold"]/rate["bare_plain"]))
	}
	raw := map[string]any{"connections": pageConnections, "bytes": len(body), "bytes_plain": len(plain), "per_second": rates, "cpu_us": costs, "ratios": ratios}
	return []check{
		least("requests a second, over bare net/http", median(ratios["page"]), 0.80),
		most("CPU a request, over bare net/http", median(ratios["cpu"]), 1.25),
		least("answers to readers who have the page, over bare net/http with the whole page", median(ratios["page_304"]), 1.4),
		least("requests a second for pages that are not kept, over bare net/http", median(ratios["cold"]), 0.30),
	}, raw, nil
}

func repeated(request []byte, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = request
	}
	return list
}

// dropPath is where the child is told to make a change that concerns every page.
const dropPath = "/change"

// servePages is the child that serves offers, each of which has a page of its own.
func (b *bench) servePages(ctx context.Context) error {
	w, err := b.open(ctx, false)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.openShop(ctx); err != nil {
		return err
	}
	slugs := make([]string, 0, coldOffers)
	for range coldOffers {
		offer, err := w.offer(ctx, "1000")
		if err != nil {
			return err
		}
		slugs = append(slugs, offer.Slug)
	}
	pages := w.pages()
	address, stop, err := serve(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if r.URL.Path != dropPath {
			pages.ServeHTTP(answer, r)
			return
		}
		settings := models.ShopSettings{Name: w.shop.Name, TimeZone: w.shop.TimeZone, Language: w.shop.Language, SupportEmail: "help@kestrel.example"}
		if err := w.store.UpdateShop(r.Context(), w.shop, w.owner, settings); err != nil {
			http.Error(answer, err.Error(), http.StatusInternalServerError)
		}
	}))
	if err != nil {
		return err
	}
	defer stop()
	return tell("http://"+address, w.folder, strings.Join(slugs, ","))
}
