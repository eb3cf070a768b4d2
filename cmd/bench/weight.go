package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// lighthouse is what measures a page as a phone would: the version is fixed, so that its points stay comparable.
const lighthouse = "lighthouse@12.8.2"

var (
	sheets   = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`)
	scripts  = regexp.MustCompile(`<script src="([^"]+)"`)
	preloads = regexp.MustCompile(`<link rel="preload" href="([^"]+)"`)
	icons    = regexp.MustCompile(`<link rel="icon" href="([^"]+)"`)
)

// weight is P10: what a fan downloads before the pictures of an offer, what a merchant's pages bring of script and
// style, and what Lighthouse says of the offer page on a phone where it can be run (npx and a Chromium).
func weight(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	w, err := b.open(ctx, false)
	if err != nil {
		return nil, nil, err
	}
	defer w.close()
	if err := w.openShop(ctx); err != nil {
		return nil, nil, err
	}
	offer, err := w.fullOffer(ctx)
	if err != nil {
		return nil, nil, err
	}
	address, stop, err := w.serve()
	if err != nil {
		return nil, nil, err
	}
	defer stop()
	base := "http://" + address
	page, _, err := assets(ctx, base, "/o/"+offer.Slug)
	if err != nil {
		return nil, nil, err
	}
	offerBytes := page.sizes["page"] + page.sizes["style"]
	login, _, err := assets(ctx, base, "/login")
	if err != nil {
		return nil, nil, err
	}
	raw := map[string]any{"offer_page": page.sizes, "offer_requests": page.requests, "dashboard": login.sizes}
	checks := []check{
		most("KB of the offer page with its sheet, compressed", float64(offerBytes)/1024, 14),
		most("requests before pictures", float64(page.requests), 3),
		most("scripts on the offer page", float64(page.scripts), 0),
		most("KB of script and style on a merchant's page, compressed", float64(login.sizes["script"]+login.sizes["style"])/1024, 60),
	}
	points, err := b.lighthouse(ctx, w.folder, base+"/o/"+offer.Slug)
	if err != nil {
		raw["lighthouse"] = err.Error()
		return checks, raw, nil
	}
	raw["lighthouse"] = points
	return append(checks,
		least("Lighthouse's points for speed on a phone", points.Points, 99),
		most("seconds until the largest part is drawn (LCP)", points.LCP, 1.2),
		most("shift of what is drawn (CLS)", points.CLS, 0)), raw, nil
}

// loaded is what a browser loads for a page before its pictures, compressed.
type loaded struct {
	sizes             map[string]int
	requests, scripts int
}

func assets(ctx context.Context, base, path string) (loaded, string, error) {
	all := loaded{sizes: map[string]int{}}
	head, body, err := fetch(ctx, base+path)
	if err != nil {
		return all, "", err
	}
	all.sizes["page"], all.requests = len(body), 1
	text := string(body)
	if head.Get("Content-Encoding") == "gzip" {
		plain, err := unpacked(body)
		if err != nil {
			return all, "", err
		}
		text = string(plain)
	}
	for kind, pattern := range map[string]*regexp.Regexp{"style": sheets, "script": scripts, "font": preloads, "icon": icons} {
		for _, hit := range pattern.FindAllStringSubmatch(text, -1) {
			_, part, err := fetch(ctx, base+hit[1])
			if err != nil {
				return all, "", err
			}
			all.sizes[kind] += len(part)
			all.requests++
			if kind == "script" {
				all.scripts++
			}
		}
	}
	return all, text, nil
}

// fullOffer is an offer as merchants make them: pictures, words, an end.
func (w *world) fullOffer(ctx context.Context) (*models.OfferView, error) {
	canvas := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for y := range 1200 {
		for x := range 1600 {
			canvas.Set(x, y, color.RGBA{uint8(90 + x/16), uint8(110 + y/12), uint8(100 + (x^y)%24), 255})
		}
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, canvas, nil); err != nil {
		return nil, err
	}
	picture, err := w.store.SavePicture(ctx, w.shop, &photo)
	if err != nil {
		return nil, err
	}
	return w.offerOf(ctx, models.OfferForm{
		Title: "Linen apron, sage", Words: strings.Repeat("Washed linen from Normandy, sewn in Marseille: two pockets, long ties, made to be worn every day. ", 12),
		Price: "42,00", Currency: "eur", Stock: "40", Limit: "4", Fulfilment: "ship", Hashtag: "#BuyFullApron", PictureID: picture.ID, Alt: "A sage apron on a hook",
	})
}

// points are Lighthouse's for one page; the median of three runs.
type points struct {
	Points float64 `json:"points"`
	LCP    float64 `json:"lcp_seconds"`
	CLS    float64 `json:"cls"`
	TBT    float64 `json:"blocked_ms"`
}

func (b *bench) lighthouse(ctx context.Context, folder, address string) (points, error) {
	var runs []points
	for i := range 3 {
		out := filepath.Join(folder, fmt.Sprintf("lighthouse-%d.json", i))
		command := exec.CommandContext(ctx, "npx", "--yes", lighthouse, address, "--quiet", "--only-categories=performance", "--output=json", "--output-path="+out, "--chrome-flags=--headless=new --no-sandbox --disable-gpu")
		if os.Getenv("CHROME_PATH") == "" {
			if chromium, err := exec.LookPath("chromium"); err == nil {
				command.Env = append(os.Environ(), "CHROME_PATH="+chromium)
			}
		}
		if said, err := command.CombinedOutput(); err != nil {
			return points{}, fmt.Errorf("%w: %.300s", err, said)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			return points{}, err
		}
		var report struct {
			Categories struct{ Performance struct{ Score float64 } }
			Audits     map[string]struct{ NumericValue float64 }
		}
		if err := json.Unmarshal(text, &report); err != nil {
			return points{}, err
		}
		runs = append(runs, points{
			report.Categories.Performance.Score * 100, short(report.Audits["largest-contentful-paint"].NumericValue / 1000),
			short(report.Audits["cumulative-layout-shift"].NumericValue), short(report.Audits["total-blocking-time"].NumericValue),
		})
	}
	slices.SortFunc(runs, func(a, b points) int { return int(a.Points*1000 - b.Points*1000) })
	return runs[1], nil
}
