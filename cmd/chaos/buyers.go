package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tillbird/tillbird/models"
)

// sell lets buyers come until enough checkouts were opened, and merchants look after what was sold.
func (c *chaos) sell(ctx context.Context) {
	beside, stop := context.WithCancel(ctx)
	var aside, crowd sync.WaitGroup
	aside.Go(func() { c.killer(beside) })
	aside.Go(func() { c.postman(beside) })
	if c.drill {
		aside.Go(func() { c.backup(beside) })
	}
	for i := range c.shops {
		aside.Go(func() { c.merchant(beside, i) })
	}
	aside.Go(func() { c.listen(beside) })
	for i := range c.writers {
		crowd.Go(func() { c.writer(ctx, i) })
	}
	var next atomic.Int64
	for range c.buyers {
		crowd.Go(func() {
			for ctx.Err() == nil && c.opened.Load() < int64(c.orders) {
				n := int(next.Add(1))
				if n > c.orders*8+100 {
					c.complain("%d buyers came and only %d checkouts were opened", n, c.opened.Load())
					return
				}
				c.buyer(ctx, n)
			}
		})
	}
	crowd.Wait()
	stop()
	aside.Wait()
}

// buyer is one person with one wish.
func (c *chaos) buyer(ctx context.Context, n int) {
	dice := c.dice("buyer", n)
	b := &fan{browser: c.browser(dice), email: fmt.Sprintf("fan%d@fans.example", n), home: homes[dice.IntN(len(homes))]}
	if dice.IntN(4) == 0 {
		b.email = fmt.Sprintf("friend%d+%d@fans.example", dice.IntN(max(c.orders/20, 3)), n) // the same person under another name
	}
	s := c.shops[dice.IntN(len(c.shops))]
	b.offer = s.offers[dice.IntN(len(s.offers))]
	address := "/o/" + b.offer.Slug
	b.buy(ctx, address)
	if dice.IntN(12) == 0 {
		b.buy(ctx, address) // again, and this is another purchase
	}
}

// fan is a buyer at an offer.
type fan struct {
	*browser
	email string
	home  string // the country of the buyer, or of the present
	offer *models.OfferView
	links map[string]bool
}

// homes are where buyers live.
var homes = []string{"FR", "FR", "FR", "DE", "IT", "US"}

// buy looks at a page that sells the offer, and buys, or joins the waitlist where nothing is left.
func (b *fan) buy(ctx context.Context, address string) {
	b.links = map[string]bool{}
	p := b.insist(ctx, http.MethodGet, address, nil)
	if p == nil {
		return
	}
	list, found := fields(p.body, "/o/"+b.offer.Slug+"/checkouts")
	if !found {
		b.c.note("nothing to buy")
		b.join(ctx, p)
		return
	}
	form := b.fill(list)
	form.Set("email", b.email)
	if form.Has("country") {
		b.home = form.Get("country")
	}
	if form.Has("amount") {
		b.choose(form)
	}
	if b.dice.IntN(5) == 0 && form.Has("quantity") {
		form.Set("quantity", fmt.Sprint(1+b.dice.IntN(4)))
	}
	if b.dice.IntN(6) == 0 && form.Has("code") {
		form.Set("code", code)
	}
	links := b.press(ctx, form, 1+b.dice.IntN(6)/5)
	if len(links) == 0 {
		return
	}
	switch roll := b.dice.IntN(100); {
	case roll < 8:
		b.c.note("left without a word")
		return
	case roll < 13 || b.scarce() && roll < 55: // so that those who wait for it get their turn
		b.letGo(ctx, links[0])
		return
	case roll < 18 && form.Has("quantity"):
		form.Set("quantity", "2") // goes back and wants another quantity
		if more := b.press(ctx, form, 1); len(more) > 0 {
			links = append(links, more...)
		}
	case roll < 23:
		if more := b.press(ctx, form, 1); len(more) > 0 { // goes back and presses again
			links = append(links, more...)
		}
	}
	b.pay(ctx, links)
}

// scarce tells whether there are but a few of the offer.
func (b *fan) scarce() bool { return b.offer.Stock != nil && *b.offer.Stock <= 5 }

// press presses the Buy button in some tabs at once and gives the addresses of the checkouts it led to.
func (b *fan) press(ctx context.Context, form url.Values, tabs int) []string {
	var mu sync.Mutex
	var all sync.WaitGroup
	var links []string
	for range tabs {
		copied := maps.Clone(form)
		all.Go(func() {
			p := b.ask(ctx, http.MethodPost, "/o/"+b.offer.Slug+"/checkouts", copied)
			mu.Lock()
			defer mu.Unlock()
			b.led(p, &links)
		})
	}
	all.Wait()
	for range 4 {
		if len(links) > 0 {
			break
		}
		p := b.insist(ctx, http.MethodPost, "/o/"+b.offer.Slug+"/checkouts", form)
		b.led(p, &links)
		if p == nil || p.status != http.StatusOK && p.status != http.StatusUnprocessableEntity && p.status != http.StatusConflict {
			break
		}
		list, found := fields(p.body, "/o/"+b.offer.Slug+"/checkouts") // it shows a price, or asks back: buy again?
		if !found {
			break
		}
		asked := false
		for _, f := range list {
			if f.kind == "hidden" && form.Get(f.name) != f.value || f.kind == "checkbox" && !form.Has(f.name) {
				form.Set(f.name, f.value)
				asked = true
			}
		}
		if !asked {
			break
		}
		b.c.note("asked back")
	}
	return links
}

// led keeps where a press led to.
func (b *fan) led(p *page, links *[]string) {
	switch {
	case p == nil:
		b.c.note("the connection broke")
	case p.status == http.StatusSeeOther && strings.HasPrefix(p.location, b.c.stripe):
		link, _, _ := strings.Cut(p.location, "#")
		*links = append(*links, link)
		if !b.links[link] {
			b.links[link] = true
			b.c.opened.Add(1)
			b.c.note("checkouts")
		}
	case p.status == http.StatusSeeOther:
		b.c.note("was paid already")
	case p.status == http.StatusOK:
		b.c.note("was shown the price")
	case p.status == http.StatusUnprocessableEntity || p.status == http.StatusConflict:
		b.c.note("could not be bought")
	case !p.away():
		b.c.complain("a press of Buy was answered with %d", p.status)
	}
}

var orderLink = regexp.MustCompile(`/orders/[A-Za-z0-9_-]+`)

// letGo looks at the checkout, follows the way back, and says that the order may go.
func (b *fan) letGo(ctx context.Context, link string) {
	p := b.insist(ctx, http.MethodGet, link, nil)
	if p == nil {
		return
	}
	if order := orderLink.FindString(p.body); order != "" {
		b.insist(ctx, http.MethodPost, order+"/cancellation", nil)
		b.c.note("let go")
	}
}

// What buyers pay with: most have a card that works.
var (
	goodCards = []string{"4242424242424242", "5555555555554444", "4242424242424242", "4000002760003184", "4242424242424242", "4242424242424242"}
	oddCards  = []string{"4000000000007726", "4000000000005126", "4000000000000259", "4000000000002685", "4000000000001976", "4000000000005423"}
	badCards  = []string{"4000000000000002", "4000000000009995", "4000000000000119", "4000008260003178"}
)

// pay pays in the last tab, or in all that are open, and comes back or not.
func (b *fan) pay(ctx context.Context, links []string) {
	if b.dice.IntN(10) == 0 {
		b.card(ctx, links[len(links)-1], badCards[b.dice.IntN(len(badCards))], 1)
		b.c.note("declined")
		if b.dice.IntN(3) == 0 {
			return
		}
	}
	card := goodCards[b.dice.IntN(len(goodCards))]
	if b.dice.IntN(8) == 0 {
		card = oddCards[b.dice.IntN(len(oddCards))]
	}
	if b.dice.IntN(2) == 0 {
		links = links[len(links)-1:]
	}
	var back string
	for _, link := range links { // the others are over when one was paid, or are the same
		if p := b.card(ctx, link, card, 1+b.dice.IntN(8)/7); p != nil && p.location != "" {
			back = p.location
		}
	}
	if back == "" || b.dice.IntN(3) == 0 {
		return
	}
	b.c.note("came back")
	b.insist(ctx, http.MethodGet, back, nil)
}

// card fills in the hosted page and presses Pay, some times at once, and answers the bank's question.
func (b *fan) card(ctx context.Context, link, number string, presses int) (last *page) {
	form := url.Values{
		"name": {"Béa Martin"}, "number": {number}, "expiry": {"12 / 40"}, "cvc": {"123"}, "email": {b.email}, "phone": {"+33600000000"},
		"ship_line1": {"3 rue du Port"}, "ship_postal_code": {"29200"}, "ship_city": {"Brest"}, "ship_country": {b.home}, "terms": {"yes"},
		"bill_line1": {"3 rue du Port"}, "bill_postal_code": {"29200"}, "bill_city": {"Brest"}, "bill_country": {b.home},
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range presses {
		all.Go(func() {
			p := b.ask(ctx, http.MethodPost, link, form)
			if p != nil && strings.Contains(p.location, "/3ds/") {
				p = b.ask(ctx, http.MethodPost, p.location, url.Values{"answer": {"complete"}})
			}
			mu.Lock()
			defer mu.Unlock()
			if p != nil && p.location != "" {
				last = p
			} else if p != nil && p.status >= 500 {
				b.c.complain("the hosted page answered with %d: %s", p.status, link)
			}
		})
	}
	all.Wait()
	return last
}

var saleLink = regexp.MustCompile(`/dashboard/sales/([a-z0-9]{8,})`)

// merchant looks at the shop's sales now and then and gives money back: whole or part, in a double click, or two people at once.
func (c *chaos) merchant(ctx context.Context, n int) {
	dice := c.dice("merchant", n)
	people := []*browser{c.browser(dice), c.browser(dice)}
	for i, b := range people {
		b.dice = c.dice("person", 10*n+i)
		b.signIn(ctx, c.shops[n].email)
	}
	seen := int64(0)
	for pause(ctx, 20*time.Millisecond) {
		if c.opened.Load() < seen+int64(12+dice.IntN(30)) {
			continue
		}
		seen = c.opened.Load()
		p := people[0].insist(ctx, http.MethodGet, "/dashboard/sales", nil)
		if p == nil {
			continue
		}
		if strings.Contains(p.location, "/login") {
			people[0].signIn(ctx, c.shops[n].email)
			continue
		}
		found := saleLink.FindAllStringSubmatch(p.body, -1)
		if len(found) == 0 {
			continue
		}
		c.refund(ctx, people, found[dice.IntN(len(found))][1], dice.IntN(3))
	}
}

func (b *browser) signIn(ctx context.Context, email string) {
	if p := b.insist(ctx, http.MethodPost, "/login", url.Values{"email": {email}, "password": {password}}); p == nil || p.status != http.StatusSeeOther {
		b.c.note("could not sign in")
	}
}

// refund gives the money of a sale back. Of how: 0 all of it, 1 a part, 2 two people at once who each want all.
func (c *chaos) refund(ctx context.Context, people []*browser, slug string, how int) {
	path := "/dashboard/sales/" + slug + "/refunds"
	var all sync.WaitGroup
	for i, b := range people {
		if i > 0 && how != 2 {
			break
		}
		p := b.insist(ctx, http.MethodGet, path+"/new", nil)
		if p == nil {
			return
		}
		list, found := fields(p.body, path)
		if !found {
			return // nothing is left
		}
		form := b.fill(list)
		form.Set("confirmed", "1")
		form.Set("reason", "requested")
		if how == 1 {
			form.Set("amount", "1")
			form.Set("restock", "0")
		}
		for range 1 + i { // the second person clicks twice
			all.Go(func() { b.insist(ctx, http.MethodPost, path, form) })
		}
	}
	all.Wait()
	c.note("refunds asked for")
}
