package demo

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

//go:embed pictures
var pictures embed.FS

// day lets one day happen: offers begin and turn, posts go out, people buy.
func (w *world) day(ctx context.Context, day int) error {
	if err := w.replies(ctx, day); err != nil {
		return fmt.Errorf("replies: %w", err)
	}
	for _, s := range w.shops {
		for _, plan := range s.plan.offers {
			if plan.begins(w.set.Days) != day || s.find(plan) != nil {
				continue
			}
			if err := w.begin(ctx, s, plan); err != nil {
				return fmt.Errorf("%s: %w", plan.form.Title, err)
			}
		}
		for _, g := range s.goods {
			if err := w.turn(ctx, s, g, day); err != nil {
				return fmt.Errorf("%s: %w", g.plan.form.Title, err)
			}
		}
	}
	if day == w.set.Days*2/3 {
		if err := w.bounce(ctx, w.shops[0]); err != nil {
			return fmt.Errorf("payout: %w", err)
		}
	}
	return w.sell(ctx, day)
}

// bounce has the bank send the shop's last payout back, for a reason that goes away by itself.
func (w *world) bounce(ctx context.Context, s *stall) error {
	if err := w.past.FindPayouts(ctx, s.shop, w.clock.begin); err != nil {
		return err
	}
	payouts, err := w.store.Payouts(ctx, s.shop, models.Page{Size: 1})
	if err != nil || len(payouts) == 0 || payouts[0].State == "failed" {
		return err
	}
	return w.submit(ctx, w.set.SandboxURL+"/payouts/"+payouts[0].StripeID+"/outcome", url.Values{
		"outcome": {"failed"}, "failure_code": {"could_not_process"}, "sandbox_time": {strconv.FormatInt(w.clock.Now().Unix(), 10)},
	})
}

func (s *stall) find(plan offerPlan) *good {
	for _, g := range s.goods {
		if g.plan.form.Title == plan.form.Title {
			return g
		}
	}
	return nil
}

// begin designs an offer, sends it to review and lets the admin decide, as its plan says.
func (w *world) begin(ctx context.Context, s *stall, plan offerPlan) error {
	form := plan.form
	if plan.picture != "" {
		picture, err := w.picture(ctx, s, plan.picture)
		if err != nil {
			return err
		}
		form.PictureID = picture.ID
	}
	for _, more := range plan.more {
		picture, err := w.picture(ctx, s, more[0])
		if err != nil {
			return err
		}
		form.More = append(form.More, models.PictureTyped{ID: picture.ID, Alt: more[1]})
	}
	if plan.starts != 0 {
		form.StartsAt = w.clock.begin.AddDate(0, 0, w.set.Days+plan.starts).Add(17 * time.Hour).In(s.shop.Zone()).Format("2006-01-02T15:04")
	}
	if plan.ends != 0 {
		form.EndsAt = w.clock.begin.AddDate(0, 0, w.set.Days+plan.ends).Add(19 * time.Hour).In(s.shop.Zone()).Format("2006-01-02T15:04")
	}
	offer, err := w.store.CreateOffer(ctx, s.shop, s.owner, form)
	if err != nil {
		return err
	}
	g := &good{plan: plan, offer: offer}
	s.goods = append(s.goods, g)
	if plan.verdict == "draft" {
		return nil
	}
	w.clock.set(w.clock.Now().Add(20 * time.Minute))
	if err := w.store.SendToReview(ctx, s.shop, s.owner, offer); err != nil || plan.verdict == "waits" {
		return err
	}
	w.clock.set(w.clock.Now().Add(40 * time.Minute))
	review, err := w.store.LatestReview(ctx, offer)
	if err != nil {
		return err
	}
	c, err := w.store.ReviewCase(ctx, review.ID)
	if err != nil {
		return err
	}
	if err := w.store.Decide(ctx, w.admin, c, models.Decision{Verdict: plan.verdict, Reason: plan.reason, Note: plan.note}); err != nil || plan.verdict != "approved" {
		return err
	}
	view, err := w.store.OfferIn(ctx, s.shop, offer.Slug)
	if err != nil {
		return err
	}
	g.offer = &view.Offer
	if err := w.supply(ctx, s, g); err != nil {
		return err
	}
	if err := w.store.Publish(ctx, s.shop, s.owner, g.offer, w.now.OnBehalfOf()); err != nil {
		return err
	}
	return w.post(ctx, s, g)
}

// supply brings what Tillbird hands over to the buyers of an offer.
func (w *world) supply(ctx context.Context, s *stall, g *good) error {
	if g.plan.file != "" {
		text := g.plan.form.Title + "\n\n" + strings.Repeat(g.plan.form.Words+"\n", 40)
		if _, err := w.store.AddFile(ctx, s.shop, s.owner, g.offer, g.plan.file, strings.NewReader(text)); err != nil {
			return err
		}
	}
	if g.plan.codes == 0 {
		return nil
	}
	var codes strings.Builder
	for i := range g.plan.codes {
		fmt.Fprintf(&codes, "BRUSH-%04d-%04d\n", i+1, w.dice.IntN(10_000))
	}
	_, err := w.store.AddCodes(ctx, s.shop, s.owner, g.offer, codes.String())
	return err
}

func (w *world) picture(ctx context.Context, s *stall, name string) (*models.Picture, error) {
	data, err := fs.ReadFile(pictures, "pictures/"+name+".jpg")
	if err != nil {
		return nil, err
	}
	return w.store.SavePicture(ctx, s.shop, bytes.NewReader(data))
}

// post puts an offer out on a network.
func (w *world) post(ctx context.Context, s *stall, g *good) error {
	if g.plan.post == "" {
		return nil
	}
	text := g.plan.post
	if len(g.posts) > 0 {
		text = g.plan.again
	}
	post, err := w.store.CreatePost(ctx, s.shop, s.owner, g.offer, "x", text, 0)
	if err != nil {
		return err
	}
	g.posts = append(g.posts, post.Code)
	address, err := w.tell(ctx, s, g, text, post.Code)
	if err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	return w.store.MarkPosted(ctx, s.shop, s.owner, post, address)
}

// await ends the stock of an offer at what is sold, and puts fans on its waitlist.
func (w *world) await(ctx context.Context, s *stall, view *models.OfferView) error {
	form := models.FormOf(view, s.shop.Zone(), func(m models.Money) string { return strconv.FormatInt(m.Amount/100, 10) })
	form.Stock, form.Limit = strconv.FormatInt(view.Sold+view.Held, 10), ""
	if err := w.store.UpdateOffer(ctx, s.shop, s.owner, &view.Offer, form); err != nil {
		return fmt.Errorf("stock: %w", err)
	}
	fresh, err := w.store.OfferIn(ctx, s.shop, view.Slug)
	if err != nil {
		return err
	}
	for _, fan := range fans[:3] {
		err := w.store.JoinWaitlist(ctx, fresh, "", fan.email, fan.language)
		if problems := models.Problems(nil); err != nil && !errors.As(err, &problems) {
			return fmt.Errorf("waitlist: %w", err)
		}
	}
	return nil
}

// turn is what a plan has an offer do in the end, and a second post in the middle.
func (w *world) turn(ctx context.Context, s *stall, g *good, day int) error {
	if day == g.plan.begins(w.set.Days)+w.set.Days/3 && g.plan.again != "" && len(g.posts) == 1 {
		if err := w.post(ctx, s, g); err != nil {
			return err
		}
	}
	if day != w.set.Days-1 || g.plan.fate == "" {
		return nil
	}
	view, err := w.store.OfferIn(ctx, s.shop, g.offer.Slug)
	if err != nil {
		return err
	}
	switch g.plan.fate {
	case "paused":
		err = w.store.Pause(ctx, s.shop, s.owner, &view.Offer)
	case "ended":
		err = w.store.End(ctx, s.shop, s.owner, &view.Offer)
	case "awaited":
		err = w.await(ctx, s, view)
	case "reported":
		err = w.store.ReportOffer(ctx, &view.Offer, "misleading", "The picture shows a set of four, the words say one.", "")
	}
	if errors.Is(err, models.ErrChanged) {
		return nil // a stopped making did it already
	}
	return err
}

// sell is a day's trade: more at week-ends, most in the days after a post.
func (w *world) sell(ctx context.Context, day int) error {
	weekday := w.clock.begin.AddDate(0, 0, day).Weekday()
	for _, s := range w.shops {
		if !s.shop.CanSell(w.now.OnBehalfOf()) {
			continue
		}
		for _, g := range s.goods {
			most := g.plan.daily * (80 + 60*day/w.set.Days) / 100 // a shop that grows
			if weekday == time.Saturday || weekday == time.Sunday {
				most += most / 2
			}
			since := day - g.plan.begins(w.set.Days)
			if since <= 2 || since >= w.set.Days/3 && since <= w.set.Days/3+2 {
				most *= 2
			}
			for range w.dice.IntN(most + 1) {
				if err := w.buy(ctx, s, g); err != nil {
					return fmt.Errorf("%s: %w", g.plan.form.Title, err)
				}
			}
		}
	}
	return nil
}

// buy lets one fan come, and most often pay.
func (w *world) buy(ctx context.Context, s *stall, g *good) error {
	comes := w.clock.Now().Add(time.Duration(8+w.dice.IntN(70)) * time.Minute)
	if comes.Add(repliesLast).After(w.real()) {
		return nil // today has not come further yet
	}
	w.clock.set(comes)
	code := ""
	if len(g.posts) > 0 && w.dice.IntN(100) < 68 {
		code = g.posts[len(g.posts)-1]
		for range 1 + w.dice.IntN(4) {
			if _, err := w.store.FollowLink(ctx, code, strconv.Itoa(w.dice.IntN(1_000_000))); err != nil {
				return err
			}
		}
	}
	view, shop, err := w.offerAsSold(ctx, s, g)
	if err != nil || view == nil {
		return err
	}
	fan := w.fan()
	quantity := 1
	if g.plan.form.Limit != "1" && w.dice.IntN(7) == 0 {
		quantity = 2
	}
	in := payments.Purchase{
		Offer: view, Shop: shop, Email: fan.email, Quantity: strconv.Itoa(quantity), Choice: w.combination(view), PostCode: code, Language: fan.language, Consent: true, Buyer: "demo-" + strconv.Itoa(w.dice.IntN(1_000_000_000)),
	}
	w.choose(&in, s, fan)
	order, link, err := w.past.StartCheckout(ctx, in)
	var problems models.Problems
	if errors.As(err, &problems) {
		return nil // sold out, or over the limit: that fan goes home
	}
	var bought *models.Bought
	if errors.As(err, &bought) {
		return nil // the same throw of the dice as before a stop: this fan has been here
	}
	if err != nil {
		return err
	}
	if w.dice.IntN(14) == 0 {
		return w.past.CancelCheckout(ctx, order)
	}
	return w.pay(ctx, order, link, fan)
}

// combination is one of those that there are still some of; nothing where there is nothing to choose.
func (w *world) combination(view *models.OfferView) []string {
	var open []models.VariantView
	for _, variant := range view.Variants {
		if !variant.SoldOut() {
			open = append(open, variant)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return open[w.dice.IntN(len(open))].Values
}

// fan is one of many: the same dozen names and streets, each with an address of its own.
func (w *world) fan() fan {
	f := fans[w.dice.IntN(len(fans))]
	local, domain, _ := strings.Cut(f.email, "@")
	f.email = local + strconv.Itoa(1+w.dice.IntN(60)) + "@" + domain
	return f
}

// offerAsSold is the offer as its page sells it today; nil where it does not.
func (w *world) offerAsSold(ctx context.Context, s *stall, g *good) (*models.OfferView, *models.Shop, error) {
	view, err := w.store.OfferIn(ctx, s.shop, g.offer.Slug)
	if err != nil {
		return nil, nil, err
	}
	if view.Approved == nil || view.StateAt(w.clock.Now()) != "live" || view.SoldOut() {
		return nil, nil, nil
	}
	return view, s.shop, nil
}

// pay fills in the hosted page; now and then the first card is declined.
func (w *world) pay(ctx context.Context, order *models.Order, link string, fan fan) error {
	w.clock.set(w.clock.Now().Add(time.Duration(1+w.dice.IntN(3)) * time.Minute))
	form := url.Values{
		"name": {fan.name}, "number": {"4242424242424242"}, "expiry": {"12/40"}, "cvc": {"123"}, "sandbox_holder": {fan.email}, "sandbox_time": {strconv.FormatInt(w.clock.Now().Unix(), 10)},
		"ship_line1": {fan.street}, "ship_postal_code": {fan.postcode}, "ship_city": {fan.city}, "ship_country": {fan.country},
	}
	if w.dice.IntN(20) == 0 {
		form.Set("number", "4000000000009995")
		var no *refused
		if err := w.submit(ctx, link, form); err != nil && !errors.As(err, &no) {
			return err
		}
		form.Set("number", "5555555555554444")
	}
	var no *refused
	if err := w.submit(ctx, link, form); errors.As(err, &no) && no.status == http.StatusGone {
		return nil // the jobs run at the real time, and one of them found this checkout of the past overdue
	} else if err != nil {
		return err
	}
	fresh, err := w.store.Order(ctx, order.ID)
	if err != nil {
		return err
	}
	return w.past.Settle(ctx, fresh)
}
