package payments

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"
)

// signatureTolerance is how far the time of a signature may lie from ours, to either side.
const signatureTolerance = 5 * time.Minute

// Receive verifies a message that was posted to one of our endpoints ("account" or "connect") and keeps it as it is, to
// be applied after it was answered. ErrSignature where it must be refused; any other error means that it could not be
// kept, so that Stripe must send it again.
func (p *Payments) Receive(ctx context.Context, endpoint string, body []byte, signature string) error {
	if err := p.verify(endpoint, body, signature); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	event, err := readEnvelope(body)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	event.Endpoint = endpoint
	if err := p.store.KeepEvent(ctx, event); err != nil {
		return err
	}
	p.at("event.stored")
	return nil
}

// verify checks the signature by the secret of the endpoint, and its time by our clock: the library reads the machine's,
// and lets times in the future pass. It would also take an empty secret for a secret.
func (p *Payments) verify(endpoint string, body []byte, signature string) error {
	secret := map[string]string{"account": p.set.WebhookSecret, "connect": p.set.ConnectWebhookSecret}[endpoint]
	if secret == "" {
		return fmt.Errorf("no secret is set for the endpoint %q", endpoint)
	}
	if err := webhook.ValidatePayloadIgnoringTolerance(body, signature, secret); err != nil {
		return err
	}
	signed, err := signedAt(signature)
	if err != nil {
		return err
	}
	if off := p.store.Now().Sub(signed); off > signatureTolerance || off < -signatureTolerance {
		return fmt.Errorf("the signature's time is %s off", off.Round(time.Second))
	}
	return nil
}

// signedAt reads the time out of a signature header, t=1495999758,v1=…; of several the last counts, as it does when the
// signature is verified.
func signedAt(signature string) (time.Time, error) {
	seconds := int64(0)
	for _, part := range strings.Split(signature, ",") {
		if text, ok := strings.CutPrefix(part, "t="); ok {
			var err error
			if seconds, err = strconv.ParseInt(text, 10, 64); err != nil {
				return time.Time{}, err
			}
		}
	}
	return time.Unix(seconds, 0), nil
}

// plain tells whether a text can be one of Stripe's names.
func plain(name string) bool {
	for _, r := range name {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return name != "" && len(name) <= 255
}
