// Package payments moves money through Stripe, in step with models: it makes accounts, checkouts and refunds, and
// applies what Stripe tells.
//
// Every call that changes something at Stripe happens in three steps: the intention is a row, the call carries an
// idempotency key made from that row, and the answer is written down even where the request that asked has ended. What
// a crash or a time-out leaves between the steps is found by CatchUp and finished there.
package payments

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76/client"

	"github.com/tillbird/tillbird/models"
)

// ErrAway says that Stripe did not answer, or not usably: what was asked for may have happened or not. Nothing is lost;
// the same can be asked again, and CatchUp asks by itself.
var ErrAway = errors.New("payments: Stripe cannot be reached")

// ErrRefused says that Stripe answered, and will not do it.
var ErrRefused = errors.New("payments: Stripe refused")

// ErrSignature says that a message does not come from Stripe as far as one can tell, or is not an event: it is answered
// with 400 and nothing of it is kept.
var ErrSignature = errors.New("payments: not a signed event of Stripe's")

// checkoutLasts is how long a buyer has to pay. Stripe refuses less than 30 minutes; the one more is for clocks that
// differ and for the call's own time.
const checkoutLasts = 31 * time.Minute

// Settings is what New needs to know of the installation.
type Settings struct {
	SecretKey            string
	WebhookSecret        string // of the endpoint for our own account
	ConnectWebhookSecret string // of the endpoint for the shops' accounts
	APIURL               string // empty for Stripe's own; else the base for API, Connect and uploads alike
	BaseURL              string // Tillbird's own public address, without a slash at the end
	Country              string
	ShopCountries        []string
	FeeBasis             int64            // of a total, in hundredths of a percent
	FeeFixed             map[string]int64 // on top, by currency, in its smallest unit
	OnBehalfOf           bool             // the shop is the merchant of record
	HTTPClient           *http.Client     // nil for our own, which gives up after twelve seconds

	// KeepFeeOnRefund leaves Tillbird's fee with Tillbird when a buyer gets the money back.
	KeepFeeOnRefund bool
	// SpareFeeOnDispute gives up Tillbird's fee of what a bank takes back: less is taken from the shop.
	SpareFeeOnDispute bool
	// RefundWarnedUpTo is how large a payment may be, by currency, to be given back by itself when the card's bank warns
	// of fraud; empty gives back none.
	RefundWarnedUpTo map[string]int64
	// PictureURL gives the public address of an offer's picture for the checkout page; nil shows none. Stripe fetches
	// it, so it is only asked where BaseURL is https.
	PictureURL func(*models.Picture) string
	// WithoutWebhooks lets New work before the endpoints and their secrets exist, for the commands that make and check
	// them. Receive refuses everything then.
	WithoutWebhooks bool
	// At is called with the name of each recovery point as it is passed, for tests that stop the process there; nil in
	// production. The points: order.placed, session.created, session.recorded, event.stored, order.settled,
	// refund.asked, refund.made, refund.resending, refund.resent, dispute.answering, dispute.moving, dispute.moved.
	At func(point string)
}

// Payments is the way to Stripe and back.
type Payments struct {
	store    *models.Store
	set      Settings
	log      *slog.Logger
	stripe   *client.API
	livemode bool
}

// New makes the way to Stripe. It does not call Stripe. A missing setting is an error that names it. CreateWebhooks and
// Check work without a store: a running server may hold it.
func New(store *models.Store, set Settings, log *slog.Logger) (*Payments, error) {
	set.BaseURL = strings.TrimRight(set.BaseURL, "/")
	set.APIURL = strings.TrimRight(set.APIURL, "/")
	switch {
	case set.SecretKey == "":
		return nil, errors.New("STRIPE_SECRET_KEY is missing")
	case !strings.HasPrefix(set.BaseURL, "http://") && !strings.HasPrefix(set.BaseURL, "https://"):
		return nil, errors.New("TILLBIRD_BASE_URL must begin with http:// or https://")
	case set.WithoutWebhooks:
	case set.WebhookSecret == "":
		return nil, errors.New("STRIPE_WEBHOOK_SECRET is missing; `tillbird webhooks create` makes it")
	case set.ConnectWebhookSecret == "":
		return nil, errors.New("STRIPE_CONNECT_WEBHOOK_SECRET is missing; `tillbird webhooks create` makes it")
	}
	if set.FeeBasis < 0 || set.FeeBasis > 10_000 {
		return nil, errors.New("TILLBIRD_FEE_PERCENT must lie between 0 and 100")
	}
	set.ShopCountries = slices.Clone(set.ShopCountries)
	p := &Payments{store: store, set: set, log: log}
	p.livemode = strings.HasPrefix(set.SecretKey, "sk_live_") || strings.HasPrefix(set.SecretKey, "rk_live_")
	p.stripe = newClient(set, log)
	return p, nil
}

// OnBehalfOf tells whether shops are the merchants of record.
func (p *Payments) OnBehalfOf() bool { return p.set.OnBehalfOf }

// ShopCountries lists the countries whose shops this installation takes, ISO 3166 upper case.
func (p *Payments) ShopCountries() []string { return slices.Clone(p.set.ShopCountries) }

// Country is the installation's own.
func (p *Payments) Country() string { return p.set.Country }

// Livemode tells whether the key moves real money.
func (p *Payments) Livemode() bool { return p.livemode }

// Keep tells what Tillbird keeps of a total, and what the merchant receives. Stripe's own fee comes out of the first.
func (p *Payments) Keep(total models.Money) (fee, net models.Money) {
	fee = models.Fee(total, p.set.FeeBasis, p.set.FeeFixed[total.Currency])
	return fee, models.Money{Amount: total.Amount - fee.Amount, Currency: total.Currency}
}

// at passes a recovery point.
func (p *Payments) at(point string) {
	if p.set.At != nil {
		p.set.At(point)
	}
}
