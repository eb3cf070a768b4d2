package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/tillbird/tillbird/models"
)

// choose types a price where the buyer chooses it: what is suggested, more, or less than is asked for.
func (b *fan) choose(form url.Values) {
	least := b.offer.Version.Money()
	amount := least.Amount
	switch roll := b.dice.IntN(8); {
	case roll < 3:
		return
	case roll == 3:
		amount--
		b.c.note("offered too little")
	default:
		amount += b.dice.Int64N(2 * least.Amount)
	}
	text := fmt.Sprint(amount)
	if models.Exponent(least.Currency) == 2 {
		text = fmt.Sprintf("%d.%02d", amount/100, amount%100)
	}
	form.Set("amount", text)
}

// join puts the buyer on the waitlist of what is sold out, some in a double click.
func (b *fan) join(ctx context.Context, p *page) {
	path := "/o/" + b.offer.Slug + "/waits"
	list, found := fields(p.body, path)
	if !found || b.dice.IntN(3) > 0 {
		return
	}
	form := b.fill(list)
	form.Set("email", b.email)
	for range 1 + b.dice.IntN(4)/3 {
		b.insist(ctx, http.MethodPost, path, form)
	}
	b.c.note("joined a waitlist")
}

// turnLink is in the letters of a waitlist: that one has joined it, and that an item is set aside.
var turnLink = regexp.MustCompile(`/waits/[A-Za-z0-9_-]+`)

// postman brings the letters of the waitlists to those who wait: most buy what is set aside for them, some give it up,
// and some never look.
func (c *chaos) postman(ctx context.Context) {
	read, n := int64(0), 0
	for pause(ctx, 200*time.Millisecond) {
		texts, all, err := c.sandbox.MailsAfter(ctx, read)
		if err != nil {
			continue
		}
		read = all
		for _, text := range texts {
			if link := turnLink.FindString(text); link != "" {
				n++
				c.turn(ctx, link, n)
			}
		}
	}
}

// turn is what somebody does who follows such a link.
func (c *chaos) turn(ctx context.Context, link string, n int) {
	dice := c.dice("turn", n)
	b := &fan{browser: c.browser(dice), home: "FR"}
	p := b.insist(ctx, http.MethodGet, link, nil)
	if p == nil || p.status == http.StatusNotFound { // a newer letter has another link
		return
	}
	if b.offer = c.offerOn(p); b.offer == nil {
		c.complain("the page of a turn shows no offer: %d", p.status)
		return
	}
	list, found := fields(p.body, "/o/"+b.offer.Slug+"/checkouts")
	for _, f := range list {
		if f.name == "email" {
			b.email = f.value
		}
	}
	switch roll := dice.IntN(10); {
	case !found && roll < 1:
		b.insist(ctx, http.MethodPost, link+"/removal", nil)
		c.note("left a waitlist")
	case !found: // it is not their turn yet, or no more
	case roll < 2:
		b.insist(ctx, http.MethodPost, link+"/removal", nil)
		c.note("gave up their turn")
	case roll < 9:
		c.note("took their turn")
		b.buy(ctx, link)
	}
}

var offerLink = regexp.MustCompile(`/o/([a-z0-9]+)`)

// offerOn is the offer that a page is about.
func (c *chaos) offerOn(p *page) *models.OfferView {
	for _, found := range offerLink.FindAllStringSubmatch(p.body, -1) {
		for _, s := range c.shops {
			for _, offer := range s.offers {
				if offer.Slug == found[1] {
					return offer
				}
			}
		}
	}
	return nil
}
