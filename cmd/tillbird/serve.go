package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the shops' time zones, also where the machine has none

	"golang.org/x/sync/errgroup"

	"github.com/tillbird/tillbird/demo"
	"github.com/tillbird/tillbird/mail"
	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/web"
)

type serveCommand struct{}

// stopLasts is how long requests and jobs that run may take to finish when the process is asked to stop.
const stopLasts = 20 * time.Second

// app is everything that serves, wired.
type app struct {
	set     *settings
	log     *slog.Logger
	out     io.Writer
	store   *models.Store
	pay     *payments.Payments
	mail    *mail.Mail
	social  *social.Social
	posts   *social.Publisher
	sandbox *localStripe // nil with a real key
	web     *web.Server
	base    string
}

// Run serves until it is asked to stop.
func (serveCommand) Run(ctx context.Context, set *settings, out io.Writer, log *slog.Logger) error {
	if err := set.checkServing(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", set.Addr)
	if err != nil {
		return fmt.Errorf("TILLBIRD_ADDR (-addr): %w", err)
	}
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		web.GiveRoom()
	}
	go views.Ready() // what the first page needs is read while the database opens
	a, err := wire(ctx, set, listener.Addr().String(), out, log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	defer a.close()
	return a.serve(ctx, listener)
}

// wire opens the parts in the order in which they need each other.
func wire(ctx context.Context, set *settings, addr string, out io.Writer, log *slog.Logger) (_ *app, err error) {
	a := &app{set: set, log: log, out: out, base: set.baseURL(addr)}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	clock := time.Now
	if set.sandboxed() {
		if a.sandbox, err = openLocalStripe(set, log); err != nil {
			return nil, err
		}
		clock = a.sandbox.Now
	} else if set.ClockAhead != 0 {
		clock = func() time.Time { return time.Now().Add(set.ClockAhead) }
	}
	if a.store, err = openStore(ctx, set, clock, log); err != nil {
		return nil, err
	}
	money, err := set.payments(a.base)
	if err != nil {
		return nil, err
	}
	money.At = crashAt(set.CrashAt)
	money.PictureURL = func(picture *models.Picture) string { return a.base + views.PicturePath(picture.Digest, "full") }
	if a.sandbox != nil {
		if err := a.sandbox.connect(ctx, a.store, &money, log); err != nil {
			return nil, err
		}
	}
	if a.pay, err = payments.New(a.store, money, log); err != nil {
		return nil, err
	}
	a.mail = mail.New(a.store, set.mail(a.base, a.sandbox), log)
	a.social = social.New(set.social(a.base, a.sandbox, clock))
	pages, err := set.web(a.base, a.sandbox)
	if err != nil {
		return nil, err
	}
	a.posts = social.NewPublisher(a.store, social.PublisherSettings{
		BaseURL: a.base, Social: a.social, At: crashAt(set.CrashAt), Order: a.pay.OrderByReply,
		Card: func(ctx context.Context, slug string) (*social.LinkCard, error) { return a.web.LinkCard(ctx, slug) },
	}, log)
	pages.Publisher, pages.FormOrigins = a.posts, append(pages.FormOrigins, a.social.Origins()...)
	a.web = web.New(a.store, a.pay, pages, log)
	return a, nil
}

// serve answers at once; what takes long begins beside it.
func (a *app) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: a.web, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	group, running := errgroup.WithContext(ctx)
	if a.sandbox != nil {
		group.Go(func() error { return a.sandbox.serve(running) })
	}
	if err := a.begin(running); err != nil {
		group.Go(func() error { return err })
		return group.Wait()
	}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error { a.pay.Run(running); return nil })
	group.Go(func() error { a.posts.Run(running); return nil })
	group.Go(func() error { a.catchUp(running); return nil })
	a.greet()
	if a.sandbox != nil && a.set.Demo {
		group.Go(func() error { a.makeDemo(running); return nil })
	}
	group.Go(func() error {
		<-running.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLasts)
		defer cancel()
		// Requests first: what they leave behind is written when the jobs stop.
		return errors.Join(server.Shutdown(stopping), a.store.StopJobs(stopping))
	})
	return group.Wait()
}

// begin is what comes before the first answer: what a restored backup lacks is brought back, then the jobs start.
func (a *app) begin(ctx context.Context) error {
	if err := a.pay.BringBack(ctx); errors.Is(err, payments.ErrAway) {
		return fmt.Errorf("this installation was restored from a backup, and Stripe, which knows what the backup lacks, cannot be reached; start again when it can: %w", err)
	} else if err != nil {
		return fmt.Errorf("bring back what the backup lacks: %w", err)
	}
	work := models.NewWork()
	a.pay.Work(work)
	a.mail.Work(work)
	a.posts.Work(work)
	a.pictures().Work(work)
	if err := a.store.StartJobs(context.WithoutCancel(ctx), work); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	return nil
}

// pictures fetches what files of offers name. In the sandbox nothing outside is reached.
func (a *app) pictures() *social.Pictures {
	if a.sandbox != nil {
		return social.NewPictures(a.store, nil)
	}
	return social.NewPictures(a.store, social.PictureClient())
}

// catchUp asks Stripe at once what was missed while nobody served; the queue asks again on its schedule.
func (a *app) catchUp(ctx context.Context) {
	if err := a.pay.CatchUp(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn("catch-up at the start", "error", err)
	}
}

// makeDemo makes the demo world; a failure is told and leaves a Tillbird without one.
func (a *app) makeDemo(ctx context.Context) {
	if err := demo.Make(ctx, a.store, a.demoSettings(), a.log); err != nil && ctx.Err() == nil {
		a.log.Error("the demo world is not complete", "error", err)
	}
}

func (a *app) demoSettings() demo.Settings {
	money, _ := a.set.payments(a.base)
	return demo.Settings{Payments: a.sandbox.keys(money), SandboxURL: a.sandbox.base, XURL: a.sandbox.xBase, Days: a.set.DemoDays, Publisher: a.posts}
}

// greet prints where everything is, one a line.
func (a *app) greet() {
	fmt.Fprintf(a.out, "Tillbird         %s\n", a.base)
	if a.sandbox == nil {
		return
	}
	fmt.Fprintf(a.out, "Sandbox Stripe   %s\n", a.sandbox.base)
	fmt.Fprintf(a.out, "Sandbox mail     %s\n", a.sandbox.mailURL())
	fmt.Fprintf(a.out, "Sandbox X        %s\n", a.sandbox.xBase)
	fmt.Fprintf(a.out, "Sandbox Mastodon %s\n", a.sandbox.mastodon)
	if a.set.Demo {
		fmt.Fprintf(a.out, "Demo merchant    %s  password: %s\n", demo.MerchantEmail, demo.MerchantPassword)
		fmt.Fprintf(a.out, "Demo admin       %s  password: %s\n", demo.AdminEmail, demo.AdminPassword)
	}
	fmt.Fprintln(a.out, "No real money moves: set STRIPE_SECRET_KEY to leave the sandbox.")
}

func (a *app) close() {
	if a.store != nil {
		if err := a.store.Close(); err != nil {
			a.log.Error("close the store", "error", err)
		}
	}
	if a.sandbox != nil {
		a.sandbox.close()
	}
}

func openStore(ctx context.Context, set *settings, clock func() time.Time, log *slog.Logger) (*models.Store, error) {
	key, err := set.secretKey()
	if err != nil {
		return nil, err
	}
	store, err := models.Open(ctx, models.Settings{Folder: set.Data, DatabaseURL: set.DatabaseURL, SecretKey: key, Clock: clock, Log: log})
	if errors.Is(err, models.ErrInUse) {
		return nil, fmt.Errorf("another tillbird is running on the data folder %s: stop it, or choose another folder with TILLBIRD_DATA (-data)", set.Data)
	}
	return store, err
}

// baseURL is the setting, or this machine and the port that was listened on.
func (s *settings) baseURL(addr string) string {
	if s.BaseURL != "" {
		return s.BaseURL
	}
	_, port, _ := net.SplitHostPort(addr)
	return "http://localhost:" + port
}

func (s *settings) payments(base string) (payments.Settings, error) {
	basis, err := s.feeBasis()
	if err != nil {
		return payments.Settings{}, err
	}
	fixed, err := s.feeFixed()
	if err != nil {
		return payments.Settings{}, err
	}
	warned, err := amounts("TILLBIRD_REFUND_WARNED_UP_TO", s.RefundWarned)
	return payments.Settings{
		SecretKey: s.StripeSecretKey, WebhookSecret: s.StripeWebhookSecret, ConnectWebhookSecret: s.StripeConnectWebhookSecret, APIURL: s.StripeAPIURL,
		BaseURL: base, Country: s.Country, ShopCountries: s.countries(), FeeBasis: basis, FeeFixed: fixed, OnBehalfOf: s.OnBehalfOf, RefundWarnedUpTo: warned,
		KeepFeeOnRefund: s.KeepOnRefund, SpareFeeOnDispute: !s.KeepOnDispute,
	}, err
}

func (s *settings) mail(base string, local *localStripe) mail.Settings {
	set := mail.Settings{Host: s.SMTPHost, Port: s.SMTPPort, User: s.SMTPUser, Password: s.SMTPPassword, TLS: s.SMTPTLS, From: s.MailFrom, BaseURL: base, Operator: s.Operator}
	if local != nil && set.Host == "" {
		set.Host, set.Port, set.TLS = local.mailHost, local.mailPort, "none"
	}
	if set.From == "" {
		set.From = "Tillbird <till@tillbird.test>"
	}
	return set
}

func (s *settings) web(base string, local *localStripe) (web.Settings, error) {
	proxies, err := s.proxies()
	set := web.Settings{
		BaseURL: base, FormOrigins: []string{"https://checkout.stripe.com", "https://connect.stripe.com"}, TrustedProxies: proxies,
		XURL: s.XURL, MetricsToken: s.MetricsToken, LegalFolder: s.Legal, Operator: s.Operator, Version: version, FontsFolder: filepath.Join(s.Data, "fonts"), FlaggedWords: strings.Split(s.FlaggedWords, ","),
	}
	if local != nil {
		set.Sandbox, set.SandboxURL, set.MailURL, set.XURL, set.FormOrigins = true, local.base, local.mailURL(), local.xBase, []string{local.base}
	} else if s.StripeAPIURL != "" {
		if u, err := url.Parse(s.StripeAPIURL); err == nil && !strings.HasSuffix(u.Host, "stripe.com") {
			set.FormOrigins = append(set.FormOrigins, u.Scheme+"://"+u.Host)
		}
	}
	return set, err
}

// crashAt kills the process, as a power cut would, when it passes the named recovery point.
func crashAt(name string) func(string) {
	if name == "" {
		return nil
	}
	return func(point string) {
		if point == name {
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}
