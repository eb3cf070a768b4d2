package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/sandbox"
	"github.com/tillbird/tillbird/web"
)

const (
	secretKey = "a secret key that is only for measuring this project"
	hookKey   = "whsec_only_for_measuring"
	baseURL   = "http://tillbird.example"

	ownerPassword = "a quiet harbour"
)

// world is a shop that sells on a database of its own, beside a local Stripe.
type world struct {
	folder  string
	store   *models.Store
	pay     *payments.Payments
	sandbox *sandbox.Sandbox
	stripe  *httptest.Server
	shop    *models.Shop
	owner   *models.User
	admin   *models.User
	offers  int
}

// open makes a store, and payments against a local Stripe. oneByOne gives each change a commit of its own.
func (b *bench) open(ctx context.Context, oneByOne bool) (w *world, err error) {
	quiet := slog.New(slog.DiscardHandler)
	w = &world{}
	if w.folder, err = os.MkdirTemp(".", "bench-"); err != nil { // not the system's folder for such: it may be in memory
		return nil, err
	}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	w.store, err = models.Open(ctx, models.Settings{Folder: w.folder, DatabaseURL: b.databaseURL, SecretKey: secretKey, Clock: time.Now, Log: quiet, OneByOne: oneByOne})
	if err != nil {
		return nil, err
	}
	if w.sandbox, err = sandbox.Open(filepath.Join(w.folder, "sandbox.db"), sandbox.WithLog(quiet)); err != nil {
		return nil, err
	}
	w.stripe = httptest.NewServer(w.sandbox.Handler())
	w.sandbox.SetURL(w.stripe.URL)
	w.pay, err = payments.New(w.store, payments.Settings{
		SecretKey: w.sandbox.SecretKey(), WebhookSecret: hookKey, ConnectWebhookSecret: hookKey, APIURL: w.stripe.URL, BaseURL: baseURL,
		Country: "FR", ShopCountries: []string{"FR"}, FeeBasis: 340, FeeFixed: map[string]int64{"eur": 25}, OnBehalfOf: true,
	}, quiet)
	return w, err
}

func (w *world) close() {
	if w.store != nil {
		_ = w.store.Close()
	}
	if w.stripe != nil {
		w.stripe.CloseClientConnections()
		w.stripe.Close()
	}
	if w.sandbox != nil {
		_ = w.sandbox.Close()
	}
	_ = os.RemoveAll(w.folder)
}

// pages is the whole of Tillbird's web side.
func (w *world) pages() http.Handler {
	web.GiveRoom()
	return web.New(w.store, w.pay, web.Settings{BaseURL: baseURL}, slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

// serve answers with it on loopback.
func (w *world) serve() (address string, stop func(), err error) { return serve(w.pages()) }

func serve(handler http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return listener.Addr().String(), func() { _ = server.Close() }, nil
}

// openShop signs a merchant up and leads her through Stripe's onboarding.
func (w *world) openShop(ctx context.Context) (err error) {
	name := fmt.Sprintf("bench%d", time.Now().UnixNano())
	if w.owner, err = w.store.CreateUser(ctx, models.SignUp{Email: name + "@example.com", Password: ownerPassword, Language: "en"}); err != nil {
		return err
	}
	letter, err := w.store.LatestLetter(ctx, "confirm_email", w.owner.Email)
	if err != nil {
		return err
	}
	if _, err := w.store.ConfirmEmail(ctx, letter.Secret); err != nil {
		return err
	}
	w.shop, err = w.store.CreateShop(ctx, w.owner, models.NewShop{Name: "Maison Kestrel", Handle: name, Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, []string{"FR"})
	if err != nil {
		return err
	}
	if w.admin, err = w.store.CreateAdmin(ctx, "admin-"+name+"@example.com", "a watchful heron", "en"); err != nil {
		return err
	}
	link, err := w.pay.Connect(ctx, w.shop)
	if err != nil {
		return err
	}
	if w.shop, err = w.store.ShopOf(ctx, w.shop.ID); err != nil {
		return err
	}
	form, err := browse(ctx, http.MethodGet, link, nil)
	if err != nil {
		return err
	}
	if _, err := browse(ctx, http.MethodPost, w.stripe.URL+form, url.Values{"step": {"1"}, "action": {"good"}}); err != nil {
		return err
	}
	if w.shop, err = w.pay.RefreshAccount(ctx, w.shop); err != nil {
		return err
	}
	if !w.shop.CanSell(true) {
		return fmt.Errorf("the shop cannot sell: %s", w.shop.Selling)
	}
	return nil
}

// offer makes a live offer.
func (w *world) offer(ctx context.Context, stock string) (*models.OfferView, error) {
	w.offers++
	return w.offerOf(ctx, models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: stock, Fulfilment: "ship", Hashtag: fmt.Sprintf("#BuyApron%d", w.offers)})
}

// offerOf makes a live offer of a form.
func (w *world) offerOf(ctx context.Context, form models.OfferForm) (*models.OfferView, error) {
	offer, err := w.store.CreateOffer(ctx, w.shop, w.owner, form)
	if err != nil {
		return nil, err
	}
	if err := w.store.SendToReview(ctx, w.shop, w.owner, offer); err != nil {
		return nil, err
	}
	queue, err := w.store.ReviewQueue(ctx)
	if err != nil {
		return nil, err
	}
	for i := range queue {
		if queue[i].Offer.ID != offer.ID {
			continue
		}
		if err := w.store.Decide(ctx, w.admin, &queue[i], models.Decision{Verdict: "approved"}); err != nil {
			return nil, err
		}
	}
	view, err := w.store.OfferIn(ctx, w.shop, offer.Slug)
	if err != nil {
		return nil, err
	}
	if err := w.store.Publish(ctx, w.shop, w.owner, &view.Offer, true); err != nil {
		return nil, err
	}
	view, w.shop, err = w.store.PublicOffer(ctx, offer.Slug)
	return view, err
}

var noRedirects = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func formOf(values url.Values) io.Reader { return strings.NewReader(values.Encode()) }

// browse sends a form, or none, and tells where the answer leads.
func browse(ctx context.Context, method, address string, form url.Values) (location string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, formOf(form))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := noRedirects.Do(r)
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
