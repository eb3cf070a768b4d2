package payments

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v76"
)

// Webhook is an endpoint that was made at Stripe. Its secret is told only now.
type Webhook struct {
	URL      string
	Secret   string
	Connect  bool
	Replaces int // how many endpoints of the same address were switched off for it
}

// endpoints are the two that Stripe sends events to: their addresses here and what they are sent.
func (p *Payments) endpoints() []wanted {
	return []wanted{
		{p.set.BaseURL + "/webhooks/stripe", false, typesOf(onAccount)},
		{p.set.BaseURL + "/webhooks/stripe/connect", true, typesOf(onConnect)},
	}
}

type wanted struct {
	url     string
	connect bool
	types   []string
}

func typesOf(handlers map[stripe.EventType]handler) []string {
	var types []string
	for name := range handlers {
		types = append(types, string(name))
	}
	slices.Sort(types)
	return types
}

// CreateWebhooks makes both endpoints at Stripe, with the API version that this Tillbird reads: an endpoint made by hand
// takes the account's. Endpoints of the same address that are there already are switched off, not deleted.
func (p *Payments) CreateWebhooks(ctx context.Context) ([]Webhook, error) {
	there, err := p.listEndpoints(ctx)
	if err != nil {
		return nil, err
	}
	var made []Webhook
	for _, want := range p.endpoints() {
		endpoint, err := p.stripe.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
			Params:        keyed(ctx, "webhook-%s", once()),
			URL:           stripe.String(want.url),
			Connect:       stripe.Bool(want.connect),
			APIVersion:    stripe.String(stripe.APIVersion),
			EnabledEvents: stripe.StringSlice(want.types),
		})
		if err != nil {
			return made, failed("make a webhook endpoint", err)
		}
		webhook := Webhook{URL: want.url, Secret: endpoint.Secret, Connect: want.connect}
		for _, old := range there {
			if old.URL != want.url || old.Status == "disabled" {
				continue
			}
			params := &stripe.WebhookEndpointParams{Params: keyed(ctx, "webhook-%s", once()), Disabled: stripe.Bool(true)}
			if _, err := p.stripe.WebhookEndpoints.Update(old.ID, params); err != nil {
				return append(made, webhook), failed("switch a webhook endpoint off", err)
			}
			webhook.Replaces++
		}
		made = append(made, webhook)
	}
	return made, nil
}

func (p *Payments) listEndpoints(ctx context.Context) ([]*stripe.WebhookEndpoint, error) {
	params := &stripe.WebhookEndpointListParams{}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	var there []*stripe.WebhookEndpoint
	list := p.stripe.WebhookEndpoints.List(params)
	for list.Next() {
		there = append(there, list.WebhookEndpoint())
	}
	return there, failed("list webhook endpoints", list.Err())
}

// Finding is one thing that doctor looked at, and what to do where it is not well.
type Finding struct {
	OK   bool
	What string
	Do   string
}

// Check looks whether Stripe and this installation fit together.
func (p *Payments) Check(ctx context.Context) []Finding {
	balance, err := p.stripe.Balance.Get(&stripe.BalanceParams{Params: asking(ctx)})
	switch err = failed("fetch the balance", err); {
	case errors.Is(err, ErrAway):
		return []Finding{{What: "Stripe cannot be reached: " + err.Error(), Do: "Check the network, and STRIPE_API_URL where it is set."}}
	case err != nil:
		return []Finding{{What: "Stripe refuses the key: " + err.Error(), Do: "Copy the secret key from Stripe's dashboard to STRIPE_SECRET_KEY."}}
	}
	findings := []Finding{{OK: true, What: "Stripe takes the secret key."}}
	mode := map[bool]string{false: "test", true: "live"}
	if balance.Livemode != p.livemode {
		findings = append(findings, Finding{What: "The key looks like a " + mode[p.livemode] + " key, and Stripe answers in " + mode[balance.Livemode] + " mode.", Do: "Set STRIPE_SECRET_KEY to a key that begins with sk_live_ or sk_test_."})
	} else {
		findings = append(findings, Finding{OK: true, What: "The key moves money in " + mode[p.livemode] + " mode."})
	}
	findings = append(findings, p.checkAccounts(ctx)...)
	return append(findings, p.checkEndpoints(ctx)...)
}

// checkAccounts tells of the last shop for which Stripe made no account.
func (p *Payments) checkAccounts(ctx context.Context) []Finding {
	if p.store == nil {
		return nil
	}
	why, err := p.store.Note(ctx, accountRefused)
	if err != nil || why == "" {
		return nil
	}
	return []Finding{{
		What: "Stripe refused to make a shop's account the last time: " + why,
		Do:   "Enable Connect with Express accounts in Stripe's dashboard (Connect, Settings), and check TILLBIRD_SHOP_COUNTRIES; the next shop that connects clears this.",
	}}
}

func (p *Payments) checkEndpoints(ctx context.Context) []Finding {
	const create = "Run `tillbird webhooks create` and set the secrets that it prints."
	there, err := p.listEndpoints(ctx)
	if err != nil {
		return []Finding{{What: "The webhook endpoints cannot be listed: " + err.Error(), Do: "Give the key the right to read webhook endpoints."}}
	}
	var findings []Finding
	for _, want := range p.endpoints() {
		i := slices.IndexFunc(there, func(e *stripe.WebhookEndpoint) bool { return e.URL == want.url && e.Status != "disabled" })
		if i < 0 {
			findings = append(findings, Finding{What: "No webhook endpoint sends to " + want.url + ".", Do: create})
			continue
		}
		endpoint := there[i]
		missing := slices.DeleteFunc(slices.Clone(want.types), func(name string) bool {
			return slices.Contains(endpoint.EnabledEvents, name) || slices.Contains(endpoint.EnabledEvents, "*")
		})
		switch {
		case endpoint.APIVersion != stripe.APIVersion:
			version := endpoint.APIVersion
			if version == "" {
				version = "the account's own"
			}
			findings = append(findings, Finding{What: "The endpoint " + want.url + " writes in API version " + version + ", not " + stripe.APIVersion + ".", Do: create})
		case len(missing) > 0:
			findings = append(findings, Finding{What: "The endpoint " + want.url + " does not send " + strings.Join(missing, ", ") + ".", Do: create})
		default:
			findings = append(findings, Finding{OK: true, What: "The endpoint " + want.url + " sends what is needed."})
		}
	}
	return findings
}
