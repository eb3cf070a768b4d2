package payments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// Purchase is what a fan asks to buy.
type Purchase struct {
	Offer    *models.OfferView
	Shop     *models.Shop
	Email    string
	Quantity string   // as typed
	Choice   []string // the value chosen of each option
	Amount   string   // of one, as typed, where the buyer chooses the price
	Code     string   // as typed
	Country  string   // where it goes
	PostCode string   // of the short link that led here, if any
	Language string
	Consent  bool   // the buyer wants digital goods at once, and knows what that ends
	Buyer    string // a random id of the browser: with what is bought it tells a second click from a second purchase
	Wait     string // the secret of the waitlist's letter that led here, if any
	Again    string // the slug of the paid order that the buyer knows of and wants another beside, if any
}

// attempt is the same for two clicks on one Buy button. The parts are length-prefixed, so that none can pose as
// another's.
func (in Purchase) attempt() string {
	version := ""
	if in.Offer.Approved != nil {
		version = in.Offer.Approved.ID
	}
	sum := sha256.New()
	for _, part := range []string{in.Buyer, in.Offer.ID, version, models.CleanEmail(in.Email), in.Quantity, in.Amount, models.CleanCode(in.Code), in.Country} {
		fmt.Fprintf(sum, "%d:%s,", len(part), part)
	}
	for _, value := range in.Choice {
		fmt.Fprintf(sum, "%d:%s;", len(value), value)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// StartCheckout sets stock aside, writes a pending order and opens its checkout at Stripe; url is where the buyer pays.
// A second click gets the checkout of the first; url is empty where that turned out to be paid meanwhile, and the order
// says so. Errors: models.Problems, *models.Bought (ask before buying again), ErrRefused (nothing is held any more), ErrAway (the order waits: CatchUp learns what
// became of it, and until then a click of the same buyer tries again).
func (p *Payments) StartCheckout(ctx context.Context, in Purchase) (order *models.Order, url string, err error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	order, url, err = p.startCheckout(ctx, in)
	return order, url, tooSlow(ctx, err)
}

func (p *Payments) startCheckout(ctx context.Context, in Purchase) (order *models.Order, url string, err error) {
	if err := p.letOthersGo(ctx, in); err != nil {
		return nil, "", err
	}
	// A checkout found from an earlier click may be over at Stripe. Its order is then ended, and the click means a new one.
	for range 2 {
		again := false
		order, again, err = p.store.PlaceOrder(ctx, p.terms(in))
		if err != nil {
			return nil, "", err
		}
		if !again {
			p.at("order.placed")
			url, err = p.openSession(ctx, order)
			if errors.Is(err, ErrRefused) {
				err = p.refuse(ctx, order, err)
			}
			return order, url, err
		}
		url, err = p.resumeCheckout(ctx, order)
		if err != nil || url != "" {
			return order, url, err
		}
		if order, err = p.store.Order(ctx, order.ID); err != nil || order.Payment == "pending" || order.WasPaid() {
			return order, "", err
		}
	}
	return order, "", ErrRefused
}

// letOthersGo closes the checkouts that the same browser left open for the offer with another address or quantity, so
// that a buyer's own hold does not say "sold out". Stripe confirms it, or the earlier one turns out to be paid.
func (p *Payments) letOthersGo(ctx context.Context, in Purchase) error {
	others, err := p.store.OtherAttempts(ctx, p.terms(in))
	for _, order := range others {
		if err := p.cancelCheckout(ctx, &order); err != nil {
			return err
		}
	}
	return err
}

// patience is how long a person waits for Stripe, over all calls and tries together; back-off may add a second. What a
// job does has its own time.
const patience = 9 * time.Second

// patient is the time that a call gets for which a person waits.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, patience)
}

// tooSlow calls it Stripe's being away where the person's time ran out anywhere on the way: what was begun is finished
// by CatchUp, and a second try finds it.
func tooSlow(ctx context.Context, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, ErrAway) {
		return err
	}
	return &callError{ErrAway, "in time", err}
}

// refuse ends an order for which Stripe would not make a session at the first call.
func (p *Payments) refuse(ctx context.Context, order *models.Order, refusal error) error {
	p.log.ErrorContext(ctx, "payments: Stripe makes no checkout", "order", order.ID, "error", refusal)
	ctx, cancel := kept(ctx)
	defer cancel()
	return errors.Join(refusal, p.store.RefuseOrder(ctx, order, string(code(refusal))))
}

// terms completes what the fan asks with the installation's terms.
func (p *Payments) terms(in Purchase) models.Purchase {
	return p.onOurTerms(models.Purchase{
		Offer: in.Offer, Shop: in.Shop, Email: in.Email, Quantity: in.Quantity, Choice: in.Choice, Amount: in.Amount, Code: in.Code, Country: in.Country, PostCode: in.PostCode, Language: in.Language, AttemptKey: in.attempt(), Buyer: in.Buyer, WaitToken: in.Wait, Consent: in.Consent, Again: in.Again,
	})
}

func (p *Payments) onOurTerms(in models.Purchase) models.Purchase {
	currency := ""
	if in.Offer.Approved != nil {
		currency = in.Offer.Approved.Currency
	}
	in.OnBehalfOf, in.FeeBasis, in.FeeFixed, in.KeepsFee, in.CheckoutLasts = p.set.OnBehalfOf, p.set.FeeBasis, p.set.FeeFixed[currency], p.set.KeepFeeOnRefund, checkoutLasts
	return in
}

// ResumeCheckout gives the address of an order's open checkout, and learns its session first where a crash or a
// time-out left it unknown. It is empty where the checkout is over; the order has then been settled or ended.
func (p *Payments) ResumeCheckout(ctx context.Context, order *models.Order) (url string, err error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	url, err = p.resumeCheckout(ctx, order)
	return url, tooSlow(ctx, err)
}

func (p *Payments) resumeCheckout(ctx context.Context, order *models.Order) (url string, err error) {
	if order.Payment != "pending" || order.ByCard {
		return "", nil
	}
	if order.SessionID == nil {
		if order, err = p.learnSession(ctx, order); err != nil || order.SessionID == nil || order.Payment != "pending" {
			return "", err
		}
	}
	session, err := p.fetchSession(ctx, *order.SessionID)
	if err != nil {
		return "", err
	}
	if session.Status == "open" {
		return session.URL, nil
	}
	return "", p.applySession(ctx, session, p.store.Now(), nil)
}

// CancelCheckout lets a pending order go. The wish is kept first; the stock comes back when Stripe confirms that
// nobody can pay any more, now or, where Stripe is away, by the job that the wish left.
func (p *Payments) CancelCheckout(ctx context.Context, order *models.Order) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	return tooSlow(ctx, p.cancelCheckout(ctx, order))
}

func (p *Payments) cancelCheckout(ctx context.Context, order *models.Order) error {
	if err := p.store.AskCancellation(ctx, order); err != nil {
		return err
	}
	err := p.closeCheckout(ctx, order.ID)
	if errors.Is(err, ErrAway) {
		p.log.WarnContext(ctx, "payments: a checkout could not be closed yet", "order", order.ID, "error", err)
		return nil
	}
	return err
}

// closeInTime closes the checkout of an order whose time is over by our own clock. A payment that is under way just then
// is waited for, within bounds.
func (p *Payments) closeInTime(ctx context.Context, order *models.Order) error {
	if order.SessionID == nil {
		return p.closeCheckout(ctx, order.ID)
	}
	session, err := p.fetchSession(ctx, *order.SessionID)
	if err != nil {
		return err
	}
	if session.Status == stripe.CheckoutSessionStatusOpen && underWay(session.PaymentIntent) {
		extended, err := p.store.ExtendHold(ctx, order)
		if extended || err != nil {
			return err
		}
	}
	return p.closeCheckout(ctx, order.ID)
}

// underWay tells whether a bank is at a payment just now, or the buyer at the bank.
func underWay(intent *stripe.PaymentIntent) bool {
	if intent == nil {
		return false
	}
	switch intent.Status {
	case stripe.PaymentIntentStatusRequiresAction, stripe.PaymentIntentStatusProcessing, stripe.PaymentIntentStatusRequiresConfirmation, stripe.PaymentIntentStatusRequiresCapture:
		return true
	default:
		return false
	}
}

// closeHopeless closes the open checkouts of an offer for which the goods are gone. Where one is paid all the same, its
// money goes back by itself.
func (p *Payments) closeHopeless(ctx context.Context, job models.CloseHopeless) error {
	for {
		orders, err := p.store.HopelessOrders(ctx, job.OfferID)
		if err != nil || len(orders) == 0 {
			return err
		}
		for _, order := range orders {
			if err := p.store.AskClosing(ctx, &order); err != nil {
				return err
			}
		}
	}
}

// closeCheckout makes sure that a pending order cannot be paid any more, or finds that it was paid. Stripe's answer
// moves the order, never our clock.
func (p *Payments) closeCheckout(ctx context.Context, orderID string) error {
	order, err := p.store.Order(ctx, orderID)
	if err != nil || order.Payment != "pending" {
		return err
	}
	if order.ByCard {
		return p.store.CancelConfirmation(ctx, order.ID, "moderation")
	}
	if order.SessionID == nil {
		if order, err = p.learnSession(ctx, order); err != nil || order.SessionID == nil || order.Payment != "pending" {
			return err
		}
	}
	session, err := p.fetchSession(ctx, *order.SessionID)
	if err != nil {
		return err
	}
	if session.Status == "open" {
		expired, err := p.expireSession(ctx, order)
		switch {
		case err == nil:
			session.Status = expired.Status
		case !errors.Is(err, ErrRefused):
			return err
		default: // it was paid or ran out between the two calls
			if session, err = p.fetchSession(ctx, *order.SessionID); err != nil {
				return err
			}
		}
	}
	return p.applySession(ctx, session, p.store.Now(), nil)
}

// learnSession finds the session of an order that was left without one, and gives the order as it is then. Where there
// is none and none can come to be any more, the order is refused.
//
// While Stripe remembers the key, the same call is sent again: it gives the session that the first one made, or makes it
// now, or is refused because it would run out too soon. After a refusal, where Stripe remembers other parameters or an
// error of its own though the checkout's time is over, and after keyLasts, the sessions of those minutes are listed: the
// list is complete, and none can be added to it.
func (p *Payments) learnSession(ctx context.Context, order *models.Order) (*models.Order, error) {
	now := p.store.Now()
	err := error(&callError{ErrAway, "learn a session", errors.New("the key is too old")})
	if now.Sub(order.CreatedAt) < keyLasts {
		_, err = p.openSession(ctx, order)
	}
	if errors.Is(err, ErrRefused) || errors.Is(err, ErrAway) && now.After(order.ExpiresAt.Add(time.Minute)) {
		err = p.lookForSession(ctx, order)
	}
	if err != nil {
		return nil, err
	}
	return p.store.Order(ctx, order.ID)
}
