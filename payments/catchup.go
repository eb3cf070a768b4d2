package payments

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

const (
	eventsLast   = 30 * 24 * time.Hour // how long Stripe lists events
	eventsMargin = 10 * time.Minute    // for events that were listed late
	activeFor    = 14 * 24 * time.Hour // how long after its last activity a shop's own events are listed
	shopsAtOnce  = 40                  // shops a round: each is a call
	ordersAtOnce = 100                 // pending orders a round
	sessionGrace = 2 * time.Minute     // longer than a call with its retries takes
)

// CatchUp finds what was missed: events that did not reach us, of our own account and of the shops with recent
// activity, and orders whose outcome is not known. It has a budget; what it leaves comes next time. It goes on where one
// part fails, and returns all that failed.
func (p *Payments) CatchUp(ctx context.Context) error {
	errs := []error{p.listEvents(ctx, "")}
	if errors.Is(errs[0], ErrAway) {
		return errs[0]
	}
	errs = append(errs, p.listShopsEvents(ctx), p.resumeOrders(ctx), p.askPending(ctx))
	return errors.Join(errs...)
}

// listEvents keeps the events of an account, "" being ours, that Stripe could not deliver since the last time.
func (p *Payments) listEvents(ctx context.Context, account string) error {
	began := p.store.Now()
	note := "stripe.listed." + account
	since := began.Add(-eventsLast)
	kept, err := p.store.Note(ctx, note)
	if err != nil {
		return err
	}
	if last, err := time.Parse(time.RFC3339, kept); err == nil && last.Add(-eventsMargin).After(since) {
		since = last.Add(-eventsMargin)
	}
	params := &stripe.EventListParams{DeliverySuccess: stripe.Bool(false), CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix()}}
	if err := p.keepEvents(ctx, account, params); err != nil {
		return err
	}
	return p.store.KeepNote(ctx, note, began.Format(time.RFC3339))
}

// keepEvents keeps those of an account's events, "" being ours, that are asked for and that something is done with.
func (p *Payments) keepEvents(ctx context.Context, account string, params *stripe.EventListParams) error {
	params.Context, params.Limit = ctx, stripe.Int64(100)
	handlers := onAccount
	if account != "" {
		params.StripeAccount = stripe.String(account)
		handlers = onConnect
	}
	list := p.stripe.Events.List(params)
	for list.Next() {
		event := list.Event()
		if _, known := handlers[event.Type]; known {
			if err := p.keepListed(ctx, event, account); err != nil {
				return err
			}
		}
	}
	return failed("list events", list.Err())
}

// keepListed keeps an event from a list in the form of a delivered one. In the list of a shop's account it may not say
// whose it is.
func (p *Payments) keepListed(ctx context.Context, event *stripe.Event, account string) error {
	known, err := p.store.KnownEvent(ctx, event.ID, account)
	if err != nil || known {
		return err
	}
	event.Account = account
	raw, err := json.Marshal(event)
	if err != nil {
		return err
	}
	kept, err := readEnvelope(raw)
	if err != nil {
		return err
	}
	kept.Endpoint, kept.CameBy = "account", "catch_up"
	if account != "" {
		kept.Endpoint = "connect"
	}
	_, err = p.store.ReceiveEvent(ctx, kept)
	return err
}

// listShopsEvents lists the events of some of the active shops' accounts, and goes on with the others next time.
func (p *Payments) listShopsEvents(ctx context.Context) error {
	return p.inTurn(ctx, "stripe.shops_listed", shopsAtOnce, func(after string) (ids []string, err error) {
		shops, err := p.store.ActiveShops(ctx, p.store.Now().Add(-activeFor), after, shopsAtOnce)
		if err != nil {
			return nil, err
		}
		var errs []error
		for _, shop := range shops {
			ids = append(ids, shop.ID)
			errs = append(errs, p.listEvents(ctx, *shop.StripeAccount))
		}
		return ids, errors.Join(errs...)
	})
}

// resumeOrders learns what became of orders whose process stopped, or lost the answer, before their session was kept.
func (p *Payments) resumeOrders(ctx context.Context) error {
	orders, err := p.store.OrdersWithoutSession(ctx, p.store.Now().Add(-sessionGrace))
	errs := []error{err}
	for _, order := range orders {
		learnt, err := p.learnSession(ctx, &order)
		if err == nil && learnt.SessionID != nil && learnt.Payment == "pending" {
			err = p.follow(ctx, learnt)
		}
		errs = append(errs, p.told(ctx, &order, err))
		if errors.Is(err, ErrAway) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// askPending asks about some of the pending orders, and goes on with the others next time.
func (p *Payments) askPending(ctx context.Context) error {
	return p.inTurn(ctx, "stripe.orders_asked", ordersAtOnce, func(after string) (ids []string, err error) {
		orders, err := p.store.PendingOrders(ctx, p.store.Now().Add(-sessionGrace), after, ordersAtOnce)
		if err != nil {
			return nil, err
		}
		var errs []error
		for _, order := range orders {
			ids = append(ids, order.ID)
			err := p.follow(ctx, &order)
			errs = append(errs, p.told(ctx, &order, err))
			if errors.Is(err, ErrAway) || ctx.Err() != nil {
				break
			}
		}
		return ids, errors.Join(errs...)
	})
}

// closeOverdue closes the checkouts whose time is over by our own clock, so that stock comes back within a minute of it.
func (p *Payments) closeOverdue(ctx context.Context) error {
	orders, err := p.store.OverdueOrders(ctx)
	errs := []error{err}
	for _, order := range orders {
		err := p.closeInTime(ctx, &order)
		errs = append(errs, p.told(ctx, &order, err))
		if errors.Is(err, ErrAway) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// follow asks about a pending order, and closes its checkout where its time is over.
func (p *Payments) follow(ctx context.Context, order *models.Order) error {
	if !p.store.Now().Before(order.OpenUntil) {
		return p.closeInTime(ctx, order)
	}
	return p.Settle(ctx, order)
}

// told logs why an order could not be followed and lets the others go on; only that Stripe is away is passed on.
func (p *Payments) told(ctx context.Context, order *models.Order, err error) error {
	if err == nil || errors.Is(err, ErrAway) {
		return err
	}
	p.log.ErrorContext(ctx, "payments: a pending order could not be followed", "order", order.ID, "error", err)
	return nil
}

// inTurn works through a long list in rounds: the note remembers after which row to go on.
func (p *Payments) inTurn(ctx context.Context, note string, most int, work func(after string) ([]string, error)) error {
	after, err := p.store.Note(ctx, note)
	if err != nil {
		return err
	}
	ids, err := work(after)
	next := ""
	if len(ids) > 0 && (len(ids) == most || err != nil) {
		next = ids[len(ids)-1]
	}
	if next == after {
		return err
	}
	return errors.Join(err, p.store.KeepNote(ctx, note, next))
}
