package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/tillbird/tillbird/models"
)

// settings are flags and environment in one: each has one name in both. The table in the README is checked against it.
type settings struct {
	Addr        string `env:"TILLBIRD_ADDR" default:"127.0.0.1:8080" help:"Address to serve on."`
	Data        string `env:"TILLBIRD_DATA" default:"data" help:"Folder with the database, pictures and the sandbox." type:"path"`
	DatabaseURL string `name:"database-url" env:"TILLBIRD_DATABASE_URL" help:"PostgreSQL to use instead of SQLite: postgres://…"`
	BaseURL     string `name:"base-url" env:"TILLBIRD_BASE_URL" help:"Public address, as in https://till.example.com. In the sandbox: http://localhost and the port."`
	SecretKey   string `env:"TILLBIRD_SECRET_KEY" help:"Encrypts what is secret in the database: 32 characters or more. In the sandbox one is made and kept in the data folder."`
	LogLevel    string `env:"TILLBIRD_LOG_LEVEL" default:"warn" enum:"debug,info,warn,error" help:"Least important lines to log: debug, info, warn, error."`

	StripeSecretKey            string `env:"STRIPE_SECRET_KEY" help:"Stripe's secret key. None = the sandbox."`
	StripeWebhookSecret        string `env:"STRIPE_WEBHOOK_SECRET" help:"Signing secret of the account endpoint, /webhooks/stripe."`
	StripeConnectWebhookSecret string `env:"STRIPE_CONNECT_WEBHOOK_SECRET" help:"Signing secret of the Connect endpoint, /webhooks/stripe/connect."`
	StripeAPIURL               string `name:"stripe-api-url" env:"STRIPE_API_URL" help:"Another address for Stripe's API, for a proxy or stripe-mock."`

	Country       string `env:"TILLBIRD_COUNTRY" default:"FR" help:"Country of the installation's Stripe account."`
	ShopCountries string `env:"TILLBIRD_SHOP_COUNTRIES" default:"AT,BE,BG,CH,CY,CZ,DE,DK,EE,ES,FI,FR,GB,GR,HR,HU,IE,IT,LT,LU,LV,MT,NL,NO,PL,PT,RO,SE,SI,SK" help:"Countries whose shops are taken."`
	FeePercent    string `env:"TILLBIRD_FEE_PERCENT" default:"3.4" help:"Tillbird's share of a sale in percent; it has to cover Stripe's fee."`
	FeeFixed      string `env:"TILLBIRD_FEE_FIXED" default:"eur:0.25,usd:0.30,gbp:0.20,chf:0.30" help:"Fixed part of the fee by currency."`
	KeepOnRefund  bool   `name:"keep-fee-on-refund" env:"TILLBIRD_KEEP_FEE_ON_REFUND" default:"false" negatable:"" help:"Keep Tillbird's fee when a shop gives money back."`
	KeepOnDispute bool   `name:"keep-fee-on-dispute" env:"TILLBIRD_KEEP_FEE_ON_DISPUTE" default:"true" negatable:"" help:"Keep Tillbird's fee of a sale that a bank takes back."`
	RefundWarned  string `name:"refund-warned-up-to" env:"TILLBIRD_REFUND_WARNED_UP_TO" help:"Payments up to this amount are given back by themselves when the card's bank warns of fraud, by currency, as in eur:10.00,usd:10.00. Empty gives none back."`
	OnBehalfOf    bool   `env:"TILLBIRD_ON_BEHALF_OF" default:"true" negatable:"" help:"Make the shop the merchant of record (needs its card_payments capability)."`

	SandboxAddr     string `env:"TILLBIRD_SANDBOX_ADDR" default:"127.0.0.1:8081" help:"Address of the sandbox's Stripe."`
	SandboxMail     string `name:"sandbox-mail-addr" env:"TILLBIRD_SANDBOX_MAIL_ADDR" default:"127.0.0.1:8025" help:"Address of the sandbox's mail server."`
	SandboxX        string `name:"sandbox-x-addr" env:"TILLBIRD_SANDBOX_X_ADDR" help:"Address of the sandbox's X, with its timeline. None: two ports above the sandbox's Stripe."`
	SandboxMastodon string `name:"sandbox-mastodon-addr" env:"TILLBIRD_SANDBOX_MASTODON_ADDR" help:"Address of the sandbox's Mastodon. None: three ports above the sandbox's Stripe."`
	DemoDays        int    `env:"TILLBIRD_DEMO_DAYS" default:"90" hidden:"" help:"How much past the demo world has (for tests)."`
	Demo            bool   `env:"TILLBIRD_DEMO" default:"true" negatable:"" help:"Make the demo world in the sandbox."`

	SMTPHost     string `name:"smtp-host" env:"TILLBIRD_SMTP_HOST" help:"Mail server. In the sandbox: the sandbox's own."`
	SMTPPort     int    `name:"smtp-port" env:"TILLBIRD_SMTP_PORT" default:"587" help:"Its port."`
	SMTPUser     string `name:"smtp-user" env:"TILLBIRD_SMTP_USER" help:"Its user."`
	SMTPPassword string `name:"smtp-password" env:"TILLBIRD_SMTP_PASSWORD" help:"Its password."`
	SMTPTLS      string `name:"smtp-tls" env:"TILLBIRD_SMTP_TLS" default:"starttls" enum:"starttls,tls,none" help:"How the connection is protected: starttls, tls, none."`
	MailFrom     string `env:"TILLBIRD_MAIL_FROM" help:"Sender of letters, as in Tillbird <hello@till.example.com>."`

	XClientID        string `name:"x-client-id" env:"TILLBIRD_X_CLIENT_ID" help:"OAuth 2.0 client id of the app at X. None: X cannot be connected. The sandbox has an X of its own."`
	XClientSecret    string `name:"x-client-secret" env:"TILLBIRD_X_CLIENT_SECRET" help:"Its client secret."`
	XConsumerSecret  string `name:"x-consumer-secret" env:"TILLBIRD_X_CONSUMER_SECRET" help:"The app's consumer secret, which signs what X delivers."`
	XBearer          string `name:"x-bearer-token" env:"TILLBIRD_X_BEARER_TOKEN" help:"The app's own token, with which X is asked to deliver replies at once. None: they are read every few minutes."`
	BlueskyServer    string `env:"TILLBIRD_BLUESKY_SERVER" help:"Bluesky's usual server: https://bsky.social where nothing is set. In the sandbox: none, or one of this machine."`
	BlueskyDirectory string `env:"TILLBIRD_BLUESKY_DIRECTORY" help:"Bluesky's directory of accounts: https://plc.directory where nothing is set."`
	XURL             string `name:"x-url" env:"TILLBIRD_X_URL" hidden:"" help:"Another address for X and its API, for a sandbox in another process."`

	Operator       string        `env:"TILLBIRD_OPERATOR" help:"Who runs this installation, as people read it."`
	FlaggedWords   string        `env:"TILLBIRD_FLAGGED_WORDS" default:"cure,cures,heals,miracle,get rich,guaranteed income,risk-free,replica,counterfeit,guérit,guérison,revenu garanti,sans risque,réplique,contrefaçon" help:"Words that the designer warns of, because moderators look at them closely."`
	Legal          string        `env:"TILLBIRD_LEGAL" help:"Folder with the operator's texts: terms.en.md, terms.fr.md, privacy.…, imprint.…" type:"path"`
	TrustedProxies string        `env:"TILLBIRD_TRUSTED_PROXIES" help:"Networks whose X-Forwarded-For is believed, as in 10.0.0.0/8."`
	MetricsToken   string        `env:"TILLBIRD_METRICS_TOKEN" help:"Bearer token for /metrics from other machines."`
	CrashAt        string        `env:"TILLBIRD_CRASH_AT" hidden:"" help:"Kill the process at this recovery point (sandbox only, for tests)."`
	ClockAhead     time.Duration `env:"TILLBIRD_CLOCK_AHEAD" hidden:"" help:"Be ahead of the machine's clock (against a sandbox of another process only, for tests)."`
}

// rehearsed tells whether the far side is a sandbox in another process of this machine: a test key, and no way to Stripe.
func (s *settings) rehearsed() bool {
	u, err := url.Parse(s.StripeAPIURL)
	return strings.HasPrefix(s.StripeSecretKey, "sk_test_") && err == nil && localHost(u.Hostname())
}

// sandboxed tells whether no real money can move.
func (s *settings) sandboxed() bool { return s.StripeSecretKey == "" }

func (s *settings) logLevel() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel))
	return level
}

// check finds a wrong or missing setting and names it.
func (s *settings) check() error {
	if _, _, err := net.SplitHostPort(s.Addr); err != nil {
		return fmt.Errorf("TILLBIRD_ADDR (-addr) must be host:port, as in 127.0.0.1:8080, not %q", s.Addr)
	}
	if s.BaseURL != "" {
		s.BaseURL = strings.TrimRight(s.BaseURL, "/")
		if u, err := url.Parse(s.BaseURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.RawQuery != "" {
			return fmt.Errorf("TILLBIRD_BASE_URL must be an address such as https://till.example.com, without a path, not %q", s.BaseURL)
		}
	}
	if _, err := s.feeBasis(); err != nil {
		return err
	}
	if _, err := s.feeFixed(); err != nil {
		return err
	}
	if _, err := amounts("TILLBIRD_REFUND_WARNED_UP_TO", s.RefundWarned); err != nil {
		return err
	}
	if _, err := s.proxies(); err != nil {
		return err
	}
	for _, country := range append(s.countries(), s.Country) {
		if region, err := language.ParseRegion(country); err != nil || !region.IsCountry() || len(country) != 2 || country != strings.ToUpper(country) {
			return fmt.Errorf("TILLBIRD_COUNTRY and TILLBIRD_SHOP_COUNTRIES must be two-letter codes such as FR, not %q", country)
		}
	}
	if s.MailFrom != "" {
		if _, err := mail.ParseAddress(s.MailFrom); err != nil {
			return fmt.Errorf("TILLBIRD_MAIL_FROM must be an address such as Tillbird <hello@till.example.com>, not %q", s.MailFrom)
		}
	}
	if s.Legal != "" {
		if folder, err := os.Stat(s.Legal); err != nil || !folder.IsDir() {
			return fmt.Errorf("TILLBIRD_LEGAL must be a folder with terms.en.md and its like, and %s is none", s.Legal)
		}
	}
	if s.sandboxed() {
		return s.checkSandbox()
	}
	return s.checkStripe()
}

// checkSandbox: nothing of the sandbox may ever be reached from elsewhere, or stand beside real settings.
func (s *settings) checkSandbox() error {
	if s.BaseURL != "" {
		if u, err := url.Parse(s.BaseURL); err != nil || !localHost(u.Hostname()) {
			return fmt.Errorf("TILLBIRD_BASE_URL is %s, but without STRIPE_SECRET_KEY Tillbird runs in the sandbox, which serves this machine only: set STRIPE_SECRET_KEY, or leave TILLBIRD_BASE_URL out", s.BaseURL)
		}
	}
	for _, listen := range []struct{ name, addr string }{{"TILLBIRD_ADDR", s.Addr}, {"TILLBIRD_SANDBOX_ADDR", s.SandboxAddr}, {"TILLBIRD_SANDBOX_MAIL_ADDR", s.SandboxMail}, {"TILLBIRD_SANDBOX_X_ADDR", s.sandboxX()}, {"TILLBIRD_SANDBOX_MASTODON_ADDR", s.sandboxMastodon()}} {
		if host, _, err := net.SplitHostPort(listen.addr); err != nil || !localHost(host) {
			return fmt.Errorf("%s is %q, but the sandbox serves this machine only: use an address such as 127.0.0.1:8080", listen.name, listen.addr)
		}
	}
	if s.ClockAhead != 0 {
		return errors.New("TILLBIRD_CLOCK_AHEAD is for tests against another process's sandbox: this one has a clock of its own")
	}
	if s.XClientID != "" || s.XClientSecret != "" || s.XConsumerSecret != "" || s.XBearer != "" {
		return errors.New("TILLBIRD_X_CLIENT_ID is set but STRIPE_SECRET_KEY is not: the sandbox has an X of its own, and never posts to the real one")
	}
	for _, far := range []struct{ name, address string }{{"TILLBIRD_BLUESKY_SERVER", s.BlueskyServer}, {"TILLBIRD_BLUESKY_DIRECTORY", s.BlueskyDirectory}} {
		if u, err := url.Parse(far.address); far.address != "" && (err != nil || !localHost(u.Hostname())) {
			return fmt.Errorf("%s is %q, but the sandbox posts to this machine only: leave it out, or name one such as http://localhost:2583", far.name, far.address)
		}
	}
	if s.StripeWebhookSecret != "" || s.StripeConnectWebhookSecret != "" {
		return errors.New("STRIPE_WEBHOOK_SECRET is set but STRIPE_SECRET_KEY is not: set both, or neither for the sandbox")
	}
	return nil
}

// checkStripe: with a live or test key there is no sandbox.
func (s *settings) checkStripe() error {
	if !strings.HasPrefix(s.StripeSecretKey, "sk_") && !strings.HasPrefix(s.StripeSecretKey, "rk_") {
		return errors.New("STRIPE_SECRET_KEY must begin with sk_test_, sk_live_ or rk_")
	}
	if s.BaseURL == "" {
		return errors.New("TILLBIRD_BASE_URL is missing: the public address of this installation, as in https://till.example.com")
	}
	if strings.Contains(s.StripeSecretKey, "_live_") && !strings.HasPrefix(s.BaseURL, "https://") {
		return errors.New("TILLBIRD_BASE_URL must begin with https:// where STRIPE_SECRET_KEY is a live key")
	}
	if len(s.SecretKey) < 32 {
		return errors.New("TILLBIRD_SECRET_KEY is missing or shorter than 32 characters; make one with: openssl rand -hex 32")
	}
	if s.CrashAt != "" && !s.rehearsed() {
		return errors.New("TILLBIRD_CRASH_AT is for the sandbox only")
	}
	if s.ClockAhead != 0 && !s.rehearsed() {
		return errors.New("TILLBIRD_CLOCK_AHEAD is for tests against a sandbox only")
	}
	if s.XClientSecret != "" && s.XClientID == "" {
		return errors.New("TILLBIRD_X_CLIENT_SECRET is set but TILLBIRD_X_CLIENT_ID is not: set both, or neither")
	}
	return nil
}

// checkServing is what serving needs beyond what the small commands need.
func (s *settings) checkServing() error {
	if s.sandboxed() {
		return nil
	}
	for _, need := range []struct{ name, value, how string }{
		{"STRIPE_WEBHOOK_SECRET", s.StripeWebhookSecret, "make both endpoints with: tillbird webhooks create"},
		{"STRIPE_CONNECT_WEBHOOK_SECRET", s.StripeConnectWebhookSecret, "make both endpoints with: tillbird webhooks create"},
		{"TILLBIRD_SMTP_HOST", s.SMTPHost, "the mail server that sends receipts"},
		{"TILLBIRD_MAIL_FROM", s.MailFrom, "the sender of letters, as in Tillbird <hello@till.example.com>"},
	} {
		if need.value == "" {
			return fmt.Errorf("%s is missing: %s", need.name, need.how)
		}
	}
	return nil
}

// sandboxX is where the sandbox's X listens.
func (s *settings) sandboxX() string { return s.above(s.SandboxX, 2) }

// sandboxMastodon is where the sandbox's Mastodon listens.
func (s *settings) sandboxMastodon() string { return s.above(s.SandboxMastodon, 3) }

// above is an address, or else one some ports above the sandbox's Stripe; any free one where that takes any.
func (s *settings) above(set string, ports int) string {
	if set != "" {
		return set
	}
	host, port, _ := net.SplitHostPort(s.SandboxAddr)
	n, _ := strconv.Atoi(port)
	if n > 0 {
		n += ports
	}
	return net.JoinHostPort(host, strconv.Itoa(n))
}

func localHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *settings) countries() []string {
	var list []string
	for _, code := range strings.Split(s.ShopCountries, ",") {
		list = append(list, strings.TrimSpace(code))
	}
	return list
}

// feeBasis is the percentage in hundredths of a percent.
func (s *settings) feeBasis() (int64, error) {
	whole, fraction, _ := strings.Cut(strings.TrimSpace(s.FeePercent), ".")
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil || len(fraction) > 2 || n < 0 || n > 5000 {
		return 0, fmt.Errorf("TILLBIRD_FEE_PERCENT must be a percentage from 0 to 50 such as 3.4, not %q", s.FeePercent)
	}
	return n, nil
}

// feeFixed is the fixed part by currency, in its smallest unit.
func (s *settings) feeFixed() (map[string]int64, error) {
	return amounts("TILLBIRD_FEE_FIXED", s.FeeFixed)
}

// amounts reads a setting that lists amounts by currency, into smallest units.
func amounts(name, text string) (map[string]int64, error) {
	fixed := map[string]int64{}
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part == "" || part == "0" {
			continue
		}
		currency, amount, found := strings.Cut(part, ":")
		whole, fraction, _ := strings.Cut(amount, ".")
		exponent := models.Exponent(currency)
		n, err := strconv.ParseInt(whole+(fraction + "000")[:exponent], 10, 64)
		if !found || err != nil || len(fraction) > exponent || n < 0 || !models.KnownCurrency(currency) {
			return nil, fmt.Errorf("%s must list amounts by currency such as eur:0.25,usd:0.30, not %q", name, part)
		}
		fixed[currency] = n
	}
	return fixed, nil
}

func (s *settings) proxies() ([]*net.IPNet, error) {
	var networks []*net.IPNet
	for _, part := range strings.Split(s.TrustedProxies, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		_, network, err := net.ParseCIDR(part)
		if err != nil {
			return nil, fmt.Errorf("TILLBIRD_TRUSTED_PROXIES must list networks such as 10.0.0.0/8, not %q", part)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// secretKey is the setting, or in the sandbox a key made once and kept in the data folder.
func (s *settings) secretKey() (string, error) {
	if s.SecretKey != "" || !s.sandboxed() {
		return s.SecretKey, nil
	}
	file := filepath.Join(s.Data, "secret.key")
	if key, err := os.ReadFile(file); err == nil {
		return strings.TrimSpace(string(key)), nil
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return "", fmt.Errorf("TILLBIRD_DATA: %w", err)
	}
	key := rand.Text() + rand.Text()
	return key, os.WriteFile(file, []byte(key+"\n"), 0o600)
}
