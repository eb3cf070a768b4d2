package payments

import (
	"context"
	"errors"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// StartCard opens the page of Stripe on which a fan keeps a card, and gives its address. Nothing is charged. One customer
// of the platform serves every shop. A visit that is open already is taken up again. Errors: ErrRefused, ErrAway.
func (p *Payments) StartCard(ctx context.Context, fan *models.Fan) (url string, err error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	url, err = p.startCard(ctx, fan)
	return url, tooSlow(ctx, err)
}

func (p *Payments) startCard(ctx context.Context, fan *models.Fan) (url string, err error) {
	customer, err := p.customerOf(ctx, fan)
	if err != nil {
		return "", err
	}
	for range 2 { // a visit that is over at Stripe means a new one
		setup, err := p.store.OpenCardSetup(ctx, fan)
		if err != nil {
			return "", err
		}
		session, err := p.setupSession(ctx, fan, setup, customer)
		if err != nil || session.Status == stripe.CheckoutSessionStatusOpen {
			return session.URL, err
		}
		if err := p.applySetup(ctx, setup, session); err != nil {
			return "", err
		}
	}
	return "", ErrRefused
}

// customerOf makes the one customer that Stripe has of a fan, or learns it.
func (p *Payments) customerOf(ctx context.Context, fan *models.Fan) (string, error) {
	if fan.Customer != nil {
		return *fan.Customer, nil
	}
	customer, err := p.stripe.Customers.New(&stripe.CustomerParams{
		Params: keyed(ctx, "fan-%s-customer", fan.ID), Email: stripe.String(fan.Email), PreferredLocales: stripe.StringSlice([]string{fan.Language}),
		Metadata: map[string]string{"fan": fan.ID},
	})
	if keyUsed(err) { // made before the fan changed the address: the customer is there
		customer, err = p.lookForCustomer(ctx, fan)
	}
	if err != nil {
		return "", failed("make a customer", err)
	}
	return customer.ID, p.store.RecordCustomer(ctx, fan, customer.ID)
}

var errNoCustomer = errors.New("payments: Stripe knows the key and lists no customer of it")

func (p *Payments) lookForCustomer(ctx context.Context, fan *models.Fan) (*stripe.Customer, error) {
	params := &stripe.CustomerListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: fan.CreatedAt.Unix() - 300}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.Customers.List(params)
	for list.Next() {
		if list.Customer().Metadata["fan"] == fan.ID {
			return list.Customer(), nil
		}
	}
	if list.Err() != nil {
		return nil, list.Err()
	}
	return nil, errNoCustomer
}

// setupSession makes the visit's session, or fetches the one that it has.
func (p *Payments) setupSession(ctx context.Context, fan *models.Fan, setup *models.CardSetup, customer string) (*stripe.CheckoutSession, error) {
	if setup.SessionID != nil {
		return p.fetchSetup(ctx, *setup.SessionID)
	}
	back := p.set.BaseURL + "/wallet/cards/" + setup.ID
	names := map[string]string{"fan": fan.ID, "setup": setup.ID}
	session, err := p.stripe.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Params: keyed(ctx, "setup-%s-session", setup.ID), Mode: stripe.String(string(stripe.CheckoutSessionModeSetup)), Customer: stripe.String(customer),
		PaymentMethodTypes: stripe.StringSlice([]string{"card"}), SuccessURL: stripe.String(back), CancelURL: stripe.String(p.set.BaseURL + "/wallet"),
		ClientReferenceID: stripe.String(setup.ID), Locale: stripe.String(fan.Language), Metadata: names,
		SetupIntentData: &stripe.CheckoutSessionSetupIntentDataParams{Metadata: names},
	})
	if err != nil {
		return &stripe.CheckoutSession{}, failed("make a session for a card", err)
	}
	ctx, cancel := kept(ctx)
	defer cancel()
	return session, p.store.RecordSetupSession(ctx, setup, session.ID)
}

func (p *Payments) fetchSetup(ctx context.Context, session string) (*stripe.CheckoutSession, error) {
	params := &stripe.CheckoutSessionParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"setup_intent.payment_method"})}
	fetched, err := p.stripe.CheckoutSessions.Get(session, params)
	if err != nil {
		return &stripe.CheckoutSession{}, failed("fetch a session for a card", err)
	}
	return fetched, nil
}

// SettleCard asks Stripe what became of a visit to keep a card, and keeps the card where there is one. It may run beside
// the event that says the same.
func (p *Payments) SettleCard(ctx context.Context, setup *models.CardSetup) error {
	if setup.State != "open" || setup.SessionID == nil {
		return nil
	}
	session, err := p.fetchSetup(ctx, *setup.SessionID)
	if err != nil {
		return err
	}
	return p.applySetup(ctx, setup, session)
}

// applySetup keeps the card of a fetched session.
func (p *Payments) applySetup(ctx context.Context, setup *models.CardSetup, session *stripe.CheckoutSession) error {
	ctx, cancel := kept(ctx)
	defer cancel()
	switch session.Status {
	case stripe.CheckoutSessionStatusExpired:
		return p.store.EndCardSetup(ctx, setup)
	case stripe.CheckoutSessionStatusComplete:
	default:
		return nil
	}
	intent := session.SetupIntent
	if intent == nil || intent.PaymentMethod == nil || intent.PaymentMethod.Card == nil {
		return p.store.EndCardSetup(ctx, setup)
	}
	return p.store.KeepFanCard(ctx, setup, keptCard(intent.PaymentMethod))
}

func keptCard(method *stripe.PaymentMethod) models.KeptCard {
	return models.KeptCard{
		Method: method.ID, Brand: string(method.Card.Brand), Last4: method.Card.Last4, Fingerprint: method.Card.Fingerprint, ExpMonth: method.Card.ExpMonth, ExpYear: method.Card.ExpYear,
	}
}

// detachCards takes the cards that a fan has let go away from Stripe. One that is gone there already is gone.
func (p *Payments) detachCards(ctx context.Context, job models.DetachCards) error {
	cards, err := p.store.CardsToDetach(ctx, job.FanID)
	for _, card := range cards {
		_, err := p.stripe.PaymentMethods.Detach(card.Method, &stripe.PaymentMethodDetachParams{Params: keyed(ctx, "card-%s-detach", card.ID)})
		if err = failed("detach a card", err); err != nil && !errors.Is(err, ErrRefused) {
			return err
		}
		if err != nil { // Stripe refuses what is attached to nobody; anything else has to be seen
			method, lookErr := p.stripe.PaymentMethods.Get(card.Method, &stripe.PaymentMethodParams{Params: asking(ctx)})
			if lookErr == nil && method.Customer != nil {
				return err
			}
		}
		if err := p.store.RecordDetached(ctx, card.Method); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return p.forgetCustomer(ctx, job.FanID)
}

// forgetCustomer has Stripe forget a fan who deleted the wallet, once no charge of theirs is under way.
func (p *Payments) forgetCustomer(ctx context.Context, fanID string) error {
	fan, err := p.store.FanEver(ctx, fanID)
	if err != nil || fan.DeletedAt == nil || fan.Customer == nil {
		return err
	}
	charging, err := p.store.ChargingOf(ctx, fan)
	if err != nil {
		return err
	}
	if charging {
		return errBankAtIt
	}
	_, err = p.stripe.Customers.Del(*fan.Customer, &stripe.CustomerParams{Params: keyed(ctx, "fan-%s-forget", fan.ID)})
	if err = failed("forget a customer", err); err != nil && !errors.Is(err, ErrRefused) { // gone already
		return err
	}
	return p.store.ForgetCustomer(ctx, fan)
}

// cardVisited keeps the card of a session that took no money.
func (r *round) cardVisited(ctx context.Context, session *stripe.CheckoutSession) (models.EventResult, error) {
	setup, err := r.store.CardSetup(ctx, session.Metadata["setup"])
	if errors.Is(err, models.ErrNotFound) {
		return notOurs(errNotOurs)
	}
	if err != nil {
		return models.EventResult{}, err
	}
	if setup.SessionID != nil && *setup.SessionID != session.ID {
		return models.EventResult{}, &models.Unfit{Why: "it names another visit's card"}
	}
	fetched, err := r.fetchSetup(ctx, session.ID)
	if err != nil {
		return models.EventResult{}, err
	}
	return models.EventResult{Outcome: "the card is kept"}, r.applySetup(ctx, setup, fetched)
}

// cardGone notes that a kept card was taken away, here or at Stripe.
func (r *round) cardGone(ctx context.Context, n news) (models.EventResult, error) {
	var method stripe.PaymentMethod
	if err := n.read(&method); err != nil {
		return models.EventResult{}, err
	}
	return models.EventResult{Outcome: "the card is gone"}, r.store.RecordDetached(ctx, method.ID)
}

// cardRenewed takes a new expiry of a kept card.
func (r *round) cardRenewed(ctx context.Context, n news) (models.EventResult, error) {
	var method stripe.PaymentMethod
	if err := n.read(&method); err != nil {
		return models.EventResult{}, err
	}
	if method.Card == nil {
		return models.EventResult{Ignored: true, Outcome: "nothing follows from it"}, nil
	}
	return models.EventResult{Outcome: "the card is renewed"}, r.store.RenewCard(ctx, keptCard(&method))
}
