package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/sandbox"
)

// localStripe is the sandbox with its own addresses.
type localStripe struct {
	*sandbox.Sandbox
	lock     *flock.Flock // two sandboxes on one file would each have a clock and deliver each event
	base     string
	pages    net.Listener
	letters  net.Listener
	timeline net.Listener // of the local X
	xBase    string
	elephant net.Listener // of the local Mastodon
	mastodon string       // its address
	mailHost string
	mailPort int
}

func openLocalStripe(set *settings, log *slog.Logger) (*localStripe, error) {
	l := &localStripe{lock: flock.New(filepath.Join(set.Data, "sandbox.lock"))}
	if err := os.MkdirAll(set.Data, 0o700); err != nil {
		return nil, fmt.Errorf("TILLBIRD_DATA (-data): %w", err)
	}
	if got, err := l.lock.TryLock(); err != nil {
		return nil, fmt.Errorf("TILLBIRD_DATA (-data): %w", err)
	} else if !got {
		return nil, fmt.Errorf("another tillbird is running on the data folder %s: stop it, or choose another folder with TILLBIRD_DATA (-data)", set.Data)
	}
	var err error
	if l.Sandbox, err = sandbox.Open(filepath.Join(set.Data, "sandbox.db"), sandbox.WithLog(log)); err != nil {
		l.close()
		return nil, err
	}
	if l.pages, err = net.Listen("tcp", set.SandboxAddr); err != nil {
		l.close()
		return nil, fmt.Errorf("TILLBIRD_SANDBOX_ADDR (-sandbox-addr): %w", err)
	}
	if l.letters, err = net.Listen("tcp", set.SandboxMail); err != nil {
		l.close()
		return nil, fmt.Errorf("TILLBIRD_SANDBOX_MAIL_ADDR (-sandbox-mail-addr): %w", err)
	}
	if l.timeline, err = net.Listen("tcp", set.sandboxX()); err != nil {
		l.close()
		return nil, fmt.Errorf("TILLBIRD_SANDBOX_X_ADDR (-sandbox-x-addr): %w", err)
	}
	if l.elephant, err = net.Listen("tcp", set.sandboxMastodon()); err != nil {
		l.close()
		return nil, fmt.Errorf("TILLBIRD_SANDBOX_MASTODON_ADDR (-sandbox-mastodon-addr): %w", err)
	}
	host, port, _ := net.SplitHostPort(l.letters.Addr().String())
	l.mailHost = host
	l.mailPort, _ = strconv.Atoi(port)
	_, port, _ = net.SplitHostPort(l.pages.Addr().String())
	l.base = "http://localhost:" + port
	l.SetURL(l.base)
	_, port, _ = net.SplitHostPort(l.timeline.Addr().String())
	l.xBase = "http://localhost:" + port
	l.X().SetURL(l.xBase)
	_, port, _ = net.SplitHostPort(l.elephant.Addr().String())
	l.mastodon = "http://localhost:" + port
	l.Mastodon().SetURL(l.mastodon)
	return l, nil
}

func (l *localStripe) mailURL() string { return l.base + "/mail" }

// keys points payments at the sandbox.
func (l *localStripe) keys(set payments.Settings) payments.Settings {
	set.SecretKey, set.APIURL = l.SecretKey(), l.base
	set.WebhookSecret, set.ConnectWebhookSecret = l.WebhookSecret(set.BaseURL+"/webhooks/stripe"), l.WebhookSecret(set.BaseURL+"/webhooks/stripe/connect")
	return set
}

// connect makes the webhook endpoints at the sandbox where they are missing, the way `tillbird webhooks create` does
// it at Stripe, and takes up their secrets. The sandbox's API answers from here on.
func (l *localStripe) connect(ctx context.Context, store *models.Store, set *payments.Settings, log *slog.Logger) error {
	*set = l.keys(*set)
	if set.WebhookSecret != "" && set.ConnectWebhookSecret != "" {
		return nil
	}
	early, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: l.Handler(), ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()
	go func() { _ = server.Serve(early) }()
	maker := *set
	maker.WithoutWebhooks, maker.APIURL = true, "http://"+early.Addr().String()
	p, err := payments.New(store, maker, log)
	if err != nil {
		return err
	}
	if _, err := p.CreateWebhooks(ctx); err != nil {
		return fmt.Errorf("make the sandbox's webhook endpoints: %w", err)
	}
	*set = l.keys(*set)
	return nil
}

// serve runs the sandbox until ctx ends.
func (l *localStripe) serve(ctx context.Context) error {
	stripe := &http.Server{Handler: l.Handler(), ReadHeaderTimeout: 10 * time.Second}
	x := &http.Server{Handler: l.X().Handler(), ReadHeaderTimeout: 10 * time.Second}
	mastodon := &http.Server{Handler: l.Mastodon().Handler(), ReadHeaderTimeout: 10 * time.Second}
	serving, ctx := errgroup.WithContext(ctx)
	go l.Run(ctx)
	go l.X().Run(ctx)
	go func() { _ = l.ServeSMTP(l.letters) }()
	for server, listener := range map[*http.Server]net.Listener{stripe: l.pages, x: l.timeline, mastodon: l.elephant} {
		serving.Go(func() error {
			<-ctx.Done()
			// The product's last requests may still need an answer.
			stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLasts)
			defer cancel()
			_ = server.Shutdown(stopping)
			return nil
		})
		serving.Go(func() error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	serving.Go(func() error {
		<-ctx.Done()
		_ = l.letters.Close()
		return nil
	})
	return serving.Wait()
}

func (l *localStripe) close() {
	for _, listener := range []net.Listener{l.pages, l.letters, l.timeline, l.elephant} {
		if listener != nil {
			_ = listener.Close()
		}
	}
	if l.Sandbox != nil {
		l.Close()
	}
	_ = l.lock.Unlock()
}
