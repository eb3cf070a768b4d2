package social

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/tillbird/tillbird/models"
)

// decide is what comes of a reply.
func (r *reading) decide(ctx context.Context) error {
	d := &r.decision
	if r.read.Kind == ReplyStop {
		return r.stop(ctx)
	}
	silence, err := r.store.SilenceOf(ctx, r.shop.ID, r.reply.Author())
	switch {
	case err != nil:
		return err
	case r.read.Kind == ReplyNothing:
		return r.nothing(ctx, r.read.Reason)
	case silence != nil && silence.Why == "stop":
		return r.nothing(ctx, "silenced")
	case silence != nil:
		return r.nothing(ctx, "abuse")
	case r.read.Kind == ReplyTooOld:
		return r.nothing(ctx, "too_old")
	case r.fan != nil && r.fan.StoppedAt != nil:
		return r.nothing(ctx, "wallet_stopped")
	}
	why, err := r.store.EnoughOf(ctx, r.reply)
	if err != nil {
		return err
	}
	// Who has had enough answers may still confirm and cancel: only nothing is said to it.
	quiet := why != ""
	say := func(outcome, reason, order string) *models.PublicAnswer {
		if quiet {
			return nil
		}
		return r.say(ctx, outcome, reason, order)
	}
	switch {
	case r.read.Kind == ReplyConfirm:
		return r.store.ConfirmReply(ctx, r.reply, r.read.Code, *d, say)
	case r.read.Kind == ReplyCancel:
		return r.store.CancelReply(ctx, r.reply, *d, say)
	case quiet:
		return r.nothing(ctx, why)
	case r.read.Kind == ReplyHelp:
		return r.help(ctx)
	case r.read.Kind == ReplyAsk:
		return r.ask(ctx)
	}
	return r.buy(ctx)
}

// nothing is the decision to be silent.
func (r *reading) nothing(ctx context.Context, reason string) error {
	r.decision.Outcome, r.decision.Reason, r.decision.Answer = models.OutcomeNothing, reason, nil
	if offer := r.named(); offer != nil {
		r.decision.Offer = &offer.Offer
	}
	return r.store.DecideReply(ctx, r.reply, r.decision)
}

// stop ends the answers to the author for good. Who was not speaking to us is stopped all the same, and is not spoken to.
func (r *reading) stop(ctx context.Context) error {
	toUs := r.reply.Mentions || r.post != nil && r.reply.ParentID == r.post.RemoteID
	if !toUs {
		var err error
		if toUs, err = r.store.AnsweredBefore(ctx, r.reply.Author()); err != nil {
			return err
		}
	}
	return r.store.StopReply(ctx, r.reply, r.decision, func(string, string, string) *models.PublicAnswer {
		if !toUs || r.read.Reason != "" {
			return nil
		}
		return r.answer("stopped", answerLate)
	})
}

// help says how it works, once in a day.
func (r *reading) help(ctx context.Context) error {
	r.decision.Outcome, r.decision.Reason = models.OutcomeHelped, "help"
	again, err := r.store.OutcomesOf(ctx, r.reply.Author(), r.store.Now().Add(-24*time.Hour), models.OutcomeHelped)
	if err != nil {
		return err
	}
	if again > 0 {
		r.decision.Reason = "again"
	} else {
		r.decision.Answer = r.answer("help", answerLate)
	}
	return r.store.DecideReply(ctx, r.reply, r.decision)
}

// ask says what is not clear, rather than guess.
func (r *reading) ask(ctx context.Context) error {
	r.decision.Outcome = models.OutcomeAsked
	offer := r.named()
	if offer != nil {
		r.decision.Offer = &offer.Offer
		if reason := r.closed(offer); reason != "" {
			return r.refuse(ctx, offer, reason)
		}
	}
	if r.read.Reason == "code_missing" && r.fan == nil {
		return r.nothing(ctx, "code_missing")
	}
	r.decision.Answer = r.asking(offer)
	return r.store.DecideReply(ctx, r.reply, r.decision)
}

// closed says why an offer cannot be bought by reply at all just now, "" where it can.
func (r *reading) closed(offer *models.OfferView) string {
	if !offer.Replies {
		return "off"
	}
	switch offer.StateAt(r.store.Now()) {
	case "live":
		return ""
	case "scheduled":
		return "not_begun"
	case "ended":
		return "ended"
	case "taken_down":
		return "moderation"
	}
	return "paused"
}

// refuse says that it cannot be had. Where the shop or a moderator does not want answers, there is none.
func (r *reading) refuse(ctx context.Context, offer *models.OfferView, reason string, data ...any) error {
	r.decision.Outcome, r.decision.Reason, r.decision.Offer = models.OutcomeRefused, reason, &offer.Offer
	if reason == "off" || reason == "moderation" {
		r.decision.Outcome = models.OutcomeNothing
		return r.store.DecideReply(ctx, r.reply, r.decision)
	}
	r.decision.Answer = r.refusal(offer, reason, data...)
	return r.store.DecideReply(ctx, r.reply, r.decision)
}

// buy places the order, and asks its author to confirm it; or says why not.
func (r *reading) buy(ctx context.Context) error {
	offer := r.named()
	if offer == nil || r.set.Order == nil {
		return r.nothing(ctx, "no_tag")
	}
	r.decision.Offer = &offer.Offer
	switch twice, err := r.store.AnsweredElsewhere(ctx, r.reply); {
	case err != nil:
		return err
	case twice:
		return r.nothing(ctx, "answered")
	}
	// A run that was cut off may have placed it, whatever is true by now.
	order, err := r.store.OrderOfReply(ctx, r.reply.ID)
	if err == nil {
		return r.ordered(ctx, offer, order)
	}
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	if reason := r.closed(offer); reason != "" {
		return r.refuse(ctx, offer, reason)
	}
	if reason := byPageOnly(r.shop, offer); reason != "" {
		return r.refuse(ctx, offer, reason)
	}
	switch open, err := r.store.BreakerOpen(ctx, &offer.Offer); {
	case err != nil:
		return err
	case open:
		return r.nothing(ctx, "breaker")
	}
	in := models.Purchase{
		Offer: offer, Shop: r.shop, Quantity: strconv.FormatInt(r.read.Quantity, 10), Choice: r.read.Values, Language: r.w.Lang(),
		ByCard: &models.ByCard{ReplyID: r.reply.ID, Code: r.store.ReplyCode(r.reply.ID), Author: r.reply.Author()},
	}
	if r.post != nil && r.post.OfferID == offer.ID {
		in.PostCode = r.post.Code
	}
	if _, err := r.payer(ctx, &in); err != nil {
		return err
	}
	order, err = r.set.Order(ctx, in)
	r.at("reply.ordered")
	var problems models.Problems
	switch {
	case err == nil:
		return r.ordered(ctx, offer, order)
	case !errors.As(err, &problems):
		return err
	case problems[0].Code == "reply.held":
		r.decision.Outcome, r.decision.Reason, r.decision.Answer = models.OutcomeNoCard, "not_held", r.syncing(offer, false)
		return r.store.DecideReply(ctx, r.reply, r.decision)
	}
	reason := reasonOf(problems[0].Code)
	if reason == "" { // such as an edit of the offer meanwhile
		return err
	}
	return r.refuse(ctx, offer, reason, problems[0].Data...)
}

// payer puts the author's wallet on the purchase; lacking says what is missing of it: then stock is set aside without.
func (r *reading) payer(ctx context.Context, in *models.Purchase) (lacking string, err error) {
	_, in.Country = r.shop.Usual(&in.Offer.Version)
	switch {
	case r.fan == nil:
		return "no_wallet", nil
	case !r.fan.Agreed():
		return "no_consent", nil
	case r.fan.EmailConfirmedAt == nil:
		return "no_email", nil
	}
	card, err := r.store.UsualCard(ctx, r.fan)
	if errors.Is(err, models.ErrNotFound) || err == nil && card.ExpiredAt(r.store.Now()) {
		return "no_card", nil
	}
	in.ByCard.Fan, in.ByCard.Card, in.Country = r.fan, card, r.fan.Country
	return "", err
}

// ordered writes down that the reply is an order, and asks.
func (r *reading) ordered(ctx context.Context, offer *models.OfferView, order *models.Order) error {
	d := &r.decision
	d.OrderID, d.Outcome, d.Reason = order.ID, models.OutcomeAwaiting, "waits"
	if order.Email != "" {
		d.Answer = r.question(offer, order)
		return r.store.DecideReply(ctx, r.reply, *d)
	}
	lacking, err := r.payer(ctx, &models.Purchase{Offer: offer, ByCard: &models.ByCard{}})
	if err != nil {
		return err
	}
	if d.Outcome, d.Reason = models.OutcomeNoCard, lacking; lacking == "" {
		d.Reason = "no_wallet" // it was complete a moment too late
	}
	d.Answer = r.syncing(offer, !offer.FirstPaid) // of one that the first to pay gets, nothing is set aside
	return r.store.DecideReply(ctx, r.reply, *d)
}

// byPageOnly says why something can be bought by its page alone: its price is not known before the buyer has chosen it or
// Stripe has counted the tax of an address, or the law wants a consent that a reply does not give.
func byPageOnly(shop *models.Shop, offer *models.OfferView) string {
	switch {
	case offer.Version.ChosenPrice:
		return "chosen_price"
	case offer.Version.NeedsConsent():
		return "consent"
	case shop.Tax != "off":
		return "tax"
	}
	return ""
}

// reasonOf puts what stood in the way of an order into the words of replies.
func reasonOf(code string) string {
	switch code {
	case "sold_out", "variant.sold_out":
		return "sold_out"
	case "quantity.above_stock":
		return "above_stock"
	case "quantity.limit_reached", "quantity.above_limit", "quantity.malformed":
		return "limit_reached"
	case "not_live":
		return "paused"
	case "not_started":
		return "not_begun"
	case "already_ended":
		return "ended"
	case "shop.not_ready":
		return "not_ready"
	case "ship_to.missing", "fan.address":
		return "address"
	case "ship_to.not_served":
		return "no_shipping"
	case "fan.cooling":
		return "cooling"
	case "fan.holds":
		return "holds"
	case "fan.stopped":
		return "wallet_stopped"
	case "fan.agree", "fan.email", "fan.card":
		return "wallet"
	case "cap.order":
		return "cap_order"
	case "cap.day":
		return "cap_day"
	case "cap.currency":
		return "cap_currency"
	case "price.too_small", "total.too_large", "delivery.consent":
		return "price"
	}
	return ""
}
