package payments

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
)

// newClient makes the one client value. Each backend wants a config of its own: a shared one sends all three to the
// API's address. The library's back-off does not hear a cancelled context, so the HTTP client has a time-out.
func newClient(set Settings, log *slog.Logger) *client.API {
	httpClient := set.HTTPClient
	if httpClient == nil {
		httpClient = &http.Client{Timeout: 12 * time.Second}
	}
	backend := func(kind stripe.SupportedBackend) stripe.Backend {
		config := &stripe.BackendConfig{
			HTTPClient:        httpClient,
			LeveledLogger:     &logger{log},
			MaxNetworkRetries: stripe.Int64(2),
			EnableTelemetry:   stripe.Bool(false),
		}
		if set.APIURL != "" {
			config.URL = stripe.String(set.APIURL)
		}
		return stripe.GetBackendWithConfig(kind, config)
	}
	return client.New(set.SecretKey, &stripe.Backends{
		API:     backend(stripe.APIBackend),
		Connect: backend(stripe.ConnectBackend),
		Uploads: backend(stripe.UploadsBackend),
	})
}

// keyed is the start of every call that changes something: whose time it shares, and the key by which Stripe knows the
// same call again.
func keyed(ctx context.Context, format string, parts ...any) stripe.Params {
	return stripe.Params{Context: ctx, IdempotencyKey: stripe.String(fmt.Sprintf(format, parts...))}
}

// once is the last part of a key for things of one use, which a replay would spoil: links and webhook endpoints.
func once() string { return strings.ToLower(rand.Text()) }

// asking is the start of every call that changes nothing.
func asking(ctx context.Context) stripe.Params { return stripe.Params{Context: ctx} }

// kept gives time to write down what Stripe did, also where the request that asked has ended.
func kept(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
}

// callError is what went wrong with a call: ErrAway or ErrRefused, with Stripe's own words for the log.
type callError struct {
	kind  error
	what  string
	cause error
}

// Error names the call and Stripe's request id, never what was sent.
func (e *callError) Error() string {
	var answer *stripe.Error
	if errors.As(e.cause, &answer) {
		return fmt.Sprintf("%v: %s: %d %s %s %s: %s (%s)", e.kind, e.what, answer.HTTPStatusCode, answer.Type, answer.Code, answer.Param, redact(answer.Msg), answer.RequestID)
	}
	return fmt.Sprintf("%v: %s: %s", e.kind, e.what, redact(e.cause.Error()))
}

// Unwrap gives the kind and the cause.
func (e *callError) Unwrap() []error { return []error{e.kind, e.cause} }

// failed sorts the error of a call. Only a plain no is a refusal. That a key was used with other parameters says that
// an earlier call with it arrived, so its outcome is unknown like that of a time-out; so is one still under way.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	kind := ErrAway
	var answer *stripe.Error
	if errors.As(err, &answer) && answer.HTTPStatusCode >= 400 && answer.HTTPStatusCode < 500 && answer.Type != stripe.ErrorTypeIdempotency {
		switch answer.HTTPStatusCode {
		case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		default:
			kind = ErrRefused
		}
	}
	return &callError{kind, what, err}
}

// code is Stripe's code for a refusal, or nothing.
func code(err error) stripe.ErrorCode {
	var answer *stripe.Error
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}

// keyUsed tells whether Stripe knows the key from a call with other parameters.
func keyUsed(err error) bool {
	var answer *stripe.Error
	return errors.As(err, &answer) && answer.Type == stripe.ErrorTypeIdempotency
}

var secrets = regexp.MustCompile(`(?:sk|rk|pk|whsec)_[A-Za-z0-9_*]+|https?://\S+`)

// redact takes keys and addresses, which may be bearer secrets, out of a text for the log.
func redact(text string) string { return secrets.ReplaceAllString(text, "…") }

// logger takes what stripe-go says. Its debug lines hold whole answers, account links among them, so they are dropped.
// Its errors are warnings here: whoever made the call decides what the error means.
type logger struct{ log *slog.Logger }

// Debugf drops the line.
func (l *logger) Debugf(string, ...any) {}

// Infof keeps the line at the debug level.
func (l *logger) Infof(format string, args ...any) {
	l.log.Debug("stripe: " + redact(fmt.Sprintf(format, args...)))
}

// Warnf keeps the line.
func (l *logger) Warnf(format string, args ...any) {
	l.warn(fmt.Sprintf(format, args...))
}

// Errorf keeps the line as a warning.
func (l *logger) Errorf(format string, args ...any) {
	l.warn(fmt.Sprintf(format, args...))
}

// warn keeps a line, quietly where only whoever asked went away.
func (l *logger) warn(text string) {
	level := slog.LevelWarn
	if strings.Contains(text, context.Canceled.Error()) {
		level = slog.LevelDebug
	}
	l.log.Log(context.Background(), level, "stripe: "+redact(text))
}
