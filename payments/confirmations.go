package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// OrderByReply sets stock aside for a reply (in.ByCard says whose) and writes the pending order with the question about it.
// Nothing is charged before the fan has confirmed. The same reply told twice is one order, whatever became of it. Errors:
// models.Problems.
func (p *Payments) OrderByReply(ctx context.Context, in models.Purchase) (*models.Order, error) {
	there, err := p.store.OrderOfReply(ctx, in.ByCard.ReplyID)
	if !errors.Is(err, models.ErrNotFound) {
		return there, err
	}
	in.AttemptKey = "reply-" + in.ByCard.ReplyID
	if fan := in.ByCard.Fan; fan != nil {
		in.Email = fan.Email
	}
	order, _, err := p.store.PlaceOrder(ctx, p.onOurTerms(in))
	return order, err
}

// Claim asks a fan, whose wallet is complete now, about what replies of before set aside. What cannot be asked, such
// as an order above the caps, stays set aside for the rest of its time.
func (p *Payments) Claim(ctx context.Context, job models.ClaimReplies) error {
	fan, err := p.store.Fan(ctx, job.FanID)
	if errors.Is(err, models.ErrNotFound) || err == nil && (!fan.Agreed() || fan.StoppedAt != nil || fan.EmailConfirmedAt == nil) {
		return nil
	}
	if err != nil {
		return err
	}
	card, err := p.store.UsualCard(ctx, fan)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	replies, err := p.store.UnclaimedReplies(ctx, fan)
	if err != nil {
		return err
	}
	for _, reply := range replies {
		in, err := p.store.Claimed(ctx, &reply, fan, card)
		if err != nil {
			return err
		}
		err = p.store.ClaimOrder(ctx, p.onOurTerms(*in))
		if errors.As(err, new(models.Problems)) {
			p.log.InfoContext(ctx, "payments: what was set aside for a reply cannot be asked about", "reply", reply.ID, "error", err)
			continue
		}
		if err != nil && !errors.Is(err, models.ErrChanged) {
			return err
		}
	}
	return nil
}

// Charge charges a confirmed order to the fan's card, who is not there. The key is our row's, so that a crash at
// any line and a second run are one charge. Where the bank asks or refuses, the payment is cancelled first, and only when
// Stripe has confirmed that does the order go on by a private checkout: two payments can never both win.
func (p *Payments) Charge(ctx context.Context, job models.ChargeConfirmed) error {
	order, err := p.store.Order(ctx, job.OrderID)
	if err != nil {
		return err
	}
	confirmation, err := p.store.Confirmation(ctx, order.ID)
	if err != nil || confirmation.State != "confirmed" || !order.ByCard || order.Payment != "pending" {
		return err
	}
	fan, err := p.store.FanEver(ctx, confirmation.FanID)
	if err != nil {
		return err
	}
	intent, err := p.intentOf(ctx, order, confirmation, fan)
	if err != nil {
		return err
	}
	p.at("intent.made")
	if intent == nil && fan.StoppedAt != nil {
		return p.store.EndConfirmed(ctx, order)
	}
	if intent == nil {
		return p.store.TurnToLink(ctx, order, "gone")
	}
	ctx, cancel := kept(ctx)
	defer cancel()
	if err := p.store.RecordIntent(ctx, order.ID, intent.ID); err != nil {
		return err
	}
	p.at("intent.recorded")
	return p.applyIntent(ctx, order, intent, nil)
}

// intentOf makes the order's payment, or learns the one that an earlier call made; nil where none was made and none can
// come to be. A refused card is an answer, not an error: its payment is there and waits.
func (p *Payments) intentOf(ctx context.Context, order *models.Order, confirmation *models.Confirmation, fan *models.Fan) (*stripe.PaymentIntent, error) {
	if confirmation.IntentID != nil {
		return p.fetchIntent(ctx, *confirmation.IntentID)
	}
	if fan.Customer == nil {
		return nil, nil
	}
	// Stripe may have forgotten the key; and of a fan who has stopped everything nothing is made any more.
	if p.store.Now().Sub(*confirmation.ConfirmedAt) >= keyLasts || fan.StoppedAt != nil {
		return p.lookForIntent(ctx, order, *fan.Customer, *confirmation.ConfirmedAt)
	}
	card, err := p.store.FanCard(ctx, confirmation.CardID)
	if err != nil {
		return nil, err
	}
	shop, err := p.store.ShopOf(ctx, order.ShopID)
	if err != nil {
		return nil, err
	}
	params := &stripe.PaymentIntentParams{
		Params: keyed(ctx, "order-%s-charge-1", order.ID), Amount: stripe.Int64(order.Total), Currency: stripe.String(order.Currency),
		Customer: fan.Customer, PaymentMethod: stripe.String(card.Method), PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
		OffSession: stripe.Bool(true), Confirm: stripe.Bool(true), Description: stripe.String(fmt.Sprintf("%s #%d", shop.Handle, order.Number)), Metadata: namesOf(order),
		TransferData: &stripe.PaymentIntentTransferDataParams{Destination: stripe.String(order.StripeAccount)},
	}
	// Should the order's row be lost with a disk, it is written again from these.
	params.Metadata["confirmed"] = models.Word{By: confirmation.ConfirmedBy, At: *confirmation.ConfirmedAt}.Said()
	if row := order.Frozen(); row != "" {
		params.Metadata["row"] = row
	}
	if order.Address != "" {
		params.Shipping = parcelTo(order)
	}
	if order.ApplicationFee > 0 {
		params.ApplicationFeeAmount = stripe.Int64(order.ApplicationFee)
	}
	if order.OnBehalfOf {
		params.OnBehalfOf = stripe.String(order.StripeAccount)
	}
	intent, err := p.stripe.PaymentIntents.New(params)
	var answer *stripe.Error
	switch {
	case err == nil:
		return intent, nil
	case errors.As(err, &answer) && answer.PaymentIntent != nil:
		return p.fetchIntent(ctx, answer.PaymentIntent.ID)
	}
	if err = failed("charge a kept card", err); errors.Is(err, ErrRefused) { // such as a card that is gone: nothing was made
		p.log.WarnContext(ctx, "payments: a kept card cannot be charged", "order", order.ID, "error", err)
		return p.lookForIntent(ctx, order, *fan.Customer, *confirmation.ConfirmedAt)
	}
	return nil, err
}

func (p *Payments) fetchIntent(ctx context.Context, id string) (*stripe.PaymentIntent, error) {
	params := &stripe.PaymentIntentParams{Params: asking(ctx), Expand: stripe.StringSlice([]string{"latest_charge"})}
	intent, err := p.stripe.PaymentIntents.Get(id, params)
	if err != nil {
		return nil, failed("fetch a payment", err)
	}
	return intent, nil
}

// lookForIntent searches the payments of a fan's customer since a time for the order's; nil where there is none.
func (p *Payments) lookForIntent(ctx context.Context, order *models.Order, customer string, since time.Time) (*stripe.PaymentIntent, error) {
	params := &stripe.PaymentIntentListParams{Customer: stripe.String(customer), CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix() - 300}}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	list := p.stripe.PaymentIntents.List(params)
	for list.Next() {
		if intent := list.PaymentIntent(); intent.Metadata["order"] == order.ID {
			return p.fetchIntent(ctx, intent.ID)
		}
	}
	return nil, failed("look for a payment", list.Err())
}

// errBankAtIt makes the job look again later.
var errBankAtIt = errors.New("payments: the bank is still at it")

// applyIntent moves an order by reply to where its payment is.
func (p *Payments) applyIntent(ctx context.Context, order *models.Order, intent *stripe.PaymentIntent, eventID *string) error {
	if err := fitsIntent(order, intent); err != nil {
		return err
	}
	switch intent.Status {
	case stripe.PaymentIntentStatusSucceeded:
		return p.settleIntent(ctx, order, intent, eventID)
	case stripe.PaymentIntentStatusProcessing:
		return errBankAtIt
	case stripe.PaymentIntentStatusCanceled:
		return p.store.TurnToLink(ctx, order, whyNot(intent))
	}
	cancelled, err := p.stripe.PaymentIntents.Cancel(intent.ID, &stripe.PaymentIntentCancelParams{Params: keyed(ctx, "order-%s-charge-cancel", order.ID)})
	if err = failed("cancel a payment", err); errors.Is(err, ErrRefused) { // it moved between the two calls
		if intent, err = p.fetchIntent(ctx, intent.ID); err != nil {
			return err
		}
		if intent.Status == stripe.PaymentIntentStatusSucceeded {
			return p.settleIntent(ctx, order, intent, eventID)
		}
		return errBankAtIt
	}
	if err != nil {
		return err
	}
	p.at("intent.cancelled")
	if cancelled.Status != stripe.PaymentIntentStatusCanceled {
		return errBankAtIt
	}
	return p.store.TurnToLink(ctx, order, whyNot(intent))
}

// whyNot says in a word why a kept card was not charged.
func whyNot(intent *stripe.PaymentIntent) string {
	if e := intent.LastPaymentError; e != nil && e.Code == stripe.ErrorCodeAuthenticationRequired {
		return "check"
	}
	return "declined"
}

// settleIntent writes down that an order by reply is paid.
func (p *Payments) settleIntent(ctx context.Context, order *models.Order, intent *stripe.PaymentIntent, eventID *string) error {
	at := time.Unix(intent.Created, 0).UTC()
	if intent.LatestCharge != nil && intent.LatestCharge.Created > 0 {
		at = time.Unix(intent.LatestCharge.Created, 0).UTC()
	}
	_, err := p.store.SettleOrder(ctx, order.ID, models.Payment{
		PaymentIntentID: intent.ID, Amount: intent.AmountReceived, Currency: string(intent.Currency), Livemode: intent.Livemode, Discount: order.Discount, Shipping: order.Shipping,
		BuyerName: order.BuyerName, Address: order.Address, Word: models.ReadWord(intent.Metadata["confirmed"]), At: at, EventID: eventID,
	})
	return err
}

// intentPaid settles an order by reply; a checkout's payment is told by its session.
func (r *round) intentPaid(ctx context.Context, n news) (models.EventResult, error) {
	var intent stripe.PaymentIntent
	if err := n.read(&intent); err != nil {
		return models.EventResult{}, err
	}
	order, err := r.namedOrder(ctx, intent.Metadata)
	switch {
	case err != nil:
		return notOurs(err)
	case !order.ByCard:
		return models.EventResult{Ignored: true, Outcome: "nothing follows from it"}, nil
	case n.foreign:
		fetched, err := r.fetchIntent(ctx, intent.ID)
		if err != nil {
			return models.EventResult{}, err
		}
		intent = *fetched
	}
	return about(order, "the order is paid"), r.applyIntent(ctx, order, &intent, &n.kept.ID)
}

// openLink makes the checkout of an order that its bank or card stood against.
func (p *Payments) openLink(ctx context.Context, job models.OpenLink) error {
	order, err := p.store.Order(ctx, job.OrderID)
	if err != nil || order.Payment != "pending" || order.ByCard || order.SessionID != nil {
		return err
	}
	_, err = p.openSession(ctx, order)
	return err
}

// MindConfirmations ends questions whose time is over, and takes up charges that a crash left.
func (p *Payments) MindConfirmations(ctx context.Context) error {
	if err := p.store.ExpireConfirmations(ctx); err != nil {
		return err
	}
	left, err := p.store.UnchargedOrders(ctx, p.store.Now().Add(-2*time.Minute))
	for _, confirmation := range left {
		err = errors.Join(err, p.Charge(ctx, models.ChargeConfirmed{OrderID: confirmation.OrderID}))
	}
	if errors.Is(err, errBankAtIt) {
		return nil
	}
	return err
}
