package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/sandbox"
)

const (
	secretKey = "a secret key that only the chaos of this project knows"
	code      = "TENOFF"
	password  = "a quiet harbour at night"
)

// chaos is one run: a sandbox Stripe in this process, a door that people and Stripe knock at, and the servers behind it.
type chaos struct {
	seed          uint64
	orders, kills int
	buyers        int
	writers       int
	databaseURL   string
	binary        string
	drill         bool // a restore
	out           io.Writer

	folder     string
	ahead      time.Duration // of the clocks of the sandbox and the servers
	sandbox    *sandbox.Sandbox
	holdStripe func() // ends what runStripe began
	stripe     string // address of its pages and its API
	x          string // of its X
	smtp       *net.TCPAddr
	front      *front
	servers    []*server
	shops      []*shop
	closing    []func()

	opened atomic.Int64 // checkouts
	killed atomic.Int64
	placed int // orders in the database at the end
	books  *models.Books
	mails  map[string]int // by recipient and subject

	crowd crowd

	mu    sync.Mutex
	wrong []string // what should not have happened on the way
	count map[string]int
}

// shop is a merchant with some offers.
type shop struct {
	*models.Shop
	email  string
	offers []*models.OfferView
	trade  trade
}

// trade is how a shop sells: where it sends and for how much, and how it takes tax.
type trade struct {
	currency, tax string
	rates         []string // of sending at home, and abroad; none where it is in the price
	freeAbove     string
}

var trades = []trade{
	{currency: "eur", tax: "off"},
	{currency: "eur", tax: "exclusive", rates: []string{"4.90", "11.50"}, freeAbove: "120"},
	{currency: "usd", tax: "inclusive"},
	{currency: "jpy", tax: "exclusive", rates: []string{"600", "1500"}, freeAbove: "9000"},
}

// abroad are the countries of the second rate.
var abroad = []string{"DE", "IT", "US"}

func (c *chaos) database() string {
	if c.databaseURL != "" {
		return "PostgreSQL, two servers"
	}
	return "SQLite"
}

// dice are the same for the same seed and name.
func (c *chaos) dice(name string, n int) *rand.Rand {
	mixed := uint64(n)
	for _, b := range []byte(name) {
		mixed = mixed*1099511628211 + uint64(b)
	}
	return rand.New(rand.NewPCG(c.seed, mixed))
}

// note counts what happened, for the report.
func (c *chaos) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count[what]++
}

// complain keeps what should not have happened.
func (c *chaos) complain(format string, arguments ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wrong = append(c.wrong, fmt.Sprintf(format, arguments...))
}

// open makes the world: the program, the sandbox, the shops and their offers.
func (c *chaos) open(ctx context.Context) (err error) {
	c.count = map[string]int{}
	if c.folder, err = os.MkdirTemp(c.folder, "chaos-"); err != nil {
		return err
	}
	if c.folder, err = filepath.Abs(c.folder); err != nil {
		return err
	}
	if c.binary == "" {
		c.binary = filepath.Join(c.folder, "tillbird")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", c.binary, "github.com/tillbird/tillbird/cmd/tillbird").CombinedOutput(); err != nil {
			return fmt.Errorf("build tillbird: %w\n%s", err, out)
		}
	}
	if err := c.openSandbox(); err != nil {
		return err
	}
	if c.front, err = openFront(c); err != nil {
		return err
	}
	c.closing = append(c.closing, c.front.close)
	return c.makeShops(ctx)
}

func (c *chaos) openSandbox() (err error) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if c.sandbox, err = sandbox.Open(filepath.Join(c.folder, "sandbox.db"), sandbox.WithLog(log)); err != nil {
		return err
	}
	pages, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	letters, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.stripe, c.smtp = "http://"+pages.Addr().String(), letters.Addr().(*net.TCPAddr)
	c.sandbox.SetURL(c.stripe)
	server := &http.Server{Handler: c.sandbox.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(pages) }()
	go func() { _ = c.sandbox.ServeSMTP(letters) }()
	x, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.x = "http://" + x.Addr().String()
	c.sandbox.X().SetURL(c.x)
	c.sandbox.X().Unlimited()
	timeline := &http.Server{Handler: c.sandbox.X().Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = timeline.Serve(x) }()
	c.runStripe()
	c.closing = append(c.closing, func() {
		c.holdStripe()
		_ = timeline.Close()
		_ = letters.Close()
		_ = server.Close()
		_ = c.sandbox.Close()
	})
	return nil
}

// runStripe lets the sandbox deliver and do what is due, until holdStripe.
func (c *chaos) runStripe() {
	running, stop := context.WithCancel(context.Background())
	var both sync.WaitGroup
	both.Go(func() { c.sandbox.Run(running) })
	both.Go(func() { c.sandbox.X().Run(running) })
	c.holdStripe = func() {
		stop()
		both.Wait()
	}
}

// close ends all of it, and takes the folder away where nobody needs to look at it.
func (c *chaos) close(clean bool) {
	for _, s := range c.servers {
		s.stop()
	}
	for i := len(c.closing) - 1; i >= 0; i-- {
		c.closing[i]()
	}
	if clean {
		_ = os.RemoveAll(c.folder)
	}
}

// clock is the time of the servers and the sandbox.
func (c *chaos) clock() time.Time { return time.Now().Add(c.ahead) }

// store opens the database, which no server on SQLite may have open then.
func (c *chaos) store(ctx context.Context) (*models.Store, error) {
	return models.Open(ctx, models.Settings{
		Folder: filepath.Join(c.folder, "data"), DatabaseURL: c.databaseURL, SecretKey: secretKey, Clock: c.clock, Log: slog.New(slog.DiscardHandler), PasswordMemory: 1024,
	})
}

func (c *chaos) money() payments.Settings {
	return payments.Settings{
		SecretKey: c.sandbox.SecretKey(), APIURL: c.stripe, BaseURL: c.front.base, Country: "FR", ShopCountries: []string{"FR"},
		FeeBasis: 340, FeeFixed: map[string]int64{"eur": 25, "usd": 30}, OnBehalfOf: true, WithoutWebhooks: true,
	}
}

// makeShops signs merchants up and puts their offers on sale, before any server runs.
func (c *chaos) makeShops(ctx context.Context) error {
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	pay, err := payments.New(store, c.money(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if _, err := pay.CreateWebhooks(ctx); err != nil {
		return err
	}
	admin, err := store.CreateAdmin(ctx, "admin@till.example", password, "en")
	if err != nil {
		return err
	}
	for i, trade := range trades {
		s, err := c.makeShop(ctx, store, pay, fmt.Sprintf("shop%d", i), trade)
		if err != nil {
			return fmt.Errorf("shop %d: %w", i, err)
		}
		if err := c.makeOffers(ctx, store, admin, s, c.dice("offers", i)); err != nil {
			return fmt.Errorf("offers of shop %d: %w", i, err)
		}
		c.shops = append(c.shops, s)
	}
	if err := c.gather(ctx, store, pay); err != nil {
		return fmt.Errorf("fans on X: %w", err)
	}
	return nil
}

func (c *chaos) makeShop(ctx context.Context, store *models.Store, pay *payments.Payments, name string, trade trade) (*shop, error) {
	s := &shop{email: name + "@till.example", trade: trade}
	owner, err := store.CreateUser(ctx, models.SignUp{Email: s.email, Password: password, Language: "en"})
	if err != nil {
		return nil, err
	}
	letter, err := store.LatestLetter(ctx, "confirm_email", s.email)
	if err != nil {
		return nil, err
	}
	if _, err := store.ConfirmEmail(ctx, letter.Secret); err != nil {
		return nil, err
	}
	if s.Shop, err = store.CreateShop(ctx, owner, models.NewShop{Name: "Shop " + name, Handle: name, Country: "FR", Currency: trade.currency, TimeZone: "Europe/Paris", Language: "en"}, []string{"FR"}); err != nil {
		return nil, err
	}
	if err := store.UpdateShipping(ctx, s.Shop, owner, trade.form()); err != nil {
		return nil, err
	}
	link, err := pay.Connect(ctx, s.Shop)
	if err != nil {
		return nil, err
	}
	if s.Shop, err = store.ShopOf(ctx, s.ID); err != nil {
		return nil, err
	}
	form, err := onward(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	if _, err := onward(ctx, http.MethodPost, c.stripe+form, url.Values{"step": {"1"}, "action": {"good"}}); err != nil {
		return nil, err
	}
	if s.Shop, err = pay.RefreshAccount(ctx, s.Shop); err != nil {
		return nil, err
	}
	if !s.CanSell(true) {
		return nil, fmt.Errorf("it cannot sell: %s", s.Selling)
	}
	return s, nil
}

// form is the trade as a merchant types it.
func (t trade) form() models.ShippingForm {
	form := models.ShippingForm{Zone: map[string]string{}, FreeAbove: t.freeAbove, Tax: t.tax}
	if len(t.rates) > 0 {
		copy(form.Rates[:], t.rates)
		form.Zone["FR"] = "1"
		for _, country := range abroad {
			form.Zone[country] = "2"
		}
	}
	return form
}

// offerKinds are what a shop has on sale: scarce things, things that may run out, and things that never do.
func offerKinds(orders int) []models.OfferForm {
	some := fmt.Sprint(max(orders/12, 8))
	return []models.OfferForm{
		{Title: "The last one", Stock: "1", Fulfilment: "nothing"},
		{Title: "A handful", Stock: "5", Fulfilment: "ship"},
		{Title: "Two each", Stock: "40", Limit: "2", Fulfilment: "ship"},
		{Title: "A batch", Stock: some, Fulfilment: "ship"},
		{Title: "A poster", Stock: some, Limit: "3", Fulfilment: "nothing"},
		{Title: "As many as you like", Fulfilment: "ship"},
		{Title: "A seat", Fulfilment: "nothing"},
		{Title: "For the quickest", Stock: some, Fulfilment: "nothing", Keeping: "first_paid"},
		{Title: "What it is worth to you", Fulfilment: "nothing", ChosenPrice: "on"},
		{Title: "Pay as you can", Stock: some, Fulfilment: "ship", ChosenPrice: "on"},
		{
			Title: "In two sizes", Fulfilment: "ship", Options: []models.OptionTyped{{Name: "Size", Values: "S, M"}},
			Variants: []models.VariantTyped{{Name: "S", Stock: "4"}, {Name: "M", Stock: some}},
		},
	}
}

func (c *chaos) makeOffers(ctx context.Context, store *models.Store, admin *models.User, s *shop, dice *rand.Rand) error {
	owner, err := store.UserByEmail(ctx, s.email)
	if err != nil {
		return err
	}
	if _, err := store.CreateCode(ctx, s.Shop, owner, models.CodeForm{Code: code, Kind: "percent", Percent: "10", Most: fmt.Sprint(max(c.orders/50, 3)), Scope: "every"}); err != nil {
		return err
	}
	for i, form := range offerKinds(c.orders) {
		form.Currency, form.Price = s.Currency, fmt.Sprintf("%d.%02d", 3+dice.IntN(90), dice.IntN(100))
		if s.Currency == "jpy" {
			form.Price = fmt.Sprint(400 + dice.IntN(9000))
		}
		form.Hashtag = fmt.Sprintf("#Buy%s%d", s.Handle, i)
		offer, err := store.CreateOffer(ctx, s.Shop, owner, form)
		if err != nil {
			return err
		}
		if err := store.SendToReview(ctx, s.Shop, owner, offer); err != nil {
			return err
		}
		queue, err := store.ReviewQueue(ctx)
		if err != nil {
			return err
		}
		for i := range queue {
			if err := store.Decide(ctx, admin, &queue[i], models.Decision{Verdict: "approved"}); err != nil {
				return err
			}
		}
		view, err := store.OfferIn(ctx, s.Shop, offer.Slug)
		if err != nil {
			return err
		}
		if err := store.Publish(ctx, s.Shop, owner, &view.Offer, true); err != nil {
			return err
		}
		s.offers = append(s.offers, view)
	}
	return nil
}

var still = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// onward sends a form, or none, and tells where the answer leads.
func onward(ctx context.Context, method, address string, form url.Values) (location string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := still.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if location = answer.Header.Get("Location"); location == "" {
		return "", errors.New(address + " led nowhere")
	}
	return location, nil
}
