package payments

import (
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// keyLasts is how long Stripe remembers an idempotency key, with an hour to spare. After it nothing is sent again: what
// became of the call is looked up.
const keyLasts = 23 * time.Hour

// accountRefused is the note in which doctor finds why Stripe refused to make an account.
const accountRefused = "stripe.account_refused"

// Connect makes the shop's Stripe account where it has none, and gives the address of a fresh account link. The address
// is a bearer secret that works once and for minutes: redirect to it, and neither log nor keep it.
func (p *Payments) Connect(ctx context.Context, shop *models.Shop) (url string, err error) {
	account, err := p.accountOf(ctx, shop)
	if err != nil {
		return "", err
	}
	link, err := p.stripe.AccountLinks.New(&stripe.AccountLinkParams{
		Params:     keyed(ctx, "shop-%s-link-%s", shop.ID, once()),
		Account:    stripe.String(account),
		Type:       stripe.String(string(stripe.AccountLinkTypeAccountOnboarding)),
		ReturnURL:  stripe.String(p.set.BaseURL + "/dashboard/onboarding/return"),
		RefreshURL: stripe.String(p.set.BaseURL + "/dashboard/onboarding/refresh"),
	})
	if err != nil {
		return "", failed("make an account link", err)
	}
	return link.URL, nil
}

// accountOf gives the id of the shop's account, made and kept first where there is none.
func (p *Payments) accountOf(ctx context.Context, shop *models.Shop) (string, error) {
	if shop.StripeAccount != nil {
		return *shop.StripeAccount, nil
	}
	asked, err := p.askForAccount(ctx, shop)
	if err != nil {
		return "", err
	}
	var account *stripe.Account
	if p.store.Now().Sub(asked) < keyLasts {
		account, err = p.createAccount(ctx, shop, asked)
	}
	if account == nil && (err == nil || keyUsed(err)) {
		account, err = p.findAccount(ctx, shop, asked)
	}
	if errors.Is(err, ErrRefused) {
		err = errors.Join(err, p.forgetAccount(ctx, shop))
	}
	if err != nil {
		return "", err
	}
	ctx, cancel := kept(ctx)
	defer cancel()
	err = p.store.ConnectAccount(ctx, shop, account.ID, p.livemode)
	if errors.Is(err, models.ErrChanged) { // by a click at the same time
		fresh, err := p.store.ShopOf(ctx, shop.ID)
		if err == nil && fresh.StripeAccount != nil {
			return *fresh.StripeAccount, nil
		}
		return "", errors.Join(models.ErrChanged, err)
	}
	return account.ID, err
}

// askForAccount writes down that Stripe is asked for the shop's account, and gives the time at which that was written
// first: the key of the call is made from it. forgetAccount ends the intention.
func (p *Payments) askForAccount(ctx context.Context, shop *models.Shop) (time.Time, error) {
	note, err := p.store.NoteOnce(ctx, "stripe.account_asked."+shop.ID, p.store.Now().Format(time.RFC3339Nano))
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, note)
}

func (p *Payments) forgetAccount(ctx context.Context, shop *models.Shop) error {
	return p.store.ForgetNote(ctx, "stripe.account_asked."+shop.ID)
}

// createAccount asks Stripe for an Express account. Whether Stripe still makes them by this call for platforms that are
// new to Connect could not be checked from here; they may have to be enabled in Stripe's dashboard, which doctor says.
func (p *Payments) createAccount(ctx context.Context, shop *models.Shop, asked time.Time) (*stripe.Account, error) {
	params := &stripe.AccountParams{
		Params:          keyed(ctx, "shop-%s-account-%d", shop.ID, asked.UnixMicro()),
		Type:            stripe.String(string(stripe.AccountTypeExpress)),
		Country:         stripe.String(shop.Country),
		Email:           optional(shop.SupportEmail),
		BusinessProfile: &stripe.AccountBusinessProfileParams{Name: stripe.String(shop.Name)},
		Capabilities:    &stripe.AccountCapabilitiesParams{Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: stripe.Bool(true)}},
		Metadata:        map[string]string{"shop": shop.ID},
	}
	if p.set.OnBehalfOf {
		params.Capabilities.CardPayments = &stripe.AccountCapabilitiesCardPaymentsParams{Requested: stripe.Bool(true)}
	}
	account, err := p.stripe.Accounts.New(params)
	if err = failed("make an account", err); err != nil {
		if errors.Is(err, ErrRefused) {
			p.noteRefusal(ctx, err.Error())
		}
		return nil, err
	}
	p.noteRefusal(ctx, "")
	return account, nil
}

// noteRefusal keeps for doctor why Stripe makes no accounts, or forgets it.
func (p *Payments) noteRefusal(ctx context.Context, why string) {
	if before, err := p.store.Note(ctx, accountRefused); err == nil && before == why {
		return
	}
	if err := p.store.KeepNote(ctx, accountRefused, why); err != nil {
		p.log.WarnContext(ctx, "payments: a refusal could not be kept", "error", err)
	}
}

// findAccount looks for an account that an earlier call made and whose answer was lost. Where there is none, the
// intention is forgotten and the next click asks anew.
func (p *Payments) findAccount(ctx context.Context, shop *models.Shop, asked time.Time) (*stripe.Account, error) {
	params := &stripe.AccountListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: asked.Add(-time.Hour).Unix()}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.Accounts.List(params)
	for list.Next() {
		if list.Account().Metadata["shop"] == shop.ID {
			return list.Account(), nil
		}
	}
	if err := failed("look for an account", list.Err()); err != nil {
		return nil, err
	}
	if err := p.forgetAccount(ctx, shop); err != nil {
		return nil, err
	}
	return nil, &callError{ErrAway, "look for an account", errors.New("an earlier call made none")}
}

// RefreshAccount fetches the shop's account from Stripe, keeps what it says, and gives the shop as it is then.
func (p *Payments) RefreshAccount(ctx context.Context, shop *models.Shop) (*models.Shop, error) {
	if shop.StripeAccount == nil {
		return shop, nil
	}
	return p.fetchAccount(ctx, *shop.StripeAccount)
}

// fetchAccount asks for an account and keeps the answer, dated by the moment before it was asked for: of two fetches
// under way at once, the one that began later wins.
func (p *Payments) fetchAccount(ctx context.Context, id string) (*models.Shop, error) {
	asked := p.store.Now()
	account, err := p.stripe.Accounts.GetByID(id, &stripe.AccountParams{Params: asking(ctx)})
	if err != nil {
		return nil, failed("fetch an account", err)
	}
	return p.store.RecordAccount(ctx, accountFrom(account, asked, p.livemode), p.set.OnBehalfOf)
}

func accountFrom(a *stripe.Account, asked time.Time, livemode bool) models.Account {
	account := models.Account{
		ID: a.ID, Livemode: livemode, ChargesEnabled: a.ChargesEnabled, PayoutsEnabled: a.PayoutsEnabled, DetailsSubmitted: a.DetailsSubmitted, FetchedAt: asked,
	}
	if a.Capabilities != nil {
		account.Transfers, account.CardPayments = string(a.Capabilities.Transfers), string(a.Capabilities.CardPayments)
	}
	if r := a.Requirements; r != nil {
		account.DisabledReason = string(r.DisabledReason)
		account.Requirements = models.Requirements{Due: r.CurrentlyDue, PastDue: r.PastDue, Pending: r.PendingVerification, Later: r.EventuallyDue}
		for _, e := range r.Errors {
			account.Requirements.Errors = append(account.Requirements.Errors, models.RequirementError{Field: e.Requirement, Code: e.Code, Reason: e.Reason})
		}
		if r.CurrentDeadline > 0 {
			due := time.Unix(r.CurrentDeadline, 0).UTC()
			account.DueAt = &due
		}
	}
	return account
}

// ExpressLogin gives the address of the shop's page at Stripe, for one visit. It is a bearer secret like an account
// link. ErrRefused where the shop has no account or has not finished onboarding.
func (p *Payments) ExpressLogin(ctx context.Context, shop *models.Shop) (url string, err error) {
	if shop.StripeAccount == nil {
		return "", ErrRefused
	}
	link, err := p.stripe.LoginLinks.New(&stripe.LoginLinkParams{Params: keyed(ctx, "shop-%s-login-%s", shop.ID, once()), Account: shop.StripeAccount})
	if err != nil {
		return "", failed("make a login link", err)
	}
	return link.URL, nil
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
