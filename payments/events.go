package payments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// round is the events of one object in a round. What is fetched for one serves all: each was received before.
type round struct {
	*Payments
	fetched map[string]*models.Shop     // by account
	refunds map[string][]*stripe.Refund // by payment intent
}

// news is an event being applied.
type news struct {
	*stripe.Event
	kept    *models.Event
	shop    *models.Shop // whose account it came from; nil for our own
	foreign bool         // rendered by another API version, so only its ids can be relied on
}

// read takes the object out of the event.
func (n news) read(object any) error {
	if err := json.Unmarshal(n.Data.Raw, object); err != nil {
		return &models.Unfit{Why: "its object cannot be read"}
	}
	return nil
}

type handler func(r *round, ctx context.Context, n news) (models.EventResult, error)

// onAccount says what is done about the events of our own account, onConnect about those of the shops' accounts. The
// endpoints are made to send exactly these. nil: the event is kept and nothing follows from it here.
var onAccount = map[stripe.EventType]handler{
	"checkout.session.completed":               (*round).sessionPaid,
	"checkout.session.async_payment_succeeded": (*round).sessionPaid,
	"checkout.session.async_payment_failed":    (*round).sessionFailed,
	"checkout.session.expired":                 (*round).sessionExpired,
	"payment_intent.succeeded":                 (*round).intentPaid,
	"payment_intent.payment_failed":            (*round).declined,
	"payment_intent.processing":                nil,
	"payment_intent.canceled":                  nil,
	"payment_intent.requires_action":           nil,
	"setup_intent.succeeded":                   nil,
	"setup_intent.setup_failed":                nil,
	"payment_method.detached":                  (*round).cardGone,
	"payment_method.updated":                   (*round).cardRenewed,
	"payment_method.automatically_updated":     (*round).cardRenewed,
	"charge.succeeded":                         (*round).charged,
	"charge.updated":                           (*round).charged,
	"charge.refunded":                          (*round).chargeRefunded,
	"charge.refund.updated":                    (*round).refunded,
	"refund.created":                           (*round).refunded,
	"refund.updated":                           (*round).refunded,
	"charge.dispute.created":                   (*round).disputed,
	"charge.dispute.updated":                   (*round).disputed,
	"charge.dispute.funds_withdrawn":           (*round).disputed,
	"charge.dispute.funds_reinstated":          (*round).disputed,
	"charge.dispute.closed":                    (*round).disputed,
	"radar.early_fraud_warning.created":        (*round).warned,
	"radar.early_fraud_warning.updated":        (*round).warned,
	"review.opened":                            (*round).reviewed,
	"review.closed":                            (*round).reviewed,
	"transfer.created":                         (*round).transferred,
	"transfer.reversed":                        (*round).transferred,
	"application_fee.created":                  (*round).transferred,
	"application_fee.refunded":                 (*round).transferred,
	"customer.deleted":                         nil,
}

var onConnect = map[stripe.EventType]handler{
	"account.updated":                  (*round).accountChanged,
	"account.application.deauthorized": (*round).accountLeft,
	"capability.updated":               (*round).accountChanged,
	"account.external_account.created": (*round).accountChanged,
	"account.external_account.updated": (*round).accountChanged,
	"account.external_account.deleted": (*round).accountChanged,
	"payout.created":                   (*round).payoutMoved,
	"payout.updated":                   (*round).payoutMoved,
	"payout.paid":                      (*round).payoutMoved,
	"payout.failed":                    (*round).payoutMoved,
	"payout.canceled":                  (*round).payoutMoved,
	"balance.available":                (*round).balanceCleared,
}

// Handles tells whether a type of event is one that an endpoint is made to send.
func (p *Payments) Handles(endpoint, kind string) bool {
	handlers := onAccount
	if endpoint == "connect" {
		handlers = onConnect
	}
	_, known := handlers[stripe.EventType(kind)]
	return known
}

// apply does what follows from an event. Nothing moves before it is known that the event came on the endpoint it
// belongs to, from an account that we know, in our mode, and in a form that we can read.
func (r *round) apply(ctx context.Context, event *models.Event) (models.EventResult, error) {
	full, err := readEvent(event.Payload)
	if err != nil {
		return models.EventResult{}, err
	}
	n := news{Event: full, kept: event, foreign: full.APIVersion != stripe.APIVersion}
	handlers := onAccount
	result := models.EventResult{}
	switch {
	case event.Endpoint == "connect" && full.Account == "":
		return result, &models.Unfit{Why: "it came on the endpoint for shops and names no account"}
	case event.Endpoint != "connect" && full.Account != "":
		return result, &models.Unfit{Why: "it came on the endpoint for our own account and names account " + full.Account}
	case event.Endpoint == "connect" && full.Livemode != r.livemode: // Stripe sends test events of shops to live endpoints too
		return models.EventResult{Ignored: true, Outcome: "is of the other mode"}, nil
	case full.Livemode != r.livemode:
		return result, &models.Unfit{Why: fmt.Sprintf("livemode is %v here and %v there", r.livemode, full.Livemode)}
	case event.Endpoint == "connect":
		shop, err := r.store.ShopByAccount(ctx, full.Account)
		if errors.Is(err, models.ErrNotFound) {
			// Not final: a shop's new account may be told of before its id is kept.
			return result, fmt.Errorf("account %s belongs to no shop here", full.Account)
		} else if err != nil {
			return result, err
		}
		n.shop, result.ShopID, handlers = shop, &shop.ID, onConnect
	}
	if n.foreign && event.CameBy == "webhook" {
		return result, &models.Unfit{Why: fmt.Sprintf("it was written in API version %s, not %s: make the endpoint with `tillbird webhooks create`", full.APIVersion, stripe.APIVersion)}
	}
	do, known := handlers[full.Type]
	if do == nil {
		if err := r.misplaced(n); err != nil {
			return result, err
		}
		result.Ignored, result.Outcome = true, "nothing follows from it"
		if !known {
			result.Outcome = "is of a type that is not handled"
		}
		return result, nil
	}
	return do(r, ctx, n)
}

// readEvent takes an event apart as far as all need it: the library would also make a map of the object, which costs more
// than all the rest.
func readEvent(payload []byte) (*stripe.Event, error) {
	var raw struct {
		ID         string           `json:"id"`
		Account    string           `json:"account"`
		APIVersion string           `json:"api_version"`
		Created    int64            `json:"created"`
		Livemode   bool             `json:"livemode"`
		Type       stripe.EventType `json:"type"`
		Data       struct {
			Object json.RawMessage `json:"object"`
		} `json:"data"`
	}
	if err := json.Unmarshal(payload, &raw); err != nil || len(raw.Data.Object) == 0 || raw.Data.Object[0] != '{' {
		return nil, &models.Unfit{Why: "it holds no object"}
	}
	return &stripe.Event{
		ID: raw.ID, Account: raw.Account, APIVersion: raw.APIVersion, Created: raw.Created, Livemode: raw.Livemode, Type: raw.Type,
		Data: &stripe.EventData{Raw: raw.Data.Object},
	}, nil
}

// misplaced refuses an event of a shop's own account that speaks of one of our orders: our charges live on our account,
// so no such message can be true.
func (r *round) misplaced(n news) error {
	if n.shop == nil || onAccount[n.Type] == nil {
		return nil
	}
	var object struct {
		Metadata map[string]string `json:"metadata"`
	}
	if n.read(&object) == nil && object.Metadata["order"] != "" {
		return &models.Unfit{Why: "it names order " + object.Metadata["order"] + " and came from account " + n.Account}
	}
	return nil
}

// about is the result of an event that concerns an order.
func about(order *models.Order, outcome string) models.EventResult {
	return models.EventResult{Outcome: outcome, ShopID: &order.ShopID, OrderID: &order.ID}
}

// notOurs turns what was not found here into an outcome: other things may be sold through the same Stripe account.
func notOurs(err error) (models.EventResult, error) {
	if errors.Is(err, errNotOurs) {
		return models.EventResult{Ignored: true, Outcome: "is not of an order here"}, nil
	}
	return models.EventResult{}, err
}
