package payments

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// Purchase is what a fan asks to buy.
type Purchase struct {
	Offer    *models.OfferView
	Shop     *models.Shop
	Email    string
	Quantity string // as typed
	PostCode string // of the short link that led here, if any
	Language string
	Buyer    string // a random id of the browser: with what is bought it tells a second click from a second purchase
}

// Connect makes the shop's Stripe account where it has none, and gives the address of a fresh account link.
func (p *Payments) Connect(ctx context.Context, shop *models.Shop) (url string, err error) {
	return "", ErrAway
}

// RefreshAccount fetches the shop's account from Stripe, keeps what it says, and gives the shop as it is then.
func (p *Payments) RefreshAccount(ctx context.Context, shop *models.Shop) (*models.Shop, error) {
	return nil, ErrAway
}

// ExpressLogin gives the address of the shop's page at Stripe.
func (p *Payments) ExpressLogin(ctx context.Context, shop *models.Shop) (url string, err error) {
	return "", ErrAway
}

// StartCheckout places an order and opens its checkout.
func (p *Payments) StartCheckout(ctx context.Context, in Purchase) (order *models.Order, url string, err error) {
	return nil, "", ErrAway
}

// ResumeCheckout gives the address of an order's open checkout.
func (p *Payments) ResumeCheckout(ctx context.Context, order *models.Order) (url string, err error) {
	return "", ErrAway
}

// Settle asks Stripe about an order's checkout and applies what it says.
func (p *Payments) Settle(ctx context.Context, order *models.Order) error { return ErrAway }

// CancelCheckout lets a pending order go.
func (p *Payments) CancelCheckout(ctx context.Context, order *models.Order) error { return ErrAway }

// Receive verifies and keeps an event.
func (p *Payments) Receive(ctx context.Context, endpoint string, body []byte, signature string) error {
	return ErrSignature
}

// Run applies events as they come.
func (p *Payments) Run(ctx context.Context) { <-ctx.Done() }

// Drain applies the events that wait.
func (p *Payments) Drain(ctx context.Context) (int, error) { return 0, ErrAway }

// CatchUp finds what was missed.
func (p *Payments) CatchUp(ctx context.Context) error { return ErrAway }

// Work registers the jobs.
func (p *Payments) Work(w *models.Work) {}

// Webhook is an endpoint that was made at Stripe.
type Webhook struct {
	URL     string
	Secret  string
	Connect bool
}

// CreateWebhooks makes both endpoints at Stripe.
func (p *Payments) CreateWebhooks(ctx context.Context) ([]Webhook, error) { return nil, ErrAway }

// Finding is one thing that doctor looked at.
type Finding struct {
	OK   bool
	What string
	Do   string
}

// Check looks whether Stripe and this installation fit together.
func (p *Payments) Check(ctx context.Context) []Finding { return nil }
